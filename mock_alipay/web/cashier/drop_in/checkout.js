/** AMSCashierPayment and its family. */
import { CashierApp } from "./cashier_app.js";
import { BAD_NETWORK_MODE, BROKEN_DATA, NOT_CREATED, PARAMETER_ERROR, SINGLETON } from "./errors.js";
import { checkOptions } from "./options.js";
import { parseSession, warnMismatch } from "./session.js";
import { call, heard } from "./trace.js";

// @alipay/ams-checkout 1.47.2
const VALIDATION_LIMIT = 15000;

/** The component of the AMSCashierPayment family: in a pop-up, or inside an element. */
export class AMSCheckout {
  #app = null;
  #options;

  constructor(options) {
    this.#options = checkOptions(options);
  }

  static preload() {}

  /** Open the cashier in a pop-up. */
  createComponent(params) {
    return heard("createComponent", this.#open({ ...params, displayType: "popup" }));
  }

  /** Open the cashier inside the element of a selector. */
  mountComponent(params, selector) {
    return heard("mountComponent", this.#open({ selector, ...params, displayType: "inline" }));
  }

  /** Press Pay in the cashier. */
  submit(data) {
    return heard("submit", this.#mounted ? this.#app.channel.ask("submitPay", data) : Promise.reject(new Error(NOT_CREATED)));
  }

  async canMakePayments() {
    return true;
  }

  /** Remove the cashier. */
  unmount() {
    this.#app?.clean();
  }

  /** Check the form: {isValid}. */
  checkFields() {
    const invalid = { isValid: false };
    if (!this.#mounted || !this.#app.rendered) return heard("validateFields", Promise.resolve(invalid));
    const answer = this.#app.channel.ask("validateFields", {}).then((data) => (data?.isValid === true ? data : invalid));
    const limit = new Promise((resolve) => setTimeout(resolve, VALIDATION_LIMIT, invalid));
    return heard("validateFields", Promise.race([answer, limit]));
  }

  get #mounted() {
    return this.#app?.alive;
  }

  async #open(params) {
    const session = await this.#check(params);
    warnMismatch(this.product, session.scene);
    if (this.#mounted) this.#fail(SINGLETON);
    this.#app = new CashierApp(this.#options, session, params);
    await this.#app.mount();
  }

  async #check(params) {
    // The merchant gets the promise before any callback.
    await null;
    const data = params.sessionData || params.paymentSessionData;
    if (!data) this.#fail({ code: PARAMETER_ERROR });
    if (this.#options.networkMode === "proxy") this.#fail(BAD_NETWORK_MODE);
    const session = parseSession(data);
    if (session.sign.startsWith("ELEMENT_") && params.displayType === "popup") {
      this.#fail({ code: PARAMETER_ERROR, message: "unsupported payment method" });
    }
    if (session.sign === "NONE") this.#fail({ code: PARAMETER_ERROR, message: BROKEN_DATA });
    return session;
  }

  #fail(error) {
    call("onError", this.#options.onError, error);
    throw error;
  }
}

/** For sessions of the scene CASHIER_PAYMENT. */
export class AMSCashierPayment extends AMSCheckout {
  product = "CASHIER_PAYMENT";

  /** Check the form: {isValid}. */
  validateFields() {
    return this.checkFields();
  }
}

/** For sessions of the scene VAULTING. */
export class AMSVaulting extends AMSCheckout {
  product = "VAULTING";
}

/** For sessions of the scene AUTO_DEBIT_PAY. */
export class AMSAutoDebitPay extends AMSCheckout {
  product = "AUTO_DEBIT_PAY";
}

/** For sessions of the scene ELEMENT_PAYMENT, by mountComponent. */
export class AntomElement extends AMSCheckout {
  product = "ELEMENT_PAYMENT";
}
