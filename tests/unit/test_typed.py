"""COPY's CSV, cut anywhere, becomes columns of text."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings, strategies as st

from app.errors import Storage, TooLarge
from app.exports import typed
from app.exports.formats import csv_lines
from app.exports.parquet import parquet_file
from app.exports.typed import Columns, PgType, Records, TableFile, Texts
from app.exports.xlsx import xlsx_file

HARD = st.sampled_from("\",\n\r\t\\.;'\v\x01é😀")
VALUE = st.none() | st.text(
    HARD | st.characters(exclude_characters="\0", exclude_categories=["Cs"])
)
ROWS = st.integers(1, 3).flatmap(lambda width: st.lists(st.tuples(*[VALUE] * width)))


class Kept:
    """A sheet that keeps the rows it is given."""

    def __init__(self) -> None:
        self.rows: list[tuple[str | None, ...]] = []
        self.open = True

    def add(self, texts: Texts) -> None:
        self.rows += zip(*(column.to_pylist() for column in texts), strict=True)

    def finish(self) -> None:
        self.open = False

    def abandon(self) -> None:
        self.open = False


def columns(width: int) -> Columns:
    return [(f"name {number}", "text") for number in range(width)]


@settings(deadline=None)  # the first reading loads a library
@given(ROWS, st.lists(st.integers(0, 200)))
def test_rows_cut_anywhere_arrive_as_they_were(
    rows: list[tuple[str | None, ...]], cuts: list[int]
) -> None:
    data = csv_lines(rows)
    sheet = Kept()
    file = TableFile(sheet, columns(len(rows[0]) if rows else 1))
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]

    taken = sum(file.write(data[start:stop]) for start, stop in pairwise(edges))

    assert taken + file.close() == len(rows)
    assert sheet.rows == rows
    assert not sheet.open


def test_a_block_is_gathered_before_it_is_given() -> None:
    line = csv_lines([("x" * 99, "y")])
    records = Records()
    needed = -(-typed.BLOCK_BYTES // len(line))

    assert not any(records.take(line) for _ in range(needed - 1))
    assert records.take(line + b'begun, "') == line * needed
    assert records.rest() == b'begun, "'


def test_a_record_longer_than_a_block_arrives_whole() -> None:
    wide = ("x\n" * typed.BLOCK_BYTES * 3, 'a "quoted" one')
    sheet = Kept()
    file = TableFile(sheet, columns(2))
    data = csv_lines([wide, ("a", None)])

    for start in range(0, len(data), 100_000):
        file.write(data[start : start + 100_000])
    file.close()

    assert sheet.rows == [wide, ("a", None)]


def test_a_row_beyond_all_size_is_refused() -> None:
    with pytest.raises(TooLarge, match="A row has more than the 8 MiB of text"):
        Records().take(b"x" * (typed.MOST_ROW_BYTES + 1))


class Held(Kept):
    """A sheet whose rows are held up until the test lets them go."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived, self.let_go = Event(), Event()

    def add(self, texts: Texts) -> None:
        self.arrived.set()
        assert self.let_go.wait(10)
        super().add(texts)


def test_giving_up_waits_for_nobody_and_ends_what_is_being_written() -> None:
    sheet = Held()
    file = TableFile(sheet, columns(1))
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(file.write, b"x\n" * typed.BLOCK_BYTES)
        assert sheet.arrived.wait(10)

        file.abandon()
        was_open = sheet.open
        sheet.let_go.set()

        assert writing.result(10) == typed.BLOCK_BYTES
        assert (was_open, sheet.open) == (True, False)


@pytest.mark.parametrize("make", [partial(xlsx_file, title="x"), parquet_file])
def test_a_full_disk_is_told(make: Callable[[Path, Columns], TableFile]) -> None:
    file = make(Path("/dev/full"), columns(1))

    with pytest.raises(Storage, match="There is no room left for files"):
        fill(file, csv_lines([("x" * 30_000,)]) * 100)
    file.abandon()


def fill(file: TableFile, data: bytes) -> None:
    file.write(data)
    file.close()


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("integer", PgType("integer")),
        ("numeric(10,2)", PgType("numeric", (10, 2))),
        ("numeric(2,-3)", PgType("numeric", (2, -3))),
        ("character varying(5)", PgType("character varying", (5,))),
        ("timestamp(3) with time zone", PgType("timestamp with time zone", (3,))),
        ("double precision[]", PgType("double precision", is_array=True)),
        ("numeric(10,2)[]", PgType("numeric", (10, 2), is_array=True)),
        ('"char"', PgType('"char"')),
        ("public.mood[]", PgType("public.mood[]")),
    ],
)
def test_a_type_is_its_name_and_its_modifiers(text: str, parsed: PgType) -> None:
    assert PgType.of(text) == parsed
