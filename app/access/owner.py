"""Who a request belongs to, and what he may see: the one place that every route asks.

Nobody logs in yet. An owner is a random cookie that comes with the page, or the peer's address
without one; it serves the limit of runs and the list of "my runs". The unguessable id of a run is
the right to see and to cancel it.
"""

import hashlib
import ipaddress
import re
import secrets
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from app.exports.export import Export
from app.runs.run import Run

COOKIE = "rowstream_owner"
COOKIE_SECONDS = 365 * 24 * 3600
COOKIE_BYTES = 24
COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{32}")
# What a proxy adds: the peer is then not the person, and his address says nothing.
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Owner:
    """`may_list`: whether "my runs" are told, which needs more than an address that many share."""

    name: str
    may_list: bool

    def may_see(self, what: Run | Export) -> bool:
        """Always, as long as nobody logs in: who asks for it knows its unguessable id."""
        del what
        return True


def owner_of(connection: HTTPConnection) -> Owner:
    """The owner by his cookie, else by his address."""
    if cookie := _given_cookie(connection):
        # The cookie shows its bearer all his runs: the registry keeps what cannot be turned back.
        return Owner("cookie:" + hashlib.sha256(cookie.encode()).hexdigest()[:32], may_list=True)
    peer = connection.client.host if connection.client else "unknown"
    return Owner(f"local:{peer}", may_list=is_loopback(peer) and not _is_forwarded(connection))


def new_owner_cookie(connection: HTTPConnection) -> str | None:
    """The `Set-Cookie` that makes an owner of who has none; None for who has one.

    Lax, since with Strict a link from elsewhere would arrive without it and be given another.
    """
    if _given_cookie(connection):
        return None
    parts = [
        f"{_cookie_name(connection)}={secrets.token_urlsafe(COOKIE_BYTES)}",
        f"Max-Age={COOKIE_SECONDS}",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
    ]
    return "; ".join([*parts, "Secure"] if _is_https(connection) else parts)


def is_loopback(host: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def _given_cookie(connection: HTTPConnection) -> str | None:
    value = connection.cookies.get(_cookie_name(connection), "")
    return value if COOKIE_VALUE.fullmatch(value) else None


def _cookie_name(connection: HTTPConnection) -> str:
    # The prefix keeps other names of the same domain from setting it; browsers want https for it.
    return f"__Host-{COOKIE}" if _is_https(connection) else COOKIE


def _is_https(connection: HTTPConnection) -> bool:
    # A proxy's word is enough here: who lies about it changes nobody's cookie but his own.
    scheme = connection.headers.get("x-forwarded-proto", connection.url.scheme)
    return scheme.partition(",")[0].strip() == "https"


def _is_forwarded(connection: HTTPConnection) -> bool:
    return any(name in connection.headers for name in FORWARDING)
