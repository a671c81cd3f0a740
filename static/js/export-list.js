// @ts-check
/** The list of exports, newest first. An export keeps its element for as long as it is listed. */

import { ExportItem } from "./export-item.js";

export class ExportList {
  #list;
  #template;
  #press;
  /** @type {Map<string, ExportItem>} */
  #items = new Map();

  /**
   * @param {HTMLElement} list @param {HTMLTemplateElement} template
   * @param {(act: import("./export-item.js").Act, item: ExportItem) => void} press
   */
  constructor(list, template, press) {
    this.#list = list;
    this.#template = template;
    this.#press = press;
  }

  /** @param {ExportRecord[]} exports @param {import("./export-item.js").Facts} facts @param {number} time */
  render(exports, facts, time) {
    this.#remove(new Set(exports.map(({ exportId }) => exportId)));
    exports.forEach((record, index) => {
      const item = this.#item(record);
      item.update(record, facts, time);
      const there = this.#list.children[index] ?? null;
      if (there !== item.element) this.#list.insertBefore(item.element, there);
    });
  }

  /** Brings one to the eye and to the keyboard. @param {string} id */
  show(id) {
    this.#items.get(id)?.element.focus();
  }

  /** @param {ExportRecord} record */
  #item(record) {
    const item = this.#items.get(record.exportId) ?? new ExportItem(this.#template, record, this.#press);
    this.#items.set(record.exportId, item);
    return item;
  }

  /** @param {Set<string>} listed */
  #remove(listed) {
    for (const [id, { element }] of this.#items) {
      if (listed.has(id)) continue;
      const next = element.nextElementSibling ?? element.previousElementSibling ?? this.#list;
      const focused = element.contains(document.activeElement);
      element.remove();
      this.#items.delete(id);
      if (focused && next instanceof HTMLElement) next.focus();
    }
  }
}
