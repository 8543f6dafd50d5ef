/** Builds the parts of the page. Text is set as text, never parsed as markup. */

/** Returns an element with attributes (a value of true is set without text; false and null are left out), listeners (on…) and children. */
export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Returns text of foreign origin that cannot change the direction of what surrounds it. */
export function foreign(text, attributes = {}, tag = "span") {
  return node(tag, { dir: "auto", ...attributes }, text);
}

/** Returns a button with its test id. */
export function button(label, look, testid, onclick) {
  return node("button", { type: "button", class: look, "data-testid": testid, onclick }, label);
}

/** Returns a select with one option per [value, text] pair. */
export function select(label, testid, options) {
  return node("select", { class: "select", "aria-label": label, "data-testid": testid },
    options.map(([value, text]) => node("option", { value }, text)));
}

/** Returns the URL if a page may follow it (http or https), else null. */
export function followable(url) {
  try {
    return /^https?:$/.test(new URL(url).protocol) ? url : null;
  } catch {
    return null;
  }
}
