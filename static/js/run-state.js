// @ts-check
/**
 * What the page knows about one run, and how each event changes it. Pure: `reduce` is the only way
 * from one state to the next, and an event of another run changes nothing.
 */

/**
 * `idle`: no run; `opening`: the run of the address is being asked for; `starting`: the start was sent.
 * `problem` is why there is no run, or how it ended; `trouble` is a request beside it that failed.
 * `elapsed` is the run's age in ms at the page's clock `elapsedAt`.
 * @typedef {{
 *   run: string | null, status: "idle" | "opening" | "starting" | Status,
 *   stage: Stage | null, position: number | null, rows: number, total: number | null,
 *   totalKind: TotalKind, progress: number | null, elapsed: number, elapsedAt: number,
 *   samples: Sample[], columns: Column[] | null, reason: Reason | null,
 *   problem: Problem | null, trouble: Problem | null,
 *   cancel: "no" | "asking" | "sent",
 *   connection: "none" | "connecting" | "open" | "waiting" | "retrying", retryAt: number,
 * }} RunState
 */
/** @typedef {{ at: number, rows: number }} Sample */

/**
 * @typedef {{ type: "reset" }
 *   | { type: "opening", run: string }
 *   | { type: "start" }
 *   | { type: "refused", problem: Problem }
 *   | { type: "record", record: RunRecord, at: number }
 *   | { type: "event", run: string, name: string, data: any, at: number }
 *   | { type: "cut", run: string, problem: Problem, at: number }
 *   | { type: "kept", run: string, columns: Column[], rows: number }
 *   | { type: "connection", run: string, connection: RunState["connection"], retryAt: number }
 *   | { type: "loaded", run: string | null }
 *   | { type: "cancel", run: string | null, cancel: RunState["cancel"] }
 *   | { type: "trouble", run: string | null, problem: Problem | null }} Action
 */

/** How far back the rate looks (ms). */
const RATE_SPAN = 3000;

/** @returns {RunState} */
export function idle() {
  return {
    run: null,
    status: "idle",
    stage: null,
    position: null,
    rows: 0,
    total: null,
    totalKind: "unknown",
    progress: null,
    elapsed: 0,
    elapsedAt: 0,
    samples: [],
    columns: null,
    reason: null,
    problem: null,
    trouble: null,
    cancel: "no",
    connection: "none",
    retryAt: 0,
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
      return withEvent(state, action.name, action.data, action.at);
    case "cut":
      return withCut(state, action.problem, action.at);
    case "kept":
      return { ...state, columns: state.columns ?? action.columns, rows: action.rows };
    case "connection":
      return { ...state, connection: action.connection, retryAt: action.retryAt };
    case "loaded":
      return { ...state };
    case "cancel":
      return { ...state, cancel: action.cancel };
    case "trouble":
      return { ...state, trouble: action.problem };
  }
}

/** @param {RunState} state */
export function isFinal(state) {
  return ["completed", "failed", "cancelled"].includes(state.status);
}

/** Whether the run itself is under way; starting and opening are not yet. @param {RunState} state */
export function isInProgress(state) {
  return state.status === "pending" || state.status === "processing";
}

/** Whether the page has lost the run and tries to find it again. @param {RunState} state */
export function isLost(state) {
  return state.connection === "waiting" || state.connection === "retrying";
}

/** Whether rows are missing for good. @param {RunState} state */
export function isPartial(state) {
  return isFinal(state) && state.status !== "completed";
}

/** The run's age in ms. @param {RunState} state @param {number} now */
export function elapsed(state, now) {
  return isInProgress(state) ? state.elapsed + Math.max(0, now - state.elapsedAt) : state.elapsed;
}

/** Rows per second of the last seconds; of the whole run once it has ended. @param {RunState} state @param {number} now @returns {number | null} */
export function rate(state, now) {
  if (isFinal(state)) return state.elapsed >= 500 ? (state.rows * 1000) / state.elapsed : null;
  const oldest = state.samples[0];
  const passed = oldest ? now - oldest.at : 0;
  return oldest && passed >= 500 ? ((state.rows - oldest.rows) * 1000) / passed : null;
}

/** @param {RunState} state @param {RunRecord} record @param {number} at @returns {RunState} */
function withRecord(state, record, at) {
  const same = state.run === record.run ? state : idle();
  return {
    ...same,
    run: record.run,
    status: record.status,
    stage: record.stage,
    position: record.position,
    // While events still come, they alone say how many rows the page has.
    rows: same.rows,
    total: record.total,
    totalKind: record.total_kind,
    progress: record.progress,
    elapsed: record.elapsed_ms,
    elapsedAt: at,
    reason: record.reason,
    problem: record.error,
    ...(ends(record.status) ? closed : {}),
  };
}

/** The server has the run no more; the rows that the page has stay on it. @param {RunState} state @param {Problem} problem @param {number} at @returns {RunState} */
function withCut(state, problem, at) {
  const age = elapsed(state, at);
  return { ...state, ...closed, run: null, status: "failed", elapsed: age, elapsedAt: at, problem };
}

/** What is over with the run. */
const closed = /** @type {const} */ ({ cancel: "no", connection: "none", stage: null, position: null });

/** @param {Status} status */
function ends(status) {
  return status !== "pending" && status !== "processing";
}

/** @param {RunState} state @param {string} name @param {any} data @param {number} at @returns {RunState} */
function withEvent(state, name, data, at) {
  const open = { ...state, connection: /** @type {const} */ ("open") };
  switch (name) {
    case "columns":
      return { ...open, columns: data.columns };
    case "progress":
      return withProgress(open, data, at);
    case "chunk":
      return withChunk(open, data, at);
    case "completed":
    case "cancelled":
    case "failed":
      return withEnd(open, data, at);
    default:
      return open;
  }
}

/** @param {RunState} state @param {any} data @param {number} at @returns {RunState} */
function withProgress(state, data, at) {
  return {
    ...state,
    status: data.stage === "queued" ? "pending" : "processing",
    stage: data.stage,
    position: data.position ?? null,
    total: data.total,
    totalKind: data.total_kind,
    progress: data.progress,
    elapsed: Math.max(data.elapsed_ms, elapsed(state, at)),
    elapsedAt: at,
  };
}

/** @param {RunState} state @param {ChunkHead} head @param {number} at @returns {RunState} */
function withChunk(state, head, at) {
  const rows = head.first_row + head.count;
  const recent = state.samples.filter((sample) => at - sample.at <= RATE_SPAN);
  const first = recent.length ? recent : state.samples.slice(-1);
  return {
    ...state,
    status: "processing",
    stage: "processing",
    position: null,
    rows,
    total: head.total,
    totalKind: head.total_kind,
    progress: head.progress,
    samples: [...first, { at, rows }],
  };
}

/** @param {RunState} state @param {any} data @param {number} at @returns {RunState} */
function withEnd(state, data, at) {
  return {
    ...state,
    ...closed,
    status: data.status,
    rows: data.rows,
    progress: data.status === "completed" ? 100 : state.progress,
    elapsed: data.elapsed_ms,
    elapsedAt: at,
    reason: data.reason ?? null,
    problem: data.error ?? null,
  };
}
