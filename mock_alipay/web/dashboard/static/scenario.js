/** A scenario: its row, what it changes, and playing it. */

import { html, nothing } from "./lit-html/lit-html.js";
import { actButton, refusal } from "./bar.js";
import { forClient, send } from "./gateway.js";
import { loadList, row as line } from "./list.js";

/** Returns the row of a scenario. */
export function row(scenario, state) {
  const { words, chosen, defaultScenario } = state;
  const { name, file } = scenario;
  const set = chosen.find((each) => each.scenario === name);
  const tags = [name === defaultScenario && words.defaultScenario, set && words.set(set.times)].filter(Boolean);
  return line(state, scenario, {
    title: name,
    tag: tags.join(", "),
    code: file ? file.split(/[/\\]/).at(-1) : words.loaded(scenario.clientId),
    tone: set ? "set" : "off",
    sub: scenario.description,
  });
}

/** Returns the detail of the scenario that is open. */
export function detail(state) {
  const { scenario } = state.entry;
  const { words } = state;
  const { name, file, clientId } = scenario;
  const play = (times) => change("PUT", { scenario: name, ...times });
  return html`<h2>${name}</h2>
    <p class="meta"><span>${words.file} <b class="mono">${file ?? words.loaded(clientId)}</b></span></p>
    <p class="description">${scenario.description}</p>
    <div class="acts">
      ${actButton(state, `scenario ${name}`, words.playNext, () => play({ times: 1 }))}
      ${actButton(state, `scenario ${name}`, words.playUntilChanged, () => play({}))}
      <span class="aside">${words.scope(state.clientId)}</span>
      ${refusal(state, `scenario ${name}`)}
    </div>
    ${chosenNow(state)}
    ${contents(scenario, words)}`;
}

async function change(method, body) {
  await send(method, "/scenario", { ...forClient(), ...body });
  await loadList("scenarios");
}

function chosenNow(state) {
  const { words, chosen, clientId } = state;
  const clearable = chosen.some((each) => !clientId || each.clientId === clientId);
  return html`<section class="pane" aria-label=${words.setNow}><h3>${words.setNow}</h3><div class="padded now">
    ${chosen.length ? html`<ul class="chosen">${chosen.map((each) => html`<li><b>${each.scenario}</b> ${words.set(each.times)} ${words.scope(each.clientId)}</li>`)}</ul>`
      : html`<p class="aside">${words.nothingSet(state.defaultScenario)}</p>`}
    ${clearable ? html`${refusal(state, "clear")}${actButton(state, "clear", words.clear, () => change("DELETE", {}))}` : nothing}
  </div></section>`;
}

function contents({ name, calls, buyer, notifications, match }, words) {
  const parts = [[words.changes.calls, calls], [words.changes.buyer, buyer], [words.changes.notifications, notifications], [words.changes.match, match],
    [words.changes.header, [`mock-scenario: ${name}`]]];
  return html`<section class="pane" aria-label=${words.contents}><h3>${words.contents}</h3>
    <dl class="pairs plain">${parts.filter(([, all]) => all.length).map(([title, all]) => html`<dt>${title}</dt><dd class="mono">${all.join(", ")}</dd>`)}</dl></section>`;
}
