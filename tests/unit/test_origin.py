"""Which requests may start or end something, and which names the server answers to."""

import pytest
from starlette.datastructures import Headers

from app.access.origin import foreign_page, own_names
from app.settings import Settings

HERE = {"host": "reports.example:8443"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "https://other.example"},
        {"origin": "https://reports.example:8443"},
        {"origin": "HTTPS://REPORTS.example:8443"},
    ],
)
def test_our_pages_and_programs_may(headers: dict[str, str]) -> None:
    assert foreign_page(Headers(HERE | headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://reports.example:8443"},
        {"sec-fetch-site": ""},
        {"origin": "https://other.example:8443"},
        {"origin": "https://reports.example"},
        {"origin": "https://reports.example:8443.other.example"},
        {"origin": "https://reports.example:8443@other.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "chrome-extension://reports.example:8443"},
    ],
)
def test_pages_of_others_may_not(headers: dict[str, str]) -> None:
    assert "page of another site" in (foreign_page(Headers(HERE | headers)) or "")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
)
def test_prefetches_may_not_even_of_our_own_pages(headers: dict[str, str]) -> None:
    ours = HERE | {"sec-fetch-site": "same-origin"}

    assert "prefetch" in (foreign_page(Headers(ours | headers)) or "").lower()


@pytest.mark.parametrize(("origin", "host"), [("http://a", "a:80"), ("https://[::1]", "[::1]:443")])
def test_a_default_port_may_be_left_out(origin: str, host: str) -> None:
    assert foreign_page(Headers({"origin": origin, "host": host})) is None


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.0.0.1:1", "[::1]:8000", "localhost."]
)
def test_loopbacks_names_are_ours_on_any_port(host: str) -> None:
    assert own_names(Settings()).have(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.2"),
        *("localhost:x", "localhost:8000:1", "a b", "localhost/", "user@localhost", "[::1", "::1"),
    ],
)
def test_other_names_are_not_ours_on_loopback(host: str) -> None:
    assert not own_names(Settings()).have(host)


def test_given_names_replace_loopbacks() -> None:
    names = own_names(Settings(hosts=("reports.example", "[2001:db8::1]")))

    assert [names.have(host) for host in ("Reports.Example:8", "[2001:db8::1]", "localhost")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.0.2.7:8000", True),
        ("[2001:db8::1]", True),
        ("localhost", True),
        ("rebound.example", False),
    ],
)
def test_beyond_loopback_an_address_is_ours_and_an_unknown_name_is_not(
    host: str, ours: bool
) -> None:
    assert own_names(Settings(host="0.0.0.0")).have(host) is ours  # noqa: S104 - what is tested
