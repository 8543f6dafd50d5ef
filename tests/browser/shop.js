// The script of the merchant's pages. It keeps the trace, a list of [name, value], across pages of the shop.
"use strict";

const shop = { component: null, trace: JSON.parse(sessionStorage.getItem("trace") ?? "[]") };

/** A value as JSON with sorted keys and without undefined members; undefined and errors are described. */
function described(value) {
  if (value === undefined) return "undefined";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (Array.isArray(value)) return value.map(described);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return Object.fromEntries(keys.sort().map((key) => [key, described(value[key])]));
}

function record(name, value) {
  shop.trace.push([name, described(value)]);
  sessionStorage.setItem("trace", JSON.stringify(shop.trace));
}

function recorders(names) {
  return Object.fromEntries(names.map((name) => [name, (value) => record(name, value)]));
}

/** Create a component of a class, with options and recording callbacks. */
shop.create = (name, options) => {
  const callbacks = name === "AMSElement"
    ? { ...recorders(["onEventCallback"]), loading: recorders(["onStartLoading", "onEndLoading"]) }
    : recorders(["onEventCallback", "onError", "onClose"]);
  const Component = (shop.exports ?? window)[name];
  try {
    shop.component = new Component({ environment: "sandbox", locale: "en_US", ...callbacks, ...options });
  } catch (error) {
    record(name, error);
  }
};

/** Call a method of the component, and record what its promise brings. */
shop.call = (method, ...parameters) => {
  const settled = (outcome) => (value) => record(`${method} ${outcome}`, value);
  const promise = (async () => shop.component[method](...parameters))();
  promise.then(settled("resolves"), settled("rejects"));
};

if (location.pathname === "/thanks") record("page", location.pathname + location.search);
