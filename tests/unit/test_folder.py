"""Report files are read when they change, and a broken one does not take the others down."""

import asyncio
import os
from pathlib import Path

from app.catalog.finding import Finding
from app.catalog.folder import LARGEST_FILE, Folder
from app.catalog.report import Report


class Watched:
    """A folder whose clock stands still until `later`."""

    def __init__(self, path: Path) -> None:
        self.now = 0.0
        self.path = path
        self.folder = Folder(path, clock=lambda: self.now)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, "utf-8")

    def later(self) -> None:
        self.now += 1.0

    async def titles(self) -> dict[str, str]:
        found = await self.folder.reports()
        return {name: each.title for name, each in found.items() if isinstance(each, Report)}

    async def findings(self) -> list[str]:
        return [
            str(each)
            for each in (await self.folder.reports()).values()
            if isinstance(each, Finding)
        ]


async def test_files_are_reports_named_by_their_files(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("flights.sql", "-- title = 'Flights'\nselect 1")
    watched.write("readme.txt", "no report")

    assert await watched.titles() == {"flights": "Flights"}


async def test_everybody_who_asks_during_the_first_look_gets_what_it_finds(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("flights.sql", "-- title = 'Flights'\nselect 1")
    found = await asyncio.gather(*(watched.titles() for _ in range(10)))

    assert found == [{"flights": "Flights"}] * 10


async def test_a_changed_a_new_and_a_removed_file_are_seen(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("a.sql", "-- title = 'One'\nselect 1")
    watched.write("b.sql", "select 1")
    await watched.titles()
    watched.write("a.sql", "-- title = 'Two!'\nselect 1")
    watched.write("c.sql", "select 1")
    (tmp_path / "b.sql").unlink()
    watched.later()

    assert await watched.titles() == {"a": "Two!", "c": "C"}


async def test_a_change_of_the_same_size_is_seen(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("a.sql", "-- title = 'One'\nselect 1")
    await watched.titles()
    watched.write("a.sql", "-- title = 'Two'\nselect 1")
    os.utime(tmp_path / "a.sql", ns=(1, 1))
    watched.later()

    assert await watched.titles() == {"a": "Two"}


async def test_the_folder_is_looked_at_once_a_second(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    before = await watched.titles()
    watched.write("a.sql", "select 1")

    assert await watched.titles() == before == {}


async def test_a_broken_file_is_a_finding_beside_the_others(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("good.sql", "select 1")
    watched.write("bad.sql", "-- title = 'Bad'\nselect 1\nfrom a b c")
    watched.write("a b.sql", "select 1")
    watched.write("large.sql", "select 1" + " " * LARGEST_FILE)
    (tmp_path / "latin.sql").write_bytes(b"select '\xff'")

    assert await watched.titles() == {"good": "Good"}
    assert [each.split(": ")[0] for each in await watched.findings()] == [
        "a b.sql:1",
        "bad.sql:3",
        "large.sql:1",
        "latin.sql:1",
    ]


async def test_a_mended_file_is_served(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.write("a.sql", "selec")
    broken = await watched.findings()
    watched.write("a.sql", "select 1")
    watched.later()

    assert broken
    assert await watched.titles() == {"a": "A"}


async def test_no_folder_has_no_reports() -> None:
    assert await Folder(None).reports() == {}


async def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "reports")
    found = folder.missing()

    assert await folder.reports() == {}
    assert str(found).startswith("reports:1: There is no such folder")


async def test_a_folder_in_a_files_place_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "a.sql").mkdir()

    assert await Folder(tmp_path).reports() == {}
    assert Folder(tmp_path).missing() is None
