/** A call: its request and reply, what is wrong pinned to the line, and what was signed. */

import { html, nothing } from "./lit-html/lit-html.js";
import { jsonView, textView } from "./json_view.js";
import { copyButton, outcome, paymentPlace, timeView } from "./list.js";
import { href } from "./state.js";

const VERDICTS = { valid: "ok", invalid: "bad", unverified: "wait", unchecked: "wait" };

/** Returns the detail of the call that is open. */
export function detail(state) {
  const { call } = state.entry;
  const { words } = state;
  const { code, tone } = outcome(call, words);
  return html`<h2>${call.endpoint ?? call.target} <span class="code ${tone}">${call.resultStatus ?? nothing} ${code}</span></h2>
    ${facts(call, words)}
    ${acts(state, call)}
    ${hints(call, words).map((hint) => html`<p class="hint ${tone === "ok" ? "wait" : tone}"><bdi>${hint}</bdi></p>`)}
    <div class="pair">${request(state, call)}${reply(state, call)}</div>
    ${signature(state, call)}
    ${headers(call, words)}`;
}

function facts(call, words) {
  const { tookMs, delayMs } = call.timing;
  return html`<p class="meta">
    <span>${words.callNumber} <b>${call.id}</b></span>
    <span>HTTP <b>${call.httpStatus ?? words.noReply}</b></span>
    <span>${words.client} <b class="mono">${call.clientId}</b></span>
    ${call.paymentRequestId ? html`<span>paymentRequestId <b class="mono">${call.paymentRequestId}</b></span>` : nothing}
    <span>${words.scenario} <b>${call.scenario ?? words.noScenario}</b> · <bdi>${call.reason ?? words.noReason}</bdi></span>
    <span>${timeView(call.time)}</span>
    <span><b>${tookMs.toFixed(1)} ms</b>${delayMs ? ` · ${words.delayed(delayMs)}` : nothing}</span>
  </p>`;
}

function acts(state, call) {
  const { words } = state;
  const { command, fresh } = call.curl;
  return html`<div class="acts">
    ${copyButton(state, words.copyCurl, command)}
    ${copyButton(state, words.copyLink, location.href)}
    ${call.paymentRequestId ? html`<a class="tool" href=${href(paymentPlace(call))}>${words.showPayment}</a>` : nothing}
    ${fresh ? nothing : html`<span class="aside">${words.stale}</span>`}
  </div>`;
}

function hints(call, words) {
  const refused = call.resultStatus !== "S" && !call.faults.length && call.resultMessage;
  const explained = call.explanation !== call.signature.explanation && call.explanation;
  return [refused, explained, call.fault && words.broken(call.fault)].filter(Boolean);
}

function request(state, call) {
  const { words } = state;
  const remarks = remarksOf(call);
  const view = typeof call.request === "string" ? textView : jsonView;
  return html`<section class="pane" aria-label=${words.request}>
    <h3>${words.request}${remarks.length ? html`<button class="more" @click=${showFirst}>${words.remarks(remarks.length)}</button>` : nothing}</h3>
    ${view(state, call.request, { label: words.requestBody, remarks })}
  </section>`;
}

function showFirst({ target }) {
  target.closest(".pane").querySelector(".say").scrollIntoView({ block: "center" });
}

function reply(state, call) {
  const { words } = state;
  const signed = call.signed.reply ? words.signed : words.unsigned;
  return html`<section class="pane" aria-label=${words.reply}>
    <h3>${words.reply}<span>${call.fault ? html`<span class="tag">${call.fault}</span> ` : nothing}${signed}</span></h3>
    ${jsonView(state, call.reply, { label: words.replyBody })}
  </section>`;
}

/** Returns the faults, unknown fields and notes as remarks for jsonView(). */
function remarksOf({ faults, unknownFields, notes }) {
  const remark = (testid, tone, path, message) => ({ path, testid, tone, text: (within) => said(path, message, within) });
  return [
    ...faults.map(({ path, message }) => remark("fault", "bad", path, message)),
    ...unknownFields.map((text) => remark("fault", "wait", text.slice(0, text.lastIndexOf(": unknown field")), text)),
    ...notes.map((text) => remark("note", "wait", text.split(/ is absent: |: /, 1)[0], text)),
  ];
}

/** Shortens a message that begins with the path: the line where it stands tells the path, or the outer part of it. */
function said(path, message, within) {
  if (!message.startsWith(path)) return message;
  if (within === path) return message.slice(path.length).replace(/^:? /, "");
  return message.slice(within.length).replace(/^\./, "");
}

function signature(state, call) {
  const { words } = state;
  const { verdict, explanation } = call.signature;
  return html`<section class="pane" aria-label=${words.signature}>
    <h3>${words.signature}<span class=${VERDICTS[verdict]}>${words.verdicts[verdict]}</span></h3>
    <div class="inner">${explanation ? html`<p class="why ${VERDICTS[verdict]}"><bdi>${explanation}</bdi></p>` : nothing}
    <p class="aside">${words.whatWasSigned}</p>${textView(state, call.signed.request, { label: words.whatWasSigned })}
    ${call.signed.reply ? html`<p class="aside">${words.whatReplySigned}</p>${textView(state, call.signed.reply, { label: words.whatReplySigned })}` : nothing}</div>
  </section>`;
}

function headers(call, words) {
  const table = (title, all) => html`<details class="pane"><summary>${title} <span>${Object.keys(all).length}</span></summary>
    <dl class="pairs">${Object.entries(all).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></details>`;
  return html`${table(words.requestHeaders, { [call.method]: call.target, ...call.requestHeaders })}${table(words.replyHeaders, call.replyHeaders)}`;
}
