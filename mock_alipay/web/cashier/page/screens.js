/** The screens of the pages: what the buyer sees in each state. */
import { button, followable, foreign, node, select } from "./nodes.js";

const looks = { success: "ok", fail: "bad", processing: "wait", expired: "wait", unknown: "wait" };

/** Returns the strip that says that this is a mock. */
export function strip(text) {
  return node("p", { class: "strip" }, node("span", { class: "icon flask", "aria-hidden": "true" }), text);
}

function amountOf({ amount }) {
  return [node("small", {}, `${amount.currency} `), amount.text];
}

function payLabel({ amount }, words) {
  return `${words.pay} ${amount.currency} ${amount.text}`;
}

function about(view) {
  return view.description ? foreign(view.description, { class: "about" }, "p") : null;
}

function reference(view) {
  return foreign(view.paymentRequestId, { class: "reference", "data-testid": "request-id" }, "p");
}

/** Returns the head of the cashier: merchant, amount, request id. */
export function cashierHead({ view, words }) {
  return node("header", {},
    node("p", { class: "merchant" }, words.payTo(foreign(view.merchant, { "data-testid": "merchant" }, "b"))),
    node("h1", { class: "amount", "data-testid": "amount", tabindex: -1 }, amountOf(view)), about(view), reference(view));
}

/** Returns the head of the wallet: method, request id, amount, merchant. */
export function walletHead({ view, words, method }) {
  return node("header", {},
    node("div", { class: "who" }, node("span", { class: "logo", "aria-hidden": "true" }, method[0] ?? "?"), node("div", {}, foreign(method, {}, "b"), reference(view))),
    node("h1", { class: "amount", "data-testid": "amount", tabindex: -1 }, amountOf(view)),
    node("p", { class: "merchant" }, words.sendTo(foreign(view.merchant, { "data-testid": "merchant" }, "b"))), about(view));
}

function reasons({ view, words }) {
  return select(words.reason, "decline-reason", view.reasons.map(({ code }) => [code, code]));
}

function otherWays(page) {
  const { words } = page;
  const reason = reasons(page);
  return node("section", { class: "outcomes", "aria-label": words.otherWays }, node("h2", {}, words.otherWays),
    node("div", { class: "row" }, reason, button(words.decline, "quiet", "decline", () => page.act("decline", { code: reason.value }))),
    node("div", { class: "two" }, button(words.pending, "quiet", "pending", () => page.act("pending")), button(words.cancel, "quiet", "cancel", () => page.act("leave"))));
}

function elementOutcome(page) {
  const { words } = page;
  const reason = reasons(page);
  const chosen = select(words.outcome, "outcome", Object.entries(words.outcomes));
  const choose = () => {
    reason.hidden = chosen.value !== "decline";
    page.choice = { action: chosen.value === "auto" ? "submit" : chosen.value, code: reason.value };
  };
  chosen.addEventListener("change", choose);
  reason.addEventListener("change", choose);
  choose();
  return node("section", { class: "outcomes", "aria-label": words.outcomeTitle }, node("h2", {}, words.outcomeTitle), chosen, reason);
}

function methodChoice(page, changed) {
  const { view, words } = page;
  if (view.methods.length < 2) return null;
  const choose = ({ target }) => {
    page.method = target.value;
    changed();
  };
  const radio = (method) => node("label", {}, node("input", { type: "radio", name: "method", value: method, "data-testid": `method-${method}`, checked: method === page.method, onchange: choose }),
    method === "CARD" ? words.card : foreign(method));
  return node("fieldset", { class: "methods" }, node("legend", {}, words.method), view.methods.map(radio));
}

function details(page) {
  const { view, words, form, method } = page;
  if (method !== "CARD") return node("p", { class: "note" }, words.elsewhere(foreign(method, {}, "b")));
  return view.needsCard ? form.element : node("p", { class: "note" }, words.cardGiven);
}

/** Returns the form of the cashier. The Element has no button to pay, a shop with its own button hides it. */
export function openCashier(page) {
  const { view, words } = page;
  const isElement = page.host.kind === "element";
  const payable = !isElement && page.showsPay;
  const chosen = node("div", { class: "fields" }, details(page));
  const submit = (event) => {
    event.preventDefault();
    if (payable) page.pay();
  };
  return node("form", { class: "body", novalidate: true, onsubmit: submit },
    methodChoice(page, () => chosen.replaceChildren(details(page))), chosen,
    payable ? node("button", { type: "submit", class: "primary", "data-testid": "pay" }, payLabel(view, words)) : null,
    isElement ? elementOutcome(page) : otherWays(page));
}

/** Returns the buttons of the wallet. */
export function openWallet(page) {
  return node("div", { class: "body" }, button(payLabel(page.view, page.words), "primary", "pay", () => page.act("pay")), otherWays(page));
}

/** Returns the 3-D Secure check. */
export function challenge(page) {
  const { words, form } = page;
  const input = node("input", { class: "field otp", id: "otp", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 12, "aria-describedby": "otp-error" });
  const hint = node("p", { class: "hint", id: "otp-error", hidden: true });
  const submit = (event) => {
    event.preventDefault();
    const code = input.value.trim();
    const text = code ? "" : words.errors.oneTimeCodeEmpty;
    hint.textContent = text;
    hint.hidden = Boolean(code);
    page.stage.say([text]);
    input.setAttribute("aria-invalid", String(!code));
    if (code) page.act("verify", { code });
    else input.focus();
  };
  const last = form.digits.slice(-4);
  return node("form", { class: "body", novalidate: true, onsubmit: submit },
    node("section", { class: "check", "aria-label": words.challenge, "data-testid": "challenge" },
      node("div", {}, node("h2", {}, words.challenge), node("p", { class: "note" }, last ? words.challengeCard(last) : null, words.challengeText(node("b", { class: "mono" }, "123456")))),
      node("label", {}, words.oneTimeCode, input), hint,
      node("button", { type: "submit", class: "primary", "data-testid": "challenge-submit" }, words.submitCode),
      button(words.cancelCheck, "plain", "challenge-cancel", () => page.act("leave"))));
}

/** Returns heading, sentence and code of an outcome. */
export function outcome({ view, words }, state) {
  const result = view?.result;
  const code = state === "success" ? null : result?.resultCode;
  const amount = node("span", { "data-testid": "amount" }, view ? `${view.amount.currency} ${view.amount.text}` : "");
  const sentence = () => {
    if (state === "success") return words.paidTo(amount, foreign(view.merchant, { "data-testid": "merchant" }));
    return words.texts[state] ?? words.messages[code] ?? result?.resultMessage ?? "";
  };
  return node("div", { class: "state" }, node("span", { class: `disc ${looks[state]}`, "aria-hidden": "true" }, node("span", { class: "icon" })),
    node("h1", { tabindex: -1 }, words.titles[state]), node("p", {}, sentence()), code ? node("span", { class: "code" }, code) : null);
}

function notificationText({ status, httpStatus }, words) {
  const text = status === "PENDING" && httpStatus ? words.sentAgain : words.notifications[status];
  return httpStatus ? `${text}, HTTP ${httpStatus}` : text;
}

/** Returns the facts of an ended payment and the way back to the shop. */
export function aftermath({ view, words, host }) {
  const back = host.back(view);
  const plainAddress = view?.redirectUrl && !followable(view.redirectUrl) ? view.redirectUrl : null;
  const fact = (term, text, attributes) => text && [node("dt", {}, term), foreign(text, attributes, "dd")];
  const facts = view && node("dl", { class: "facts" },
    fact(words.request, view.paymentRequestId, { class: "mono", "data-testid": "request-id" }),
    fact(words.payment, view.paymentId, { class: "mono" }),
    fact(words.notification, view.notification && notificationText(view.notification, words)),
    fact(words.returnAddress, plainAddress, { class: "mono" }));
  const go = (event) => {
    if (!back.go) return;
    event.preventDefault();
    back.go();
  };
  const link = back && node("a", { class: "back", "data-testid": "back", href: back.href, onclick: go }, words.back);
  const hint = host.kind === "element" ? node("p", { class: "note" }, words.goOn) : null;
  return [facts, link || hint ? node("div", { class: "foot" }, link, hint) : null].filter(Boolean);
}
