// @ts-check
/** A menu beside an element, by the menu button pattern of WAI-ARIA: arrows, Home, End, first letters, Escape. */

import { element } from "./element.js";

/** `checked` makes a box of it; a menu that `stays` is open after the press. @typedef {{ text: string, press: () => void, checked?: boolean, off?: boolean, stays?: boolean, detail?: string }} Item */

/** Room between the menu and what it belongs to, and the window's edges (px). */
const GAP = 4;

export class Menu {
  #items;
  #back;
  #element;

  /**
   * @param {string} label @param {() => Item[]} items asked again after each press
   * @param {HTMLElement} back what gets the focus when the menu was used or left
   */
  constructor(label, items, back) {
    this.#items = items;
    this.#back = back;
    this.#element = element("div", { role: "menu", class: "menu", popover: "auto", "aria-label": label });
    this.#element.addEventListener("keydown", (event) => this.#keydown(event));
    this.#element.addEventListener("toggle", (event) => event.newState === "closed" && this.#element.remove());
  }

  /** @param {Element} anchor */
  open(anchor) {
    this.#fill();
    (anchor.closest("main") ?? document.body).append(this.#element);
    this.#element.showPopover();
    this.#place(anchor.getBoundingClientRect());
    this.#focus(0);
  }

  #fill() {
    this.#element.replaceChildren(...this.#items().map((item) => this.#item(item)));
  }

  /** @param {Item} item */
  #item(item) {
    const isBox = item.checked !== undefined;
    const made = element(
      "button",
      { type: "button", role: isBox ? "menuitemcheckbox" : "menuitem", tabindex: -1, "aria-disabled": item.off ? "true" : null, "aria-checked": isBox ? String(item.checked) : null },
      element("span", { dir: "auto" }, item.text),
      ...(item.detail ? [element("small", {}, item.detail)] : []),
    );
    made.addEventListener("click", () => !item.off && this.#press(item));
    return made;
  }

  /** @param {Item} item */
  #press(item) {
    if (!item.stays) this.#close();
    const at = this.#buttons.findIndex((button) => button === document.activeElement);
    item.press();
    if (!item.stays) return;
    this.#fill();
    this.#focus(at);
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const at = this.#buttons.findIndex((button) => button === document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key] ?? this.#lettered(event, at);
    if (next !== null) this.#focus(next);
    else if (event.key === "Escape" || event.key === "Tab") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The next item that begins with the letter. @param {KeyboardEvent} event @param {number} at */
  #lettered({ key, ctrlKey, metaKey, altKey }, at) {
    if (key.length !== 1 || key === " " || ctrlKey || metaKey || altKey) return null;
    const buttons = this.#buttons;
    const found = buttons.findIndex((_, step) => buttons.at((at + 1 + step) % buttons.length)?.textContent?.toLowerCase().startsWith(key.toLowerCase()));
    return found < 0 ? null : at + 1 + found;
  }

  /** @param {number} at beyond the end it is the beginning */
  #focus(at) {
    const buttons = this.#buttons;
    buttons.at(at % buttons.length)?.focus();
  }

  get #buttons() {
    return [...this.#element.querySelectorAll("button")];
  }

  // Below what it belongs to, where there is room for it.
  /** @param {DOMRect} anchor */
  #place({ left, top, bottom }) {
    const { width, height } = this.#element.getBoundingClientRect();
    const below = bottom + GAP + height <= innerHeight ? bottom + GAP : top - GAP - height;
    this.#element.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
    this.#element.style.top = `${Math.max(GAP, Math.min(below, innerHeight - height - GAP))}px`;
  }

  #close() {
    this.#element.hidePopover();
    this.#back.focus({ preventScroll: true });
  }
}
