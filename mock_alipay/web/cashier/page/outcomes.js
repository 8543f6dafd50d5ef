/** From the acts of a buyer to what the shop hears of them. Codes: @alipay/ams-checkout 1.47.2 and docs.antom.com. */

const statuses = { S: "SUCCESS", F: "FAIL", U: "PROCESSING" };
const codes = {
  challenge: "SDK_PAYMENT_CHALLENGE",
  left: "SDK_PAYMENT_CANCEL",
  cancel: "SDK_PAYMENT_CANCEL",
  success: "SDK_PAYMENT_SUCCESSFUL",
  fail: "SDK_PAYMENT_FAIL",
  processing: "SDK_PAYMENT_PROCESSING",
  error: "SDK_PAYMENT_ERROR",
};

/** The result of a session that the gateway does not know any more. */
export const GONE = { resultCode: "INQUIRY_PAYMENT_SESSION_FAILED", resultStatus: "F", resultMessage: "The payment session has expired." };

/** Whether a state of the view is an outcome that submitPayment answers. */
export function isOutcome(state) {
  return state !== "open" && state !== "challenge";
}

/** The number of the last act, 0 without any. */
export function lastNumber(view) {
  return view?.acts.at(-1)?.number ?? 0;
}

/** Whether a page has played a final act already; what comes later fires no event. */
export function isFinished(view) {
  return view.acts.some(({ number, action }) => number <= view.played && ["pay", "decline", "pending"].includes(action));
}

function kindOf({ action, result }, previous) {
  if (action === "challenge") return "challenge";
  if (action === "leave") return previous?.action === "challenge" ? "left" : "cancel";
  if (result?.resultStatus === "S") return "success";
  if (result?.resultStatus === "F") return "fail";
  return result?.resultCode === "UNKNOWN_EXCEPTION" ? "error" : "processing";
}

/** Returns the event for a kind of step and a result of the gateway. */
export function eventOf(kind, result = null) {
  const code = codes[kind];
  if (kind === "challenge") return { code };
  if (kind === "left" || kind === "cancel") return { code, result: { result: {} } };
  const { resultCode, resultStatus, resultMessage } = result;
  return {
    code,
    result: {
      paymentResultCode: resultCode,
      paymentResultMessage: resultMessage,
      paymentStatus: statuses[resultStatus],
      result: { resultCode, resultStatus, resultMessage },
    },
  };
}

/** Returns the steps {kind, event} of the acts after a number, up to and with the first that ends or leaves the payment. */
export function stepsAfter(view, number) {
  const steps = [];
  for (const [place, act] of view.acts.entries()) {
    if (act.number <= number) continue;
    const kind = kindOf(act, view.acts[place - 1]);
    steps.push({ kind, event: eventOf(kind, act.result) });
    if (kind !== "challenge") break;
  }
  return steps;
}

/** Returns what submitPayment of the Element answers for an outcome. */
export function answerOf(view) {
  const { resultCode, resultStatus, resultMessage } = view.result ?? GONE;
  const status = statuses[resultStatus];
  if (status === "SUCCESS") return { status };
  return { status, error: { code: resultCode, message: resultMessage, needChangeSessionForRetry: status === "FAIL" } };
}
