"""Reads an event stream as the WHATWG specification says: bytes in, events out, no I/O."""

import codecs
import re
from dataclasses import dataclass

LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatched event; `id` is the last id the stream gave so far."""

    type: str
    data: str
    id: str


class EventReader:
    """Feed it the body as it comes; it keeps what is not an event yet."""

    def __init__(self) -> None:
        self.last_event_id = ""
        self.retry: int | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest: list[str] = []  # in pieces: a line may be a megabyte
        self._at_start = True
        self._after_cr = False
        self._type = ""
        self._data: list[str] = []

    def feed(self, body: bytes) -> list[Event]:
        """The events that these bytes complete."""
        *lines, rest = LINE_END.split(self._text(body))
        if lines:
            lines[0] = "".join([*self._rest, lines[0]])
            self._rest = []
        self._rest.append(rest)
        return [event for line in lines if (event := self._line(line)) is not None]

    def _text(self, body: bytes) -> str:
        text = self._decoder.decode(body)
        if text and self._at_start:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if text and self._after_cr:
            self._after_cr = False
            text = text.removeprefix("\n")
        self._after_cr = text.endswith("\r") or (self._after_cr and not text)
        return text

    def _line(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        elif name == "id" and "\0" not in value:
            self.last_event_id = value
        elif name == "retry" and value.isascii() and value.isdecimal():
            self.retry = int(value)

    def _dispatch(self) -> Event | None:
        data, kind = self._data, self._type
        self._data, self._type = [], ""
        if not data:
            return None
        return Event(type=kind or "message", data="\n".join(data), id=self.last_event_id)
