"""COPY's text format into the JSON of rows, whole chunks at a time. Pure.

A line is a row, a tab ends a value, a raw vertical tab is NULL (as COPY is told), and a backslash
begins an escape (PostgreSQL, COPY, "Text Format"). The escapes are JSON's own but for `\\v`; JSON
wants quotes and the other control characters escaped as well. So a chunk is made by replacing
bytes, not by looking at values; the result is what orjson writes for the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.database.copy import NULL
from app.runs.chunking import Pieces

# What COPY leaves as it is and JSON does not allow: all below U+0020 but the six it escapes.
CONTROLS = sorted(set(range(1, 0x20)) - set(b"\b\t\n\v\f\r"))
UNICODE_ESCAPES = [(b"%c" % each, b"\\u%04x" % each) for each in CONTROLS]
VERTICAL_TAB = rb"\u000b"
NUL = b"\0"  # is in no text of PostgreSQL's: stands for a doubled backslash for a moment
QUOTED_NULL = b'"%b"' % NULL
DENSE = 64  # bytes a NULL; where they lie closer, one search for all of them is cheaper


@dataclass(frozen=True, slots=True)
class Lines:
    """A block of rows as lines without their ends; `size` in bytes, which JSON takes at least."""

    lines: Sequence[bytes]
    size: int

    @classmethod
    def of(cls, text: bytes) -> "Lines":
        """The lines of this text, which ends where a line does."""
        return cls(text.split(b"\n")[:-1], len(text))

    def __len__(self) -> int:
        """How many lines."""
        return len(self.lines)

    def __getitem__(self, lines: slice) -> "Lines":
        """Some of them."""
        some = self.lines[lines]
        return Lines(some, sum(map(len, some)) + len(some))

    def __add__(self, other: "Lines") -> "Lines":
        """These lines and then those."""
        return Lines([*self.lines, *other.lines], self.size + other.size)

    def singly(self) -> "Iterator[Lines]":
        """Each line as a block of its own."""
        return (Lines([line], len(line) + 1) for line in self.lines)

    def within(self, most_bytes: int) -> "Lines":
        """The lines before the first whose values have more bytes; usually all."""
        if self.size <= most_bytes:
            return self
        return self[: sum(1 for _ in takewhile(lambda line: _fits(line, most_bytes), self.lines))]

    def encoded(self) -> Pieces:
        """`["a",null],["b","c"]`, as orjson writes it."""
        text = b"\n".join(self.lines)
        for control, escape in UNICODE_ESCAPES:
            text = text.replace(control, escape)  # not copied where there is none
        text = text.replace(b'"', rb"\"")
        if b"\\" in text and rb"\v" in text:
            text = text.replace(rb"\\", NUL).replace(rb"\v", VERTICAL_TAB).replace(NUL, rb"\\")
        has_nulls = NULL in text
        text = text.replace(b"\t", b'","').replace(b"\n", b'"],["')
        return (_with_nulls(b'["%b"]' % text),) if has_nulls else (b'["', text, b'"]')


def value_bytes(line: bytes) -> list[int]:
    """The bytes of each value's text in a line; NULL has none."""
    return [0 if value == NULL else _unescaped_bytes(value) for value in line.split(b"\t")]


def _fits(line: bytes, most_bytes: int) -> bool:
    return len(line) <= most_bytes or sum(value_bytes(line)) <= most_bytes


def _unescaped_bytes(value: bytes) -> int:
    single = value.replace(rb"\\", NUL)
    return len(single) - single.count(b"\\")


def _with_nulls(text: bytes) -> bytes:
    """`null` where a NULL stands in quotes. One byte is found many times as fast as three."""
    first, *others = text.split(NULL)
    if len(others) * DENSE > len(text):
        return text.replace(QUOTED_NULL, b"null")
    *inner, last = others
    return b"null".join((first[:-1], *(part[1:-1] for part in inner), last[1:]))
