"""The exports of all processes, in the state database: rows of kind `export` in `rowstream.run`.

Every statement lies in `app/database/export.sql`. Entering an export puts it in the queue in the
same transaction. A worker's statements name its attempt: False from them means that the export is
not his any more. While the state database is away every call raises DatabaseUnavailable.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from app.database.pool import Database
from app.database.state import State, StateRow
from app.errors import Gone, Json, NotFound, TooManyRuns
from app.exports.export import CODINGS, TEXT_FORMATS, CsvOptions, Export, ExportId, StoredFile
from app.runs.space import Usage

if TYPE_CHECKING:
    from app.database.pool import Connection

CHANNEL = "rowstream_export_cancel"
TOO_MANY_RETRY_SECONDS = 30

Queue = Callable[["Connection", ExportId], Awaitable[None]]


class Ledger:
    """Finds, enters and moves exports; `ttl` in seconds is how long an ended one is kept."""

    def __init__(self, database: Database, *, ttl: float) -> None:
        self._state = State(database)
        self._ttl = ttl

    async def install(self) -> None:
        """Make the schema where it is missing."""
        await self._state.install()

    async def enter(self, export: Export, *, most: int, queue: Queue) -> None:
        """Enter a new export and queue it, or raise TooManyRuns; counted under a lock per owner."""

        async def queued(connection: "Connection") -> None:
            await queue(connection, export.id)

        row = orjson.dumps(_entered(export)).decode()
        if not await self._state.locked("export_enter", export.owner, row, most, also=queued):
            raise TooManyRuns(
                f"You have {most} exports in progress, and may have no more."
                " Cancel one, or wait for one to end.",
                retry_after=TOO_MANY_RETRY_SECONDS,
            )

    async def find(self, export: ExportId) -> Export:
        """The export; NotFound when nobody knows it, Gone when it has expired or was deleted."""
        rows = await self._state.fetch("export_find", export)
        if not rows:
            raise missing_export()
        if rows[0]["deleted_at"] is not None:
            raise Gone("The export has expired or was deleted. Run it again.")
        return _export(rows[0])

    async def listed(self, owner: str) -> list[Export]:
        """The owner's exports that are kept, newest first, at most 200."""
        return [_export(row) for row in await self._state.fetch("export_listed", owner)]

    async def begin(self, export: ExportId, worker: str) -> Export | None:
        """Take it, with a new attempt; None where it has ended."""
        rows = await self._state.fetch("export_begin", export, worker)
        return _export(rows[0]) if rows else None

    async def begin_coding(self, export: ExportId, worker: str, *, most: int) -> Export | None:
        """Take an ended one whose file lacks compressed forms, with a new attempt, at most so many;
        None for others.
        """
        binds = (export, worker, list(TEXT_FORMATS), most, list(CODINGS))
        rows = await self._state.fetch("export_begin_coding", *binds)
        return _export(rows[0]) if rows else None

    async def save(self, export: Export) -> bool:
        """Write how far it is."""
        record = orjson.dumps(_saved(export)).decode()
        return bool(await self._state.fetch("export_save", export.id, export.attempt, record))

    async def postpone(self, export: Export) -> bool:
        """Let it wait for another worker."""
        return bool(await self._state.fetch("export_postpone", export.id, export.attempt))

    async def complete(self, export: Export, *, rows: int, file: StoredFile) -> bool:
        """It has ended, and this is its file."""
        described = orjson.dumps(file.to_json()).decode()
        binds = (export.id, export.attempt, rows, described, file.bytes, self._ttl)
        return bool(await self._state.fetch("export_complete", *binds))

    async def add_codings(self, export: Export, file: StoredFile) -> bool:
        """Its file has further forms."""
        described = orjson.dumps(file.to_json()).decode()
        binds = (export.id, export.attempt, described, file.bytes)
        return bool(await self._state.fetch("export_coded", *binds))

    async def fail(self, export: Export, problem: Mapping[str, Json]) -> bool:
        """It has ended without a file, for this reason."""
        error = orjson.dumps(problem).decode()
        binds = (export.id, export.attempt, error, self._ttl)
        return bool(await self._state.fetch("export_fail", *binds))

    async def cancel(self, export: ExportId, reason: str) -> bool:
        """End it, whoever works on it; False where it had ended."""
        return bool(await self._state.fetch("export_cancel", export, reason, self._ttl))

    async def delete(self, exports: Sequence[ExportId]) -> list[StoredFile]:
        """Forget ended exports; their files come back, to be deleted."""
        rows = await self._state.fetch("export_delete", list(exports))
        return [file for row in rows if (file := _file(row["file"]))]

    async def expired(self) -> list[ExportId]:
        """Ended exports whose time has passed."""
        return [ExportId(row["id"]) for row in await self._state.fetch("export_expired")]

    async def usage_by_owner(self) -> dict[str, Usage]:
        """What every owner's files take."""
        rows = await self._state.fetch("export_usage")
        return {row["owner"]: Usage(row["kept"], row["in_progress"]) for row in rows}

    async def unknown(self, exports: Iterable[ExportId]) -> set[ExportId]:
        """Those of the exports that no row knows, deleted ones included."""
        asked = set(exports)
        rows = await self._state.fetch("known", list(asked))
        return asked - {ExportId(row["id"]) for row in rows}

    async def kept_keys(self, exports: Iterable[ExportId]) -> set[str]:
        """Of these exports: the keys in the store that somebody still needs; what ends in a dot
        stands for all that begin so.
        """
        keys: set[str] = set()
        for row in await self._state.fetch("export_kept", list(set(exports))):
            file = _file(row["file"])
            if file is not None:
                keys.update(file.keys)
            if row["writing"] is not None:
                keys.add(f"{row['id']}.{row['writing']}.")
        return keys


def missing_export() -> NotFound:
    """The one answer for an id that is unknown, foreign, or none at all."""
    return NotFound("There is no such export.")


def _entered(export: Export) -> dict[str, Json]:
    return {
        "id": export.id,
        "owner": export.owner,
        "report": export.report,
        "title": export.title,
        "arguments": dict(export.arguments),
        "query": dict(export.query),
        "definition": None if export.definition is None else dict(export.definition),
        "format": export.format,
        "options": export.options.to_json(),
        "created_at": export.created_at.isoformat(),
    }


def _saved(export: Export) -> dict[str, Json]:
    return {
        "stage": export.stage,
        "rows": export.rows,
        "bytes": export.bytes,
        "total": export.total,
        "total_kind": export.total_kind,
        "progress": export.progress,
    }


PLAIN = (
    "owner", "report", "title", "format", "created_at", "status", "stage", "attempt", "rows",
    "bytes", "total", "total_kind", "progress", "reason", "started_at", "finished_at",
    "expires_at", "postponed",
)  # fmt: skip


def _export(row: StateRow) -> Export:
    fields: dict[str, Any] = {name: row[name] for name in PLAIN}
    return Export(
        id=ExportId(str(row["id"])),
        position=row["place"] if row["status"] == "pending" else None,
        options=CsvOptions.from_json(orjson.loads(row["options"])),
        arguments=orjson.loads(row["arguments"]),
        query=orjson.loads(row["query"]),
        definition=_loaded(row.get("definition")),
        error=_loaded(row["error"]),
        file=_file(row["file"]),
        **fields,
    )


def _file(text: str | None) -> StoredFile | None:
    given = _loaded(text)
    return None if given is None else StoredFile.from_json(given)


def _loaded(text: str | None) -> dict[str, Json] | None:
    return None if text is None else orjson.loads(text)
