/** What surrounds the page in a Payment Element (AMSElement): submitPayment is answered, events are not fired unless the shop asks for them. */
import { FrameHost } from "./frame_host.js";
import { followable } from "./nodes.js";
import { answerOf, eventOf, isOutcome } from "./outcomes.js";

function failure(code, message) {
  return { status: "FAIL", error: { code, message, needChangeSessionForRetry: false } };
}

function nextAction(normalUrl) {
  return { nextAction: { normalUrl, schemeUrl: "", appLinkUrl: "" } };
}

/** A Payment Element. */
export class ElementHost extends FrameHost {
  constructor(query) {
    super(query, "element");
    // submitPayment answers an outcome every time, so nothing is claimed.
    this.claims = false;
    // Asking would recurse for ever in the Element of 1.47.2.
    this.asksConsent = false;
  }

  submit({ params }, id) {
    this.handles = params?.handleActions !== false;
    super.submit({}, id);
  }

  fire(event) {
    if (this.firesEvents) this.channel.send("onEventCallback", event);
  }

  answer(result) {
    this.waiting.splice(0).forEach((id) => this.channel.send(id, { data: result }));
  }

  play({ event }) {
    this.fire(event);
  }

  ended(result) {
    this.fire(eventOf("error", result));
    this.answer(answerOf({ state: "expired", result }));
  }

  /** Answers after the events of the same view, because the shop's page may leave after the answer. */
  shown(view, before) {
    if (!this.waiting.length) return;
    if (isOutcome(view.state)) setTimeout(() => this.answerOutcome(view));
    else if (before === "challenge" && view.state === "open") setTimeout(() => this.answerLeft());
  }

  answerLeft() {
    this.answer({ ...failure("USER_CANCELED", "The buyer has cancelled the 3-D Secure check."), userCanceled3D: true });
  }

  answerOutcome(view) {
    if (!this.waiting.length) return;
    const url = view.state === "success" && this.redirects ? followable(view.redirectUrl) : null;
    const session = url && !this.handles ? { session: nextAction(url) } : {};
    this.answer({ ...answerOf(view), ...session });
    if (url && this.handles) super.redirect(url);
  }

  formRejected() {
    this.fire({ code: "SDK_FORM_VERIFICATION_FAILED" });
    this.answer(failure("FORM_INVALID", "The card form is not filled in correctly."));
  }

  unsent() {
    this.answer(failure("UNKNOWN_EXCEPTION", "The gateway does not answer."));
  }

  redirect(url) {
    if (this.handles) return super.redirect(url);
    this.answer({ status: "PROCESSING", session: nextAction(url) });
    return false;
  }
}
