/** paymentSessionData. */
import { complain } from "./trace.js";

const CLASSES = {
  CASHIER_PAYMENT: "AMSCashierPayment",
  ELEMENT_PAYMENT: "AMSElement",
  CHECKOUT_PAYMENT: "AMSCheckoutPage",
  VAULTING: "AMSVaulting",
  EASY_PAY: "AMSEasyPay",
  AUTO_DEBIT: "AMSAutoDebit",
  AUTO_DEBIT_PAY: "AMSAutoDebitPay",
};

/** A URL that is http or https, else null. */
export function webUrl(text) {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : null;
}

/**
 * What paymentSessionData holds: part 3, the id (parts 0 to 2), the whole, the sign of the component, and the origin
 * of the gateway. Without an origin the data is broken, or from another gateway.
 */
export function parseSession(whole) {
  const data = partThree(whole);
  const base = webUrl(data.mock?.base)?.origin ?? null;
  if (!base && data.paymentSessionConfig) {
    complain("this is the mock SDK: it cannot show a session of the real gateway. Create it at mock-alipay.");
  }
  const { productScene: scene = "", paymentMethodCategoryType: category = "" } = data.paymentSessionConfig ?? {};
  const sign = base && scene ? (category ? `${scene}_${category}` : scene) : "NONE";
  const [id, region] = base ? [whole.split("&&").slice(0, 3).join("&&"), whole.split("&&")[1]] : ["", ""];
  return { whole, id, region, data, base, scene, sign };
}

/** Warn when the class is made for another productScene than the session's: the real SDK would hang silently. */
export function warnMismatch(product, scene) {
  if (product && scene && product !== scene) {
    const fitting = CLASSES[scene] ? `; use ${CLASSES[scene]}` : "";
    complain(`${CLASSES[product]} does not fit this session: its productScene is ${scene}${fitting}.`, "warn");
  }
}

function partThree(whole) {
  try {
    const bytes = Uint8Array.from(atob(whole.split("&&")[3]), (character) => character.codePointAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    complain("sessionData cannot be read. Pass on the paymentSessionData of createPaymentSession as it is.");
    return {};
  }
}
