/** A payment: its row, what its buyer can do now, and its timeline. */

import { html, nothing } from "./lit-html/lit-html.js";
import { act, actButton, refusal } from "./bar.js";
import { send } from "./gateway.js";
import { jsonView } from "./json_view.js";
import { row as line, timeView } from "./list.js";
import { href, state as current, update } from "./state.js";
import { clockTime, fullTime } from "./words.js";

const TONES = { SUCCESS: "ok", AUTHORIZED: "wait", PROCESSING: "wait", PENDING: "wait", FAIL: "bad" };
const TRANSACTION_TONES = { SUCCESS: "ok", PROCESSING: "wait", FAIL: "bad" };
const LONGEST_ANSWER = 300;

/** The reasons that the cashier page offers, too. */
const REASONS = [
  "USER_BALANCE_NOT_ENOUGH", "RISK_REJECT", "DO_NOT_HONOR", "ISSUER_REJECTS_TRANSACTION", "CARD_EXPIRED", "INVALID_CVV", "INVALID_CARD_NUMBER",
  "CARD_NOT_SUPPORTED", "SUSPECTED_CARD", "ORDER_IS_CLOSED", "ORDER_IS_CANCELLED", "PROCESS_FAIL", "USER_PAYMENT_VERIFICATION_FAILED", "ACCESS_DENIED",
];

/** Digits after the decimal point, by ISO 4217; other currencies have two. */
const DIGITS = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};

/** Returns an amount of the wire, in minor units, as people write it: USD 10.00. */
export function amountText({ currency, value }) {
  if (!/^\d+$/.test(value)) return `${currency} ${value}`;
  const digits = Number(Object.keys(DIGITS).find((each) => DIGITS[each].split(" ").includes(currency)) ?? 2);
  const minor = String(value).padStart(digits + 1, "0");
  return `${currency} ${digits ? `${minor.slice(0, -digits)}.${minor.slice(-digits)}` : minor}`;
}

/** Returns the row of a payment. */
export function row(payment, state) {
  const { words } = state;
  const { paymentSessionExpiryTime: expiry } = payment;
  return line(state, payment, {
    title: html`<bdi class="mono">${payment.paymentRequestId}</bdi>`,
    code: payment.state,
    tone: TONES[payment.state] ?? "still",
    sub: [amountText(payment.paymentAmount), payment.paymentMethodType, payment.scenario].filter(Boolean).join(" · "),
    end: expiry ? words.expires(clockTime(expiry)) : clockTime(payment.created),
    endTitle: fullTime(expiry ?? payment.created),
  });
}

/** Returns the detail of the payment that is open. */
export function detail(state) {
  const { payment } = state.entry;
  const { words } = state;
  return html`<h2><bdi class="mono">${payment.paymentRequestId}</bdi> <span class="code ${TONES[payment.state] ?? "still"}">${payment.state}</span></h2>
    ${facts(payment, words)}
    ${acts(state, payment)}
    <section class="pane" aria-label=${words.timeline}><h3>${words.timeline}</h3><ol class="timeline">${steps(state).map(step)}</ol></section>
    <section class="pane" aria-label=${words.request}><h3>${words.request}</h3>${jsonView(state, payment.request, { label: words.requestBody })}</section>`;
}

function facts(payment, words) {
  const { paymentResultCode: code, paymentSessionExpiryTime: expiry } = payment;
  return html`<p class="meta">
    <span title=${JSON.stringify(payment.paymentAmount)}><b>${amountText(payment.paymentAmount)}</b></span>
    ${payment.paymentMethodType ? html`<span><b class="mono">${payment.paymentMethodType}</b></span>` : nothing}
    ${code ? html`<span>resultCode <b class="mono">${code}</b></span>` : nothing}
    ${payment.paymentId ? html`<span>paymentId <b class="mono">${payment.paymentId}</b></span>` : nothing}
    <span>${words.client} <b class="mono">${payment.clientId}</b></span>
    <span>${words.scenario} <b>${payment.scenario}</b></span>
    ${expiry ? html`<span>${words.sessionExpires} <b>${timeView(expiry)}</b></span>` : nothing}
    ${payment.next && payment.state !== "OPEN" ? html`<span>${words.nextChange} <b>${timeView(payment.next)}</b></span>` : nothing}
  </p>`;
}

function acts(state, payment) {
  const { words } = state;
  const { possible, checkoutUrl, paymentRequestId: id } = payment;
  const name = `payment ${id}`;
  const button = (action) => actButton(state, name, words.acts[action], () => send_(payment, action));
  const decline = (event) => {
    const code = event.target.closest(".joined").querySelector("select").value;
    act(name, () => send_(payment, "decline", code));
  };
  return html`<div class="acts">
    ${possible.filter((action) => action !== "decline").map(button)}
    ${possible.includes("decline") ? html`<span class="joined"><button class="tool" @click=${decline}>${words.acts.decline}</button
      ><select class="tool" aria-label=${words.reason} title=${words.reason}>${REASONS.map((code) => html`<option>${code}</option>`)}</select></span>` : nothing}
    ${possible.length ? html`<a class="tool" href=${cashier(checkoutUrl)} target="_blank" rel="noreferrer">${words.openCashier}</a>` : nothing}
    <a class="tool" href=${href({ view: "calls", q: id })}>${words.showCalls}</a>
    ${refusal(state, name)}
  </div>`;
}

/** Returns the address of the cashier page under the host that this page has. */
function cashier(checkoutUrl) {
  return `${location.origin}${new URL(checkoutUrl, location.href).pathname}`;
}

async function send_(payment, action, code) {
  const { paymentRequestId: id, clientId } = payment;
  const changed = await send("POST", `/payments/${encodeURIComponent(id)}/act`, { clientId, action, ...(code ? { code } : {}) });
  if (current.view === "payments" && current.id === id) update({ entry: { ...current.entry, payment: changed } });
}

// The timeline: steps are {time, at (for the order, if there is no time), tone, title, code, sub}

function steps(state) {
  const { payment, notifications } = state.entry;
  const { words } = state;
  const all = [begin(payment, words), ...buyerSteps(payment, words), ...endSteps(payment, words), ...transactionSteps(payment, words),
    ...[...notifications].reverse().flatMap((each) => notificationSteps(each, words))];
  const at = (each) => Date.parse(each.time ?? each.at);
  const sorted = all.sort((one, other) => at(one) - at(other));
  return [...sorted, ...payment.buyer.map(({ action, after }) => ({ tone: "still", title: words.buyerActs[action], sub: words.planned(after) }))];
}

function begin({ created, paymentSessionId: session }, words) {
  return { time: created, tone: "still", title: session ? words.sessionCreated : words.paymentCreated, sub: session, mono: true };
}

function buyerSteps({ history }, words) {
  const tones = { pay: "ok", decline: "bad", pending: "wait", challenge: "wait" };
  return history.map(({ action, resultCode, time }) => ({ time, tone: tones[action] ?? "still", title: words.buyerActs[action], code: resultCode }));
}

function endSteps({ state, paymentSessionExpiryTime: expiry, cancelTime }, words) {
  const expired = state === "EXPIRED" ? [{ time: expiry, tone: "still", title: words.sessionExpired }] : [];
  return cancelTime ? [...expired, { time: cancelTime, tone: "still", title: words.cancelled }] : expired;
}

function transactionSteps({ created, paymentTime, transactions }, words) {
  let at = paymentTime ?? created;
  return transactions.map(({ type, requestId, amount, status, resultCode, time }) => {
    at = time ?? at;
    const code = status === "SUCCESS" ? status : [status, resultCode].filter(Boolean).join(" ");
    return { time, at, tone: TRANSACTION_TONES[status], title: `${words.transactions[type]} ${amountText(amount)}`, code, sub: requestId, mono: true };
  });
}

function notificationSteps(notification, words) {
  const { id, notification: name, attempts, attemptCount, created, status, problem, waitsFor, nextAttempt } = notification;
  const link = html`<a href=${href({ view: "notifications", id })} class="mono">${name}</a>`;
  const first = attemptCount - attempts.length + 1;
  const sent = attempts.map((attempt, index) => ({
    time: attempt.time,
    tone: attempt.accepted ? "ok" : "bad",
    title: html`${link}, ${words.attempt(first + index)}${attempt.byHand ? `, ${words.byHand}` : nothing}`,
    code: attempt.httpStatus === null ? words.noAnswer : `HTTP ${attempt.httpStatus}`,
    sub: attempt.why,
    answer: attempt.answer,
  }));
  if (nextAttempt) return [...sent, { time: nextAttempt, tone: "wait", title: html`${link}, ${words.attempt(attemptCount + 1)}`, code: status }];
  if (attempts.length) return sent;
  return [{ time: created, tone: status === "REFUSED" ? "bad" : "wait", title: link, code: status, sub: problem ?? (waitsFor && words.waitsFor(waitsFor)) }];
}

function step({ time, tone, title, code, sub, mono, answer }) {
  const shown = answer?.length > LONGEST_ANSWER ? `${answer.slice(0, LONGEST_ANSWER)}…` : answer;
  return html`<li><span class="dot ${tone}"></span>
    <span class="when">${time ? timeView(time) : nothing}</span>
    <div><b>${title}</b>${code ? html` <span class="code ${tone}">${code}</span>` : nothing}
      ${sub ? html`<p class=${mono ? "mono" : ""}><bdi>${sub}</bdi></p>` : nothing}
      ${shown ? html`<p class="mono"><bdi>${shown}</bdi></p>` : nothing}</div></li>`;
}
