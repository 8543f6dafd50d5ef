/** What AMSCashierPayment and its family mount: the cashier's frame and what it says. */
import { Channel } from "./channel.js";
import { COMPONENT_ERROR, LOAD_TIMEOUT, NETWORK_ERROR } from "./errors.js";
import { appPath, frameAddress, newFrame, newId, platform } from "./frame.js";
import { PopupView } from "./popup.js";
import { querySession } from "./query.js";
import { redirect } from "./redirect.js";
import { call, failed, record } from "./trace.js";
import { InlineView, endLoading } from "./views.js";

// @alipay/ams-checkout 1.47.2
const LOAD_LIMIT = 15000;
const SUBMIT_RESULT = { message: "sdk no need to make submitPay request", success: true };

/** One mounted cashier: its frame, its view and what they say to each other. */
export class CashierApp {
  alive = true;
  closing = {};
  forwarded = ["onEventCallback", "onError", "onSizeChanged", "onPaymentMethodSelected", "onLog", "onChange"];
  rendered = false;
  #instanceId = newId();
  #launched = () => {};
  #resized = () => this.channel.post("renderResize", { heightOfVisible: innerHeight, widthOfVisible: innerWidth });
  #retention = true;

  /** `options` are the constructor's, `params` those of the mount with displayType and selector. */
  constructor(options, session, params) {
    this.options = options;
    this.session = session;
    this.params = params;
  }

  /** Load the cashier; settles like createComponent of 1.47.2. */
  async mount() {
    this.event({ code: "SDK_START_OF_LOADING" });
    try {
      this.open(`ams-checkout-component-${platform()}`, appPath(this.session.sign));
      this.result = this.#query();
      await Promise.all([this.result, this.launch().catch((error) => this.#refuse(error))]);
    } catch (error) {
      this.clean();
      throw error;
    }
  }

  /** Create frame, view and channel. */
  open(frameId, path) {
    const { displayType, selector, appearance } = this.params;
    const query = { displayType, options: this.options, instanceId: this.#instanceId };
    const frame = newFrame(frameId, frameAddress(this.session, path, query));
    this.channel = new Channel(frame, this.session.base, this.#instanceId, (context) => this.#receive(context));
    window.addEventListener("resize", this.#resized);
    const View = displayType === "popup" ? PopupView : InlineView;
    const buyer = { askClose: () => this.close(), leave: () => this.closed() };
    this.view = new View({ frame, selector, showLoading: appearance?.showLoading !== false, ...buyer });
  }

  /** Resolves when the cashier has loaded. */
  launch() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(LOAD_TIMEOUT), LOAD_LIMIT);
      this.#launched = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Call onEventCallback. */
  event(value) {
    this.emit("onEventCallback", value);
  }

  /** Call a callback of the merchant. */
  emit(name, ...values) {
    call(name, this.options[name], ...values);
  }

  /** The buyer wants to close, by a button of the cashier or by ours: at once, or after "Are you sure?". */
  close(byCashier) {
    if (this.#retention) this.view.ask?.();
    else this.closed(byCashier);
  }

  /** The buyer has closed the cashier. */
  closed() {
    this.clean();
    this.emit("onClose", {});
    const { enableCallback, eventName, eventResult } = this.closing;
    if (enableCallback) this.event({ code: eventName, result: { result: eventResult ?? {} } });
  }

  /** The cashier no longer loads. */
  loaded({ message = "" } = {}) {
    endLoading();
    this.event({ code: "SDK_END_OF_LOADING", message });
  }

  /** Remove everything from the page. */
  clean() {
    if (!this.alive) return;
    this.alive = false;
    this.view?.close();
    this.channel?.close();
    window.removeEventListener("resize", this.#resized);
    this.#launched();
  }

  #receive({ event, data }) {
    const handlers = {
      onLaunch: () => this.#render(),
      dismissLoading: () => this.loaded(data),
      onSizeChanged: () => data?.height > 1 && this.view.resize(data),
      onClose: () => this.close(true),
      onRedirect: () => redirect(data, (value) => this.event(value), () => this.clean()),
      setAllowRetention: () => (this.#retention = data === true),
      declareEventCallbackInfo: () => (this.closing = data?.popWindowEventInfo ?? {}),
      beforeSubmit: () => this.#beforeSubmit(data),
    };
    handlers[event]?.();
    if (this.forwarded.includes(event)) this.emit(event, data);
  }

  async #render() {
    this.#launched();
    const queryResult = await this.result?.catch(() => null);
    if (!this.alive || queryResult === null) return;
    const { displayType, appearance, merchantAppointParam } = this.params;
    this.rendered = true;
    this.channel.post("renderComponent", {
      queryResult,
      submitResult: SUBMIT_RESULT,
      sessionResult: this.session.data,
      paymentSessionData: this.session.id,
      heightOfVisible: innerHeight,
      renderDisplayType: displayType,
      notRedirectAfterComplete: this.#stays(),
      appearance,
      merchantAppointParam,
    });
  }

  #stays() {
    return (this.params.notRedirectAfterComplete ?? this.session.sign === "VAULTING_CARD") === true;
  }

  async #beforeSubmit(payload) {
    const answer = this.options.onBeforeSubmit;
    let data = { result: "IGNORE" };
    try {
      if (answer) record("onBeforeSubmit", payload);
      if (answer) data = await answer(payload);
    } catch (error) {
      failed("onBeforeSubmit", error);
      data = { result: "ERROR" };
    }
    if (this.alive) this.channel.post("beforeSubmitDone", data, newId());
  }

  async #query() {
    const { session, params } = this;
    const card = session.sign.endsWith("_CARD") ? { paymentMethodType: "CARD" } : {};
    const appointed = { merchantAppointParam: params.merchantAppointParam, notRedirectAfterComplete: this.#stays() };
    const request = { paymentSessionData: session.id, ...appointed, ...card };
    const result = await querySession(session, request, this.options.locale).catch(() => this.#unanswered());
    if (session.sign === "CASHIER_PAYMENT_CARD" && result.errorMessage) {
      const error = { code: COMPONENT_ERROR, message: result.errorMessage };
      this.#tell(error);
      if (result.errorActions?.showType === "NONE") throw error;
    }
    return result;
  }

  #unanswered() {
    if (this.session.sign === "CASHIER_PAYMENT_CARD") this.#tell(NETWORK_ERROR);
    if (["CASHIER_PAYMENT_CARD", "VAULTING_CARD", "CASHIER_PAYMENT_APM"].includes(this.session.sign)) return { success: false };
    if (this.alive) this.emit("onError", { code: COMPONENT_ERROR });
    throw { success: false, errorCode: "SYSTEM" };
  }

  #refuse(error) {
    this.#tell(error);
    throw error;
  }

  #tell(error) {
    if (!this.alive) return;
    this.emit("onError", error);
    this.event(error);
  }
}
