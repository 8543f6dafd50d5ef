/** The wallet page: where a buyer pays with a method that is no card. */
import { WalletHost } from "./page_hosts.js";
import { PaymentPage } from "./payment_page.js";
import { openWallet, walletHead } from "./screens.js";
import { wordsFor } from "./words.js";

function openWalletPage() {
  const query = new URLSearchParams(location.search);
  const words = wordsFor(query.get("locale") ?? navigator.language);
  const host = new WalletHost(decodeURIComponent(location.pathname.slice("/wallet/".length)));
  const screens = { open: openWallet, challenge: openWallet };
  host.start(new PaymentPage(host, words, { strip: words.walletStrip, head: walletHead, screens, method: query.get("method") }));
}

openWalletPage();
