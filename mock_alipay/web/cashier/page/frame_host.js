/** What surrounds the page when the SDK has put it into a pop-up or inline. Messages: @alipay/ams-checkout 1.47.2. */
import { Channel, parentOrigin } from "./channel.js";
import { followable } from "./nodes.js";
import { eventOf } from "./outcomes.js";

const WIDTH = 440;
const MARGIN = 48;
const BLOCKED_MS = 400;

/** Returns the links of a redirect as the SDK wants them. */
export function linksTo(url) {
  return { normalUrl: url, schemeUrl: "", applinkUrl: "" };
}

/** A pop-up or an inline frame. */
export class FrameHost {
  constructor(query, kind) {
    this.kind = kind;
    this.claims = true;
    this.channel = new Channel(parentOrigin(query.get("refUrl")), query.get("instanceId"));
    this.blockedMs = query.get("dropIn") === "1" ? 0 : BLOCKED_MS;
    // 1.12.0 does not know beforeSubmit and would never answer.
    this.asksConsent = /^1\.(4[7-9]|[5-9]\d|\d{3})\.|^[2-9]/.test(query.get("sdkVersion") ?? "");
    this.waiting = [];
  }

  /** Announces the page; opens the cashier when the SDK says what to render. */
  start(cashier) {
    this.cashier = cashier;
    this.channel.listen({
      renderComponent: (data) => this.render(data),
      renderResize: (data) => this.limit(data),
      submitPay: (data, id) => this.submit(data, id),
      validateFields: (_, id) => this.channel.send("validateFieldsResult", { isValid: cashier.validate() }, id),
      onValidate: (_, id) => this.channel.send(id, { data: { isValid: cashier.validate() } }),
      beforeSubmitDone: ({ result }) => this.consented?.(result),
      updatePayment: async ({ sessionResult }) => this.channel.send("updated", { success: await cashier.open(sessionResult?.mock?.id) }),
    });
    this.channel.send("onLaunch");
    window.addEventListener("keydown", ({ key }) => key === "Escape" && this.kind === "popup" && this.close());
  }

  render({ sessionResult, notRedirectAfterComplete, appearance, heightOfVisible, elementEvents }) {
    this.redirects = notRedirectAfterComplete !== true;
    this.firesEvents = this.kind !== "element" || elementEvents === true;
    this.limit({ heightOfVisible });
    this.cashier.dress(appearance ?? {});
    this.cashier.open(sessionResult?.mock?.id);
  }

  /** Tells the SDK that the page shows something, and whether closing it cancels the payment; follows its size from then on. */
  ready(isPayable) {
    this.declare(isPayable);
    this.channel.send("dismissLoading");
    this.resize();
    this.channel.send("setAllowRetention", false);
    if (this.kind === "popup") this.channel.send("showCloseButton");
    this.channel.send("webAppReady", { source: "payment" });
    new ResizeObserver(() => this.resize()).observe(document.querySelector("main"));
  }

  declare(enableCallback) {
    const popWindowEventInfo = { enableCallback, eventName: "SDK_PAYMENT_CANCEL", eventResult: {} };
    this.channel.send("declareEventCallbackInfo", { popWindowEventInfo });
  }

  limit({ heightOfVisible }) {
    this.limitHeight = this.kind === "popup" && heightOfVisible > 0 ? heightOfVisible - MARGIN : Infinity;
    if (this.height) this.resize();
  }

  resize() {
    const height = Math.min(Math.ceil(document.querySelector("main").getBoundingClientRect().height), this.limitHeight);
    if (height === this.height || height <= 1 || this.leaving) return;
    this.height = height;
    this.channel.send("onSizeChanged", { width: Math.min(WIDTH, screen.width), height, source: "payment" });
  }

  submit(_, id) {
    this.waiting.push(id);
    this.cashier.pay();
  }

  /** Sends an event of the payment; it is the answer to a submit that waits, too. */
  fire(event, answers) {
    const [first, ...others] = answers ? this.waiting.splice(0) : [];
    this.channel.send("onEventCallback", event, first);
    others.forEach((id) => this.channel.send("onReady", event, id));
  }

  /** Answers the submits that wait, without an event. Nobody listens to onReady (1.12.0 and 1.47.2). */
  answer(data) {
    this.waiting.splice(0).forEach((id) => this.channel.send("onReady", data, id));
  }

  /** Lets the shop know of a step of the payment, and goes where it leads. */
  play({ kind, event }, view) {
    if (kind === "cancel") {
      this.answer(event);
      return this.close();
    }
    if (kind !== "challenge" && kind !== "left") this.declare(false);
    this.fire(event, kind !== "challenge");
    if (kind === "success" && this.redirects && followable(view.redirectUrl)) this.redirect(view.redirectUrl);
  }

  /** The session has ended while the page was open. */
  ended(result) {
    this.declare(false);
    this.fire(eventOf("error", result), true);
  }

  /** A new view is shown. */
  shown() {}

  /** The form is wrong. */
  formRejected() {
    this.fire({ code: "SDK_FORM_VERIFICATION_FAILED" }, true);
  }

  /** The gateway did not answer the buyer's act. */
  unsent() {
    this.fire({ code: "SDK_SUBMIT_NETWORK_ERROR" }, true);
  }

  /** Asks the shop's onBeforeSubmit; false stops the payment. */
  async consent(paymentMethodType) {
    if (!this.asksConsent) return true;
    const result = await new Promise((resolve) => {
      this.consented = resolve;
      this.channel.send("beforeSubmit", { paymentMethodType });
    });
    const goesOn = !["CANCEL", "ERROR", "TIMEOUT"].includes(result);
    if (!goesOn) this.answer({ result });
    return goesOn;
  }

  /** Sends the shop's page to a URL; false if this page stays. */
  redirect(url) {
    this.channel.send("onRedirect", linksTo(url));
    // The SDK has removed the frame and fails over a new size.
    this.leaving = true;
    return true;
  }

  /** Closes the component. One message: the SDK listens to no second one. */
  close() {
    this.leaving = true;
    this.channel.send("onClose");
  }

  /** What the link "Back to the shop" does; null if there is none. */
  back() {
    return this.kind === "element" ? null : { href: "#", go: () => this.close() };
  }
}
