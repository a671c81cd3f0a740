// @ts-check
/** What accompanies a run that takes its time: the icon of the tab, and word of its end to who has turned away. */

import { find } from "./element.js";
import { EndNotice } from "./end-notice.js";
import { TabIcon } from "./tab-icon.js";

export class RunCompanions {
  #icon = new TabIcon(find(document, "link[rel=icon]", HTMLLinkElement));
  #notice = new EndNotice(find(document, "#tell", HTMLElement), find(document, "#tell input", HTMLInputElement));

  /** @param {import("./run-state.js").RunState} state @param {number} now @param {string} title the report's */
  render(state, now, title) {
    this.#icon.render(state, now);
    this.#notice.render(state, now, title);
  }
}
