// @ts-check
/** Help with problems that the reader can mend on the page: a field that is wrong, too many runs in progress. */

import { complain } from "./field-complaints.js";
import { fieldsIn } from "./parameter-form.js";
import { runningRuns } from "./running-runs.js";

/**
 * @param {Problem} problem @param {Element} panel which shows it @param {Element} fields those of the form
 * @returns {Promise<boolean>} whether the problem has been told beside a field, so that the panel need not
 */
export async function help(problem, panel, fields) {
  const field = fieldsIn(fields).find(({ name }) => problem.detail.includes(`parameter '${name}'`));
  if (field) complain([field], problem.detail);
  if (problem.code === "too_many_runs") panel.querySelector(".actions")?.before(await runningRuns(problem));
  return Boolean(field);
}
