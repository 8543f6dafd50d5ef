/** The bar: whether the page is live, client id, clock, reset, language and theme; the dialogs; and buttons that act. */

import { html, nothing } from "./lit-html/lit-html.js";
import { forClient, get, hasToken, send, setToken } from "./gateway.js";
import { timeView } from "./list.js";
import { choose, navigate, state as current, update } from "./state.js";

const LANGUAGES = [["en", "English"], ["zh-CN", "简体中文"]];
const STEPS = [["PT1M", 0, 1], ["PT1H", 1, 0], ["PT25H", 25, 0]];

/** Returns the right half of the bar. */
export function bar(state) {
  const { words, clientId } = state;
  const known = new Set([...(clientId ? [clientId] : []), ...state.clientIds]);
  const clients = [["", words.allClients], ...[...known].map((each) => [each, each])];
  return html`<span class="live ${state.live}" role="status" data-testid="live">${words.live[state.live]}</span>
    <span class="tools">
      ${select("client", words.clientId, clients, clientId, (value) => navigate({ id: state.id, clientId: value }))}
      ${clockMenu(state)}
      <button class="tool" @click=${askReset}>${words.reset}</button>
    </span>
    <span class="tools">
      ${select("language", words.language, LANGUAGES, state.language, (value) => choose("language", value))}
      ${select("theme", words.theme, Object.entries(words.themes), state.theme, (value) => choose("theme", value))}
    </span>`;
}

function select(name, label, options, chosen, choose_) {
  const option = ([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`;
  return html`<select class="tool ${name}" aria-label=${label} title=${label} @change=${(event) => choose_(event.target.value)}>
    ${options.map(option)}</select>`;
}

// Buttons that act

/** Does something through the gateway; what a refusal says is kept for refusal(), by name. */
export async function act(name, change) {
  if (current.acting === name) return;
  update({ acting: name, refused: null });
  try {
    await change();
  } catch (error) {
    update({ refused: { name, text: error.status ? error.message : current.words.silent } });
  } finally {
    if (current.acting === name) update({ acting: "" });
  }
}

/** Returns a button that acts; name: where its refusal is shown. It keeps the focus while it acts. */
export function actButton(state, name, caption, change) {
  const busy = state.acting === name;
  return html`<button class="tool" aria-disabled=${busy ? "true" : nothing} @click=${() => act(name, change)}>${caption}</button>`;
}

/** Returns the gateway's own words for the act that it has refused. */
export function refusal({ refused }, name) {
  return refused?.name === name ? html`<span class="refused" role="alert">${refused.text}</span>` : nothing;
}

// The clock

let ticking = 0;

function clockMenu(state) {
  const { words, clock, clientId } = state;
  return html`<span @keydown=${closeClock}><button class="tool" popovertarget="clock">${clockCaption(clock, words)}</button>
    <div class="menu" id="clock" popover role="group" aria-label=${words.clock} @toggle=${toggled}>
      <p>${words.clockOf(clientId)}</p>
      <p class="now">${clock ? timeView(clock.now) : words.silent}</p>
      <p class="acts">${STEPS.map(([advance, ...time]) => move(state, `+${words.duration(...time)}`, { advance }))}</p>
      <p class="acts">${move(state, words.freeze, { freeze: "now" })}${move(state, words.run, { run: true })}</p>
      ${state.acting === "clock" ? html`<p class="aside" role="status">${words.moving}</p>` : nothing}
      ${refusal(state, "clock")}
    </div></span>`;
}

function move(state, caption, change) {
  return actButton(state, "clock", caption, async () => update({ clock: await send("PUT", "/clock", { ...forClient(), ...change }) }));
}

function clockCaption(clock, words) {
  const ahead = clock && aheadText(clock.ahead, words);
  return [words.clock, ahead, clock?.frozen && words.frozen].filter(Boolean).join(" ");
}

/** Returns an ISO 8601 duration in hours and minutes with its sign; nothing below a minute. */
function aheadText(iso, words) {
  const [, sign, days, hours, minutes, seconds] = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(iso) ?? [];
  const total = Math.round(Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60);
  return total ? `${sign ? "−" : "+"}${words.duration(Math.floor(total / 60), total % 60)}` : "";
}

function toggled({ newState }) {
  clearInterval(ticking);
  if (newState !== "open") return;
  update({ refused: null });
  readClock();
  ticking = setInterval(readClock, 1000);
}

async function readClock() {
  const { clientId } = current;
  const clock = await get("/clock", { clientId }).catch(() => null);
  if (clientId === current.clientId) update({ clock });
}

function closeClock(event) {
  const menu = document.querySelector("#clock:popover-open");
  if (event.key !== "Escape" || !menu) return;
  event.preventDefault();
  menu.hidePopover();
}

// Dialogs

/** Returns the open dialog: state.dialog is its name ("keys", "reset"), or the token form if state.tokenNeeded. */
export function dialogs(state) {
  if (state.tokenNeeded) return tokenForm(state);
  if (state.dialog === "reset") return resetDialog(state);
  return state.dialog === "keys" ? keysDialog(state) : nothing;
}

/** Shows the dialog that was drawn. Called after drawing. */
export function showDialog() {
  document.querySelector("dialog:not([open])")?.showModal();
}

function closed() {
  update({ dialog: "", refused: null });
}

function close(event) {
  event.target.closest("dialog").close();
}

function tokenForm({ words }) {
  const submit = (event) => {
    event.preventDefault();
    setToken(event.target.elements.token.value.trim());
  };
  return html`<dialog class="dialog" aria-labelledby="dialog-title" @close=${() => update({})}>
    <form @submit=${submit}>
      <h2 id="dialog-title">${words.tokenTitle}</h2>
      <p>${words.tokenText}</p>
      ${hasToken() ? html`<p class="refused" role="alert">${words.tokenWrong}</p>` : nothing}
      <label for="token">${words.token}</label>
      <input id="token" name="token" data-testid="token" type="password" autocomplete="off" required autofocus>
      <p class="acts"><button class="tool main">${words.open}</button></p>
    </form>
  </dialog>`;
}

async function askReset() {
  // The close event of a dialog that Escape has just closed is still to come, and would close this one.
  await new Promise((next) => setTimeout(next));
  update({ dialog: "reset", counts: null });
  const counts = await get("/counts", { clientId: current.clientId }).catch(() => null);
  update({ counts });
}

function resetDialog(state) {
  const { words, counts, clientId } = state;
  const { calls, payments, notifications } = words.counted;
  const grouped = (number) => number.toLocaleString("en");
  const forgotten = counts && [calls(grouped(counts.calls)), payments(grouped(counts.payments)), notifications(grouped(counts.notifications))];
  return html`<dialog class="dialog" role="alertdialog" aria-labelledby="dialog-title" aria-describedby="dialog-text" @close=${closed}>
    <h2 id="dialog-title">${words.resetTitle(clientId)}</h2>
    <div id="dialog-text"><p>${words.forgets}</p>
      <ul>${(forgotten ?? []).concat(words.alsoForgets).map((each) => html`<li>${each}</li>`)}</ul>
      <p>${words.keeps}</p></div>
    <p class="acts"><button class="tool danger" @click=${reset}>${words.reset}</button>
      <button class="tool" autofocus @click=${close}>${words.cancel}</button>${refusal(state, "reset")}</p>
  </dialog>`;
}

function reset(event) {
  const dialog = event.target.closest("dialog");
  act("reset", async () => {
    await send("POST", "/reset", forClient());
    dialog.close();
  });
}

function keysDialog({ words }) {
  const keys = (all) => all.map((key) => html`<kbd>${key}</kbd>`);
  return html`<dialog class="dialog" aria-labelledby="dialog-title" @close=${closed}>
    <h2 id="dialog-title">${words.keys}</h2>
    <dl class="keys">${words.keyList.map(([all, text]) => html`<dt>${keys(all)}</dt><dd>${text}</dd>`)}</dl>
    <p class="acts"><button class="tool" autofocus @click=${close}>${words.close}</button></p>
  </dialog>`;
}
