/** What the SDK told the merchant so far: for tests, and for screens where the console is out of reach. */

/** Pairs [name, value] in order; a promise that was rejected has the name "<method> rejected". */
export const events = window.__antomMock?.events ?? [];

/** Write a line to the console that names this script. */
export function complain(text, level = "error") {
  console[level](`[mock-alipay] ${text}`);
}

/** Add to the trace. */
export function record(name, value) {
  events.push([name, value]);
}

/** Call a merchant's callback; what it throws is reported and breaks nothing. */
export function call(name, callback, ...values) {
  // A size that nobody asked for is no news.
  if (callback || name !== "onSizeChanged") record(name, values[0]);
  try {
    const answer = callback?.(...values);
    Promise.resolve(answer).catch((error) => failed(name, error));
  } catch (error) {
    failed(name, error);
  }
}

/** Record the result of a promise; also, a rejection that the merchant does not handle is no uncaught error then. */
export function heard(name, promise) {
  promise.then(
    (value) => record(name, value),
    (error) => record(`${name} rejected`, error),
  );
  return promise;
}

/** Report an error that a merchant's function made. */
export function failed(name, error) {
  complain(`the merchant's ${name} failed: ${error?.stack ?? error}`);
}
