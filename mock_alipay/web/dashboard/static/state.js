/** The state of the page, its address, and how both change. */

import { wordsFor } from "./words.js";

/** The views, in the order of the keys 1 to 4. */
export const VIEWS = ["calls", "payments", "notifications", "scenarios"];

const CLIENT_ID = /^[!-+\--~]{1,128}$/;
const NUMBERED = ["calls", "notifications"];

/** Returns an empty list: items newest first, those that wait for a click, and how many fit the filter (count) of all (total). */
export function emptyList() {
  return { items: [], waiting: [], loaded: false, complete: false, count: null, total: null, problem: "" };
}

function kept(name, allowed, otherwise) {
  const value = localStorage.getItem(name);
  return allowed.includes(value) ? value : otherwise;
}

function initial() {
  const language = kept("language", ["en", "zh-CN"], /^zh/i.test(navigator.language) ? "zh-CN" : "en");
  return {
    ...addressed(),
    language,
    words: wordsFor(language),
    theme: kept("theme", ["system", "light", "dark"], "system"),
    live: "",
    tokenNeeded: false,
    lists: Object.fromEntries(VIEWS.map((view) => [view, emptyList()])),
    entry: null,
    cursor: "",
    range: [0, 30],
    fresh: new Set(),
    unfolded: new Set(),
    copied: "",
    clock: null,
    chosen: [],
    defaultScenario: "",
    clientIds: [],
    env: null,
    dialog: "",
    counts: null,
    acting: "",
    refused: null,
  };
}

let drawing = null;
let due = false;

/** What the page shows. Changed by update() only. */
export const state = initial();

/** Sets what draws the page. */
export function drawnBy(draw) {
  drawing = draw;
}

/** Merges changes into the state, and draws them with the next frame. */
export function update(changes) {
  Object.assign(state, changes);
  if (due) return;
  due = true;
  // A hidden page has no frames.
  if (document.hidden) queueMicrotask(drawNow);
  else requestAnimationFrame(drawNow);
}

/** Draws at once what has changed, for code that needs the elements. */
export function drawNow() {
  if (!due) return;
  due = false;
  drawing?.(state);
}

/** Merges changes into one list. */
export function updateList(view, changes) {
  update({ lists: { ...state.lists, [view]: { ...state.lists[view], ...changes } } });
}

/** Reads the address: view, id, q and clientId, and what makes no sense in it (bad: [name, value]). */
export function addressed(search = location.search) {
  const given = new URLSearchParams(search);
  const read = { view: "calls", id: "", q: "", clientId: "", bad: [] };
  for (const [name, value] of given) {
    if (!fits(name, value, given.get("view") ?? "calls")) read.bad.push([name, value]);
    else read[name] = value;
  }
  return read;
}

function fits(name, value, view) {
  if (name === "view") return VIEWS.includes(value);
  if (name === "id") return !NUMBERED.includes(view) || /^[0-9]{1,12}$/.test(value);
  if (name === "clientId") return value === "" || CLIENT_ID.test(value);
  return name === "q";
}

/** Returns the address of a view or an entry; q is kept within the same view, clientId always. */
export function href({ view = state.view, id = "", q = view === state.view ? state.q : "", clientId = state.clientId }) {
  const parts = Object.entries({ view, id, q, clientId }).filter(([, value]) => value);
  return `?${parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

let arrived = null;

/** Sets what loads the data of a new address; it is given the place before. */
export function loadedBy(load) {
  arrived = load;
}

/** Goes to a view or an entry, like href(); replace: without a step for Back. */
export function navigate(place, { replace = false } = {}) {
  go(href(place), replace);
}

/** Goes to an address of this page. */
export function go(search, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", location.pathname + search);
  arrive();
}

/** Takes over what the address says. */
export function arrive() {
  const { view, id, q, clientId } = state;
  update(addressed());
  arrived?.({ view, id, q, clientId });
}

/** Chooses and keeps the language or the theme. */
export function choose(name, value) {
  localStorage.setItem(name, value);
  update(name === "language" ? { language: value, words: wordsFor(value) } : { [name]: value });
}
