/** The gateway as the page sees it: one session's view, the buyer's acts, and the stream of changes. */

const SILENCE = 3000;
const PAUSE = 2000;

async function call(url, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const reply = await fetch(url, { cache: "no-store", ...options });
  if (reply.ok || reply.status === 409) return { ok: reply.ok, body: await reply.json() };
  if (reply.status === 404) return null;
  throw new Error(`HTTP ${reply.status}`);
}

/** One session at the gateway. Its methods throw if the gateway does not answer. */
export class Gateway {
  constructor(id) {
    this.path = `/cashier/sessions/${encodeURIComponent(id)}`;
    this.closed = false;
  }

  /** Returns the view, or null if the gateway does not know the session. */
  async view() {
    return (await call(this.path))?.body ?? null;
  }

  /** Acts as the buyer. Returns {view}, {refused: result} if the session has ended, or null if there is no such session. */
  async act(body) {
    const reply = await call(`${this.path}/act`, body);
    return reply && (reply.ok ? { view: reply.body } : { refused: reply.body.result });
  }

  /** Claims the acts up to a number; true if this page is the first to do so and plays them. */
  async claim(number) {
    return (await call(`${this.path}/played`, { number }))?.body.first === true;
  }

  /** Tells the listener of every change: changed(view), gone(), and silent() while the gateway does not answer. */
  follow(listener) {
    if (this.closed) return;
    const stream = new EventSource(`${this.path}/events`);
    let wasOpen = false;
    let isOpen = false;
    this.stream = stream;
    const lose = () => this.stream === stream && this.doubt(listener, wasOpen);
    let patience = setTimeout(lose, SILENCE);
    stream.addEventListener("open", () => {
      clearTimeout(patience);
      isOpen = wasOpen = true;
    });
    stream.addEventListener("error", () => {
      clearTimeout(patience);
      // The gateway ends each stream after some seconds, and the browser opens the next one.
      if (isOpen) patience = setTimeout(lose, SILENCE);
      else lose();
      isOpen = false;
    });
    stream.addEventListener("session", ({ data }) => listener.changed(JSON.parse(data)));
    stream.addEventListener("gone", () => this.lose(listener));
  }

  /** Leaves the stream and asks for the view instead. */
  doubt(listener, reopens = true) {
    if (!this.stream) return;
    this.stream.close();
    this.stream = null;
    if (!this.closed) this.watch(listener, reopens);
  }

  /** Asks for the view again and again; opens the stream again if it has worked before (a proxy may hold it back). */
  async watch(listener, reopens = false) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (this.closed) return;
    let view;
    try {
      view = await this.view();
    } catch {
      if (!this.closed) listener.silent();
      return void this.watch(listener, reopens);
    }
    if (this.closed) return;
    if (!view) return void this.lose(listener);
    listener.changed(view);
    if (reopens) this.follow(listener);
    else this.watch(listener);
  }

  lose(listener) {
    this.close();
    listener.gone();
  }

  /** Stops following. */
  close() {
    this.closed = true;
    this.stream?.close();
  }
}
