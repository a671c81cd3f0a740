"""COPY's text format into the JSON of rows, whole chunks at a time. Pure.

A line is a row, a tab ends a value, `\\N` is NULL, and a backslash begins an escape
(PostgreSQL, COPY, "Text Format"). The escapes are JSON's own but for `\\v`; JSON wants quotes and
the other control characters escaped as well. So a chunk is made by replacing bytes, not by looking
at values; the result is what orjson writes for the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from app.runs.chunking import Pieces

# What COPY leaves as it is and JSON does not allow: all below U+0020 but the six it escapes.
CONTROLS = sorted(set(range(1, 0x20)) - set(b"\b\t\n\v\f\r"))
UNICODE_ESCAPES = [(b"%c" % each, b"\\u%04x" % each) for each in CONTROLS]
NUL = b"\0"  # is in no text of PostgreSQL's: stands for a doubled backslash for a moment
VERTICAL_TAB = rb"\u000b"
NEXT_ROW = b'"],["'
NULL = rb"\N"


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of rows as whole lines with their ends, in parts as they came."""

    parts: tuple[bytes, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, text: bytes) -> "Lines":
        """The lines of this text, which ends where a line does."""
        return cls((text,), (text.count(b"\n"),)) if text else cls((), ())

    @property
    def size(self) -> int:
        """Bytes; JSON takes no fewer."""
        return sum(map(len, self.parts))

    def __len__(self) -> int:
        """How many lines."""
        return sum(self.counts)

    def __getitem__(self, lines: slice) -> "Lines":
        """Some of them, one after the other."""
        start, stop, _ = lines.indices(len(self))
        stop = max(start, stop)
        parts = zip(self.parts, self.counts, accumulate(self.counts, initial=0), strict=False)
        cut = [
            _cut(text, count, start - before, stop - before)
            for text, count, before in parts
            if before < stop and start < before + count
        ]
        return Lines(tuple(text for text, _ in cut), tuple(count for _, count in cut))

    def __add__(self, other: "Lines") -> "Lines":
        """These lines and then those."""
        return Lines(self.parts + other.parts, self.counts + other.counts)

    def singly(self) -> "Iterator[Lines]":
        """Each line as a block of its own."""
        for text in self.parts:
            for line in _each(text):
                yield Lines((line + b"\n",), (1,))

    def encoded(self) -> Pieces:
        """`["a",null],["b","c"]`, as orjson writes it; at least one line."""
        text = b"".join(self.parts)
        for control, escape in UNICODE_ESCAPES:
            text = text.replace(control, escape)  # not copied where there is none
        text = text.replace(b'"', rb"\"")
        has_escapes = b"\\" in text
        if has_escapes and rb"\v" in text:
            text = text.replace(rb"\\", NUL).replace(rb"\v", VERTICAL_TAB).replace(NUL, rb"\\")
        text = text.replace(b"\t", b'","').replace(b"\n", NEXT_ROW)
        if not has_escapes:
            return b'["', memoryview(text)[:-3]
        # A backslash in a value is doubled, so this is a whole value.
        text = text.replace(rb'"\N"', b"null")
        if text.startswith(rb'\N"'):
            return b"[null", memoryview(text)[3:-3]
        return b'["', memoryview(text)[:-3]


def lines_within(text: bytes, most_bytes: int) -> tuple[bytes, bytes | None]:
    """The lines before the first whose values have more than `most_bytes`, and that line.

    Usually all, and None.
    """
    if len(text) <= most_bytes:
        return text, None
    end = 0
    for line in _each(text):
        if len(line) > most_bytes and sum(value_bytes(line)) > most_bytes:
            return text[:end], line
        end += len(line) + 1
    return text, None


def value_bytes(line: bytes) -> list[int]:
    """The bytes of each value's text in a line without its end; NULL has none."""
    return [0 if value == NULL else _unescaped_bytes(value) for value in line.split(b"\t")]


def _unescaped_bytes(value: bytes) -> int:
    single = value.replace(rb"\\", NUL)
    return len(single) - single.count(b"\\")


def _each(text: bytes) -> Iterator[bytes]:
    yield from text[:-1].split(b"\n")


def _cut(text: bytes, count: int, start: int, stop: int) -> tuple[bytes, int]:
    """The lines from `start` before `stop` of these `count`; places outside mean the ends."""
    start, stop = max(start, 0), min(stop, count)
    if stop - start == count:
        return text, count
    return text[_end(text, count, start) : _end(text, count, stop)], stop - start


def _end(text: bytes, count: int, lines: int) -> int:
    """Where so many of the `count` lines end. Looks first where they would if all were as long."""
    if lines in (0, count):
        return len(text) if lines else 0
    place = len(text) * lines // count
    missing = lines - text.count(b"\n", 0, place)
    while missing > 0:
        place = text.index(b"\n", place) + 1
        missing -= 1
    while missing < 0:
        place = text.rindex(b"\n", 0, place)
        missing += 1
    return text.rindex(b"\n", 0, place) + 1
