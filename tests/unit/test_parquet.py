"""A Parquet file has real types, read back with DuckDB; nothing is rounded or left out."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import inf, isnan
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from app.exports import parquet
from app.exports.formats import csv_lines
from app.exports.parquet import parquet_file
from app.exports.unrepresentable import Unrepresentable
from tests.parquet_reader import ParquetReader, parquet_reader

Row = Sequence[str | None]
Columns = Sequence[tuple[str, str]]

PIECE_BYTES = 1 << 18  # as they come from a socket


def written(
    folder: Path, columns: Columns, rows: Sequence[Row], *, text: Sequence[int] = ()
) -> Path:
    path = folder / "rows.parquet"
    file = parquet_file(path, columns, text_columns=text)
    data = csv_lines(rows)
    try:
        for start in range(0, len(data), PIECE_BYTES):
            file.write(data[start : start + PIECE_BYTES])
        file.close()
    finally:
        file.abandon()
    return path


@pytest.fixture(scope="module")
def reader() -> Iterator[ParquetReader]:
    with parquet_reader() as reader:
        yield reader


def about(path: Path) -> list[dict[str, str]]:
    """What the file's metadata say of its columns."""
    return json.loads(pq.read_metadata(path).metadata[b"rowstream:columns"])


EQUALS: list[tuple[str, str, tuple[str, object]]] = [
    ("boolean", "t", ("BOOLEAN", True)),
    ("boolean", "f", ("BOOLEAN", False)),
    ("smallint", "-32768", ("SMALLINT", -32768)),
    ("integer", "2147483647", ("INTEGER", 2147483647)),
    ("bigint", "-9223372036854775808", ("BIGINT", -(2**63))),
    ("real", "0.5", ("FLOAT", 0.5)),
    ("real", "-Infinity", ("FLOAT", -inf)),
    ("double precision", "0.30000000000000004", ("DOUBLE", 0.1 + 0.2)),
    ("double precision", "Infinity", ("DOUBLE", inf)),
    ("numeric(10,2)", "12.50", ("DECIMAL(10,2)", Decimal("12.50"))),
    ("numeric(38,0)", "9" * 38, ("DECIMAL(38,0)", Decimal("9" * 38))),
    ("numeric(2,-3)", "12000", ("DECIMAL(5,0)", Decimal(12000))),
    ("numeric(3,5)", "0.00123", ("DECIMAL(5,5)", Decimal("0.00123"))),
    ("numeric(38,38)", "-0." + "9" * 38, ("DECIMAL(38,38)", Decimal("-0." + "9" * 38))),
    ("numeric(12,2)", "-9999999999.99", ("DECIMAL(12,2)", Decimal("-9999999999.99"))),
    ("numeric", "1.10", ("DECIMAL(38,2)", Decimal("1.10"))),
    (
        "numeric",
        "-12345678901234567890123",
        ("DECIMAL(38,0)", Decimal(-12345678901234567890123)),
    ),
    ("date", "0001-01-01", ("DATE", date(1, 1, 1))),
    ("date", "9999-12-31", ("DATE", date(9999, 12, 31))),
    ("time without time zone", "12:00:00.123456", ("TIME", time(12, 0, 0, 123456))),
    (
        "timestamp(6) without time zone",
        "2013-06-01 12:34:56.789012",
        ("TIMESTAMP", datetime.fromisoformat("2013-06-01 12:34:56.789012")),
    ),
    (
        "timestamp with time zone",
        "2013-06-01 12:34:56.5+05:30",
        ("TIMESTAMP WITH TIME ZONE", datetime.fromisoformat("2013-06-01T07:04:56.5")),
    ),
    (
        "timestamp with time zone",
        "1890-01-01 00:00:00-00:53:28",
        ("TIMESTAMP WITH TIME ZONE", datetime.fromisoformat("1890-01-01T00:53:28")),
    ),
    ("bytea", "\\x00ff10", ("BLOB", b"\0\xff\x10")),
    ("bytea", "\\x", ("BLOB", b"")),
    ("text", "", ("VARCHAR", "")),
    (
        "uuid",
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        ("VARCHAR", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ),
    ("jsonb", '{"a": 1.10}', ("VARCHAR", '{"a": 1.10}')),
    ("interval", "1 mon", ("VARCHAR", "1 mon")),
    ("public.mood", "ok", ("VARCHAR", "ok")),
    ("integer[]", "{1,NULL,3}", ("INTEGER[]", [1, None, 3])),
    ("integer[]", "{}", ("INTEGER[]", [])),
    ("boolean[]", "{t,f,NULL}", ("BOOLEAN[]", [True, False, None])),
    ("numeric(10,2)[]", "{1.00,2.50}", ("DECIMAL(10,2)[]", [Decimal("1.00"), Decimal("2.50")])),
    ("numeric[]", "{1.5,NULL,2.25}", ("DECIMAL(38,2)[]", [Decimal("1.50"), None, Decimal("2.25")])),
    ("date[]", "{2013-01-01}", ("DATE[]", [date(2013, 1, 1)])),
    (
        "timestamp without time zone[]",
        '{"2013-01-01 00:00:00",NULL}',
        ("TIMESTAMP[]", [datetime.fromisoformat("2013-01-01 00:00:00"), None]),
    ),
    (
        "text[]",
        '{"a b",NULL,null,"NULL","","c\\"d\\\\e",é,"{x}",","}',
        ("VARCHAR[]", ["a b", None, "null", "NULL", "", 'c"d\\e', "é", "{x}", ","]),
    ),
    ("public.mood[]", "{ok}", ("VARCHAR", "{ok}")),
]


@pytest.mark.parametrize(("type_", "text", "equal"), EQUALS)
def test_a_type_has_its_equal(
    reader: ParquetReader, tmp_path: Path, type_: str, text: str, equal: tuple[str, object]
) -> None:
    name, value = equal
    path = written(tmp_path, [("c", type_)], [(text,), (None,), (text,)])

    assert reader.types(path) == [name]
    assert reader.rows(path) == [(value,), (None,), (value,)]


def test_nan_is_a_number_of_floats(reader: ParquetReader, tmp_path: Path) -> None:
    path = written(tmp_path, [("c", "real"), ("d", "double precision[]")], [("NaN", "{NaN,1}")])
    [(single, [first, second])] = reader.rows(path)

    assert isnan(single)
    assert isnan(first)
    assert second == 1


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("date", "infinity"),
        ("date", "0044-03-15 BC"),
        ("date", "99999-01-01"),
        ("time without time zone", "24:00:00"),
        ("timestamp without time zone", "-infinity"),
        ("timestamp without time zone", "294276-12-31 00:00:00"),
        ("timestamp with time zone", "0044-03-15 00:00:00+00 BC"),
        ("timestamp with time zone", "infinity"),
        ("numeric", "NaN"),
        ("numeric", "Infinity"),
        ("numeric(10,2)", "NaN"),
        ("numeric", "9" * 39),
        ("numeric", "-" + "1" * 45),
        ("numeric", "1" * 37 + ".25"),
        ("numeric", "0." + "1" * 39),
        ("numeric", "12345678901234567890.12345678901234567890"),
        ("integer[]", "{{1,2},{3,4}}"),
        ("integer[]", "[0:2]={1,NULL,3}"),
        ("date[]", "{infinity}"),
    ],
)
def test_a_column_with_a_value_that_does_not_fit_is_text(
    reader: ParquetReader, tmp_path: Path, type_: str, text: str
) -> None:
    path = written(tmp_path, [("c", type_)], [(None,), (text,)])

    assert (reader.types(path), reader.rows(path)) == (["VARCHAR"], [(None,), (text,)])
    assert about(path) == [
        {"name": "c", "rowstream:type": type_, "rowstream:note": parquet.NOT_HELD}
    ]


@pytest.mark.parametrize(
    ("type_", "first", "later"),
    [
        ("numeric", "1.10", "1.123"),
        ("numeric", "1000000", "12345678901234567890123456789012345678901"),
        ("numeric(10,2)", "1.10", "NaN"),
        ("numeric[]", "{1.5}", "{1.25}"),
        ("timestamp with time zone", "2013-01-01 00:00:00+00", "infinity"),
        ("bytea[]", "{NULL}", "{{NULL}}"),
    ],
)
def test_no_later_value_is_rounded(tmp_path: Path, type_: str, first: str, later: str) -> None:
    rows = [(first,)] * (2 * parquet.GROUP_ROWS) + [(later,)]

    with pytest.raises(Unrepresentable) as refused:
        written(tmp_path, [("c", type_)], rows)
    assert refused.value.columns == {0}


def test_a_later_value_that_does_not_fit_is_told_and_written_as_text_the_next_time(
    reader: ParquetReader, tmp_path: Path
) -> None:
    columns = [("a", "integer"), ("until", "date"), ("b", "integer[]")]
    rows = [("1", "2013-01-01", "{}")] * parquet.GROUP_ROWS
    last = ("2", "infinity", "{{1}}")

    with pytest.raises(Unrepresentable, match="Values of 'until', 'b' do not fit") as refused:
        written(tmp_path, columns, [*rows, last])
    path = written(tmp_path, columns, [*rows, last], text=sorted(refused.value.columns))

    assert reader.types(path) == ["INTEGER", "VARCHAR", "VARCHAR"]
    assert reader.rows(path)[-1] == (2, "infinity", "{{1}}")


def test_the_metadata_say_what_a_column_was(tmp_path: Path) -> None:
    columns = [("n", "numeric(10,2)"), ("t", "text"), ("i", "interval"), ("j", "jsonb")]
    path = written(tmp_path, columns, [])
    schema = pq.read_schema(path)

    assert about(path) == [
        {"name": "n", "rowstream:type": "numeric(10,2)"},
        {"name": "t", "rowstream:type": "text"},
        {"name": "i", "rowstream:type": "interval", "rowstream:note": parquet.NO_EQUAL},
        {"name": "j", "rowstream:type": "jsonb", "rowstream:note": parquet.NO_EQUAL},
    ]
    assert schema.field("n").metadata[b"rowstream:type"] == b"numeric(10,2)"


def test_no_rows_have_types_all_the_same(reader: ParquetReader, tmp_path: Path) -> None:
    path = written(tmp_path, [("n", "integer"), ("d", "numeric")], [])

    assert (reader.types(path), reader.rows(path)) == (["INTEGER", "DECIMAL(38,0)"], [])


def test_repeated_names_are_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path, [("same", "text"), ("same", "text"), ("?", "text")], [("a", "b", "c")])

    assert pq.read_schema(path).names == ["same", "same_2", "?"]
    assert [each["name"] for each in about(path)] == ["same", "same", "?"]


HARD = [
    "",
    "=1+1",
    "😀 שלום",
    "a\nb\r\nc\td",
    "\x01\x1f\x7f",
    "\\N",
    '"',
    ",",
    "\\x",
    "x" * 100_000,
]


def test_every_text_survives(reader: ParquetReader, tmp_path: Path) -> None:
    path = written(tmp_path, [("c", "text")], [(text,) for text in [*HARD, None]])

    assert reader.rows(path) == [(text,) for text in [*HARD, None]]


def test_row_groups_are_bounded_by_rows_and_by_bytes(reader: ParquetReader, tmp_path: Path) -> None:
    narrow = written(tmp_path, [("n", "integer")], [("1",)] * (2 * parquet.GROUP_ROWS + 10))
    counts = [group.num_rows for group in groups(narrow)]
    wide = written(tmp_path, [("c", "text")], [("x" * 100_000,)] * 600)
    sizes = [group.total_byte_size for group in groups(wide)]

    assert sum(counts) == 2 * parquet.GROUP_ROWS + 10
    assert len(counts) >= 2
    assert len(sizes) >= 2
    assert len(reader.rows(wide)) == 600


def groups(path: Path) -> list["pq.RowGroup"]:
    metadata = pq.read_metadata(path)
    return [metadata.row_group(number) for number in range(metadata.num_row_groups)]


def test_giving_up_leaves_nothing_open(tmp_path: Path) -> None:
    file = parquet_file(tmp_path / "x", [("n", "integer")])
    file.write(csv_lines([("1",)]))

    file.abandon()
    file.abandon()
