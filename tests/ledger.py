"""What a client holds of a run, over any number of connections: nothing twice, nothing left out."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.sse_client import Event

FINAL = ("completed", "failed", "cancelled")


@dataclass
class Ledger:
    """Takes numbered events in order; fails at the first that is not the next one."""

    last_id: str = ""
    number: int = 0
    chunks: int = 0
    rows: list[list[str | None]] = field(default_factory=list[list[str | None]])
    events: list[Event] = field(default_factory=list[Event])
    pings: int = 0

    @property
    def ended(self) -> bool:
        """Whether the final event is here."""
        return bool(self.events) and self.events[-1].type in FINAL

    @property
    def end(self) -> dict[str, Any]:
        """The data of the final event."""
        assert self.ended, "no final event came"
        return orjson.loads(self.events[-1].data)

    def take(self, event: Event) -> None:
        """Note one event."""
        if event.type == "ping":
            self.pings += 1
            return
        run, _, number = event.id.rpartition(".")
        assert int(number) == self.number + 1, f"event {number} came after {self.number}"
        assert not self.number or run == self.last_id.rpartition(".")[0], "another run's event"
        self.number, self.last_id = self.number + 1, event.id
        self.events.append(event)
        if event.type == "chunk":
            self._take_chunk(orjson.loads(event.data))

    def _take_chunk(self, chunk: dict[str, Any]) -> None:
        assert chunk["chunk"] == self.chunks + 1
        assert chunk["first_row"] == len(self.rows)
        assert chunk["count"] == len(chunk["rows"])
        self.chunks += 1
        self.rows += chunk["rows"]
        assert chunk["rows_so_far"] == len(self.rows)
