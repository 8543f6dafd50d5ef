/** The list of a view: what it holds, its filter, and its rows near the window. */

import { html, nothing } from "./lit-html/lit-html.js";
import { repeat } from "./lit-html/directives/repeat.js";
import { get } from "./gateway.js";
import { drawNow, href, navigate, state as current, update, updateList } from "./state.js";
import { clockTime, fullTime, grouped } from "./words.js";

const PAGE = 200;

/** As many as the gateway keeps. */
const MOST = 10_000;

/** The height of a row in pixels, as in the style sheet, and how many are drawn beyond each edge of the window. */
const ROW = 60;
const AROUND = 5;

/** The height of the button for new rows, which covers the top of the list. */
const ARRIVED = 34;

const TEST_IDS = { calls: "call-row", payments: "payment-row", notifications: "notification-row", scenarios: "scenario-row" };
const TONES = { S: "ok", F: "bad", U: "wait" };

/** Returns the id of an item's entry, as in the address. */
export function idOf(view, item) {
  if (view === "payments") return item.paymentRequestId;
  return view === "scenarios" ? item.name : item.id;
}

/** Returns what identifies an item in its list: several client ids may use a paymentRequestId, or a scenario's name. */
export function keyOf(view, item) {
  return ["payments", "scenarios"].includes(view) ? `${idOf(view, item)} ${item.clientId ?? ""}` : item.id;
}

/** Returns where an item's entry is: {id}, and the client id where another client's item has the same id. */
export function placeOf(view, item) {
  const id = idOf(view, item);
  const isShared = view === "payments" && current.lists[view].items.some((other) => idOf(view, other) === id && other.clientId !== item.clientId);
  return isShared ? { id, clientId: item.clientId } : { id };
}

/** Returns where the payment of a call or a notification is. */
export function paymentPlace({ paymentRequestId, clientId }) {
  return { view: "payments", id: paymentRequestId, ...(current.clientIds.length > 1 ? { clientId } : {}) };
}

// What the list holds

/** How often each list was asked for, what came in meanwhile, and which is asked for older items. */
const asked = { calls: 0, payments: 0, notifications: 0, scenarios: 0 };
const meanwhile = {};
const timers = {};
let older = "";

/** Does something soon, once for many requests. */
export function soon(name, milliseconds, act) {
  timers[name] ??= setTimeout(() => {
    delete timers[name];
    act();
  }, milliseconds);
}

function filters() {
  return { clientId: current.clientId, q: current.q.trim(), view: "summary", limit: PAGE };
}

async function page(view, parameters) {
  const items = (await get(`/${view}`, parameters))[view];
  return { items, complete: items.length < parameters.limit };
}

/** Asks the gateway for a list anew. */
export async function loadList(view) {
  const number = ++asked[view];
  meanwhile[view] = [];
  try {
    const loaded = await (view === "scenarios" ? scenarios() : page(view, filters()));
    if (number !== asked[view]) return;
    const news = meanwhile[view];
    delete meanwhile[view];
    updateList(view, { ...loaded, waiting: [], loaded: true, problem: "" });
    if (news.length) take(view, news);
    await recount(view);
  } catch (error) {
    if (number !== asked[view]) return;
    delete meanwhile[view];
    updateList(view, { problem: error.status ? error.message : current.words.silent });
  }
}

async function scenarios() {
  const { scenarios: all, default: defaultScenario, chosen } = await get("/scenarios", { clientId: current.clientId });
  const words = current.q.toLowerCase().split(/\s+/).filter(Boolean);
  const text = ({ name, description, file }) => `${name} ${description} ${file ?? ""}`.toLowerCase();
  const items = all.filter((each) => words.every((word) => text(each).includes(word)));
  update({ chosen, defaultScenario });
  return { items, complete: true, count: items.length, total: all.length };
}

async function recount(view) {
  if (view === "scenarios") return;
  const { clientId } = current;
  const q = current.q.trim();
  const [found, all] = await Promise.all([q && get("/counts", { clientId, q }), get("/counts", { clientId })]);
  if (clientId === current.clientId && q === current.q.trim()) updateList(view, { count: found ? found[view] : null, total: all[view] });
}

async function loadOlder(view) {
  const { items, complete, loaded } = current.lists[view];
  if (!loaded || complete || older || !items.length) return;
  older = view;
  const number = asked[view];
  try {
    // The list of payments has no "before": it is asked for as a whole.
    const whole = view === "payments";
    const next = await page(view, { ...filters(), ...(whole ? { limit: 1000 } : { before: items.at(-1).id }) });
    if (number === asked[view]) append(view, next.items, whole || next.complete);
  } catch {
    // It is tried again with the next scrolling.
  } finally {
    older = "";
  }
}

function append(view, more, complete) {
  const { items } = current.lists[view];
  const known = new Set(items.map((item) => keyOf(view, item)));
  updateList(view, { items: [...items, ...more.filter((item) => !known.has(keyOf(view, item)))].slice(0, MOST), complete });
}

/** Puts new and changed items of events into a list: changed ones keep their place, new ones come first, or wait. */
export function take(view, changed) {
  if (meanwhile[view]) return void meanwhile[view].push(...changed);
  const shown = current.lists[view];
  if (view !== current.view || !shown.loaded) return void (shown.loaded && updateList(view, { loaded: false }));
  const rest = new Map(changed.filter((item) => !isOlder(shown, item)).map((item) => [keyOf(view, item), item]));
  const replaced = (items) => items.map((item) => {
    const key = keyOf(view, item);
    const now = rest.get(key) ?? item;
    rest.delete(key);
    return now;
  });
  const [items, waiting] = [replaced(shown.items), replaced(shown.waiting)];
  const filtered = current.q.trim() !== "";
  put(view, { ...shown, items, waiting, total: shown.total === null ? null : shown.total + rest.size }, filtered ? [] : [...rest.values()].reverse());
  if (!rest.size) return;
  soon(`count ${view}`, 2000, () => recount(view).catch(() => undefined));
  // Only the gateway knows what fits the filter.
  if (filtered) soon(`filter ${view}`, 300, () => loadNewer(view).catch(() => undefined));
}

/** Whether an item belongs below those that are loaded; after a gap the stream repeats old events. */
function isOlder({ items, complete }, { id }) {
  return !complete && items.length > 0 && Number(id) < Number(items.at(-1).id);
}

function put(view, { items, waiting, total }, news) {
  if (atTop() && !waiting.length) {
    updateList(view, { total, items: [...news, ...items].slice(0, MOST) });
    // A burst does not fade: nothing could be read of it.
    if (news.length < AROUND) update({ fresh: new Set(news.map((item) => keyOf(view, item))) });
  } else {
    updateList(view, { total, items, waiting: [...news, ...waiting].slice(0, MOST) });
  }
}

async function loadNewer(view) {
  const shown = current.lists[view];
  const newest = (shown.waiting[0] ?? shown.items[0])?.id;
  if (view !== current.view || current.q.trim() === "") return;
  if (view !== "calls" || !newest) return void (atTop() ? loadList(view) : soon(`filter ${view}`, 1000, () => loadNewer(view)));
  const number = asked[view];
  const { items } = await page(view, { ...filters(), limit: 1000, after: newest });
  if (number !== asked[view]) return;
  put(view, current.lists[view], items);
  await recount(view);
}

// Its rows

function isOpen(state, view, item) {
  const { id, clientId = state.clientId } = placeOf(view, item);
  return id === state.id && clientId === state.clientId;
}

/** Returns the row of an item; line: {title, tag, code, tone, id, sub, subTitle, end, endTitle}. */
export function row(state, item, { title, tag, code, tone, id, sub, subTitle, end, endTitle }) {
  const { view } = state;
  const key = keyOf(view, item);
  const entry = idOf(view, item);
  return html`<a class=${state.fresh.has(key) ? "row new" : "row"} href=${href(placeOf(view, item))} data-testid=${TEST_IDS[view]} data-id=${entry}
    data-key=${key} tabindex=${key === state.tabbable ? 0 : -1} aria-current=${isOpen(state, view, item) ? "true" : nothing}>
    <span class="dot ${tone}"></span>
    <span class="title"><b>${title}</b>${tag ? html` <span class="tag">${tag}</span>` : nothing}</span>
    <span class="code ${tone}">${code}</span>
    <span class="sub" title=${subTitle ?? sub ?? ""}>${id ? html`<bdi class="mono">${id}</bdi>` : nothing}${id && sub ? " · " : nothing}<bdi>${sub}</bdi></span>
    <span class="num" title=${endTitle ?? nothing}>${end}</span>
  </a>`;
}

/** Returns the outcome of a call: {code, tone}, the result code or, without one, the HTTP status. */
export function outcome(call, words) {
  const tone = TONES[call.resultStatus] ?? (call.httpStatus && call.httpStatus < 400 ? "ok" : "bad");
  return { code: call.resultCode ?? (call.httpStatus ? `HTTP ${call.httpStatus}` : words.noReply), tone };
}

/** Returns the row of a call. */
export function callRow(call, state) {
  const { words } = state;
  const { tookMs, delayMs } = call.timing;
  const { scenario, reason } = call;
  const wrong = call.faults[0]?.message ?? call.signature.explanation ?? (scenario ? null : call.resultMessage);
  return row(state, call, {
    ...outcome(call, words),
    title: call.endpoint ?? words.noEndpoint,
    tag: call.fault,
    id: call.paymentRequestId,
    sub: wrong ?? scenario,
    subTitle: wrong ?? `${scenario}, ${reason}`,
    end: `${clockTime(call.time)} · ${tookMs.toFixed(1)} ms`,
    endTitle: `${fullTime(call.time)}${delayMs ? `, ${words.delayed(delayMs)}` : ""}`,
  });
}

/** Returns the region of the view: its filter and its rows; line draws an item. */
export function list(state, line) {
  const { view, words } = state;
  const shown = state.lists[view];
  return html`<section class="list" aria-label=${words.views[view]} aria-busy=${String(!shown.loaded)}>
    <div class="filters">
      <input type="search" aria-label=${words.filter} placeholder=${words.filterHints[view]} .value=${state.q} autocomplete="off" spellcheck="false"
        @input=${(event) => navigate({ id: current.id, q: event.target.value }, { replace: true })}>
      <span class="counted" data-testid="counted">${counted(state, shown)}</span>
    </div>
    ${notices(state, shown)}
    <div class="below">
      ${shown.waiting.length ? html`<button class="arrived" data-testid="new-calls" @click=${showWaiting}>${words.arrived[view](shown.waiting.length)}</button>` : nothing}
      ${shown.items.length ? rows(state, shown, line) : none(state, shown)}
    </div>
  </section>`;
}

function notices({ bad, words }, { problem }) {
  const lines = bad.map(([name, value]) => words.badParameter(name, value));
  return [...lines, ...(problem ? [problem] : [])].map((text) => html`<p class="notice" role="alert">${text}</p>`);
}

function counted({ view, q, words }, { count, total }) {
  if (total === null) return nothing;
  const all = grouped(Math.max(total, count ?? 0));
  return q.trim() && count !== null ? words.countedOf[view](grouped(count), all) : words.counted[view](all);
}

function rows(state, shown, line) {
  const [first, last] = state.range;
  const near = shown.items.slice(first, last);
  const key = (item) => keyOf(state.view, item);
  // One row can be reached by Tab, the others by the arrows.
  const drawn = { ...state, tabbable: key(near.find((item) => key(item) === state.cursor) ?? near[0] ?? shown.items[0]) };
  const size = shown.complete ? shown.items.length : -1;
  return html`<div class="scroll" @scroll=${scrolled}><ul class="rows">${
    repeat(near, key, (item, index) => html`<li aria-setsize=${size} aria-posinset=${first + index + 1}>${line(item, drawn)}</li>`)
  }</ul></div>`;
}

function none(state, { loaded, problem }) {
  const { view, q, clientId, words, env } = state;
  if (!loaded) return html`<p class="none">${problem ? nothing : words.loading}</p>`;
  // The keys that are known are the test merchant's.
  if (view === "calls" && !q.trim() && (!clientId || clientId === env?.clientId)) return firstSteps(state);
  if (!q.trim() && !clientId) return html`<p class="none">${words.none[view]}</p>`;
  const what = [q.trim(), clientId].filter(Boolean).map((each) => html` <b class="mono">${each}</b>`);
  return html`<div class="none"><p>${words.noMatch[view]}${what}</p>
    <button class="tool" @click=${() => navigate({ id: current.id, q: "", clientId: q.trim() ? clientId : "" }, { replace: true })}>${words.clear}</button></div>`;
}

function firstSteps(state) {
  const { words, env } = state;
  if (!env) return html`<p class="none">${words.loading}</p>`;
  const values = [
    ["clientId", env.clientId],
    ["merchantPrivateKey", env.merchantPrivateKey],
    ["gatewayPublicKey", env.gatewayPublicKey],
    ["url", env.url],
    ["tlsUrl", env.tlsUrl],
    ["command", `mock-alipay call createPaymentSession --url ${env.url}`],
  ];
  return html`<div class="none first"><h2>${words.firstTitle}</h2><p>${words.firstText}</p>
    <dl>${values.filter(([, value]) => value).map(([name, value]) => html`<dt>${words.env[name]}</dt>
      <dd><code>${value}</code>${copyButton(state, words.copy, value, `${words.copy}: ${words.env[name]}`)}</dd>`)}</dl></div>`;
}

/** Returns a time with its date and zone in a title. */
export function timeView(iso) {
  return html`<time datetime=${iso} title=${fullTime(iso)}>${clockTime(iso)}</time>`;
}

/** Returns a button that copies a text and says so; label: its name if it differs from what stands on it. */
export function copyButton(state, caption, text, label = caption) {
  const done = state.copied === text;
  return html`<button class="tool" aria-label=${label === caption ? nothing : label} @click=${() => copy(text)}>${done ? state.words.copied : caption}</button>`;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers have the clipboard on HTTPS and on this machine only.
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  update({ copied: text });
  setTimeout(() => update({ copied: "" }), 1500);
}

// Its place

let scroll = null;
let top = 0;

function scrolled() {
  top = scroll.scrollTop;
  look();
  drawNow();
}

function atTop() {
  return top < 1;
}

/** Sees which rows are near the window; reads nothing of the document, which would make the browser lay it out. */
function look() {
  const [first, last] = current.range;
  const start = Math.floor(top / ROW);
  const end = Math.ceil((top + innerHeight) / ROW);
  const near = [Math.max(0, start - AROUND), end + AROUND];
  if (first > Math.max(0, start - 2) || last < end || last - first > near[1] - near[0] + AROUND) update({ range: near, fresh: new Set() });
  if (end + AROUND >= current.lists[current.view].items.length) loadOlder(current.view);
}

/** Makes room for the rows that are not drawn. Called after drawing. */
export function place() {
  const before = scroll;
  scroll = document.querySelector(".scroll");
  if (scroll !== before) top = 0;
  if (!scroll) return;
  const { length } = current.lists[current.view].items;
  const [first, last] = current.range;
  scroll.firstElementChild.style.paddingTop = `${Math.min(first, length) * ROW}px`;
  scroll.firstElementChild.style.paddingBottom = `${Math.max(0, length - last) * ROW}px`;
  look();
}

/** Goes to the top of the list. */
export function toTop() {
  if (scroll) scroll.scrollTop = 0;
  top = 0;
  update({ range: [0, 30], fresh: new Set() });
}

function showWaiting() {
  const { view, lists } = current;
  const { items, waiting } = lists[view];
  updateList(view, { items: [...waiting, ...items].slice(0, MOST), waiting: [] });
  toTop();
  drawNow();
  scroll?.querySelector("a")?.focus();
}

/** Moves by so many rows from the cursor, or from the open entry, and focuses the row; 0 returns to it. */
export function move(step) {
  const { view, lists, cursor, id } = current;
  const { items } = lists[view];
  const at = items.findIndex((item) => (cursor ? keyOf(view, item) === cursor : idOf(view, item) === id));
  if (!items.length || (at < 0 && step <= 0)) return;
  const index = Math.min(Math.max(at + step, 0), items.length - 1);
  const covered = lists[view].waiting.length ? ARRIVED : 0;
  scroll.scrollTop = Math.max(Math.min(scroll.scrollTop, index * ROW - covered), (index + 1) * ROW - scroll.clientHeight);
  const key = keyOf(view, items[index]);
  update({ cursor: key });
  scrolled();
  scroll.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
