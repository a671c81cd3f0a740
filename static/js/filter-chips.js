// @ts-check
/** What an address asks for beside the arguments, as chips that can be taken away. */

import { filters } from "./address-filters.js";
import { button, element } from "./element.js";

/** @param {Address} address @param {(without: Address) => void} remove */
export function filterChips(address, remove) {
  return filters(address).map(({ text, without }) => {
    const cross = button("×", () => remove(without));
    cross.setAttribute("aria-label", `Remove ${text}`);
    return element("li", {}, element("span", {}, text), cross);
  });
}
