"""Who a request belongs to, and to whom runs are listed."""

import re

import pytest
from starlette.requests import HTTPConnection

from app.access.owner import new_owner_cookie, owner_of

COOKIE = "A" * 32


def connection(
    *, headers: dict[str, str] | None = None, peer: str | None = "127.0.0.1", scheme: str = "http"
) -> HTTPConnection:
    given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    client = (peer, 1234) if peer else None
    server = ("localhost", 80)
    return HTTPConnection(
        {
            "type": "http",
            "headers": given,
            "client": client,
            "scheme": scheme,
            "server": server,
            "path": "/",
        }
    )


def test_without_a_cookie_the_peer_is_the_owner() -> None:
    owner = owner_of(connection(peer="192.0.2.7"))

    assert (owner.name, owner.may_list) == ("local:192.0.2.7", False)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_may_list_its_runs(peer: str) -> None:
    assert owner_of(connection(peer=peer)).may_list


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_a_proxy_on_loopback_may_not(name: str) -> None:
    assert not owner_of(connection(headers={name: "192.0.2.7"})).may_list


def test_an_unknown_peer_may_not() -> None:
    assert not owner_of(connection(peer=None)).may_list


def test_a_cookie_is_the_owner_wherever_it_comes_from() -> None:
    headers = {"cookie": f"rowstream_owner={COOKIE}", "x-forwarded-for": "192.0.2.7"}

    owner, same = (
        owner_of(connection(headers=headers, peer=peer)) for peer in ("::1", "192.0.2.9")
    )

    assert owner == same
    assert owner.may_list


def test_the_registry_never_sees_the_cookie_itself() -> None:
    owner = owner_of(connection(headers={"cookie": f"rowstream_owner={COOKIE}"}))

    assert re.fullmatch("cookie:[0-9a-f]{32}", owner.name)


@pytest.mark.parametrize("value", ["", "short", "A" * 33, "A" * 31 + "'", "local:127.0.0.1"])
def test_a_malformed_cookie_is_none(value: str) -> None:
    given = connection(headers={"cookie": f"rowstream_owner={value}"})

    assert owner_of(given).name == "local:127.0.0.1"
    assert new_owner_cookie(given)


def test_a_new_cookie_is_out_of_reach_of_scripts_and_of_other_sites() -> None:
    cookie = new_owner_cookie(connection()) or ""

    assert re.match("rowstream_owner=[A-Za-z0-9_-]{32};", cookie)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_over_https_the_cookie_is_secure_and_the_hosts_own() -> None:
    cookie = new_owner_cookie(connection(scheme="https")) or ""

    assert cookie.startswith("__Host-rowstream_owner=")
    assert cookie.endswith("; Secure")


def test_who_has_a_cookie_keeps_it() -> None:
    assert new_owner_cookie(connection(headers={"cookie": f"rowstream_owner={COOKIE}"})) is None
