/** AMSCheckoutPage. */
import { parseMessage } from "./channel.js";
import { webUrl, parseSession, warnMismatch } from "./session.js";
import { call, complain } from "./trace.js";

const FRAME_ID = "antom-checkout-page-sub-page-iframe";
const PAGE = "/checkout-page/pages/payment/index.html";

/** The whole checkout page inside an element of the merchant. */
export class AMSCheckoutPage {
  #frame = null;
  #options;
  #origin = "";
  #listener = (event) => this.#take(event);

  constructor(options) {
    this.#options = { ...options };
  }

  static preload() {}

  /** Show the page; throws (it does not reject) if a parameter is wrong, as 1.47.2 does. */
  mountComponent(params, selector) {
    const session = typeof params?.sessionData === "string" && params.sessionData ? parseSession(params.sessionData) : null;
    if (!session?.base) refuse("PARAMS_ERROR_INVALID_SESSION_DATA", "sessionData is required and must be a string");
    const wrapper = document.querySelector(selector);
    if (!wrapper) refuse("PARAMS_ERROR_INVALID_SELECTOR", "invalid selector");
    warnMismatch("CHECKOUT_PAYMENT", session.scene);
    this.unmount();
    const url = this.#address(session);
    this.#origin = url.origin;
    this.#frame = document.createElement("iframe");
    Object.assign(this.#frame, { id: FRAME_ID, title: "Mock Antom cashier", allow: "payment", src: url.href });
    Object.assign(this.#frame, { width: "100%", height: "100%" });
    this.#frame.dataset.testid = "antom-mock-frame";
    this.#frame.style.border = "none";
    window.addEventListener("message", this.#listener);
    wrapper.replaceChildren(this.#frame);
    return Promise.resolve();
  }

  /** Remove the page. */
  unmount() {
    window.removeEventListener("message", this.#listener);
    this.#frame?.remove();
    this.#frame = null;
  }

  #address(session) {
    const { environment, locale } = this.#options;
    // 1.47.2 takes the page's address as environment.
    const url = webUrl(environment) ?? new URL(PAGE, session.base);
    const query = { sessionData: session.whole, lang: locale || "en_US", mode: "embed", dropIn: "1" };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (environment === "sandbox") url.searchParams.set("shadow", "true");
    return url;
  }

  #take(event) {
    if (event.origin !== this.#origin || event.source !== this.#frame?.contentWindow) return;
    const { code, message, result, context } = parseMessage(event.data);
    if (typeof code === "string" && code.startsWith("SDK_PAYMENT")) {
      call("onEventCallback", this.#options.onEventCallback, { code, message, result });
    }
    if (context?.event === "onRedirect" && webUrl(context.data?.normalUrl)) {
      window.location.href = context.data.normalUrl;
    }
  }
}

function refuse(code, reason) {
  complain(`AMSCheckoutPage.mountComponent: ${reason}`);
  throw new Error(code);
}
