/** The pop-up. */
import { CONTAINER, FONT, addLoading, endLoading, insertFrame, newElement } from "./views.js";

const SECTION = "ams-component-section";
const MASK = "ams-component-mockup";
// So it is written in 1.47.2.
const CLOSE = "asm-component-close-block";
const RETENTION = "ams-component-retention";

const BOX = "position: fixed; top: 50%; left: 50%; transform: translate(-50%, -50%); max-width: 100%; max-height: 100%";
const SURFACE = "overflow: hidden; border-radius: 16px; background: #fff; color: #1c2430";
const DIALOG = `${BOX}; ${SURFACE}; width: 440px; height: 240px; outline: 0; z-index: 1001`;
const QUESTION = `${BOX}; ${SURFACE}; ${FONT}; width: 300px; padding: 24px; z-index: 1009; display: none`;
const SHADE = "position: fixed; inset: 0; z-index: 1000; background: rgba(0, 0, 0, 0.6)";
const CROSS =
  "position: absolute; top: 4px; right: 4px; width: 32px; height: 32px; padding: 0; border: 1px solid #767e8c; " +
  "border-radius: 16px; background: #fff; color: #1c2430; font: 20px/1 system-ui, sans-serif; cursor: pointer";

/** The cashier in a dialog above the merchant's page, which cannot be reached meanwhile. */
export class PopupView {
  #frame;
  #dialog;
  #added = [];
  #blocked = [];
  #focused = document.activeElement;
  #overflow = document.body.style.overflow;
  #onKey = (event) => event.key === "Escape" && this.#askClose();
  #askClose;
  #leave;

  /** `askClose` is called when the buyer wants to close, `leave` when they confirm that after `ask`. */
  constructor({ frame, showLoading, askClose, leave }) {
    this.#frame = frame;
    this.#askClose = askClose;
    this.#leave = leave;
    if (!document.getElementById(CONTAINER)) this.#build(showLoading);
    document.getElementById(SECTION)?.replaceChildren();
    insertFrame(`#${SECTION}`, frame);
    if (showLoading) addLoading(document.getElementById(SECTION));
  }

  /** Take the size of the content, as far as the window has room. */
  resize({ width, height }) {
    endLoading();
    const dialog = document.getElementById(CONTAINER);
    Object.assign(this.#frame.style, { height: "100%", opacity: "1" });
    dialog.style.height = `${height}px`;
    if (width) dialog.style.width = `${width}px`;
    dialog.style.visibility = "visible";
    if (document.activeElement === document.body) dialog.focus();
  }

  /** Ask "Are you sure you want to leave?". */
  ask() {
    const retention = document.getElementById(RETENTION);
    retention.style.display = "block";
    retention.querySelector("button").focus();
  }

  /** Remove the dialog and give the page back to the buyer. */
  close() {
    document.removeEventListener("keydown", this.#onKey);
    for (const element of this.#blocked) element.inert = false;
    for (const element of this.#added) element.remove();
    document.getElementById(CONTAINER)?.remove();
    document.body.style.overflow = this.#overflow;
    this.#focused?.focus?.({ preventScroll: true });
  }

  #build(showLoading) {
    this.#blocked = [...document.body.children].filter((element) => !element.inert);
    for (const element of this.#blocked) element.inert = true;
    const attributes = { role: "dialog", "aria-modal": "true", "aria-label": "Payment", tabindex: "-1" };
    this.#dialog = newElement("div", CONTAINER, DIALOG, "", attributes);
    this.#dialog.style.visibility = showLoading ? "visible" : "hidden";
    const [cross, section] = [this.#closeButton(), newElement("div", SECTION, "height: 100%")];
    const first = guard((from) => (from === cross ? this.#frame : cross).focus());
    this.#dialog.append(first, cross, section, guard(() => cross.focus()));
    this.#added = [newElement("div", MASK, SHADE), this.#dialog, this.#retention()];
    document.body.append(...this.#added);
    document.body.style.overflow = "hidden";
    document.addEventListener("keydown", this.#onKey);
    this.#dialog.focus();
  }

  #closeButton() {
    const attributes = { type: "button", "aria-label": "Close payment", "data-testid": "antom-mock-close" };
    const button = newElement("button", CLOSE, CROSS, "\u00d7", attributes);
    button.addEventListener("click", () => this.#askClose());
    return button;
  }

  #retention() {
    const box = newElement("div", RETENTION, QUESTION);
    const remain = newElement("button", `${RETENTION}-remain`, "", "Continue Payment");
    const leave = newElement("button", `${RETENTION}-leave`, "", "Leave");
    remain.addEventListener("click", () => {
      box.style.display = "none";
      this.#dialog.focus();
    });
    leave.addEventListener("click", () => this.#leave());
    const title = newElement("p", `${RETENTION}-title`, "", "Are you sure you want to leave?");
    const text = "If you leave this page, you'll have to start over again.";
    box.append(title, newElement("p", `${RETENTION}-sub-title`, "", text), remain, leave);
    return box;
  }
}

/** An element that passes the focus on, so that Tab stays in the dialog; `pass` gets the element that had it. */
function guard(pass) {
  const element = document.createElement("span");
  element.tabIndex = 0;
  element.addEventListener("focus", (event) => pass(event.relatedTarget));
  return element;
}
