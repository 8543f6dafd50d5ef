/** Checks and formats what a buyer types into the card form. Each check returns an error text or null. */

/** Returns the digits of a text. */
export function digitsOf(text) {
  return text.replace(/\D/g, "");
}

/** Groups the digits of a card number by four. */
export function groupNumber(text) {
  return digitsOf(text).slice(0, 19).replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** Formats an expiry date as MM/YY while it is typed; a year of four digits is taken as well. */
export function groupExpiry(text) {
  const typed = /^\d\//.test(text) ? `0${text}` : text;
  const digits = digitsOf(typed).slice(0, 6);
  return digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2)}` : typed.replace(/[^\d/]/g, "").slice(0, 3);
}

function passesLuhn(digits) {
  const values = [...digits].reverse().map((digit, place) => {
    const value = Number(digit) * (place % 2 + 1);
    return value > 9 ? value - 9 : value;
  });
  return values.reduce((sum, value) => sum + value, 0) % 10 === 0;
}

/** Checks a card number: 12 to 19 digits that pass the Luhn check. */
export function numberError(text, errors) {
  const digits = digitsOf(text);
  if (!digits) return errors.numberEmpty;
  if (digits.length < 12 || digits.length > 19) return errors.numberLength(digits.length);
  return passesLuhn(digits) ? null : errors.numberCheck;
}

/** Checks an expiry date: a month that exists and is not past. */
export function expiryError(text, errors) {
  const parts = /^(\d\d)\/(?:20)?(\d\d)$/.exec(text);
  if (!parts) return errors.expiryEmpty;
  const [, month, year] = parts.map(Number);
  if (month < 1 || month > 12) return errors.expiryMonth(parts[1]);
  return new Date(2000 + year, month, 1) <= new Date() ? errors.expiryPast(text) : null;
}

/** Checks a security code: 3 or 4 digits. */
export function codeError(text, errors) {
  return /^\d{3,4}$/.test(text.trim()) ? null : errors.codeLength;
}

/** Checks that there is a name. */
export function nameError(text, errors) {
  return text.trim() ? null : errors.nameEmpty;
}
