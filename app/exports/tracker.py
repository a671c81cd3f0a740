"""How far one attempt at an export is: told to the ledger once a second, while it is still ours
and there is room for it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from app.errors import RowstreamError, Storage
from app.exports.export import Export, Stage
from app.exports.ledger import Ledger
from app.runs.progress import Progress
from app.runs.space import kept_bytes

SAVE_SECONDS = 1.0

log = structlog.get_logger()

Look = Callable[[], Awaitable[int | None]]


class Tracker:
    """Of one attempt. `lost` is called when the export has ended or is somebody else's, and when
    all files together have more than `most` bytes: `refusal` says so then.

    A ledger that is away changes nothing: what is not told now is told a second later.
    """

    def __init__(
        self, export: Export, ledger: Ledger, *, most: int, lost: Callable[[], object]
    ) -> None:
        self.export = export
        self.refusal: Storage | None = None
        self._most = most
        self._ledger = ledger
        self._lost = lost
        self._progress = Progress()
        self._bytes = 0

    def written(self, size: int) -> None:
        """So many bytes more lie in the store."""
        self._bytes += size

    def has_rows(self, rows: int) -> None:
        """So many rows have been read by now."""
        self._show(self._progress.with_rows(rows))

    def estimated(self, total: int) -> None:
        """The planner's number of rows."""
        self._show(self._progress.estimated(total))

    def counted(self, total: int) -> None:
        """The exact number of rows."""
        self._show(self._progress.counted(total))

    async def enter(self, stage: Stage) -> None:
        """What is being done from now on."""
        self.export = replace(self.export, stage=stage)
        await self.save()

    async def save(self) -> None:
        """Tell the ledger."""
        self.export = replace(self.export, bytes=self._bytes)
        try:
            if not await self._ledger.save(self.export):
                self._lost()
        except RowstreamError as error:
            log.warning("export_not_saved", code=error.code)

    @asynccontextmanager
    async def watching(self, look: Look) -> AsyncGenerator[None]:
        """Inside, `look` is asked once a second for the rows so far, and the ledger is told."""
        watch = asyncio.create_task(self._watch(look))
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self, look: Look) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            try:
                rows = await look()
            except RowstreamError:
                rows = None  # the reading itself says what is wrong
            if rows is not None:
                self.has_rows(max(rows, self._progress.rows))
            await self.save()
            await self._check_room()

    async def _check_room(self) -> None:
        """Give up where all files have filled their space by now; an owner's share counted when
        the export was asked for.
        """
        try:
            usage = await self._ledger.usage_by_owner()
        except RowstreamError:
            return
        if kept_bytes(usage) > self._most:
            self.refusal = Storage("The server's space for files is used up. Try again later.")
            self._lost()

    def _show(self, progress: Progress) -> None:
        self._progress = progress
        self.export = replace(
            self.export,
            rows=progress.rows,
            total=progress.total,
            total_kind=progress.total_kind,
            progress=progress.percent,
        )
