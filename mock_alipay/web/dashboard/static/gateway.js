/** The gateway as the page sees it: admin calls with the token, and the live events. */

import { state, update } from "./state.js";

const TOKEN = "token";

/** A call that the gateway refused; the message is the gateway's own. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? `HTTP ${status}`);
    this.status = status;
  }
}

/** Takes the token out of the address (#token=…), before anything else sees it. */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get(TOKEN);
  if (token === null) return;
  sessionStorage.setItem(TOKEN, token);
  history.replaceState(null, "", location.pathname + location.search);
}

/** Keeps the token for this tab, and asks for everything anew. */
export function setToken(token) {
  sessionStorage.setItem(TOKEN, token);
  update({ tokenNeeded: false });
  dispatchEvent(new Event("token"));
}

/** Returns whether this tab has a token. */
export function hasToken() {
  return sessionStorage.getItem(TOKEN) !== null;
}

function headers(more) {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { authorization: `Bearer ${token}`, ...more } : { ...more };
}

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

async function answer(reply) {
  if (reply.ok) return reply.json();
  if (reply.status === 401) update({ tokenNeeded: true });
  throw new Refused(reply.status, await reply.json().catch(() => null));
}

/** Asks the admin API; parameters that are empty are left out. Throws Refused, or TypeError without an answer. */
export async function get(path, parameters = {}, signal = undefined) {
  return answer(await fetch(`/__admin${path}${query(parameters)}`, { headers: headers(), cache: "no-store", signal }));
}

/** Changes something through the admin API. Throws as get() does. */
export async function send(method, path, body = {}) {
  const options = { method, headers: headers({ "content-type": "application/json" }), body: JSON.stringify(body) };
  return answer(await fetch(`/__admin${path}`, options));
}

/** Returns {clientId} if one is chosen, for bodies that are for it or else for all. */
export function forClient() {
  return state.clientId ? { clientId: state.clientId } : {};
}

/** Loads an entry: {call}, {payment, notifications}, {notification} or {scenario}. Throws as get() does. */
export async function entry(view, id, clientId) {
  const path = `/${view}/${encodeURIComponent(id)}`;
  if (view === "calls") return { call: await get(path) };
  if (view === "notifications") return { notification: await get(path) };
  if (view === "payments") {
    const payment = await get(path, { clientId });
    const about = { paymentRequestId: id, clientId: payment.clientId, limit: 1000, view: "summary" };
    return { payment, ...(await get("/notifications", about)) };
  }
  const { scenarios } = await get("/scenarios", { clientId });
  const scenario = scenarios.find(({ name }) => name === id);
  if (!scenario) throw new Refused(404, null);
  return { scenario };
}

const PAUSE = 1000;
let last = "";
let stream = null;

/** Whether events may be missing from what the page shows. */
let gap = true;

/**
 * Follows the events while the page is visible: listener.heard(kind, data), and listener.lost() when what is shown must
 * be asked for: at first, and when there may be a gap.
 */
export function follow(listener) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) unfollow("paused");
    else if (!stream) connect(listener);
  });
  reconnect(listener);
}

/** Connects anew, as for another client id or token. */
export function reconnect(listener) {
  gap = true;
  unfollow(document.hidden ? "paused" : state.live);
  if (document.hidden) listener.lost();
  else connect(listener);
}

function unfollow(live) {
  stream?.abort();
  stream = null;
  update({ live });
}

async function connect(listener) {
  const mine = new AbortController();
  stream = mine;
  while (stream === mine) {
    try {
      await read(listener, mine);
    } catch (error) {
      if (error.status === 401) return void (stream === mine && unfollow(""));
    }
    if (stream !== mine) return;
    // Without a stream from the start, the lists tell what is wrong.
    if (gap && state.live !== "reconnecting") listener.lost();
    gap = true;
    update({ live: "reconnecting" });
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

async function read(listener, { signal }) {
  const url = `/__admin/events${query({ clientId: state.clientId })}`;
  const reply = await fetch(url, { headers: headers(last ? { "last-event-id": last } : {}), cache: "no-store", signal });
  if (!reply.ok) await answer(reply);
  if (gap) listener.lost();
  gap = false;
  update({ live: "live" });
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    events.forEach((event) => dispatch(event, listener));
  }
}

function dispatch(text, listener) {
  const fields = Object.fromEntries(text.split("\n").map((line) => line.split(/: (.*)/s, 2)));
  if (fields.id) {
    // Another run of the gateway: nothing of the page is known to it.
    if (last && runOf(fields.id) !== runOf(last)) listener.lost();
    last = fields.id;
  }
  if (fields.event === "missed") listener.lost();
  else if (fields.event) listener.heard(fields.event, JSON.parse(fields.data));
}

function runOf(eventId) {
  return eventId.slice(0, eventId.lastIndexOf("."));
}
