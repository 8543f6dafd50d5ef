/** What surrounds the page when it is a page of its own: the checkout page in a frame of AMSCheckoutPage, and the hosted page. */
import { Channel, parentOrigin } from "./channel.js";
import { linksTo } from "./frame_host.js";
import { followable } from "./nodes.js";

class PageHost {
  constructor(kind) {
    this.kind = kind;
    this.claims = true;
    this.blockedMs = 0;
  }

  /** A page of its own has nobody to ask or to tell. */
  async consent() {
    return true;
  }

  ready() {}
  shown() {}
  ended() {}
  formRejected() {}
  unsent() {}
}

function sessionOf(sessionData) {
  try {
    const bytes = Uint8Array.from(atob(sessionData.split("&&")[3]), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).mock.id;
  } catch {
    return undefined;
  }
}

/** The checkout page: its SDK reads {code, result} messages and redirects (@alipay/ams-checkout 1.47.2). */
export class CheckoutHost extends PageHost {
  constructor(query) {
    super("checkout");
    this.session = sessionOf(query.get("sessionData") ?? "");
    this.channel = new Channel(parentOrigin(null), null);
  }

  start(cashier) {
    cashier.open(this.session);
  }

  play({ kind, event }, view) {
    if (["success", "fail", "cancel", "left"].includes(kind)) this.channel.post(event);
    if (kind === "success" && followable(view.redirectUrl)) this.redirect(view.redirectUrl);
  }

  redirect(url) {
    this.channel.post({ context: { event: "onRedirect", data: linksTo(url) } });
  }

  back() {
    return { href: "#", go: () => this.channel.post({ code: "SDK_PAYMENT_CLICK_BACK_TO_MERCHANT" }) };
  }
}

/** The hosted page: a top document without an SDK. */
export class HostedHost extends PageHost {
  constructor(session) {
    super("hosted");
    this.session = session;
  }

  start(cashier) {
    cashier.open(this.session);
  }

  play({ kind }, view) {
    if ((kind === "success" || kind === "cancel") && followable(view.redirectUrl)) this.redirect(view.redirectUrl);
  }

  redirect(url) {
    location.assign(url);
  }

  back(view) {
    const href = followable(view?.redirectUrl);
    return href && { href, go: null };
  }
}

/** The wallet page: every way on leads back to the shop. */
export class WalletHost extends HostedHost {
  play(step, view) {
    if (step.kind !== "challenge" && followable(view.redirectUrl)) this.redirect(view.redirectUrl);
  }
}
