/** The parts of a page that every screen uses: head, status, alert, body; and which controls can be pressed. */
import { node } from "./nodes.js";

/** The content of `main`. */
export class Stage {
  constructor(strip, words) {
    this.words = words;
    this.main = document.querySelector("main");
    this.head = node("div");
    this.status = node("div", { role: "status", "data-testid": "status", class: "unseen" }, words.loading);
    this.error = node("div", { role: "alert", "data-testid": "error", class: "unseen" });
    this.body = node("div");
    this.main.replaceChildren(strip, this.head, this.status, this.error, this.body);
  }

  /** Shows a form under its head. */
  showForm(head, form) {
    this.head.replaceChildren(head);
    this.say([]);
    this.status.className = "unseen";
    this.status.textContent = "";
    this.body.replaceChildren(form);
  }

  /** Shows an outcome in the status. */
  showOutcome(outcome) {
    this.head.replaceChildren();
    this.say([]);
    this.status.className = "";
    this.status.replaceChildren(outcome);
  }

  /** Moves the focus to what a new screen begins with: the one-time code, else the heading. */
  focus() {
    (this.main.querySelector("#otp") ?? this.main.querySelector("h1")).focus();
  }

  /** Sets the texts of the alert. Errors of a form stand at their fields, so the alert is unseen then. */
  say(texts, look = "unseen") {
    this.error.className = look;
    if (this.error.textContent !== texts.join(" ")) this.error.textContent = texts.join(" ");
  }

  /** Lets the status speak while the gateway works; an outcome that is shown stays. */
  speak(busy) {
    if (this.status.className) this.status.textContent = busy ? this.words.busy : "";
  }

  /** Disables or enables everything that can be pressed or chosen. */
  disable(disabled) {
    this.main.querySelectorAll("button, select, [type=radio]").forEach((control) => (control.disabled = disabled));
  }
}
