"""What exports leave behind: expired files, and what dead or late workers had begun."""

import re
from collections.abc import Iterable
from datetime import timedelta

import structlog

from app.errors import RowstreamError
from app.exports.export import ExportId, export_of_key
from app.exports.ledger import Ledger
from app.exports.store import Entry, Store
from app.runs.clock import Clock

ROUND_SECONDS = 30.0
# Of keys that we make: others' files may lie in the same place.
OURS = re.compile(r"[0-9a-f-]{36}\.[0-9]+\.[a-z]+(\.gz|\.zst)?(#[0-9a-f]+)?")

log = structlog.get_logger()


class Cleaner:
    """Cleans a store. Every worker has one; what is deleted twice is no error.

    What belongs to no export that we know may be another installation's: it goes after `ttl`
    seconds without a change.
    """

    def __init__(self, ledger: Ledger, store: Store, *, ttl: float, clock: Clock) -> None:
        self._ledger = ledger
        self._store = store
        self._ttl = timedelta(seconds=ttl)
        self._clock = clock

    async def clean(self) -> None:
        """Delete what has expired, then what nobody needs; what fails is done the next time."""
        try:
            await self._expire()
            await self._sweep()
        except RowstreamError as error:
            log.warning("files_not_cleaned", code=error.code)

    async def _expire(self) -> None:
        expired = await self._ledger.expired()
        files = await self._ledger.delete(expired) if expired else []
        await self._store.delete([key for file in files for key in file.keys])

    async def _sweep(self) -> None:
        entries = [each for each in await self._store.entries() if OURS.fullmatch(each.key)]
        if not entries:
            return
        exports = {export_of_key(each.key) for each in entries}
        unknown = await self._ledger.unknown(exports)
        kept = await self._ledger.kept_keys(exports)
        doomed = [each.key for each in self._unneeded(entries, kept, unknown)]
        if doomed:
            await self._store.delete(doomed)
            log.info("files_cleaned", files=len(doomed))

    def _unneeded(
        self, entries: Iterable[Entry], kept: set[str], unknown: set[ExportId]
    ) -> Iterable[Entry]:
        old = self._clock.now() - self._ttl
        written = tuple(key for key in kept if key.endswith("."))
        for entry in entries:
            if entry.key in kept or entry.key.startswith(written):
                continue
            if export_of_key(entry.key) in unknown and entry.modified > old:
                continue
            yield entry
