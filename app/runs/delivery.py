"""Rows into chunks into the journal, in order, and a sign of life while no rows come."""

import asyncio
from collections.abc import Callable, Iterable

from app.errors import RowstreamError
from app.runs.chunking import Block, Chunk, Chunker
from app.runs.clock import Clock
from app.runs.journal import Journal

QUIET_SECONDS = 2.0  # without an event `progress` says that the run lives


class Delivery:
    """Hands a run's rows on: full chunks at once, the rest when its time is up.

    `began` is set when the first chunk is out. `broken` is called with what keeps the pulse from
    writing.
    """

    def __init__(
        self,
        journal: Journal,
        chunker: Chunker,
        *,
        delay: float,
        clock: Clock,
        broken: Callable[[RowstreamError], None],
    ) -> None:
        self.began = asyncio.Event()
        self._journal = journal
        self._chunker = chunker
        self._delay = delay
        self._clock = clock
        self._broken = broken
        self._order = asyncio.Lock()
        self._since: float | None = None
        self._nudged = asyncio.Event()
        self._wakes_at = float("inf")
        self._writing: asyncio.Task[None] | None = None

    async def add(self, block: Block) -> None:
        """Take rows, and write the chunks that they fill."""
        if self._since is None:
            self._since = self._clock.monotonic()
            await self._journal.stage("processing")
        if self._chunker.gather(block):
            del block
            await self._hand_over()
        else:
            self._nudge()

    async def flush(self) -> None:
        """Write the rows that wait, however few; returns when everything is written."""
        await self._hand_over()
        async with self._order:
            await self._written()
            if chunk := self._chunker.flush():
                self._writing = asyncio.create_task(self._write([chunk]))
                await self._written()

    def moved(self, position: int) -> None:
        """The run's place in line has changed; the pulse says so."""
        self._journal.moved(position)
        self._nudge()

    async def pulse(self) -> None:
        """For ever: write waiting rows when their time is up, `progress` when nothing was said."""
        while True:
            await self._wait_until(self._next_deadline())
            now = self._clock.monotonic()
            try:
                if self._flush_at() <= now:
                    await self.flush()
                if self._journal.spoke_at + QUIET_SECONDS <= now:
                    await self._journal.tell()
            except RowstreamError as error:
                self._broken(error)
                return

    async def _hand_over(self) -> None:
        """Write what is gathered, when what was before it is written."""
        async with self._order:
            await self._written()
            single = self._chunker.gathered == 1
            # A task of its own: a cancelled run must not lose rows from the middle. The chunks are
            # made, one at a time, and written while the next rows are on their way.
            self._writing = asyncio.create_task(self._write(self._chunker.chunks()))
            if single:  # it may be large, and must not be kept while the next one comes
                await self._written()

    async def _write(self, chunks: Iterable[Chunk]) -> None:
        if await self._journal.chunks(chunks):
            self._since = self._clock.monotonic()
            self.began.set()
        self._nudge()

    async def _written(self) -> None:
        """Wait for what is being written, and raise what kept it from being."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
            self._writing = None

    def _nudge(self) -> None:
        """Have the pulse look again where it would sleep too long."""
        if self._next_deadline() < self._wakes_at:
            self._nudged.set()

    async def _wait_until(self, deadline: float) -> None:
        self._nudged.clear()
        self._wakes_at = deadline
        try:
            async with asyncio.timeout(max(0.0, deadline - self._clock.monotonic())):
                await self._nudged.wait()
        except TimeoutError:
            return

    def _next_deadline(self) -> float:
        return min(self._flush_at(), self._journal.spoke_at + QUIET_SECONDS)

    def _flush_at(self) -> float:
        if self._since is None or not self._chunker.waiting:
            return float("inf")
        return self._since + self._delay
