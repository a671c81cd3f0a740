/**
 * The shapes that travel between the server and the page, named as in the event stream. Types alone:
 * no page loads this file.
 */

/** @typedef {"pending" | "processing" | "completed" | "failed" | "cancelled"} Status */
/** @typedef {"queued" | "fetching" | "processing" | "finalizing"} Stage */
/** @typedef {"exact" | "estimate" | "unknown"} TotalKind */
/** @typedef {"user" | "follower_left" | "operator"} Reason */
/** @typedef {(string | null)[]} Row one value per column, as PostgreSQL prints it */

/** @typedef {{ name: string, type: string, label: string }} Column */
/** @typedef {{ value: string, label: string }} Option */
/**
 * @typedef {{
 *   name: string, type: string, label: string, default: string | null, required: boolean,
 *   options?: Option[] | null,
 * }} Parameter
 */
/**
 * @typedef {{
 *   name: string, title: string, description: string, parameters: Parameter[], columns: Column[],
 * }} ReportRecord
 */

/**
 * An error as RFC 9457 writes it; `retry_after` is the header of that name, in seconds.
 * @typedef {{
 *   code: string, title: string, status: number, detail: string, hint?: string,
 *   retryable: boolean, run?: string, runs?: RunRecord[], retry_after?: number,
 * }} Problem
 */

/**
 * @typedef {{
 *   columns?: string[], where?: string[], order?: string[], search?: string, limit?: number, timezone?: string,
 * }} RunQuery
 */

/**
 * A run as `GET /api/runs/{run}` answers it.
 * @typedef {{
 *   run: string, report: string, title: string, arguments: Record<string, string | null>,
 *   query: RunQuery, status: Status, stage: Stage | null, position: number | null,
 *   rows: number, chunks: number, total: number | null, total_kind: TotalKind,
 *   progress: number | null, created_at: string, expires_at: string | null, elapsed_ms: number,
 *   reason: Reason | null,
 *   error: Problem | null, columns?: Column[] | null,
 * }} RunRecord
 */

/** `event` is the last event that it tells of. @typedef {{ rows: number, complete: boolean, event: number, first_rows: number[] }} ChunkIndex */

/**
 * The part of a `chunk` event that stands before its rows.
 * @typedef {{
 *   chunk: number, first_row: number, count: number, rows_so_far: number, total: number | null,
 *   total_kind: TotalKind, progress: number | null,
 * }} ChunkHead
 */

/**
 * What a run's address says beside the report's own arguments.
 * @typedef {{
 *   arguments: Record<string, string>, columns: string | null, where: string[],
 *   order: string | null, search: string | null, limit: string | null, timezone: string | null,
 *   run: string | null,
 * }} Address
 */


/** @typedef {"csv" | "json" | "ndjson" | "xlsx" | "parquet"} ExportFormat */

/** What an export is asked for; `options` are CSV's that differ from the defaults, as a query string has them. @typedef {{ report: string, format: ExportFormat, options: Record<string, string>, address: Address }} Asked */

/**
 * An export as `GET /exports/{id}/status` and the list answer it.
 * @typedef {{
 *   exportId: string, report: string, title: string, format: ExportFormat, status: Status,
 *   stage: "queued" | "fetching" | "processing" | "file-generation" | "finalizing" | null,
 *   position: number | null,
 *   progress: { totalRows: number | null, processedRows: number, percentage: number | null },
 *   totalKind: TotalKind, error: Problem | null,
 *   arguments: Record<string, string | null>, query: RunQuery,
 *   options: Record<string, string | boolean>,
 *   createdAt: string, completedAt: string | null, expiresAt: string | null, elapsedMs: number,
 *   file: { name: string, size: number, sha256: string, codings: Partial<Record<"gzip" | "zstd", number>> } | null,
 *   links: { download: string },
 * }} ExportRecord
 */
