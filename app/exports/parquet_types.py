"""What PostgreSQL's types are in Parquet, and how printed values become them.

    boolean                        bool
    smallint, integer, bigint      int16, int32, int64
    real, double precision         float, double; NaN and the infinities included
    numeric(p,s)                   decimal128 up to 38 digits
    date                           date32
    time without time zone         time64[us]
    timestamp without time zone    timestamp[us]
    timestamp with time zone       timestamp[us, UTC]: the instant, not how it was printed
    bytea                          binary
    arrays of these and of texts   list, of one dimension
    everything else                string, as printed

`uuid` is text: Parquet has a type for it, but half of its readers show 16 raw bytes. A numeric
without precision gets the decimal that the first rows need (`decimal_of`). What has no equal is
text in the whole column: 24:00, infinity, years before 1 and after 9999, NaN in a decimal, more
than 38 digits, arrays of several dimensions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from app.exports.lists import lists
from app.exports.typed import PgType

MOST_DIGITS = 38  # of decimal128; few readers know decimal256
HEX_MARK = 2  # characters before a bytea's digits: \x
OFFSET = r"^(?P<local>[^+]*[0-9])(?P<offset>[-+][0-9:]+)$"
MICROSECONDS = 1_000_000
EPOCH = "1970-01-01"

STRING = pa.string()
INSTANT = pa.timestamp("us", "UTC")
TEXTS = frozenset({"text", "character varying", "character", "name", "uuid"})

# From printed values to typed ones; raises ArrowInvalid for a value that the type does not hold.
Convert = Callable[[pa.StringArray], pa.Array]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of Parquet, and the way into it."""

    type: pa.DataType
    convert: Convert


def kind_of(type_: PgType, values: pa.StringArray) -> Kind | None:
    """What a column of this type becomes, of which these are the first values; None is text."""
    if not type_.is_array:
        return decimal_of(type_, values) if type_.name == "numeric" else KINDS.get(type_.name)
    element = PgType(type_.name, type_.modifiers)
    if element.name in TEXTS:
        return _list_of(AS_TEXT)
    kind = kind_of(element, _elements(values) if element.name == "numeric" else values)
    return kind and _list_of(kind)


def _elements(values: pa.StringArray) -> pa.StringArray:
    """Those of all arrays; none where one of the arrays is not a list."""
    try:
        return lists(values, AS_TEXT.convert).flatten()
    except pa.ArrowInvalid:
        return pa.array([], STRING)


def decimal_of(type_: PgType, values: pa.StringArray) -> Kind | None:
    """The decimal for a numeric: of its own precision, else with the scale of the first values."""
    if len(type_.modifiers) == 2:  # noqa: PLR2004 (precision and scale)
        precision, scale = type_.modifiers
        # Since PostgreSQL 15 a scale can be negative, or larger than the precision.
        digits, scale = max(precision - min(scale, 0), scale), max(scale, 0)
    else:
        digits, scale = MOST_DIGITS, _scale(values)
    if digits > MOST_DIGITS or scale > digits:
        return None
    return Kind(pa.decimal128(digits, scale), partial(_decimals, digits=digits, scale=scale))


def _decimals(values: pa.StringArray, digits: int, scale: int) -> pa.Array:
    """Digits are counted before: Arrow reads a number beyond 128 bits as another one."""
    whole = digits - scale
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest > whole:
        printed = rf"^-?{_at_most(whole) or '0'}" + (
            rf"(?:\.{_at_most(scale)})?$" if scale else "$"
        )
        if not pc.all(pc.match_substring_regex(values, printed), min_count=0).as_py():
            raise pa.ArrowInvalid("a decimal with more digits, or no number")
    return pc.cast(values, pa.decimal128(digits, scale))


def _at_most(digits: int) -> str:
    return f"[0-9]{{1,{digits}}}" if digits else ""


def _scale(values: pa.StringArray) -> int:
    """The most digits behind a point."""
    points = pc.find_substring(values, ".")
    behind = pc.subtract(pc.subtract(pc.binary_length(values), points), 1)
    return pc.max(pc.if_else(pc.equal(points, -1), 0, behind)).as_py() or 0


def _cast(type_: pa.DataType) -> Kind:
    return Kind(type_, lambda values: pc.cast(values, type_))


def _list_of(element: Kind) -> Kind:
    return Kind(pa.list_(element.type), lambda values: lists(values, element.convert))


def _booleans(values: pa.StringArray) -> pa.BooleanArray:
    return pc.equal(values, "t")


def _instants(values: pa.StringArray) -> pa.TimestampArray:
    """Offsets with seconds, as cities had them before they had zones, take the longer way."""
    try:
        return pc.cast(values, INSTANT)
    except pa.ArrowInvalid:
        return _instants_of_old(values)


def _instants_of_old(values: pa.StringArray) -> pa.TimestampArray:
    parts = pc.extract_regex(values, OFFSET)
    if parts.null_count > values.null_count:
        raise pa.ArrowInvalid("a moment without an offset at its end")
    local = pc.cast(pc.cast(pc.struct_field(parts, "local"), pa.timestamp("us")), pa.int64())
    offsets = pc.struct_field(parts, "offset").dictionary_encode()
    seconds = [_offset_seconds(each) * MICROSECONDS for each in offsets.dictionary.to_pylist()]
    ahead = pa.array(seconds, pa.int64()).take(offsets.indices)
    return pc.cast(pc.subtract(local, ahead), INSTANT)


def _offset_seconds(offset: str) -> int:
    parts = [int(each) for each in offset[1:].split(":")]
    seconds = sum(each * 60**power for each, power in zip(parts, (2, 1, 0), strict=False))
    return -seconds if offset.startswith("-") else seconds


def _times(values: pa.StringArray) -> pa.Array:
    """By way of a day: Arrow does not read a time by itself."""
    moments = pc.binary_join_element_wise(EPOCH, values, " ")
    return pc.cast(pc.cast(moments, pa.timestamp("us")), pa.time64("us"))


def _bytes(values: pa.StringArray) -> pa.Array:
    """The digits of all values are decoded at once."""
    digits = pc.fill_null(pc.utf8_slice_codeunits(values, HEX_MARK), "")
    ends = pc.cast(pc.cumulative_sum(pc.divide(pc.binary_length(digits), 2)), pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    size = offsets[-1].as_py() * 2
    data = bytes.fromhex(str(memoryview(digits.buffers()[2])[:size], "ascii")) if size else b""
    whole = pa.BinaryArray.from_buffers(
        pa.binary(), len(digits), [None, offsets.buffers()[1], pa.py_buffer(data)]
    )
    return pc.if_else(values.is_null(), None, whole)


AS_TEXT = Kind(STRING, lambda values: values)
KINDS: Mapping[str, Kind] = {
    "boolean": Kind(pa.bool_(), _booleans),
    "smallint": _cast(pa.int16()),
    "integer": _cast(pa.int32()),
    "bigint": _cast(pa.int64()),
    "real": _cast(pa.float32()),
    "double precision": _cast(pa.float64()),
    "date": _cast(pa.date32()),
    "time without time zone": Kind(pa.time64("us"), _times),
    "timestamp without time zone": _cast(pa.timestamp("us")),
    "timestamp with time zone": Kind(INSTANT, _instants),
    "bytea": Kind(pa.binary(), _bytes),
}
