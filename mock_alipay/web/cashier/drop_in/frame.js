/** The iframe of the cashier and its address. */

// The version of @alipay/ams-checkout that this script acts as.
export const SDK_VERSION = "1.47.2";

const FLAGS = { sandbox: { shadow: "true" }, light_sandbox: { sandbox: "true" } };

/** "mobile" or "desktop", by the user agent like 1.47.2. */
export function platform() {
  return /Android|iPhone|iPad|iPod|Mobile/.test(navigator.userAgent) ? "mobile" : "desktop";
}

/** A random id; crypto.randomUUID is missing on pages without https. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The iframe of the cashier; it is not seen before its size is known. */
export function newFrame(id, address) {
  const frame = document.createElement("iframe");
  Object.assign(frame, { id, title: "Mock Antom cashier", allow: "payment", src: address });
  frame.dataset.testid = "antom-mock-frame";
  frame.style.cssText = "display: block; width: 100%; height: 0; border: 0; opacity: 0";
  return frame;
}

/** The address of the cashier for a component, with the query that the app of 1.47.2 gets. */
export function frameAddress(session, path, { displayType, options, instanceId }) {
  const query = new URLSearchParams({
    displayType,
    locale: options.locale || "",
    instanceId,
    appMatched: "false",
    analyticsEnabled: String(options.analytics?.enabled !== false),
    sdkVersion: SDK_VERSION,
    refUrl: window.location.href,
    _componentStartTime: String(Date.now()),
    isPreload: "",
    hostSign: session.region ?? "",
    ...FLAGS[options.environment],
    dropIn: "1",
  });
  return `${session.base}${path}?${query}`;
}

/** The path of the real app for a session, which the gateway has too. */
export function appPath(sign) {
  if (sign.startsWith("ELEMENT_")) return `/elements/${SDK_VERSION}/pages/element_payment/index.html`;
  return `/page/antom-web-checkout/src/component-app/${encodeURIComponent(sign)}/1.0/index.${SDK_VERSION}.html`;
}
