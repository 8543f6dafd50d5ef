/** What an Element mounts. */
import { Channel } from "./channel.js";
import { appPath, frameAddress, newFrame, newId } from "./frame.js";
import { BLOCK, CONTAINER, newElement, showFrame } from "./views.js";

/** The frame of a payment Element and what it says. */
export class ElementApp {
  #container;
  #frame;
  #handlers;

  /** `handlers` are functions by the names of events. Throws if there is an Element in this place already. */
  constructor(session, selector, options, handlers) {
    // The page tells an Element by this ending, which 1.47.2 has too.
    const instanceId = `${newId()}-payment`;
    const id = `${CONTAINER}-${selector.startsWith("#") ? selector.slice(1) : selector}`;
    if (document.getElementById(id)) throw new Error(`There is an element in ${selector} already.`);
    const query = { displayType: "inline", options, instanceId };
    this.#frame = newFrame(`antom-sdk-web-app-${selector}`, frameAddress(session, appPath("ELEMENT_PAYMENT_ALL"), query));
    this.#handlers = handlers;
    this.channel = new Channel(this.#frame, session.base, instanceId, (context) => this.#receive(context));
    this.#container = newElement("div", id, BLOCK, "", { class: `${id}-inline` });
    this.#container.append(this.#frame);
    document.querySelector(selector).append(this.#container);
  }

  /** Remove the frame. */
  remove() {
    this.channel.close();
    this.#container.remove();
  }

  #receive({ event, data }) {
    if (event === "onSizeChanged" && data?.height > 1) showFrame(this.#frame, data.height);
    this.#handlers[event]?.(data);
  }
}
