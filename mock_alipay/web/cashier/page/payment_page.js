/** One page for one session: shows its view, sends the buyer's acts, and lets the shop know what came of them. */
import { CardForm } from "./card_form.js";
import { Gateway } from "./gateway.js";
import { GONE, isFinished, isOutcome, lastNumber, stepsAfter } from "./outcomes.js";
import { aftermath, challenge, outcome, strip } from "./screens.js";
import { Stage } from "./stage.js";

/** A cashier or a wallet page; `design` is {strip, head(page), screens: {state: (page) => form}, method?}. */
export class PaymentPage {
  constructor(host, words, design) {
    Object.assign(this, { host, words, design, showsPay: true, busy: false, blocked: true, mute: false });
    this.form = new CardForm(words);
    this.stage = new Stage(strip(design.strip), words);
    document.documentElement.lang = words.language;
    document.documentElement.dataset.kind = host.kind;
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.setBusy(false));
  }

  /** Takes over what the shop says of the look. */
  dress({ theme, showSubmitButton }) {
    document.documentElement.dataset.theme = theme ?? "";
    this.showsPay = showSubmitButton !== false;
  }

  /** Opens a session; tells whether the gateway knows it. */
  open(id) {
    this.gateway?.close();
    Object.assign(this, { view: null, method: null, shown: null, over: null, later: null, finished: false, seen: 0, queue: Promise.resolve() });
    this.opening = this.load(id ?? "");
    return this.opening;
  }

  async load(id) {
    const gateway = new Gateway(id);
    this.gateway = gateway;
    const view = id ? await gateway.view().catch(() => undefined) : null;
    if (view) this.changed(view);
    else if (view === null) this.end("unknown");
    else this.silent();
    this.start();
    if (view) gateway.follow(this);
    else if (view === undefined) gateway.watch(this);
    return Boolean(view);
  }

  start() {
    if (!this.blocked) return;
    this.host.ready(!this.finished);
    setTimeout(() => {
      this.blocked = false;
      this.refresh();
    }, this.host.blockedMs);
  }

  /** The gateway has a new view: shows it, and plays the acts that no page has played. */
  changed(view) {
    if (this.busy) {
      this.later = view;
      return;
    }
    if (lastNumber(view) < lastNumber(this.view)) return;
    const isFirst = !this.view;
    if (this.mute) this.stage.say([]);
    this.mute = false;
    this.show(view);
    if (isFirst && !this.host.claims) this.seen = lastNumber(view);
    if (isFinished(view) || (isFirst && view.state === "expired")) this.finished = true;
    if (view.state === "expired" && !this.finished) {
      this.finished = true;
      this.host.ended(view.result ?? GONE);
    }
    this.queue = this.queue.then(() => this.replay(view));
  }

  async replay(view) {
    const last = lastNumber(view);
    const from = this.host.claims ? Math.max(this.seen, view.played) : this.seen;
    if (this.finished || last <= from) return;
    try {
      const isOurs = !this.host.claims || (await this.gateway.claim(last));
      this.seen = last;
      if (isOurs) this.play(stepsAfter(view, from), view);
    } catch {
      // The gateway has stopped; the acts are still there when it answers again.
    }
  }

  play(steps, view) {
    for (const step of steps) {
      this.finished ||= !["challenge", "left", "cancel"].includes(step.kind);
      this.host.play(step, view);
    }
  }

  /** The session does not exist any more. */
  gone() {
    if (!this.finished) this.host.ended(GONE);
    this.end("unknown");
  }

  /** The gateway does not answer. */
  silent() {
    this.mute = true;
    this.stage.say([this.words.silent], "banner");
    this.refresh();
  }

  end(state, result = null) {
    this.gateway.close();
    this.finished = true;
    this.over = result ?? GONE;
    this.show(state === "unknown" ? null : { ...this.view, state, result }, state);
  }

  show(view, state = view.state) {
    const before = this.view?.state;
    const key = JSON.stringify([state, view?.result?.resultCode]);
    const isNew = key !== this.shown;
    const takesFocus = isNew && this.shown && document.hasFocus();
    this.view = view;
    this.shown = key;
    this.draw(state, isNew);
    this.refresh();
    if (takesFocus) this.stage.focus();
    if (view) this.host.shown(view, before);
  }

  draw(state, isNew) {
    const { stage, view, design } = this;
    stage.main.dataset.state = state === "unknown" ? "expired" : state;
    if (view && !view.methods.includes(this.method)) this.method = design.method ?? view.method;
    if (isOutcome(state)) {
      if (isNew) stage.showOutcome(outcome(this, state));
      stage.body.replaceChildren(...aftermath(this));
    } else if (isNew) {
      stage.showForm(design.head(this), (design.screens[state] ?? challenge)(this));
    }
  }

  setBusy(busy) {
    this.busy = busy;
    this.stage.speak(busy);
    this.refresh();
  }

  refresh() {
    this.stage.disable(this.busy || this.blocked || this.mute);
  }

  needsForm() {
    return this.method === "CARD" && this.view.needsCard;
  }

  /** Checks the form and shows its errors; true if it may be sent. */
  validate() {
    if (this.view?.state !== "open") return false;
    const texts = this.needsForm() ? this.form.check() : [];
    this.stage.say(texts);
    return !texts.length;
  }

  /** Pays, for the button of this page or of the shop. */
  async pay() {
    await this.opening;
    if (this.busy || this.view?.state === "challenge") return;
    if (!this.view || this.over) return void this.host.ended(this.over ?? GONE);
    if (this.view.state !== "open") return void this.payAgain();
    if (!this.validate()) return void this.host.formRejected();
    this.setBusy(true);
    const goesOn = await this.host.consent(this.method);
    const { action, code } = this.choice ?? { action: "submit" };
    if (goesOn && this.method !== "CARD" && action === "submit") return void this.leave();
    this.setBusy(false);
    if (goesOn) await this.act(action, action === "decline" ? { code } : {});
  }

  payAgain() {
    if (this.host.claims) this.act("submit");
    else this.host.shown(this.view);
  }

  leave() {
    const url = new URL(this.view.wallet, location.origin);
    url.searchParams.set("method", this.method);
    if (this.words.language !== "en") url.searchParams.set("locale", "zh_CN");
    if (this.host.redirect(url.href) === false) this.setBusy(false);
  }

  /** Sends an act of the buyer, then shows and plays what it led to. */
  async act(action, details = {}) {
    if (this.busy) return;
    const number = lastNumber(this.view);
    const focused = document.activeElement;
    const sendsCard = ["submit", "challenge", "verify"].includes(action) && this.needsForm() && this.form.digits;
    this.setBusy(true);
    const reply = await this.gateway.act({ action, method: this.method, ...(sendsCard ? { card: this.form.digits } : {}), ...details }).catch(() => undefined);
    this.setBusy(false);
    if (reply === undefined) {
      this.silent();
      this.gateway.doubt(this);
      this.host.unsent();
    } else if (!reply) this.gone();
    else if (reply.view) this.took(reply.view, number);
    else this.refused(reply.refused);
    if (focused.isConnected && document.hasFocus()) focused.focus();
    if (this.later && !this.over) this.changed(this.later);
    this.later = null;
  }

  took(view, number) {
    this.seen = lastNumber(view);
    this.show(view);
    this.play(stepsAfter(view, number), view);
  }

  refused(result) {
    this.finished = true;
    this.host.ended(result);
    this.end("expired", result);
  }
}
