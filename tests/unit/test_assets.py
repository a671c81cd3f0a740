"""The version under which a page names its files."""

from pathlib import Path
from shutil import copytree

import pytest
from starlette.requests import Request

from app.errors import NotFound
from app.web.assets import Assets

PAGE = b'<link rel="icon" href="/static/a.svg" /><a href="/static">'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "a.svg").write_bytes(b"<svg/>")
    (folder / "page.html").write_bytes(PAGE)
    return folder


def request(tag: str = "") -> Request:
    """A request of who has a file with that tag."""
    return Request({"type": "http", "headers": [(b"if-none-match", tag.encode())]})


def version(assets: Assets) -> str:
    """The version that a page names now."""
    before, _, after = bytes(assets.page(request(), "page.html").body).partition(b"/a.svg")
    assert after == b'" /><a href="/static">'
    return before.rpartition(b"/")[2].decode()


def test_it_is_of_the_content_wherever_that_lies(folder: Path, tmp_path: Path) -> None:
    other = copytree(folder, tmp_path / "other")
    more = copytree(folder, tmp_path / "more")
    (more / "b.svg").write_bytes(b"<svg/>")

    assert version(Assets(other)) == version(Assets(folder)) != version(Assets(more))


def test_a_change_gives_another_and_the_one_before_is_not_kept(folder: Path) -> None:
    assets = Assets(folder)
    before = version(assets)
    kept = assets.answer(request(), f"{before}/a.svg")
    (folder / "a.svg").write_bytes(b"<svg></svg>")
    after = version(assets)
    gone = assets.answer(request(), f"{before}/a.svg")

    assert after != before
    assert "immutable" in kept.headers["cache-control"]
    assert (bytes(gone.body), gone.headers["cache-control"]) == (b"<svg></svg>", "no-cache")
    assert "immutable" in assets.answer(request(), f"{after}/a.svg").headers["cache-control"]


def test_what_has_changed_since_a_page_was_asked_for_is_not_kept(folder: Path) -> None:
    """Else a browser would keep it for the page of the version before, which can come again."""
    assets = Assets(folder)
    before = version(assets)
    (folder / "a.svg").write_bytes(b"<svg></svg>")
    (folder / "b.svg").write_bytes(b"<svg/>")

    for name in ("a.svg", "b.svg"):
        assert assets.answer(request(), f"{before}/{name}").headers["cache-control"] == "no-cache"


def test_before_any_page_was_asked_for_the_version_is_known(folder: Path) -> None:
    current = version(Assets(folder))

    assert (
        "immutable" in Assets(folder).answer(request(), f"{current}/a.svg").headers["cache-control"]
    )


def test_a_page_is_told_apart_by_the_version_in_it(folder: Path) -> None:
    assets = Assets(folder)
    tag = assets.page(request(), "page.html").headers["etag"]
    known = assets.page(request(tag), "page.html").status_code
    (folder / "a.svg").write_bytes(b"<svg></svg>")

    assert (known, assets.page(request(tag), "page.html").status_code) == (304, 200)


@pytest.mark.parametrize(
    "name", ["", "/", "../a.svg", "nope.svg", "0123456789abcdef", "a" * 300 + ".svg", "a.svg/b.svg"]
)
def test_what_is_not_there_is_not_found(folder: Path, name: str) -> None:
    for path in (name, f"{'0' * 16}/{name}"):
        with pytest.raises(NotFound):
            Assets(folder).answer(request(), path)
