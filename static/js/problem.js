// @ts-check
/** Errors as sentences: what happened and what to do. */

/** A request that was answered with a problem, or not at all. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** @returns {Problem} the server did not answer */
export function unreachable() {
  const problem = { code: "unreachable", status: 0, retryable: true };
  if (navigator.onLine === false) return { ...problem, title: "There is no network", detail: "This device is offline. Connect it, then try again." };
  const detail = "Rowstream cannot be reached at the moment. Check the network, then try again.";
  return { ...problem, title: "The server does not answer", detail };
}

/**
 * The problem that an answer carries; an answer that is none of ours gets a sentence of the page.
 * @param {number} status @param {string} text @param {string | null} retryAfter the header's text
 * @returns {Problem}
 */
export function problemOf(status, text, retryAfter) {
  const body = parsed(text);
  const problem = isProblem(body) ? body : foreign(status);
  const seconds = Number(retryAfter ?? NaN);
  return Number.isFinite(seconds) ? { ...problem, retry_after: seconds } : problem;
}

/** Whether asking again can help although the answer was an error. @param {Problem} problem */
export function mayPass(problem) {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** @param {unknown} error @returns {Problem} */
export function problemFrom(error) {
  if (error instanceof ProblemError) return error.problem;
  throw error;
}

/** A module that is loaded when it is needed: without it the page is without the server. @template T @param {Promise<T>} loading */
export async function needed(loading) {
  try {
    return await loading;
  } catch {
    throw new ProblemError(unreachable());
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {unknown} body @returns {body is Problem} */
function isProblem(body) {
  return typeof body === "object" && body !== null && "detail" in body && "code" in body;
}

/** @param {number} status @returns {Problem} */
function foreign(status) {
  return {
    code: "foreign_answer",
    title: `The answer was ${status}`,
    status,
    detail: `Something between this page and Rowstream answered with status ${status}. Try again in a moment.`,
    retryable: status >= 500,
  };
}
