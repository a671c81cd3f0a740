"""What a spreadsheet program takes the cells of a file for: LibreOffice reads it and tells."""

import os
import shutil
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import skip_or_fail

TIMEOUT_SECONDS = 90.0
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Comma, quote, UTF-8, from the first line on, formats as found.
COMMAS = "Text - txt - csv (StarCalc):44,34,76,1"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it shows, its kind, its formula, and the links in it."""

    shown: str
    kind: str
    formula: str | None
    links: int

    @property
    def is_plain(self) -> bool:
        """Whether it is what it shows: nothing is computed, and nothing leads anywhere."""
        return self.formula is None and self.links == 0


def cells_of(file: Path) -> list[list[Cell]]:
    """The rows of the first sheet of a workbook or CSV file."""
    folder = file.parent / f"{file.name}.opened"
    flags = [f"--infilter={COMMAS}"] if file.suffix == ".csv" else []
    _soffice(folder, *flags, "--convert-to", "fods", "--outdir", str(folder), str(file))
    told = ET.parse(folder / f"{file.stem}.fods")  # noqa: S314 - of a file of ours
    table = told.find(f".//{TABLE}table")
    assert table is not None
    return [list(_cells(row)) for row in table.iter(f"{TABLE}table-row") if _has_cells(row)]


def _has_cells(row: ET.Element) -> bool:
    return any(cell.get(f"{OFFICE}value-type") for cell in row)


def _cells(row: ET.Element) -> Iterator[Cell]:
    for cell in row.iter(f"{TABLE}table-cell"):
        shown = "\n".join("".join(each.itertext()) for each in cell.findall(f"{TEXT}p"))
        if kind := cell.get(f"{OFFICE}value-type"):
            yield Cell(shown, kind, cell.get(f"{TABLE}formula"), len(list(cell.iter(f"{TEXT}a"))))


def _soffice(folder: Path, *arguments: str) -> None:
    """Runs it with a profile of its own; it and what it started have ended afterwards."""
    program = shutil.which("soffice") or skip_or_fail("LibreOffice is not installed")
    folder.mkdir()
    profile = (folder / "profile").as_uri()
    command = [program, "--headless", "--norestore", f"-env:UserInstallation={profile}"]
    _run([*command, *arguments])


def _run(command: Sequence[str]) -> None:
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, said.decode(errors="replace")
