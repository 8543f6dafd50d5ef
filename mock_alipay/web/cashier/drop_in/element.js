/** AMSElement and AMSPaymentElement. */
import { CREATE_ERROR } from "./errors.js";
import { PaymentElement } from "./payment_element.js";
import { call, complain } from "./trace.js";

/** The payment Element. It has no unmount, neither in 1.47.2 nor in v2. */
export class AMSElement extends PaymentElement {
  constructor(options) {
    super(options);
    if (this.options.sessionData) return;
    const message = "sessionData is empty";
    complain(`${message}: pass it to the constructor.`);
    call("onEventCallback", this.options.onEventCallback, { code: CREATE_ERROR, message });
    const errors = [{ field: "sessionData", message }];
    const error = new Error(`Invalid config:\nsessionData: ${message}`);
    throw Object.assign(error, { name: "InvalidElementConfigError", errors });
  }
}

/** The payment Element under its older name: in AMSElement's form, or with a session that comes with the mount. */
export class AMSPaymentElement extends PaymentElement {
  static preload() {}

  /** Show the cashier in the element of a selector: {} or {error}. */
  mountComponent({ sessionData = this.options.sessionData, ...params }, selector) {
    this.options.sessionData = sessionData;
    return this.mount({ ...params, type: "payment" }, selector);
  }

  /** Remove the Element. */
  unmount() {
    this.clear();
  }
}
