// @ts-check
/** What accompanies a run that takes its time: its pace, the icon of the tab, and word of its end to who has turned away. */

import { find, setText } from "./element.js";
import { EndNotice } from "./end-notice.js";
import { paced, paceWords, unknownPace } from "./run-pace.js";
import { TabIcon } from "./tab-icon.js";

export class RunCompanions {
  #pace = unknownPace;
  #icon = new TabIcon(find(document, "link[rel=icon]", HTMLLinkElement));
  #notice = new EndNotice(find(document, "#tell", HTMLElement), find(document, "#tell input", HTMLInputElement));

  /** @param {import("./run-state.js").RunState} state @param {number} now @param {string} title the report's */
  render(state, now, title) {
    this.#pace = paced(this.#pace, state, now);
    const words = Object.entries(paceWords(this.#pace, state, now));
    for (const [id, text] of words) setText(find(document, `#${id}`, HTMLElement), text);
    this.#icon.render(state, now);
    this.#notice.render(state, now, title);
  }
}
