"""The rows of a chunk as they come out of its frame, in parts of bounded size. Pure.

An event's text is JSON as orjson writes it: `…"rows":[["a",null],["b","c"]]}`. Where it has more
than a part of 32 KiB it is cut between rows, found by counting quotation marks and not by looking
at values. A row that is larger than a part comes as its values, and a value that is larger in
pieces: nobody has to hold it whole, and no step of its parsing takes long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import orjson

from app.runs.frames import Damaged

PART_BYTES = 32 * 1024  # twice as much takes 6 MB more of a server, and saves no CPU there
DATA_FIELD = b"\ndata: "
ROWS_KEY = b'"rows":['
EVENT_END = b"]}\n\n"
BETWEEN_ROWS = b"],["
UTF8_LEADING = (b"\xc0", b"\xe0", b"\xf0")  # the least first byte of two, three and four
UTF8_FOLLOWING = bytes(range(0x80, 0xC0))

Row = list[str | None]


@dataclass(frozen=True, slots=True)
class Large:
    """A value larger than a part: pieces of its JSON text, cut between characters.

    They are taken at once, before the next value is asked for.
    """

    pieces: Iterator[bytes]

    def texts(self) -> Iterator[str]:
        """The pieces as what they say."""
        for piece in self.pieces:
            yield orjson.loads(b'"%b"' % piece)


@dataclass(frozen=True, slots=True)
class Rows:
    """Whole rows: their JSON, with commas between them."""

    json: bytes

    @classmethod
    def of(cls, rows: Sequence[Sequence[str | None]]) -> Self:
        """These rows."""
        return cls(orjson.dumps(rows)[1:-1])

    def values(self) -> list[Row]:
        """What it says."""
        return orjson.loads(b"[%b]" % self.json)


@dataclass(frozen=True, slots=True)
class WideRow:
    """A row larger than a part. Its values are taken before the next part is asked for."""

    values: Iterator[str | Large | None]


class RowText:
    """The rows in the pieces of one chunk's event."""

    def __init__(self, event: Iterator[bytes], *, part_bytes: int = PART_BYTES) -> None:
        self._event = event
        self._part_bytes = part_bytes
        self._text = b""
        self._ended = False

    def parts(self) -> Iterator[Rows | WideRow]:
        """All rows in order: as many as a part has, or a single wide one."""
        self._fill()
        self._drop(self._text.index(ROWS_KEY) + len(ROWS_KEY))
        self._fill()
        while not self._text.startswith(EVENT_END):
            if self._ended:
                yield Rows(self._text.removesuffix(EVENT_END))
                return
            if end := last_row_end(self._text):
                yield Rows(self._taken(end))
                self._drop(1)
            else:
                yield WideRow(self._values())
                self._drop(self._text.startswith(b","))
            self._fill()

    def _values(self) -> Iterator[str | Large | None]:
        self._drop(1)
        while True:
            self._fill()
            if (end := row_end(self._text)) >= 0:
                yield from self._array(end)
                self._fill()
                return
            if (end := last_value_end(self._text)) > 0:
                yield from self._array(end)
            else:
                pieces = self._pieces()
                yield Large(pieces)
                for _ in pieces:  # what was not taken is passed over
                    pass
                self._fill()
                self._drop(self._text.startswith(b","))

    def _pieces(self) -> Iterator[bytes]:
        self._drop(1)
        while (end := plain(self._text).find(b'"')) < 0:
            if self._ended:
                raise Damaged
            yield self._taken(whole_characters(self._text))
            self._fill()
        yield self._taken(end)
        self._drop(1)

    def _array(self, end: int) -> list[str | None]:
        """The values before `end`, which goes, too."""
        values = orjson.loads(b"[%b]" % self._text[:end])
        self._drop(end + 1)
        return values

    def _taken(self, count: int) -> bytes:
        """The next bytes. Whoever waits for a client then holds them once."""
        piece = self._text[:count]
        self._drop(count)
        return piece

    def _fill(self) -> None:
        """Have a part of text, unless the event ends before."""
        pieces, size = [self._text], len(self._text)
        while size < self._part_bytes and not self._ended:
            piece = next(self._event, b"")
            pieces.append(piece)
            size += len(piece)
            self._ended = not piece
        self._text = b"".join(pieces) if len(pieces) > 1 else self._text

    def _drop(self, count: int) -> None:
        self._text = self._text[count:]


def event_data_pieces(event: Iterator[bytes]) -> Iterator[bytes]:
    """The JSON of an event, which ends in an empty line. The first piece has its head."""
    first = next(event)
    held = first[first.index(DATA_FIELD) + len(DATA_FIELD) :]
    for piece in event:
        yield held[:-2]
        held = held[-2:] + piece
    yield held[:-2]


def plain(text: bytes) -> bytes:
    """The text with its escaped backslashes and quotation marks blotted out, of the same length.

    Every quotation mark that is left begins or ends a value.
    """
    if b"\\" not in text:
        return text
    return text.replace(rb"\\", b"__").replace(rb"\"", b"__")


def last_row_end(text: bytes) -> int:
    """Behind the last row that another one follows; 0 where there is none. It begins with a row."""
    text = plain(text)
    end = text.rfind(BETWEEN_ROWS)
    while end >= 0 and text.count(b'"', 0, end) % 2:  # this one stands in a value
        end = text.rfind(BETWEEN_ROWS, 0, text.rfind(b'"', 0, end))
    return end + 1


def row_end(text: bytes) -> int:
    """Where the bracket stands that ends the row; -1 where it is not here. A value begins it."""
    text = plain(text)
    counted = quotes = 0
    end = text.find(b"]")
    while end >= 0:
        quotes += text.count(b'"', counted, end)
        if quotes % 2 == 0:
            return end
        counted = end
        close = text.find(b'"', end)
        end = text.find(b"]", close) if close >= 0 else -1
    return -1


def last_value_end(text: bytes) -> int:
    """Where the last comma between values stands; -1 where there is none. A value begins it."""
    text = plain(text)
    quote = text.rfind(b'"')
    if text.count(b'"') % 2:
        return text.rfind(b",", 0, quote)
    after = text.rfind(b",", max(0, quote))
    return after if after >= 0 else text.rfind(b",", 0, max(0, text.rfind(b'"', 0, quote)))


def whole_characters(text: bytes) -> int:
    """How much of the text does not end in the middle of an escape or of a character."""
    escape = text.rfind(b"\\u", -5)
    for end in (escape + 1, len(text)):
        backslashes = end - len(text[:end].rstrip(b"\\"))
        if end and backslashes % 2:
            return end - 1
    begin = len(text.rstrip(UTF8_FOLLOWING)) - 1
    width = 1 + sum(text[begin : begin + 1] >= least for least in UTF8_LEADING)
    return len(text) if len(text) - begin >= width else begin
