"""COPY's text format into the JSON of rows, whole chunks at a time. Pure.

A line is a row, a tab ends a value, a raw vertical tab is NULL (as COPY is told), and a backslash
begins an escape (PostgreSQL, COPY, "Text Format"). The escapes are JSON's own but for `\\v`; JSON
wants quotes and the other control characters escaped as well. So a chunk is made by replacing
bytes, not by looking at values; the result is what orjson writes for the same rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from app.database.copy import NULL
from app.runs.chunking import Pieces

# What COPY leaves as it is and JSON does not allow: all below U+0020 but the six it escapes.
CONTROLS = sorted(set(range(1, 0x20)) - set(b"\b\t\n\v\f\r"))
UNICODE_ESCAPES = [(b"%c" % each, b"\\u%04x" % each) for each in CONTROLS]
LINE_END = b"\n"
VERTICAL_TAB = rb"\u000b"
NUL = b"\0"  # is in no text of PostgreSQL's: stands for a doubled backslash for a moment
QUOTED_NULL = b'"%b"' % NULL
DENSE = 64  # bytes a NULL; where they lie closer, one search for all of them is cheaper


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of rows: `count` lines with their ends, from `start` to `end` of `text`.

    They are counted and cut without being taken apart: a list of them costs as much as their JSON.
    """

    text: bytes
    start: int
    end: int
    count: int

    @classmethod
    def of(cls, text: bytes) -> "Lines":
        """The lines of this text, which ends where a line does."""
        return cls(text, 0, len(text), _count(text, LINE_END))

    @property
    def size(self) -> int:
        """Bytes, which their JSON takes at least."""
        return self.end - self.start

    def __len__(self) -> int:
        """How many lines."""
        return self.count

    def __add__(self, other: "Lines") -> "Lines":
        """These lines and then those."""
        text = self._text() + other._text()
        return Lines(text, 0, len(text), self.count + other.count)

    def divided(self, first: int) -> "tuple[Lines, Lines]":
        """So many lines, or all, and the others."""
        first = min(first, self.count)
        middle = self._end_of(first)
        return (
            Lines(self.text, self.start, middle, first),
            Lines(self.text, middle, self.end, self.count - first),
        )

    def singly(self) -> "Iterator[Lines]":
        """Each line as a block of its own."""
        start = self.start
        while start < self.end:
            end = self.text.index(LINE_END, start) + 1
            yield Lines(self.text, start, end, 1)
            start = end

    def within(self, most_bytes: int) -> "tuple[Lines, Lines]":
        """The lines before the first whose values have more bytes, usually all, and the others."""
        if self.size <= most_bytes:
            return self.divided(self.count)
        fitting = takewhile(lambda line: line.fits(most_bytes), self.singly())
        return self.divided(sum(1 for _ in fitting))

    def fits(self, most_bytes: int) -> bool:
        """Whether the values of the first line have no more bytes."""
        return self.size - 1 <= most_bytes or sum(self.value_bytes()) <= most_bytes

    def value_bytes(self) -> list[int]:
        """The bytes of each value's text in the first line; NULL has none."""
        line = self.text[self.start : self._end_of(1) - 1]
        return [0 if value == NULL else _unescaped_bytes(value) for value in line.split(b"\t")]

    def encoded(self) -> Pieces:
        """`["a",null],["b","c"]`, as orjson writes it."""
        text = self.text[self.start : self.end - 1]
        for control, escape in UNICODE_ESCAPES:
            text = text.replace(control, escape)  # not copied where there is none
        text = text.replace(b'"', rb"\"")
        if b"\\" in text and rb"\v" in text:
            text = text.replace(rb"\\", NUL).replace(rb"\v", VERTICAL_TAB).replace(NUL, rb"\\")
        has_nulls = NULL in text
        text = text.replace(b"\t", b'","').replace(b"\n", b'"],["')
        return (_with_nulls(b'["%b"]' % text),) if has_nulls else (b'["', text, b'"]')

    def _text(self) -> bytes:
        return self.text[self.start : self.end]

    def _end_of(self, lines: int) -> int:
        """Where the first so many end. Lines are about alike: so it is looked for near there."""
        if lines in (0, self.count):
            return self.end if lines else self.start
        near = self.start + self.size * lines // self.count
        excess = _count(self.text[self.start : near], LINE_END) - lines
        for _ in range(-excess):
            near = self.text.index(LINE_END, near) + 1
        for _ in range(excess + 1):
            near = self.text.rindex(LINE_END, self.start, near)
        return near if excess < 0 else near + 1


def _count(text: bytes, byte: bytes) -> int:
    """How often it is there. `bytes.count` goes byte by byte, three times as slowly."""
    return len(text) - len(text.replace(byte, b""))


def _unescaped_bytes(value: bytes) -> int:
    single = value.replace(rb"\\", NUL)
    return len(single) - single.count(b"\\")


def _with_nulls(text: bytes) -> bytes:
    """`null` where a NULL stands in quotes. One byte is found many times as fast as three."""
    if _count(text, NULL) * DENSE > len(text):
        return text.replace(QUOTED_NULL, b"null")
    return b"null".join(_between_nulls(text))


def _between_nulls(text: bytes) -> Iterator[bytes]:
    start = 0
    while (null := text.find(NULL, start)) >= 0:
        yield text[start : null - 1]
        start = null + 2
    yield text[start:]
