/** The way out of the merchant's page. */
import { LAUNCH_ERROR } from "./errors.js";
import { webUrl } from "./session.js";
import { complain } from "./trace.js";

/**
 * Leave the page for the address in `data`, and tell the merchant. Only http and https are followed.
 * `emit` gets the event; `leave` is called first, but not for an address that the cashier must go on to show.
 */
export function redirect(data, emit, leave = () => {}) {
  const urls = { applinkUrl: "", schemeUrl: "", normalUrl: "", ...(typeof data === "string" ? { normalUrl: data } : data) };
  const followed = webUrl(urls.normalUrl);
  if (followed || !urls.normalUrl) leave();
  if (!followed) {
    if (urls.normalUrl) complain(`not followed, since it is neither http nor https: ${urls.normalUrl}`);
    const listed = ["applinkUrl", "schemeUrl", "normalUrl"].map((name) => `${name}: ${urls[name]}`).join(" ");
    emit({ code: LAUNCH_ERROR, message: `Failed to open app,${listed}` });
    return;
  }
  window.location.href = urls.normalUrl;
  // The browser leaves later than this, so the merchant's callback still runs; so it is in 1.47.2.
  const message = `Successfully opened the app,NormalUrl: ${urls.normalUrl}`;
  Promise.resolve().then(() => emit({ code: "SDK_CALL_URL_SUCCESS", message }));
}
