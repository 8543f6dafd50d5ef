/** A notification: its row, what was sent, and how the merchant answered. */

import { html, nothing } from "./lit-html/lit-html.js";
import { actButton, refusal } from "./bar.js";
import { send } from "./gateway.js";
import { jsonView, textView } from "./json_view.js";
import { paymentPlace, row as line, timeView } from "./list.js";
import { href, state as current, update } from "./state.js";
import { clockTime, fullTime } from "./words.js";

const TONES = { ACCEPTED: "ok", PENDING: "wait", DROPPED: "still", GIVEN_UP: "bad", REFUSED: "bad" };

/** Returns the row of a notification. */
export function row(notification, state) {
  const { words } = state;
  const { nextAttempt, attempts, attemptCount, created } = notification;
  return line(state, notification, {
    title: notification.notification,
    tag: notification.fault,
    code: notification.status,
    tone: TONES[notification.status],
    id: notification.paymentRequestId,
    sub: reason(notification, words) ?? notification.scenario,
    end: `${words.attempts(attemptCount)} · ${nextAttempt ? words.next(clockTime(nextAttempt)) : clockTime(attempts.at(-1)?.time ?? created)}`,
    endTitle: fullTime(nextAttempt ?? attempts.at(-1)?.time ?? created),
  });
}

/** Returns why it was not accepted, not sent, or waits; null if none of these. */
function reason({ problem, waitsFor, attempts }, words) {
  return problem ?? (waitsFor && words.waitsFor(waitsFor)) ?? attempts.at(-1)?.why;
}

/** Returns the detail of the notification that is open. */
export function detail(state) {
  const { notification } = state.entry;
  const { words } = state;
  const tone = TONES[notification.status];
  const why = reason(notification, words);
  return html`<h2>${notification.notification} <span class="code ${tone}">${notification.status}</span></h2>
    ${facts(notification, words)}
    ${acts(state, notification)}
    ${why ? html`<p class="hint ${tone === "bad" ? "bad" : "wait"}"><bdi>${why}</bdi></p>` : nothing}
    <div class="pair">${request(state, notification)}${answer(state, notification)}</div>
    ${signed(state, notification)}
    ${attemptsPane(notification, words)}`;
}

function facts(notification, words) {
  const { url, nextAttempt, fault } = notification;
  return html`<p class="meta">
    <span>${words.notificationNumber} <b>${notification.id}</b></span>
    ${notification.paymentRequestId ? html`<span>paymentRequestId <b class="mono">${notification.paymentRequestId}</b></span>` : nothing}
    <span>${words.client} <b class="mono">${notification.clientId}</b></span>
    <span>${words.scenario} <b>${notification.scenario ?? words.noScenario}</b></span>
    ${fault ? html`<span>fault <b class="mono">${fault}</b></span>` : nothing}
    <span>${words.created} <b>${timeView(notification.created)}</b></span>
    ${nextAttempt ? html`<span>${words.nextAttempt} <b>${timeView(nextAttempt)}</b></span>` : nothing}
    ${url ? html`<span>URL ${address(url)}</span>` : nothing}
  </p>`;
}

/** Returns an address as a link if it leads to the web, else as text. */
function address(url) {
  return /^https?:\/\//i.test(url) ? html`<a class="mono" href=${url} target="_blank" rel="noreferrer">${url}</a>` : html`<b class="mono">${url}</b>`;
}

function acts(state, notification) {
  const { words } = state;
  const { id, paymentRequestId } = notification;
  const name = `notification ${id}`;
  const again = async () => {
    const sent = await send("POST", `/notifications/${id}/resend`);
    if (current.view === "notifications" && current.id === id) update({ entry: { ...current.entry, notification: sent } });
  };
  return html`<div class="acts">${actButton(state, name, words.sendAgain, again)}
    ${paymentRequestId ? html`<a class="tool" href=${href(paymentPlace(notification))}>${words.showPayment}</a>` : nothing}
    ${refusal(state, name)}</div>`;
}

function request(state, notification) {
  const { words } = state;
  return html`<section class="pane" aria-label=${words.request}><h3>${words.request}<span>${notification.signed ? words.signed : words.notSent}</span></h3>
    ${jsonView(state, notification.request, { label: words.requestBody })}</section>`;
}

function answer(state, { attempts }) {
  const { words } = state;
  const last = attempts.at(-1);
  if (!last) return nothing;
  const { httpStatus, accepted } = last;
  return html`<section class="pane" aria-label=${words.answer}>
    <h3>${words.answer}<span class=${accepted ? "ok" : "bad"}>${httpStatus === null ? words.noAnswer : `HTTP ${httpStatus}`}, ${accepted ? words.accepted : words.notAccepted}</span></h3>
    ${body(state, last.answer)}</section>`;
}

function body(state, text) {
  const label = state.words.answer;
  if (!text) return html`<p class="aside padded">${state.words.emptyAnswer}</p>`;
  try {
    return jsonView(state, JSON.parse(text), { label });
  } catch {
    return textView(state, text, { label });
  }
}

function signed(state, { signed: text, attempts }) {
  const { words } = state;
  const headers = Object.entries(attempts.at(-1)?.requestHeaders ?? {});
  if (!text) return nothing;
  return html`<section class="pane" aria-label=${words.signature}><h3>${words.signature}</h3>
    <div class="inner"><p class="aside">${words.whatWasSigned}</p>${textView(state, text, { label: words.whatWasSigned })}</div></section>
    <details class="pane"><summary>${words.requestHeaders} <span>${headers.length}</span></summary>
      <dl class="pairs">${headers.map(([header, value]) => html`<dt>${header}</dt><dd>${value}</dd>`)}</dl></details>`;
}

function attemptsPane({ attempts, attemptCount }, words) {
  const first = attemptCount - attempts.length + 1;
  const line_ = ({ time, httpStatus, accepted, why, byHand, tookMs }, index) => html`<li><span class="dot ${accepted ? "ok" : "bad"}"></span>
    <span class="when">${timeView(time)}</span>
    <div><b>${words.attempt(first + index)}${byHand ? `, ${words.byHand}` : nothing}</b>
      <span class="code ${accepted ? "ok" : "bad"}">${httpStatus === null ? words.noAnswer : `HTTP ${httpStatus}`}</span> <span class="aside">${tookMs.toFixed(1)} ms</span>
      ${why ? html`<p><bdi>${why}</bdi></p>` : nothing}</div></li>`;
  return html`<section class="pane" aria-label=${words.attemptsTitle}><h3>${words.attemptsTitle}<span>${attemptCount}</span></h3>
    ${attempts.length ? html`<ol class="timeline">${attempts.map(line_)}</ol>` : html`<p class="aside padded">${words.noAttempts}</p>`}
    ${first > 1 ? html`<p class="aside padded">${words.latestAttempts(attempts.length)}</p>` : nothing}</section>`;
}
