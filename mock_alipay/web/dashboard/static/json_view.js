/** A JSON value or a text as lines: remarks are pinned to the line they concern, long strings are cut. */

import { html, nothing } from "./lit-html/lit-html.js";
import { grouped } from "./words.js";
import { update } from "./state.js";

/** So many characters of a string, and of a text, are shown at first. */
const LONGEST = 120;
const LONGEST_TEXT = 3000;

/** So many lines have an element each; the lines of a larger value are joined, except those with remarks. */
const MOST_LINES = 2000;

/** The view of each value: every event draws the page, and a value may have 10,000 lines. */
const views = new WeakMap();

/**
 * Returns a JSON value as lines. label names it for assistive technology and must differ within an entry.
 * remarks: [{path, text(within), tone: "bad" or "wait", testid}], path as the admin API spells it; text is given
 * the path of the line, which is an outer one if the field is missing.
 */
export function jsonView(state, value, options) {
  const { unfolded, words } = state;
  const known = views.get(value);
  if (known?.unfolded === unfolded && known.words === words) return known.view;
  const view = viewOf(state, value, options);
  if (typeof value === "object" && value !== null) views.set(value, { unfolded, words, view });
  return view;
}

function viewOf(state, value, { label, remarks = [] }) {
  const lines = linesOf(value);
  const pinned = pin(lines, remarks);
  const whole = lines.length <= MOST_LINES;
  return html`<pre class="json" tabindex="0" role="group" aria-label=${label}><code>${
    whole ? lines.map((line, index) => lineView(state, line, pinned.get(index), label)) : joined(state, lines, pinned, label)
  }</code></pre>`;
}

/** Returns a text that is not JSON, or what was signed; cut, with "Show all". */
export function textView(state, text, { label, remarks = [] }) {
  const shown = isCut(state, text, label, LONGEST_TEXT) ? html`${text.slice(0, LONGEST_TEXT)}… ${showAll(state, text, label)}` : text;
  return html`<pre class="json text" tabindex="0" role="group" aria-label=${label}><code>${
    remarks.map((remark) => remarkView(remark, ""))}<span class="line">${shown}</span></code></pre>`;
}

function linesOf(value) {
  const lines = [];
  add(lines, value, { path: "", depth: 0, key: null, comma: "" });
  return lines;
}

function add(lines, value, at) {
  const isObject = typeof value === "object" && value !== null;
  const members = isObject ? Object.entries(value) : [];
  if (!members.length) return void lines.push({ ...at, value: isObject ? (Array.isArray(value) ? "[]" : "{}") : value, leaf: !isObject });
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  lines.push({ ...at, value: open, comma: "" });
  members.forEach(([name, inner], index) => {
    const comma = index < members.length - 1 ? "," : "";
    add(lines, inner, { path: pathOf(at.path, name, open), depth: at.depth + 1, key: open === "{" ? name : null, comma });
  });
  lines.push({ ...at, key: null, value: close, closes: true });
}

function pathOf(path, name, open) {
  if (open === "[") return `${path}[${name}]`;
  return path ? `${path}.${name}` : name;
}

/** Returns the remarks by the index of their line: the field's own, or the nearest one around it. */
function pin(lines, remarks) {
  const places = new Map();
  lines.forEach(({ path, closes }, index) => {
    if (!closes && !places.has(path)) places.set(path, index);
  });
  const pinned = new Map();
  for (const remark of remarks) {
    let within = remark.path;
    while (within && !places.has(within)) within = within.replace(/(^|\.)[^.[\]]*$|\[[^[\]]*\]$/, "");
    const index = places.get(within) ?? 0;
    pinned.set(index, [...(pinned.get(index) ?? []), { ...remark, within }]);
  }
  return pinned;
}

function lineView(state, line, remarks, label) {
  const tone = remarks && (remarks.find((remark) => remark.tone === "bad") ?? remarks[0]).tone;
  const key = line.key === null ? nothing : html`<span class="key">${JSON.stringify(line.key)}</span>: `;
  return html`<span class=${tone ? `line at ${tone}` : "line"}>${indent(line)}${key}${valueView(state, line, label)}${line.comma}</span>${
    remarks?.map((remark) => remarkView(remark, indent(line))) ?? nothing}`;
}

function remarkView({ path, text, tone, testid, within = "" }, space) {
  return html`<span class="say ${tone}" data-testid=${testid} data-path=${path}><span class="indent">${space}</span><span>${text(within)}</span></span>`;
}

function indent({ depth }) {
  return "  ".repeat(depth);
}

function valueView(state, { value, leaf, path }, label) {
  if (!leaf) return value;
  if (typeof value !== "string") return html`<span class="number">${JSON.stringify(value)}</span>`;
  const text = JSON.stringify(value);
  const name = `${label} ${path}`;
  if (!isCut(state, text, name, LONGEST)) return html`<span class="string">${text}</span>`;
  // The button comes first, where it is seen however narrow the pane is.
  return html`${showAll(state, text, name)} <span class="string">${text.slice(0, LONGEST)}…</span>`;
}

function isCut(state, text, name, longest) {
  return text.length > longest && !state.unfolded.has(name);
}

function showAll(state, text, name) {
  const show = () => update({ unfolded: new Set([...state.unfolded, name]) });
  return html`<button class="more" title=${state.words.characters(grouped(text.length))} @click=${show}>${state.words.showAll}</button>`;
}

function joined(state, lines, pinned, label) {
  const parts = [];
  let text = [];
  const flush = () => {
    if (text.length) parts.push(html`<span class="line">${text.join("\n")}</span>`);
    text = [];
  };
  lines.forEach((line, index) => {
    const plain = !pinned.has(index) && !(line.leaf && String(line.value).length > LONGEST);
    if (plain) return void text.push(plainLine(line));
    flush();
    parts.push(lineView(state, line, pinned.get(index), label));
  });
  flush();
  return parts;
}

function plainLine(line) {
  const key = line.key === null ? "" : `${JSON.stringify(line.key)}: `;
  return `${indent(line)}${key}${line.leaf ? JSON.stringify(line.value) : line.value}${line.comma}`;
}
