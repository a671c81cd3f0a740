"""Rows as csv, json and ndjson; psql itself is asked elsewhere whether CSV is its own."""

import csv
import io
import json
from collections.abc import Sequence
from itertools import pairwise

import orjson
import pytest
from hypothesis import given, strategies

from app.exports.formats import FORMATS, Format, Row, csv_lines, row_format
from app.exports.objects import distinct_names

TEXT = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\0"))


def whole(name: Format, columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> bytes:
    """The file of these rows, given to the format one block of two rows at a time."""
    form = row_format(name, columns)
    starts = [*range(0, len(rows), 2), len(rows)]
    blocks = [form.rows(rows[a:b], first=a == 0) for a, b in pairwise(starts)]
    return b"".join([form.head(), *blocks, form.tail()])


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (["a", "b"], b"a,b\n"),
        ([None, ""], b',""\n'),
        (["a,b", 'say "x"'], b'"a,b","say ""x"""\n'),
        (["a\nb", "a\rb"], b'"a\nb","a\rb"\n'),
        ([" a ", "\t", "'"], b" a ,\t,'\n"),
        (["\\.", "a"], b"\\.,a\n"),
        (["\\."], b'"\\."\n'),
        ([None], b"\n"),
        (["é\u2028"], "é\u2028\n".encode()),
    ],
)
def test_a_csv_line_quotes_what_postgresql_quotes(row: Row, line: bytes) -> None:
    assert csv_lines([row]) == line


@given(strategies.lists(strategies.tuples(TEXT, TEXT), min_size=1))
def test_csv_gives_every_text_back(rows: list[tuple[str, str]]) -> None:
    text = whole("csv", [("a", "text"), ("b", "text")], rows).decode()

    assert list(csv.reader(io.StringIO(text, newline=""))) == [["a", "b"], *map(list, rows)]


@pytest.mark.parametrize(
    ("kind", "text", "embedded"),
    [
        ("bigint", "9007199254740993", "9007199254740993"),
        ("numeric", "12345678901234567890.1200", "12345678901234567890.1200"),
        ("numeric(10,2)", "1.10", "1.10"),
        ("double precision", "-1e-07", "-1e-07"),
        ("real", "NaN", '"NaN"'),
        ("numeric", "-Infinity", '"-Infinity"'),
        ("boolean", "t", "true"),
        ("boolean", "f", "false"),
        ("jsonb", '{"a": 1.10}', '{"a": 1.10}'),
        ("json", '{"a":\n[1e400]}', '{"a": [1e400]}'),
        ("json", r'"\ud800"', r'"\ud800"'),
        ("json", "null", "null"),
        ("text", "1", '"1"'),
        ("integer[]", "{1,2}", '"{1,2}"'),
        ("money", "$1.00", '"$1.00"'),
        ("date", "infinity", '"infinity"'),
    ],
)
def test_json_embeds_a_value_by_its_type(kind: str, text: str, embedded: str) -> None:
    assert whole("ndjson", [("v", kind)], [[text]]) == f'{{"v":{embedded}}}\n'.encode()


def test_null_is_null_in_every_type() -> None:
    columns = [("n", "integer"), ("b", "boolean"), ("j", "json"), ("t", "text")]

    lines = whole("ndjson", columns, [[None] * 4])

    assert lines == b'{"n":null,"b":null,"j":null,"t":null}\n'


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_json_is_one_array_whatever_the_blocks(count: int) -> None:
    rows = [[str(number)] for number in range(count)]

    assert json.loads(whole("json", [("n", "integer")], rows)) == [{"n": n} for n in range(count)]


@given(strategies.lists(TEXT))
def test_an_ndjson_line_is_a_row(texts: list[str]) -> None:
    lines = whole("ndjson", [("t", "text")], [[text] for text in texts]).split(b"\n")

    assert [orjson.loads(line)["t"] for line in lines[:-1]] == texts
    assert lines[-1] == b""


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["a_2", "a", "a"], ["a_2", "a", "a_3"]),
        (["?column?", "?column?", "__proto__"], ["?column?", "?column?_2", "__proto__"]),
    ],
)
def test_a_repeated_name_gets_the_next_free_number(names: list[str], keys: list[str]) -> None:
    assert distinct_names(names) == keys


@given(strategies.lists(strategies.sampled_from(["a", "a_2", "a_2_2", "b"])))
def test_no_column_is_lost_in_an_object(names: list[str]) -> None:
    assert len(set(distinct_names(names))) == len(names)


@pytest.mark.parametrize("name", FORMATS)
def test_a_run_without_columns_yet_is_a_file_without_rows(name: Format) -> None:
    expected = {"csv": b"", "json": b"[\n]\n", "ndjson": b""}

    assert whole(name, [], []) == expected[name]


def test_a_block_without_rows_adds_nothing() -> None:
    blocks = [row_format(name, [("a", "integer")]).rows([], first=True) for name in FORMATS]

    assert blocks == [b"", b"", b""]


def test_a_percent_sign_in_a_name_or_value_is_only_itself() -> None:
    lines = whole("ndjson", [("100%s", "text"), ("%(a)d", "text")], [["%s", "%%"]])

    assert json.loads(lines) == {"100%s": "%s", "%(a)d": "%%"}


def test_column_names_stand_in_the_header_as_values_do() -> None:
    assert whole("csv", [('a"b', "text"), ("c\nd", "text")], []) == b'"a""b","c\nd"\n'
