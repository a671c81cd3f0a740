"""Columns of printed values as cells of a worksheet, whole columns at a time.

What a column's values become is said by its type: numbers, booleans, dates and times where the
spreadsheet holds them exactly, else text. Text is an inline string: never a formula, never a link.

A spreadsheet's number is a double, of which it shows 15 digits. Integers and decimals with more are
text, so that no digit is lost or hidden. NaN and the infinities are text.

A spreadsheet's moment is a number of days. Dates are moments from 1900-03-01 (before, Excel counts
a day that never was, and others do not) to 9999-12-31; the number keeps microseconds, of which
Excel shows three digits. A time zone it does not have: the cell shows the time in the run's zone as
it was printed, and the offset is part of the cell's number format.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from app.exports.typed import PgType

MOST_CHARACTERS = 32_767  # of a cell, as UTF-16
EXACT_DIGITS = 15  # of a decimal number that come back from any double
EXACT_INTEGER = r"^-?[0-9]{1,15}$"
LEAST_NORMAL, MOST_NUMBER = 2.2250738585072014e-308, 9.99999999999999e307  # Excel's limits
LONGEST_DECIMAL = 300  # characters: a longer one can pass those limits
SHORT_DECIMAL = r"^-?[0-9.]{1,15}$"

EPOCH_DAYS = 25_569  # from 1899-12-30, where Excel's count begins, to 1970-01-01
FIRST_DAY = 61  # 1900-03-01
DAY_MICROSECONDS = 86_400_000_000
MOMENT = (
    r"^(?P<local>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?P<fraction>\.[0-9]+)?)"
    r"(?P<offset>[-+][0-9:]+)?$"
)
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DATE_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"

# What XML does not have, or whoever reads it changes, is written as Excel does: `_x000D_`.
SPECIAL = r"[&<>\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]|_x[0-9A-Fa-f]{4}_"
SPACE_AT_EDGE = r"^[ \t\n]|[ \t\n]\z"
UNWRITTEN = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")

StyleOf = Callable[[str], int]
"""Gives out the style that shows numbers in a format."""


Pieces = Sequence[pa.StringArray | str]
"""What stands one behind the other in each row: of its own, or the same in all."""


class TooLong(ValueError):
    """A text does not fit into a cell. `index` is its place among the values."""

    def __init__(self, index: int, characters: int) -> None:
        self.index = index
        self.characters = characters
        super().__init__(f"a text of {characters} characters")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What stands in the cells as numbers, null where nothing does, and their attributes."""

    text: pa.StringArray
    attributes: pa.StringArray | str


Kind = Callable[[pa.StringArray, PgType, StyleOf], Numbers]


class Column:
    """One column of a worksheet, named by its letters."""

    def __init__(self, letters: str, type_: PgType, style_of: StyleOf) -> None:
        self._before = f'<c r="{letters}'
        self._numbers = None if type_.is_array else KINDS.get(type_.name)
        self._type = type_
        self._style_of = style_of

    def cells(self, values: pa.StringArray, rows: pa.StringArray) -> Pieces:
        """The cells of these values in rows of these numbers; null where a value is.

        Raises TooLong.
        """
        if self._numbers is None:
            return self.texts(values, rows)
        numbers = self._numbers(values, self._type, self._style_of)
        attributes, text = numbers.attributes, numbers.text
        pieces = (self._before, rows, '"', attributes, "<v>", text, "</v></c>")
        if not text.null_count:
            return pieces
        cells = joined(pieces)
        if text.null_count > values.null_count:
            left = pc.if_else(cells.is_valid(), None, values)
            cells = pc.coalesce(cells, joined(self.texts(left, rows)))
        return (cells,)

    def texts(self, values: pa.StringArray, rows: pa.StringArray, attributes: str = "") -> Pieces:
        """The same as text, whatever the type."""
        _refuse_long(values)
        keeps = pc.any(pc.match_substring_regex(values, SPACE_AT_EDGE)).as_py()
        space = ' xml:space="preserve"' if keeps else ""
        opened = f'" t="inlineStr"{attributes}><is><t{space}>'
        pieces = (self._before, rows, opened, _escaped(values), "</t></is></c>")
        return (joined(pieces),) if values.null_count else pieces


def joined(pieces: Pieces, nulls: Literal["emit_null", "replace"] = "emit_null") -> pa.StringArray:
    """The pieces of each row one behind the other; null where one of them is, or without it."""
    merged = [
        piece
        for is_constant, run in groupby(pieces, lambda piece: isinstance(piece, str))
        for piece in (["".join(cast("Iterable[str]", run))] if is_constant else run)
    ]
    return pc.binary_join_element_wise(*merged, "", null_handling=nulls, null_replacement="")


def _booleans(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    return Numbers(pc.if_else(pc.equal(values, "t"), "1", "0"), ' t="b">')


def _integers(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    return Numbers(values, ">")


def _bigints(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    attributes = _styled(style_of("0"))  # else a number of 12 digits is shown as 1.2E+11
    return Numbers(_only(pc.match_substring_regex(values, EXACT_INTEGER), values), attributes)


def _floats(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    sizes = pc.abs(pc.cast(values, pa.float64()))
    held = pc.and_(pc.less_equal(sizes, MOST_NUMBER), pc.greater_equal(sizes, LEAST_NORMAL))
    return Numbers(_only(pc.or_(held, pc.equal(sizes, 0.0)), values), ">")


def _decimals(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    """A scale that the type has is shown, as PostgreSQL prints it."""
    short = pc.match_substring_regex(values, SHORT_DECIMAL)
    exact = short
    if not pc.all(short, min_count=0).as_py():
        longer = pc.invert(short)
        exact = pc.replace_with_mask(
            short,
            pc.fill_null(longer, False),
            pa.array([_is_exact(text) for text in values.filter(longer).to_pylist()], pa.bool_()),
        )
    scale = type_.modifiers[1] if len(type_.modifiers) > 1 else 0
    attributes = _styled(style_of("0." + "0" * scale)) if 0 < scale <= EXACT_DIGITS else ">"
    return Numbers(_only(exact, values), attributes)


def _dates(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    printed = _only(pc.match_substring_regex(values, DATE), values)
    days = pc.add(pc.cast(pc.cast(printed, pa.date32()), pa.int32()), EPOCH_DAYS)
    held = _only(pc.greater_equal(days, FIRST_DAY), days)
    return Numbers(pc.cast(held, pa.string()), _styled(style_of(DATE_FORMAT)))


def _moments(values: pa.StringArray, type_: PgType, style_of: StyleOf) -> Numbers:
    parts = pc.extract_regex(values, MOMENT)
    local = pc.cast(pc.struct_field(parts, "local"), pa.timestamp("us"))
    microseconds = pc.add(pc.cast(local, pa.int64()), EPOCH_DAYS * DAY_MICROSECONDS)
    held = _only(pc.greater_equal(microseconds, FIRST_DAY * DAY_MICROSECONDS), microseconds)
    days = pc.divide(pc.cast(held, pa.float64(), safe=False), float(DAY_MICROSECONDS))
    has_fraction = pc.not_equal(pc.struct_field(parts, "fraction"), "")
    formats = pc.binary_join_element_wise(
        pc.if_else(has_fraction, ".000", ""), pc.struct_field(parts, "offset"), ""
    ).dictionary_encode()
    styles = [_styled(style_of(_moment_format(each))) for each in formats.dictionary.to_pylist()]
    attributes = pa.array(styles, pa.string()).take(formats.indices)
    return Numbers(pc.cast(days, pa.string()), attributes)


def _moment_format(shown: str) -> str:
    """`.000+01` is the fraction as digits, the offset as it stands."""
    fraction = ".000" if shown.startswith(".") else ""
    offset = shown.removeprefix(".000")
    return MOMENT_FORMAT + fraction + (f'"{offset}"' if offset else "")


KINDS: Mapping[str, Kind] = {
    "boolean": _booleans,
    "smallint": _integers,
    "integer": _integers,
    "bigint": _bigints,
    "real": _floats,
    "double precision": _floats,
    "numeric": _decimals,
    "date": _dates,
    "timestamp without time zone": _moments,
    "timestamp with time zone": _moments,
}


def _styled(style: int) -> str:
    return f' s="{style}">'


def _only(which: pa.BooleanArray, values: pa.Array) -> pa.Array:
    """The values where it is true, else null."""
    return pc.if_else(which, values, None)


def _is_exact(text: str) -> bool:
    """Whether a double has all digits of a decimal; not of NaN and the infinities."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    numeric = text[-1:].isdigit()
    return numeric and len(digits) <= EXACT_DIGITS and len(text) <= LONGEST_DECIMAL


def _refuse_long(values: pa.StringArray) -> None:
    most = pc.max(pc.binary_length(values)).as_py()
    if most is None or most <= MOST_CHARACTERS:
        return
    for index, text in enumerate(values.to_pylist()):
        characters = len((text or "").encode("utf-16-le")) // 2
        if characters > MOST_CHARACTERS:
            raise TooLong(index, characters)


def _escaped(values: pa.StringArray) -> pa.StringArray:
    special = pc.match_substring_regex(values, SPECIAL)
    if not pc.any(special).as_py():
        return values
    written = [escaped(text) for text in values.filter(special).to_pylist()]
    return pc.replace_with_mask(
        values, pc.fill_null(special, False), pa.array(written, pa.string())
    )


def escaped(text: str) -> str:
    """A text as it stands in an element of XML."""
    text = UNWRITTEN.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
