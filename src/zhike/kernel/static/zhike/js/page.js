// What every module needs of the page: words in the reader's language, the person, the CSRF token.
const source = document.getElementById("words");
const words = source ? JSON.parse(source.textContent) : {};

export const say = (key) => words[key] || key;
export const user = document.body.dataset.user || "";
export const csrf = () => document.querySelector("meta[name=csrf]")?.content || "";

/** Runs `handler(event, element)` for events whose target lies in an element matching `selector`. */
export function on(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) handler(event, found);
  }, options);
}

/** An element with text; never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  made.append(...children);
  return made;
}

export const typing = (target) => target instanceof Element && Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .ts-wrapper"));

/** Random enough for a key; crypto.randomUUID exists only on https and localhost. */
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
