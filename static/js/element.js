// @ts-check
/** Elements made in one expression. Text is always text: there is no way to pass markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number | boolean | null>} attributes true is an empty one; false and null leave it out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** A button that does one thing. @param {string} text @param {() => void} press @param {string} look */
export function button(text, press, look = "") {
  const made = element("button", { type: "button", class: look }, text);
  made.addEventListener("click", press);
  return made;
}

/**
 * The one element of the page that a selector finds; a page without it is broken.
 * @template {Element} Kind
 * @param {ParentNode} root @param {string} selector @param {new (...never: never[]) => Kind} kind
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new TypeError(`The page has no ${kind.name} at ${selector}.`);
}

/** The element of that id. @param {string} id */
export function at(id) {
  return find(document, `#${id}`, HTMLElement);
}

/** Sets a text where it differs, so that nothing is laid out anew for nothing. @param {Element} target @param {string} text */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
