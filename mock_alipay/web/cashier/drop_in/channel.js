/** Messages with the cashier in a frame. */
import { newId } from "./frame.js";

/** Messages between this page and the cashier in a frame; only those of its window, origin and instance count. */
export class Channel {
  #answers = new Map();
  #common;
  #frame;
  #origin;
  #receive;
  #listener = (event) => this.#take(event);

  /** `receive` gets the context of each message: {event, data, eventCallbackId}. */
  constructor(frame, origin, instanceId, receive) {
    this.#common = { name: "SDK_TO_APP", instanceId };
    this.#frame = frame;
    this.#origin = origin;
    this.#receive = receive;
    window.addEventListener("message", this.#listener);
  }

  /** Send an event to the cashier. */
  post(event, data, eventCallbackId) {
    const message = { ...this.#common, context: { event, data, eventCallbackId } };
    this.#frame.contentWindow?.postMessage(JSON.stringify(message), this.#origin);
  }

  /** Send a question; the promise takes the data of the answer, a message with its id, or for an Element named by it. */
  ask(event, data) {
    const id = newId();
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.post(event, data, id);
    });
  }

  /** Take no more messages. */
  close() {
    window.removeEventListener("message", this.#listener);
  }

  #take(event) {
    if (event.origin !== this.#origin || event.source !== this.#frame.contentWindow) return;
    const { name, instanceId, context } = parseMessage(event.data);
    if (name !== "APP_TO_SDK" || instanceId !== this.#common.instanceId || !context?.event) return;
    this.#receive(context);
    this.#answers.get(context.eventCallbackId ?? context.event)?.(context.data);
  }
}

/** The object in a message, an empty one if there is none. */
export function parseMessage(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
