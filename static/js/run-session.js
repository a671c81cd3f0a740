// @ts-check
/**
 * One run on the page, from its start or its address to its end: the only place that turns answers and
 * events into actions. A session that was left is silent.
 */

import { askChunk, askChunkIndex, askRun, cancelRun, startRun } from "./api.js";
import { problemFrom } from "./problem.js";
import { RowStore, chunkHead } from "./row-store.js";
import { RunFollower } from "./run-follower.js";
import { isEnd } from "./run-stream.js";

/** @typedef {import("./run-state.js").Action} Action */

const decoder = new TextDecoder();

export class RunSession {
  /** @type {string | null} */
  #run = null;
  /** @type {RunFollower | null} */
  #follower = null;
  #left = false;
  /** Whether a cancellation was asked for that the server does not know of. */
  #isUncancelled = false;
  #dispatch;
  /** @type {RowStore} */
  store;

  /** @param {(action: Action) => void} dispatch */
  constructor(dispatch) {
    this.#dispatch = (/** @type {Action} */ action) => {
      if (!this.#left) dispatch(action);
    };
    this.store = new RowStore((chunk) => askChunk(this.#run ?? "", chunk), (error) => this.#loaded(error));
  }

  /** @param {string} report @param {Address} address @returns {Promise<string | null>} the run's id, null where it was refused */
  async start(report, address) {
    this.#dispatch({ type: "start" });
    try {
      const record = await startRun(report, address);
      // The page went elsewhere meanwhile: nobody would follow this run, and it counts.
      if (this.#left) cancelRun(record.run).catch(() => {});
      await this.#take(record);
      return record.run;
    } catch (error) {
      this.#dispatch({ type: "refused", problem: problemFrom(error) });
      return null;
    }
  }

  /** @param {string} run */
  async open(run) {
    this.#dispatch({ type: "opening", run });
    // What rows there are is shown by their index, not replayed: both are asked for at once.
    const index = askChunkIndex(run);
    index.catch(() => {});
    try {
      await this.#take(await askRun(run), index);
    } catch (error) {
      this.#dispatch({ type: "refused", problem: problemFrom(error) });
    }
  }

  async cancel() {
    const run = this.#run;
    if (run === null) return;
    this.#isUncancelled = false;
    this.#dispatch({ type: "cancel", run, cancelling: true });
    try {
      await cancelRun(run);
      this.#follower?.retryNow();
    } catch (error) {
      this.#isUncancelled = true;
      this.#dispatch({ type: "cancel", run, cancelling: false });
      this.#dispatch({ type: "trouble", run, problem: problemFrom(error) });
    }
  }

  /** Loads again what could not be loaded, cancels what could not be cancelled. */
  retry() {
    this.store.retry();
    this.#dispatch({ type: "trouble", run: this.#run, problem: null });
    if (this.#isUncancelled) this.cancel();
  }

  retryConnection() {
    this.#follower?.retryNow();
  }

  /** The browser puts the page away, or takes it out again. @param {boolean} away */
  pause(away) {
    if (away) this.#follower?.stop();
    else this.#follower?.start();
  }

  leave() {
    this.#left = true;
    this.#follower?.stop();
  }

  /** @param {RunRecord} record @param {Promise<ChunkIndex>} [index] of its chunks, if it was asked for */
  async #take(record, index) {
    this.#run = record.run;
    if (this.#left) return;
    if (isEnd(record.status)) {
      this.#dispatch({ type: "opening", run: record.run });
      return this.finished(record, index);
    }
    // Without its columns a run has no rows.
    const known = record.columns ? await index : undefined;
    if (this.#left) return;
    if (known) this.#know(known);
    this.#tell(record);
    this.#follower = new RunFollower(record.run, known?.event ?? 0, this);
    this.#follower.start();
  }

  /** Told by the follower. @param {string} name @param {Uint8Array} bytes */
  event(name, bytes) {
    const data = name === "chunk" ? chunkHead(bytes) : JSON.parse(decoder.decode(bytes));
    if (name === "chunk") this.store.append(data, bytes);
    if (isEnd(name)) this.#isUncancelled = false;
    this.#dispatch({ type: "event", run: this.#run, name, data, at: performance.now() });
  }

  /** Told by the follower. @param {import("./run-state.js").RunState["connection"]} connection @param {number} wait in ms */
  connection(connection, wait) {
    this.#dispatch({ type: "connection", run: this.#run, connection, retryAt: performance.now() + wait });
  }

  /** Told by the follower: the run is not there any more. @param {Problem} problem */
  refused(problem) {
    this.#dispatch({ type: "cut", run: this.#run, problem, at: performance.now() });
  }

  /** Told by the follower. @param {RunRecord} record @param {ChunkIndex} index of the chunks after those that are known */
  seen(record, index) {
    this.store.useIndex(index.first_rows, index.rows, this.store.chunks);
    this.#tell(record);
  }

  /** The record, with the rows that the page can show. @param {RunRecord} record */
  #tell(record) {
    this.#dispatch({ type: "record", record: { ...record, rows: this.store.length }, at: performance.now() });
  }

  // An ended run is not replayed: its chunks are loaded by number as they are looked at.
  /** Told by the follower. @param {RunRecord} record @param {Promise<ChunkIndex>} asked */
  async finished(record, asked = askChunkIndex(record.run)) {
    this.#isUncancelled = false;
    let index = await asked;
    // Asked for while rows still came.
    if (!index.complete) index = await askChunkIndex(record.run);
    if (this.#left) return;
    this.#know(index);
    this.#tell({ ...record, columns: record.columns ?? [] });
  }

  /** @param {ChunkIndex} index of all chunks */
  #know({ first_rows, rows }) {
    this.store.useIndex(first_rows, rows);
    // On its way before the table asks for it in its next frame.
    this.store.row(0);
  }

  /** @param {unknown} error undefined where a chunk has come */
  #loaded(error) {
    const run = this.#run;
    this.#dispatch(error === undefined ? { type: "loaded", run } : { type: "trouble", run, problem: problemFrom(error) });
  }
}
