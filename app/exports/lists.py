"""PostgreSQL's arrays, as printed, into lists: `{1,NULL,3}` (PostgreSQL, 8.15.6)."""

import re
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

NULL = "NULL"  # a text that is not null is quoted where it could be taken for it
ELEMENT = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^,]+)', re.DOTALL)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
NESTED = r"^(?:\{\{|\[)"

Convert = Callable[[pa.StringArray], pa.Array]


def lists(values: pa.StringArray, convert: Convert) -> pa.ListArray:
    """Lists of what `convert` makes of their elements' text.

    Raises ArrowInvalid for an array of several dimensions, or one that does not count from 1:
    a list is neither.
    """
    if pc.any(pc.match_substring_regex(values, NESTED)).as_py():
        raise pa.ArrowInvalid("an array of several dimensions, or with bounds of its own")
    quoted = pc.any(pc.match_substring(values, '"')).as_py()
    lengths, elements = _parsed(values) if quoted else _split(values)
    ends = pc.cast(pc.cumulative_sum(lengths), pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, convert(elements), mask=values.is_null())


def _split(values: pa.StringArray) -> tuple[pa.IntegerArray, pa.StringArray]:
    """How many elements each has, and all elements; none of them is quoted."""
    inner = pc.fill_null(pc.utf8_slice_codeunits(values, 1, -1), "")
    parts = pc.split_pattern(inner, ",")
    lengths = pc.if_else(pc.equal(inner, ""), 0, pc.list_value_length(parts))
    elements = parts.flatten()
    elements = elements.filter(pc.not_equal(elements, ""))
    return lengths, pc.if_else(pc.equal(elements, NULL), None, elements)


def _parsed(values: pa.StringArray) -> tuple[pa.IntegerArray, pa.StringArray]:
    """The same, value by value."""
    rows = [list(_elements(text or "{}")) for text in values.to_pylist()]
    lengths = pa.array([len(row) for row in rows], pa.int32())
    return lengths, pa.array([each for row in rows for each in row], pa.string())


def _elements(text: str) -> Iterator[str | None]:
    for found in ELEMENT.finditer(text, 1, len(text) - 1):
        if (quoted := found["quoted"]) is not None:
            yield ESCAPE.sub(r"\1", quoted)
        else:
            yield None if found["plain"] == NULL else found["plain"]
