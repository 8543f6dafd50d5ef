/** Messages with the SDK in the parent frame: JSON strings by postMessage, to and from one origin and one instance. */

function originOf(url) {
  try {
    const { origin } = new URL(url);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

/** Returns the origin of the page that embeds this one, null if it has none. */
export function parentOrigin(refUrl) {
  if (window.parent === window) return null;
  return originOf(refUrl) ?? originOf(location.ancestorOrigins?.[0]) ?? originOf(document.referrer);
}

/** The messages of one frame. */
export class Channel {
  constructor(origin, instanceId) {
    this.origin = origin;
    this.instanceId = instanceId;
  }

  /** Calls a listener by the event's name: listeners[event](data, eventCallbackId). */
  listen(listeners) {
    window.addEventListener("message", ({ source, origin, data }) => {
      if (source !== window.parent || origin !== this.origin || typeof data !== "string") return;
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return;
      }
      const { event, data: content, eventCallbackId } = message?.context ?? {};
      if (message?.name !== "SDK_TO_APP" || message.instanceId !== this.instanceId || !Object.hasOwn(listeners, event)) return;
      listeners[event](content ?? {}, eventCallbackId);
    });
  }

  /** Sends an event. The SDK gives its data to whoever waits for eventCallbackId as well. */
  send(event, data = {}, eventCallbackId = undefined) {
    this.post({ name: "APP_TO_SDK", instanceId: this.instanceId, context: { event, data, eventCallbackId } });
  }

  /** Posts a message to the parent's origin. */
  post(message) {
    if (this.origin) window.parent.postMessage(JSON.stringify(message), this.origin);
  }
}
