"""Blocks of rows made into objects by replacing bytes are what each value alone would be."""

import json
import re
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import example, given, strategies as st

from app.errors import Json
from app.exports.objects import Objects, distinct_names
from app.exports.rowtext import Rows

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
Column = tuple[str, str]
Values = Sequence[str | None]

# What the replacing looks for, whole or in parts, and all that JSON escapes.
PIECES = [*'",[]{}\\:', "],[", '","', "null", "NaN", "t", "\x7f", "é", "😀", "\u2028"]
CONTROLS = list(map(chr, range(1, 0x20)))
TEXTS = st.lists(st.sampled_from([*PIECES, *CONTROLS]), max_size=6).map("".join) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0")
)
SPECIAL = st.sampled_from(["NaN", "Infinity", "-Infinity", "-0", "1e+20", "-1e-07", "0.10"])
JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
)
INDENTS = st.sampled_from([None, 0, 1, "\t"])
DOCUMENTS = (
    st.tuples(JSON_VALUES, INDENTS).map(lambda given: json.dumps(given[0], indent=given[1]))
    | JSON_VALUES.map(lambda value: orjson.dumps(value).decode())
    | st.sampled_from(['\r\n[1 ,\t"\\ud800"]\n', "1e400", "null", '"null"'])
)
PRINTED = {
    "bigint": st.integers(-(2**63), 2**63 - 1).map(str),
    "numeric(10,2)": st.decimals(allow_nan=False, allow_infinity=False).map("{:f}".format),
    "numeric": SPECIAL | st.integers().map(str),
    "double precision": SPECIAL | st.floats(allow_nan=False, allow_infinity=False).map(repr),
    "boolean": st.sampled_from("tf"),
    "json": DOCUMENTS,
    "jsonb": DOCUMENTS,
    "text": TEXTS,
    "integer[]": st.lists(st.integers()).map(lambda each: f"{{{','.join(map(str, each))}}}"),
    "timestamp with time zone": st.datetimes().map("{:%Y-%m-%d %H:%M:%S+00}".format),
}
COLUMNS = st.lists(st.tuples(TEXTS, st.sampled_from(sorted(PRINTED))), min_size=1, max_size=5)


def rows_of(columns: Sequence[Column]) -> st.SearchStrategy[tuple[Sequence[Column], list[Values]]]:
    row = st.tuples(*(st.none() | PRINTED[kind] for _, kind in columns))
    return st.tuples(st.just(columns), st.lists(row, min_size=1, max_size=5))


def alone(value: str | None, kind: str) -> str:
    """The rule of the design, for one value."""
    if value is None:
        return "null"
    match kind.partition("(")[0]:
        case "bigint" | "numeric" | "double precision" if NUMBER.fullmatch(value):
            return value
        case "boolean":
            return {"t": "true", "f": "false"}[value]
        case "json" | "jsonb":
            return re.sub(r"[\r\n]", " ", value)
        case _:
            return orjson.dumps(value).decode()


def objects(columns: Sequence[Column], rows: Sequence[Values], between: str = "\n") -> str:
    return Objects(columns, between=between.encode())(Rows.of(rows).json).decode()


@given(COLUMNS.flatmap(rows_of), st.sampled_from(["\n", ",\n"]))
@example(([("a", "text"), ("b", "text")], [("a]", "[b"), (None, "null"), ("],[", "[null")]), "\n")
@example(([("a", "text")], [(None,), ("null",), ("[null",), (",null",), ("",)]), "\n")
@example(([("a", "boolean"), ("b", "jsonb")], [("t", "null"), (None, None), ("f", '"\\""')]), "\n")
def test_a_block_is_what_each_value_alone_is(
    given_rows: tuple[Sequence[Column], list[Values]], between: str
) -> None:
    columns, rows = given_rows
    keys = [orjson.dumps(name).decode() for name in distinct_names([name for name, _ in columns])]
    kinds = [kind for _, kind in columns]

    expected = (
        ",".join(f"{k}:{alone(v, kind)}" for k, v, kind in zip(keys, row, kinds, strict=True))
        for row in rows
    )
    assert objects(columns, rows, between) == between.join(f"{{{each}}}" for each in expected)


@pytest.mark.parametrize("kind", ["text", "numeric", "boolean", "json"])
def test_a_block_of_nothing_but_nulls_is_of_nulls(kind: str) -> None:
    assert objects([("v", kind)] * 2, [(None, None)] * 2).split() == ['{"v":null,"v_2":null}'] * 2
