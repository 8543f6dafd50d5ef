/** The dashboard: loads what the address names, hears the events, draws the page, and knows the keys. */

import { html, nothing, render } from "./lit-html/lit-html.js";
import { arrive, drawNow, drawnBy, emptyList, go, href, loadedBy, navigate, state, update, updateList, VIEWS } from "./state.js";
import { entry as loadEntry, follow, get, reconnect, takeToken } from "./gateway.js";
import { bar, dialogs, showDialog } from "./bar.js";
import { callRow, idOf, keyOf, list, loadList, move, place, placeOf, soon, take, toTop } from "./list.js";

const LISTS = { call: "calls", payment: "payments", notification: "notifications" };
const FILES = { calls: "./call.js", payments: "./payment.js", notifications: "./notification.js", scenarios: "./scenario.js" };

const root = document.body;
const modules = {};

/** Loads the module of a view when it is first needed. */
async function moduleOf(view) {
  modules[view] ??= await import(FILES[view]);
  update({});
}

// Loading

async function openEntry(anew = true) {
  const { view, id, clientId } = state;
  if (!id) return update({ entry: null });
  if (anew) update({ entry: { view, id, status: "loading" }, unfolded: new Set(), refused: null });
  const same = () => view === state.view && id === state.id && clientId === state.clientId;
  try {
    const [loaded] = await Promise.all([loadEntry(view, id, clientId), moduleOf(view)]);
    if (same()) update({ entry: { view, id, status: "ready", ...loaded } });
  } catch (error) {
    const problem = error.status ? error.message : state.words.silent;
    if (same()) update({ entry: { view, id, status: error.status === 404 ? "gone" : "failed", problem } });
  }
}

async function load(name, path, otherwise, parameters = {}) {
  try {
    update({ [name]: await get(path, parameters) });
  } catch {
    update({ [name]: otherwise });
  }
}

function loadClock() {
  load("clock", "/clock", null, { clientId: state.clientId });
}

async function loadClientIds() {
  const { clientIds } = await get("/clients").catch(() => ({ clientIds: [] }));
  update({ clientIds });
}

/** Asks for everything anew: at the start, after a reset, a gap or a restart, and with another token or client id. */
function reload() {
  for (const view of VIEWS) if (view !== state.view) updateList(view, { loaded: false });
  loadList(state.view);
  if (state.id) openEntry(false);
  loadClock();
  loadClientIds();
  load("env", "/env", null);
}

// Events

/** Milliseconds between drawings of events: one by one they are drawn at once, a burst is drawn in batches. */
const BATCH = 150;

let heard = [];
let taken = 0;

const listener = {
  heard(kind, data) {
    if (!heard.length) setTimeout(takeAll, taken + BATCH - performance.now());
    heard.push([kind, data]);
  },
  lost: () => soon("reload", 20, reload),
};

function takeAll() {
  const events = heard;
  heard = [];
  taken = performance.now();
  const byView = Map.groupBy(events, ([kind]) => LISTS[kind]);
  for (const [view, group] of byView) if (view) concern(view, group.map(([, data]) => data));
  const kinds = new Set(events.map(([kind]) => kind));
  if (kinds.has("reset")) listener.lost();
  else if (kinds.has("clock")) soon("clock", 100, loadClock);
}

function concern(view, items) {
  take(view, items);
  // A call may have used up the scenario that was set for it.
  if (view === "calls" && state.view === "scenarios" && state.chosen.length) soon("chosen", 200, () => loadList("scenarios"));
  if (items.some(({ clientId }) => !state.clientIds.includes(clientId))) soon("client ids", 1000, loadClientIds);
  const field = state.view === "payments" ? "paymentRequestId" : "id";
  const shown = state.view === view || (state.view === "payments" && view === "notifications");
  if (state.id && shown && items.some((item) => item[field] === state.id)) soon("entry", 100, () => openEntry(false));
}

// Places

function arrived(before) {
  const otherClient = before.clientId !== state.clientId;
  const otherView = before.view !== state.view;
  if (otherView || otherClient) {
    update({ cursor: "" });
    toTop();
  }
  if (otherView && state.view !== "calls") moduleOf(state.view);
  if (otherClient) {
    update({ lists: Object.fromEntries(VIEWS.map((view) => [view, emptyList()])), entry: null });
    reconnect(listener);
  } else if (otherView) {
    loadList(state.view);
  } else if (before.q !== state.q) {
    soon("filter", 150, () => loadList(state.view).then(toTop));
  }
  if (otherView || before.id !== state.id) openEntry();
}

// Drawing

function draw() {
  const { words, view, id } = state;
  document.documentElement.lang = state.language;
  document.documentElement.dataset.theme = state.theme;
  document.title = `${id ? words.entries[view](id) : words.views[view]} · mock-alipay`;
  render(page(), root);
  place();
  showDialog();
}

function page() {
  const { words, view, id } = state;
  const line = view === "calls" ? callRow : modules[view]?.row;
  const link = (each) => html`<a href=${href({ view: each })} aria-current=${each === view ? "page" : nothing}>${words.views[each]}</a>`;
  return html`<header class="top">
      <h1 class="brand">mock-alipay <i>${location.host}</i></h1>
      <nav aria-label=${words.viewsLabel}>${VIEWS.map(link)}</nav>
      <span class="space"></span>${bar(state)}
    </header>
    <main class=${id ? "panes with-entry" : "panes"}>
      ${line ? list(state, line) : nothing}
      <div class="detail">${detail()}</div>
    </main>
    ${dialogs(state)}`;
}

function detail() {
  const { words, view, id, entry } = state;
  if (!id) return html`<p class="none pick">${words.pick[view]}</p>`;
  return html`<section class="entry" tabindex="-1" aria-label=${words.entries[view](id)} aria-busy=${String(entry?.status === "loading")}>
    <a class="back" href=${href({})}>${words.back}</a>
    ${content(entry)}
  </section>`;
}

function content(entry) {
  const { words, view, id } = state;
  if (entry?.status === "ready") return modules[view].detail(state);
  if (entry?.status === "gone") return html`<p class="none" role="alert">${words.gone[view](id)}</p>`;
  return entry?.status === "failed" ? html`<p class="notice" role="alert">${entry.problem}</p>` : html`<p class="none">${words.loading}</p>`;
}

// Keys and links

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => root.querySelector("input[type=search]")?.select(),
  "?": () => update({ dialog: "keys" }),
  Escape: back,
  Enter: openCursor,
  ...Object.fromEntries(VIEWS.map((view, index) => [String(index + 1), () => navigate({ view })])),
};
const ARROWS = { ArrowDown: KEYS.j, ArrowUp: KEYS.k };

function itemWhere(fits) {
  return state.lists[state.view].items.find(fits);
}

function back() {
  const { view, id, cursor } = state;
  if (!id) return;
  const item = itemWhere((each) => idOf(view, each) === id);
  update({ cursor: item ? keyOf(view, item) : cursor });
  navigate({});
  drawNow();
  move(0);
}

function openCursor() {
  const item = itemWhere((each) => keyOf(state.view, each) === state.cursor);
  if (item) open(href(placeOf(state.view, item)));
}

/** Goes to an address; where the entry covers the list, it takes the focus. */
function open(search) {
  go(search);
  drawNow();
  const covered = getComputedStyle(root.querySelector(".list") ?? root).visibility === "hidden";
  if (state.id && covered) root.querySelector(".entry").focus();
}

function pressed(event) {
  const { target, key } = event;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (target.closest("input, textarea, select, [contenteditable], dialog") || document.querySelector("dialog[open]")) return;
  if (key === "Enter" && target !== root) return;
  const inList = target === root || target.closest(".list, .entry:focus");
  const act = KEYS[key] ?? (inList ? ARROWS[key] : undefined);
  if (!act) return;
  event.preventDefault();
  act();
}

/** Follows a link within the page without loading it anew. */
function clicked(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.pathname !== location.pathname || link.target) return;
  event.preventDefault();
  if (link.className === "back") return void back();
  if (link.dataset.key) update({ cursor: link.dataset.key });
  open(link.search);
}

takeToken();
drawnBy(draw);
loadedBy(arrived);
addEventListener("popstate", arrive);
addEventListener("keydown", pressed);
addEventListener("click", clicked);
addEventListener("resize", () => update({}));
addEventListener("token", () => reconnect(listener));
update({});
if (state.view !== "calls") moduleOf(state.view);
follow(listener);
if (state.id) openEntry();
