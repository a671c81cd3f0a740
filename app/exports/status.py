"""An export as its readers are told of it. Pure. The names of its members are given."""

from datetime import datetime

from app.errors import Json
from app.exports.export import Export


def export_json(export: Export, now: datetime) -> dict[str, Json]:
    """What the status, the list and each event of the stream say."""
    return {
        "exportId": export.id,
        "report": export.report,
        "title": export.title,
        "format": export.format,
        "status": export.status,
        "stage": export.stage,
        "position": export.position,
        "progress": {
            "totalRows": export.total,
            "processedRows": export.rows,
            "percentage": export.progress,
        },
        "totalKind": export.total_kind,
        "error": None if export.error is None else dict(export.error),
        "arguments": dict(export.arguments),
        "query": dict(export.query),
        "options": export.options.to_json() if export.format == "csv" else {},
        "createdAt": export.created_at.isoformat(),
        "startedAt": _iso(export.started_at),
        "completedAt": _iso(export.finished_at),
        "expiresAt": _iso(export.expires_at),
        "elapsedMs": _elapsed_ms(export, now),
        "file": _file(export),
        "links": _links(export),
    }


def _file(export: Export) -> Json:
    if export.file is None:
        return None
    codings: dict[str, Json] = {name: each.size for name, each in export.file.codings.items()}
    return {
        "name": export.file.name,
        "size": export.file.size,
        "sha256": export.file.sha256,
        "codings": codings,
    }


def _elapsed_ms(export: Export, now: datetime) -> int:
    end = export.finished_at or now
    return max(0, round((end - export.created_at).total_seconds() * 1000))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _links(export: Export) -> dict[str, Json]:
    here = f"/exports/{export.id}"
    return {"status": f"{here}/status", "stream": f"{here}/stream", "download": f"{here}/download"}
