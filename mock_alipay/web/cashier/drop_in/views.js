/** The cashier inside an element, and what it has in common with the pop-up. */
import { PARAMETER_ERROR } from "./errors.js";

export const CONTAINER = "ams-component-container";
export const BLOCK = "width: 100%; position: relative";
export const FONT = "font: 15px/1.5 system-ui, sans-serif";
const LOADING = "ams-component-loading";

/** An element with an id, styles as CSS, text and attributes. */
export function newElement(tag, id, css = "", text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.id = id;
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  // By the object model, since a merchant's Content-Security-Policy may forbid style attributes.
  element.style.cssText = css;
  return element;
}

/** Say in the view that the cashier loads. */
export function addLoading(parent) {
  parent.append(newElement("div", LOADING, `padding: 24px; ${FONT}`, "Loading\u2026", { role: "status" }));
}

/** Remove what `addLoading` added. */
export function endLoading() {
  document.getElementById(LOADING)?.remove();
}

/** The cashier inside an element of the merchant's page. */
export class InlineView {
  #selector;
  #frame;

  constructor({ frame, selector, showLoading }) {
    this.#selector = selector;
    this.#frame = frame;
    const parent = document.querySelector(`${selector}`);
    if (!document.getElementById(CONTAINER) && parent) {
      const container = newElement("div", CONTAINER, BLOCK, "", { class: `${CONTAINER}-inline` });
      parent.append(container);
      if (showLoading) addLoading(container);
    }
    insertFrame(`#${CONTAINER}`, frame);
  }

  /** Give the frame the height of its content. */
  resize({ height }) {
    endLoading();
    showFrame(this.#frame, height);
  }

  /** Remove the cashier; like 1.47.2 it empties the merchant's element. */
  close() {
    document.querySelector(`${this.#selector}`)?.replaceChildren();
    document.getElementById(CONTAINER)?.remove();
  }
}

/** Show a frame, and its parent, with the height of its content. */
export function showFrame(frame, height) {
  frame.style.opacity = "1";
  frame.style.height = frame.parentElement.style.height = `${height}px`;
}

/** Put the frame into the element of a selector; throws 1.47.2's error object if there is none. */
export function insertFrame(selector, frame) {
  const place = document.querySelector(selector);
  if (!place) {
    const message = `Failed to execute 'querySelector' on 'Document': ${selector} is not a valid selector`;
    throw { code: PARAMETER_ERROR, message };
  }
  place.append(frame);
}
