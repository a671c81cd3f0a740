// @ts-check
/** A list, newest first, whose entries keep their elements for as long as they are listed: the keyboard's place stays. */

/**
 * @template Entry, Facts
 * @typedef {{ element: HTMLElement, update: (entry: Entry, facts: Facts, time: number) => void }} Item
 */

/** @template Entry, Facts */
export class ItemList {
  #list;
  #key;
  #make;
  /** @type {Map<string, Item<Entry, Facts>>} */
  #items = new Map();

  /** @param {HTMLElement} list @param {(entry: Entry) => string} key @param {(entry: Entry) => Item<Entry, Facts>} make */
  constructor(list, key, make) {
    this.#list = list;
    this.#key = key;
    this.#make = make;
  }

  /** @param {Entry[]} entries @param {Facts} facts @param {number} time on the page's clock */
  render(entries, facts, time) {
    this.#remove(new Set(entries.map(this.#key)));
    entries.forEach((entry, index) => {
      const item = this.#item(entry);
      item.update(entry, facts, time);
      const there = this.#list.children[index] ?? null;
      if (there !== item.element) this.#list.insertBefore(item.element, there);
    });
  }

  /** Brings one to the eye and to the keyboard. @param {string} key */
  show(key) {
    this.#items.get(key)?.element.focus();
  }

  /** @param {Entry} entry */
  #item(entry) {
    const key = this.#key(entry);
    const item = this.#items.get(key) ?? this.#make(entry);
    this.#items.set(key, item);
    return item;
  }

  /** @param {Set<string>} listed */
  #remove(listed) {
    for (const [key, { element }] of this.#items) {
      if (listed.has(key)) continue;
      const next = element.nextElementSibling ?? element.previousElementSibling ?? this.#list;
      const focused = element.contains(document.activeElement);
      element.remove();
      this.#items.delete(key);
      if (focused && next instanceof HTMLElement) next.focus();
    }
  }
}
