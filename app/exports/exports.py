"""What the server does with exports: enter, look up, list, delete. Workers do the work."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import structlog

from app.catalog.query import Query
from app.catalog.report import Report
from app.errors import Storage
from app.exports.export import CsvOptions, Export, ExportId, Format, new_export_id
from app.exports.ledger import Ledger
from app.exports.queue import enqueue, load
from app.exports.store import Store
from app.runs.clock import Clock
from app.runs.space import Usage, kept_bytes, owner_limit
from app.settings import Settings

NAME_LENGTH = 8  # of the id, in logs: enough to find it, too little to use it

log = structlog.get_logger()


class Exports:
    """Everything that a reader can do with exports."""

    def __init__(self, ledger: Ledger, store: Store, *, settings: Settings, clock: Clock) -> None:
        self.store = store
        self._ledger = ledger
        self._settings = settings
        self._clock = clock

    async def start(
        self, *, owner: str, report: Report, query: Query, form: Format, options: CsvOptions
    ) -> Export:
        """Queue an export. Raises TooManyRuns, and Storage where there is no room for its file."""
        if error := files_used_up(
            await self._ledger.usage_by_owner(), owner, most=self._settings.files_bytes
        ):
            raise error
        export = Export(
            id=new_export_id(),
            owner=owner,
            report=report.name,
            title=report.title,
            format=form,
            options=options,
            arguments=query.arguments,
            query=query.to_json(),
            definition=report.to_json(),
            created_at=self._clock.now(),
        )
        await asyncio.to_thread(load)
        most = self._settings.exports_per_owner
        await self._ledger.enter(export, most=most, queue=enqueue)
        log.info("export_queued", export=export.id[:NAME_LENGTH], report=report.name, format=form)
        return await self._ledger.find(export.id)

    async def get(self, export: ExportId) -> Export:
        """The export as it is; NotFound or Gone."""
        return await self._ledger.find(export)

    async def listed(self, owner: str) -> list[Export]:
        """The owner's exports that are kept, newest first."""
        return await self._ledger.listed(owner)

    async def delete(self, export: Export) -> None:
        """Cancel it, or forget it and delete its file where it had ended; repeatable.

        A file that cannot be deleted now is deleted by a worker that cleans up.
        """
        if await self._ledger.cancel(export.id, "user"):
            log.info("export_cancelled", export=export.id[:NAME_LENGTH])
            return
        for file in await self._ledger.delete([export.id]):
            with suppress(Storage):
                await self.store.delete(file.keys)
        log.info("export_deleted", export=export.id[:NAME_LENGTH])


def files_used_up(usage: Mapping[str, Usage], owner: str, *, most: int) -> Storage | None:
    """Why this owner can have no more files, or None. `most` is what all may take together."""
    mine = usage.get(owner)
    if mine is not None and mine.kept >= owner_limit(most):
        return Storage("Your space for files is used up. Delete an export, or wait for one to end.")
    if kept_bytes(usage) >= most:
        return Storage("The server's space for files is used up. Try again when others expired.")
    return None
