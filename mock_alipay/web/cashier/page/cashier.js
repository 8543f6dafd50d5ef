/** The cashier page: in a pop-up, inline, in a Payment Element, in the checkout page, and on its own. */
import { ElementHost } from "./element_host.js";
import { FrameHost } from "./frame_host.js";
import { CheckoutHost, HostedHost } from "./page_hosts.js";
import { PaymentPage } from "./payment_page.js";
import { cashierHead, openCashier } from "./screens.js";
import { wordsFor } from "./words.js";

function hostOf(query) {
  if (location.pathname.includes("/checkout-page/")) return new CheckoutHost(query);
  if (location.pathname.startsWith("/checkout/")) return new HostedHost(decodeURIComponent(location.pathname.slice("/checkout/".length)));
  // The SDK ends the instance id of a Payment Element so (@alipay/ams-checkout 1.47.2).
  if (query.get("instanceId")?.endsWith("-payment")) return new ElementHost(query);
  return new FrameHost(query, query.get("displayType") === "popup" ? "popup" : "inline");
}

function openPage() {
  const query = new URLSearchParams(location.search);
  if (query.get("isPreload") === "true") return;
  const words = wordsFor(query.get("locale") ?? query.get("lang") ?? navigator.language);
  const host = hostOf(query);
  host.start(new PaymentPage(host, words, { strip: words.strip, head: cashierHead, screens: { open: openCashier } }));
}

openPage();
