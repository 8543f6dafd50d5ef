/** The card form: test cards, four fields, and their errors. It outlives the screens, so that a buyer who comes back finds it filled in. */
import { codeError, digitsOf, expiryError, groupExpiry, groupNumber, nameError, numberError } from "./card_checks.js";
import { button, node } from "./nodes.js";

const testCards = [
  ["fillPay", "fill-pay", "4054695723100768"],
  ["fillDecline", "fill-decline", "4000000000000002"],
  ["fillChallenge", "fill-challenge", "4000000000003220"],
];

function format(input, group) {
  const before = digitsOf(input.value.slice(0, input.selectionStart)).length;
  const atEnd = input.selectionStart === input.value.length;
  const text = group(input.value);
  if (text === input.value) return;
  input.value = text;
  if (atEnd) return;
  let caret = 0;
  for (let seen = 0; seen < before; caret += 1) if (/\d/.test(text[caret])) seen += 1;
  input.setSelectionRange(caret, caret);
}

function field(name, label, attributes, check, group = null) {
  const input = node("input", { class: "field", id: name, name, autocapitalize: "off", spellcheck: "false", ...attributes });
  const hint = node("p", { class: "hint", id: `${name}-error`, hidden: true });
  if (group) input.addEventListener("input", () => format(input, group));
  return { input, hint, check, label: node("label", {}, label, input) };
}

/** The card form of one page. */
export class CardForm {
  constructor(words) {
    this.errors = words.errors;
    const digits = { inputmode: "numeric" };
    this.number = field("number", words.cardNumber, { ...digits, autocomplete: "cc-number", placeholder: words.cardNumberHint }, numberError, groupNumber);
    this.expiry = field("expiry", words.expiry, { ...digits, autocomplete: "cc-exp", placeholder: "MM/YY" }, expiryError, groupExpiry);
    this.code = field("code", words.code, { ...digits, autocomplete: "cc-csc", placeholder: words.codeHint, maxlength: 4 }, codeError);
    this.name = field("name", words.name, { autocomplete: "cc-name" }, nameError);
    this.fields = [this.number, this.expiry, this.code, this.name];
    this.element = node("div", { class: "fields" }, this.cards(words), this.number.label, this.number.hint,
      node("div", { class: "two" }, this.expiry.label, this.code.label, this.expiry.hint, this.code.hint), this.name.label, this.name.hint);
  }

  cards(words) {
    const chips = testCards.map(([word, testid, number]) => button(words[word], "chip", testid, () => this.fill(number)));
    return node("div", { class: "cards", role: "group", "aria-label": words.testCards }, node("span", { "aria-hidden": "true" }, words.testCards), chips);
  }

  fill(number) {
    this.number.input.value = groupNumber(number);
    this.expiry.input.value = `12/${String(new Date().getFullYear() + 4).slice(2)}`;
    this.code.input.value = "123";
    this.name.input.value = "A Buyer";
    this.check();
  }

  /** The digits of the card number. */
  get digits() {
    return digitsOf(this.number.input.value);
  }

  /** Shows the errors at the fields, moves the focus to the first wrong field, and returns their texts. */
  check() {
    const texts = this.fields.map((each) => each.check(each.input.value, this.errors));
    this.fields.forEach(({ input, hint }, place) => {
      const text = texts[place];
      hint.hidden = !text;
      hint.textContent = text ?? "";
      input.setAttribute("aria-invalid", String(Boolean(text)));
      if (text) input.setAttribute("aria-describedby", hint.id);
      else input.removeAttribute("aria-describedby");
    });
    this.fields[texts.findIndex(Boolean)]?.input.focus();
    return texts.filter(Boolean);
  }
}
