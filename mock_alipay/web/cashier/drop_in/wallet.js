/** AMSEasyPay and AMSAutoDebit. */
import { CashierApp } from "./cashier_app.js";
import { SDK_VERSION } from "./frame.js";
import { parseSession, warnMismatch } from "./session.js";
import { call, complain, heard } from "./trace.js";
import { endLoading } from "./views.js";

/** The cashier of AMSEasyPay and AMSAutoDebit: they fire no events for loading, and close in their own way. */
class WalletApp extends CashierApp {
  forwarded = ["onEventCallback", "onError"];

  /** Load the cashier; `failure` makes the event for one that never loads. */
  start(failure) {
    this.open("antom-sdk-web-app", `/easysafepay/${SDK_VERSION}/pages/sdk-portal/index.html`);
    this.launch().catch(({ message }) => {
      this.clean();
      this.event({ code: "SDK_INTERNAL_ERROR", ...failure(message) });
    });
  }

  /** The cashier no longer loads. */
  loaded() {
    endLoading();
  }

  /** The buyer has closed the cashier. */
  closed(byCashier) {
    this.clean();
    this.emit("onClose");
    if (this.closing.enableCallback && !byCashier) this.event({ code: "SDK_PAYMENT_CANCEL", result: { result: {} } });
  }
}

/** What AMSEasyPay and AMSAutoDebit have in common. */
class Wallet {
  #app = null;
  #failure;
  #options;
  #scene;

  constructor(options, scene, failure) {
    this.#options = { ...options };
    this.#scene = scene;
    this.#failure = failure;
  }

  static preload() {}

  /** Remove the cashier. */
  unmount() {
    this.#app?.clean();
  }

  /** Open the cashier in a pop-up; nothing happens for a session of another scene. Throws without a session. */
  open({ sessionData, paymentSessionData, ...params }) {
    const data = sessionData || paymentSessionData;
    if (!data) throw new Error("paymentSession is empty");
    const session = parseSession(data);
    warnMismatch(this.#scene, session.scene);
    if (session.scene !== this.#scene || this.#app?.alive) return;
    this.#app = new WalletApp(this.#options, session, { ...params, displayType: "popup" });
    this.#app.start(this.#failure);
  }

  /** Call onEventCallback. */
  event(value) {
    call("onEventCallback", this.#options.onEventCallback, value);
  }
}

/** For sessions of the scene EASY_PAY. */
export class AMSEasyPay extends Wallet {
  constructor(options) {
    super(options, "EASY_PAY", (message) => ({ result: { message } }));
  }

  /** Open the cashier in a pop-up. */
  createComponent(params) {
    try {
      this.open(params);
    } catch (error) {
      complain(`AMSEasyPay.createComponent: ${error.message}`);
    }
  }
}

/** For sessions of the scene AUTO_DEBIT. */
export class AMSAutoDebit extends Wallet {
  constructor(options) {
    super(options, "AUTO_DEBIT", (message) => ({ message }));
  }

  /** Open the cashier in a pop-up. */
  createComponent(params) {
    return heard("createComponent", this.#create(params));
  }

  async #create(params) {
    await null;
    try {
      this.open(params);
    } catch ({ message }) {
      this.event({ code: "SDK_CREATEPAYMENT_PARAMETER_ERROR", message });
    }
  }
}
