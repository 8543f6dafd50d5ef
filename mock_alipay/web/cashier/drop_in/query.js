/** The question to the gateway that comes before the cashier is shown. */
import { ELEMENT_MESSAGES, UNRECOGNIZED } from "./errors.js";

const OPERATION = "com.ipay.iexpcashier.sdkAction.query";
// @alipay/ams-checkout 1.47.2
const LIMIT = 15000;

/** Ask the gateway for the session. Rejects if there is no proper reply. */
export async function querySession(session, request, locale) {
  const envInfo = { terminalType: "WEB", locale: locale || "en_US" };
  const config = session.data.paymentSessionConfig;
  const body = [{ ...request, paymentSessionConfig: config, envInfo, extParams: { refUrl: window.location.href } }];
  // The operation is in the address and the type is text, so that no CORS preflight is needed.
  const reply = await fetch(`${session.base}/mgw.htm?operation=${OPERATION}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "text/plain" },
    credentials: "omit",
    signal: AbortSignal.timeout(LIMIT),
  });
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
  return { ...(await reply.json()), traceId: reply.headers.get("mgw-traceid") ?? "" };
}

/** The error that an Element makes of the gateway's answer; null if it can be shown. */
export function elementError({ success, paymentMethods, savedPaymentMethods, orderAmountView, paymentAmountView, ...result }) {
  const methods = [...(paymentMethods ?? []), ...(savedPaymentMethods ?? [])];
  if (success && methods.length && orderAmountView && paymentAmountView) return null;
  const { errorCode, errorMessage, traceId } = result;
  const known = ELEMENT_MESSAGES[errorCode] ?? (errorMessage || UNRECOGNIZED.message);
  return { ...(errorCode ? { code: errorCode, message: known } : UNRECOGNIZED), traceId };
}
