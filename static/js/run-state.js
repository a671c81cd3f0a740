// @ts-check
/**
 * What the page knows about one run, and how each event changes it. Pure: `reduce` is the only way
 * from one state to the next, and an event of another run changes nothing.
 */

/**
 * `idle`: no run; `opening`: the run of the address is being asked for; `starting`: the start was sent.
 * `problem` is why there is no run, or how it ended; `trouble` is a request beside it that failed.
 * `elapsed` is the run's age in ms at the page's clock `elapsedAt`. `connection`: `watching` asks for the
 * run again and again, for want of a stream; `offline` has no network.
 * @typedef {{
 *   run: string | null, status: "idle" | "opening" | "starting" | Status,
 *   stage: Stage | null, position: number | null, rows: number, total: number | null,
 *   total_kind: TotalKind, progress: number | null, createdAt: string, elapsed: number, elapsedAt: number,
 *   columns: Column[] | null, reason: Reason | null,
 *   problem: Problem | null, trouble: Problem | null, cancelling: boolean,
 *   connection: "none" | "connecting" | "open" | "watching" | "waiting" | "retrying" | "offline", retryAt: number,
 * }} RunState
 */
/**
 * The `rows` of a `record` are those that the page can show; while events come, they say how many.
 * @typedef {{ type: "reset" }
 *   | { type: "opening", run: string }
 *   | { type: "start" }
 *   | { type: "refused", problem: Problem }
 *   | { type: "record", record: RunRecord, at: number }
 *   | { type: "event", run: string | null, name: string, data: any, at: number }
 *   | { type: "cut", run: string | null, problem: Problem, at: number }
 *   | { type: "connection", run: string | null, connection: RunState["connection"], retryAt: number }
 *   | { type: "loaded", run: string | null }
 *   | { type: "cancel", run: string | null, cancelling: boolean }
 *   | { type: "trouble", run: string | null, problem: Problem | null }} Action
 */

/** What is over with the run. */
const closed = /** @type {const} */ ({ cancelling: false, connection: "none", stage: null, position: null });

/** @returns {RunState} */
export function idle() {
  return {
    ...closed,
    run: null, status: "idle", rows: 0, total: null, total_kind: "unknown", progress: null,
    createdAt: "", elapsed: 0, elapsedAt: 0,
    columns: null, reason: null, problem: null, trouble: null, retryAt: 0,
  };
}

/** @param {RunState} state @param {Action} action @returns {RunState} */
export function reduce(state, action) {
  if ("run" in action && action.type !== "opening" && action.run !== state.run) return state;
  switch (action.type) {
    case "reset":
      return idle();
    case "opening":
      return { ...idle(), status: "opening", run: action.run };
    case "start":
      return { ...idle(), status: "starting" };
    case "refused":
      return { ...idle(), run: state.run, problem: action.problem };
    case "record":
      return withRecord(state, action.record, action.at);
    case "event":
      return withEvent({ ...state, connection: "open" }, action.name, action.data, action.at);
    case "cut":
      return { ...state, ...closed, elapsed: elapsed(state, action.at), run: null, status: "failed", problem: action.problem };
    case "connection":
      return { ...state, connection: action.connection, retryAt: action.retryAt };
    case "loaded":
      return { ...state };
    case "cancel":
      return { ...state, cancelling: action.cancelling };
    case "trouble":
      return { ...state, trouble: action.problem };
  }
}

/** @param {RunState} state */
export function isFinal({ status }) {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Whether the run itself is under way; starting and opening are not yet. @param {RunState} state */
export function isInProgress({ status }) {
  return status === "pending" || status === "processing";
}

/** Whether the page has lost the run and tries to find it again. @param {RunState} state */
export function isLost({ connection }) {
  return connection === "waiting" || connection === "retrying" || connection === "offline";
}

/** Whether rows are missing for good. @param {RunState} state */
export function isPartial(state) {
  return isFinal(state) && state.status !== "completed";
}

/** The run's age in ms. @param {RunState} state @param {number} now */
export function elapsed(state, now) {
  return isInProgress(state) ? state.elapsed + Math.max(0, now - state.elapsedAt) : state.elapsed;
}

/** @param {RunState} before @param {RunRecord} record @param {number} at @returns {RunState} */
function withRecord(before, record, at) {
  const { run, status, stage, position, rows, total, total_kind, progress, reason, error: problem } = record;
  const same = before.run === run ? before : idle();
  const state = {
    ...same, run, status, stage, position, rows: Math.max(same.rows, rows), total, total_kind, progress, reason, problem,
    columns: same.columns ?? record.columns ?? null, createdAt: record.created_at, elapsed: record.elapsed_ms, elapsedAt: at,
  };
  return isInProgress(state) ? state : { ...state, ...closed };
}

/** @param {RunState} state @param {string} name @param {any} data @param {number} at @returns {RunState} */
function withEvent(state, name, data, at) {
  const { stage = "processing", position = null, total, total_kind, progress } = data;
  switch (name) {
    case "columns":
      return { ...state, columns: data.columns };
    case "progress": {
      const age = Math.max(data.elapsed_ms, elapsed(state, at));
      const status = stage === "queued" ? "pending" : "processing";
      return { ...state, status, stage, position, total, total_kind, progress, elapsed: age, elapsedAt: at };
    }
    case "chunk": {
      const rows = Math.max(state.rows, data.first_row + data.count);
      return { ...state, status: "processing", stage, position, rows, total, total_kind, progress };
    }
    case "completed":
    case "cancelled":
    case "failed":
      return withEnd(state, data, at);
    default:
      return state;
  }
}

/** @param {RunState} state @param {any} data @param {number} at @returns {RunState} */
function withEnd(state, { status, rows, elapsed_ms, reason = null, error = null }, at) {
  const progress = status === "completed" ? 100 : state.progress;
  return { ...state, ...closed, status, rows, progress, elapsed: elapsed_ms, elapsedAt: at, reason, problem: error };
}
