/** What AMSElement and AMSPaymentElement have in common. */
import { ElementApp } from "./element_app.js";
import {
  API_TIMEOUT,
  CREATE_ERROR,
  ELEMENT_TIMEOUT,
  LAUNCH_FAILED,
  PARAMETER_ERROR,
  PARAM_INVALID,
  UI_STATE_ERROR,
  UNRECOGNIZED,
  WEB_TIMEOUT,
} from "./errors.js";
import { coerceEnvironment } from "./options.js";
import { elementError, querySession } from "./query.js";
import { redirect } from "./redirect.js";
import { parseSession, warnMismatch } from "./session.js";
import { call, heard } from "./trace.js";

// @alipay/ams-checkout 1.47.2
const LOAD_LIMIT_OF_ELEMENT = 10000;
const LISTENED = ["paymentMethodChanged", "billingAddressChanged"];
const INVALID = { isValid: false };

/** The cashier in the merchant's page, with the merchant's own button. */
export class PaymentElement {
  #app = null;
  #loading = false;
  #notRetryable;
  #session;
  #status = "READY";
  #timer = 0;
  #updated;

  constructor(options) {
    this.options = { ...options };
  }

  /** Show the cashier in the element of a selector: {} or {error}. */
  mount(params, selector) {
    const given = { appearance: this.options.appearance, ...params };
    return heard("mount", new Promise((resolve) => this.#mount(given, selector, resolve)));
  }

  /** Check the form: {isValid}. */
  validateFields() {
    const ready = this.#app && !this.#timer;
    const answer = ready ? this.#app.channel.ask("onValidate", target({})) : Promise.resolve();
    return heard("validateFields", answer.then((answered) => answered?.data ?? INVALID));
  }

  /** Pay: {status, userCanceled3D?, error?}. */
  submitPayment(params) {
    return heard("submitPayment", this.#submit(params));
  }

  /** Show another session: whether that worked. */
  updatePayment(sessionData) {
    return heard("updatePayment", this.#update(sessionData));
  }

  /** Listen to a change of the form; the mock's form makes none. */
  on(name) {
    if (!LISTENED.includes(name)) console.error(`Event "${name}" is not allowed.`);
  }

  /** Remove the Element for good. */
  destroy() {
    this.clear();
    this.#status = "DESTROYED";
  }

  /** Remove the frame. */
  clear() {
    this.#stopTimer();
    this.#app?.remove();
    this.#app = null;
  }

  #mount(params, selector, resolve) {
    const refused = this.#refused(selector);
    if (refused) {
      this.#event({ code: CREATE_ERROR, message: refused.message });
      resolve({ error: { ...refused.error } });
      return;
    }
    this.#limit(resolve);
    this.#load(true);
    this.#status = "IN_BIZ_FLOW";
    try {
      this.#start(params, selector, resolve);
    } catch (error) {
      resolve({ error: { ...PARAM_INVALID, context: JSON.stringify(error) } });
      this.#event({ code: PARAMETER_ERROR, message: error.message });
      this.#stopTimer();
      this.#load(false);
    }
  }

  #refused(selector) {
    if (!document.querySelector(selector)) {
      return { message: `Element with selector ${selector} not found.`, error: PARAM_INVALID };
    }
    const destroyed = this.#status === "DESTROYED";
    if (destroyed || this.#app) {
      const message = destroyed ? "Creating components in the destroyed state is forbidden." : "SDK status error.";
      return { message, error: UI_STATE_ERROR };
    }
    return null;
  }

  #start(params, selector, resolve) {
    coerceEnvironment(this.options);
    this.#session = parseSession(this.options.sessionData);
    if (!this.#session.base) throw new Error("Initialization parameter exception.");
    if (params.type !== "payment") throw new Error(`type: expected 'payment', got ${JSON.stringify(params.type)}`);
    warnMismatch("ELEMENT_PAYMENT", this.#session.scene);
    const shown = (data) => data?.source === "payment" && this.#shown(resolve);
    const handlers = {
      onSizeChanged: shown,
      webAppReady: shown,
      updated: (data) => this.#updated?.(data),
      onEventCallback: (data) => this.#event(data),
      onRedirect: (data) => redirect(data, (value) => this.#event(value)),
    };
    this.#app = new ElementApp(this.#session, selector, this.options, handlers);
    const launched = new Promise((onLaunch) => (handlers.onLaunch = onLaunch));
    this.#render(launched, params, resolve);
  }

  async #render(launched, params, resolve) {
    const app = this.#app;
    try {
      const [result] = await Promise.all([this.#query(params), launched]);
      if (app !== this.#app) return;
      const error = elementError(result);
      if (error) resolve({ error });
      app.channel.post("renderComponent", this.#rendering(params, result));
    } catch {
      if (app !== this.#app) return;
      this.#stopTimer();
      this.#fail(LAUNCH_FAILED);
      resolve({ error: { ...API_TIMEOUT, traceId: "" } });
    }
  }

  #rendering(params, queryResult) {
    const { appearance, merchantAppointParam, notRedirectAfterComplete } = params;
    return {
      queryResult,
      sessionResult: this.#session.data,
      paymentSessionData: this.#session.whole,
      heightOfVisible: innerHeight,
      notRedirectAfterComplete: notRedirectAfterComplete === true,
      appearance,
      merchantAppointParam,
      elementEvents: this.options.elementEvents === true,
    };
  }

  async #query({ merchantAppointParam, notRedirectAfterComplete }) {
    const request = { paymentSessionData: this.#session.whole, merchantAppointParam, notRedirectAfterComplete };
    const result = await querySession(this.#session, request, this.options.locale);
    this.#notRetryable = result.notSupportRetryPayForSameSession;
    return result;
  }

  async #submit(params) {
    if (this.#status !== "IN_BIZ_FLOW" || !this.#app) {
      return { error: { ...UI_STATE_ERROR, needChangeSessionForRetry: false }, status: "FAIL" };
    }
    this.#load(true);
    try {
      const answer = await this.#app.channel.ask("submitPay", target({ ...params }));
      const result = answer?.data ?? { error: { ...UNRECOGNIZED }, status: "FAIL" };
      if (result.error) result.error.needChangeSessionForRetry ??= this.#notRetryable;
      return result;
    } finally {
      this.#load(false);
    }
  }

  async #update(sessionData) {
    const session = parseSession(sessionData);
    if (!this.#app || !session.base) return false;
    const before = this.#session;
    this.#session = session;
    const queryResult = await this.#query({}).catch(() => null);
    const updated = queryResult && (await this.#exchange(session, { originActionQueryResult: queryResult }));
    if (!updated) this.#session = before;
    return Boolean(updated);
  }

  #exchange(session, data) {
    return new Promise((resolve) => {
      this.#updated = (answer) => resolve(answer?.success);
      const { whole, id, data: sessionResult } = session;
      this.#app.channel.post("updatePayment", { paymentSessionData: whole, data, sessionResult, sessionData: id });
    });
  }

  #shown(resolve) {
    this.#stopTimer();
    resolve({});
    this.#load(false);
  }

  #limit(resolve) {
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#fail(ELEMENT_TIMEOUT);
      resolve({ error: { ...WEB_TIMEOUT } });
    }, LOAD_LIMIT_OF_ELEMENT);
  }

  #stopTimer() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #fail(event) {
    this.#load(false);
    this.#status = "READY";
    this.#event(event);
    this.clear();
  }

  #event({ code, message = "", result }) {
    call("onEventCallback", this.options.onEventCallback, { code, message, result });
  }

  #load(starts) {
    const { onStartLoading, onEndLoading } = this.options.loading ?? {};
    if (starts && onStartLoading && !this.#loading) {
      this.#loading = true;
      call("loading.onStartLoading", onStartLoading);
    } else if (!starts) {
      if (onEndLoading && this.#loading) call("loading.onEndLoading", onEndLoading);
      this.#loading = false;
    }
  }
}

function target(params) {
  return { params, target: "PAYMENT_ELEMENT", source: "CONTAINER_ELEMENT" };
}
