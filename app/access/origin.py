"""Which requests come from our own pages under our own name; the others start and end nothing.

A foreign `Host` is how DNS rebinding looks: an attacker's name that points here. What starts or
ends something is refused to other sites' pages (Fetch metadata, else `Origin`) and to prefetches.
Programs such as curl send none of these headers and are not pages.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import BadRequest, Forbidden
from app.settings import LOOPBACK, Settings

OWN_SITES = ("same-origin", "none")
# Each browser that fetches ahead of its reader says so in one of these.
PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
PREFETCH_WORDS = re.compile(r"prefetch|prerender|preview", re.IGNORECASE)
DEFAULT_PORTS = {"http": "80", "https": "443"}
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/@\s]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class OwnNames:
    """The names it answers to; `addresses`: any IP address too, since those cannot be rebound."""

    names: frozenset[str]
    addresses: bool = False

    def have(self, host: str) -> bool:
        """Whether a `Host` header names this server; its port does not matter."""
        match = HOST.fullmatch(host)
        if match is None:
            return False
        name = plain_name(match[1])
        return name in self.names or (self.addresses and is_address(name))


def own_names(settings: Settings) -> OwnNames:
    """ROWSTREAM_HOSTS; without it loopback's names and, beyond loopback, where it listens."""
    if settings.hosts:
        return OwnNames(frozenset(map(plain_name, settings.hosts)))
    listening = plain_name(settings.host)
    return OwnNames(frozenset({*LOOPBACK, listening}), addresses=listening not in LOOPBACK)


def plain_name(name: str) -> str:
    """Lower case, without the brackets of IPv6 and the dot of the root."""
    return name.strip("[]").rstrip(".").lower()


def is_address(name: str) -> bool:
    """Whether the name is an IP address itself."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def foreign_page(headers: Headers) -> str | None:
    """Why this request may not start or end anything, or None when it may."""
    if any(PREFETCH_WORDS.search(headers.get(name, "")) for name in PREFETCH_HEADERS):
        return "A prefetch starts and ends nothing. Open the address itself."
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        is_foreign = site.lower() not in OWN_SITES
    else:
        is_foreign = origin is not None and not is_same_host(origin, headers.get("host", ""))
    if is_foreign:
        return "This request comes from a page of another site. Open Rowstream's own page."
    return None


def is_same_host(origin: str, host: str) -> bool:
    """Whether an `Origin` is the host and port that the request was sent to."""
    parts = urlsplit(origin)
    port = DEFAULT_PORTS.get(parts.scheme)
    return port is not None and _with_port(parts.netloc, port) == _with_port(host, port)


def _with_port(host: str, port: str) -> tuple[str, str] | None:
    match = HOST.fullmatch(host)
    return (plain_name(match[1]), match[2] or port) if match else None


class HostCheck:
    """Refuses what was not sent to a name of ours, whatever it asks for."""

    def __init__(self, app: ASGIApp, names: OwnNames) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or raise BadRequest."""
        hosts = Headers(scope=scope).getlist("host") if scope["type"] == "http" else []
        if scope["type"] == "http" and (len(hosts) != 1 or not self._names.have(hosts[0])):
            raise BadRequest(
                "This server does not answer to the name that was asked for.",
                hint="Its names are set with ROWSTREAM_HOSTS.",
            )
        await self._app(scope, receive, send)


class OwnPagesOnly:
    """Refuses other sites' pages and prefetches, for the methods that start or end something."""

    def __init__(self, app: ASGIApp, methods: frozenset[str]) -> None:
        self._app = app
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or raise Forbidden."""
        if scope["method"] in self._methods and (reason := foreign_page(Headers(scope=scope))):
            raise Forbidden(reason)
        await self._app(scope, receive, send)
