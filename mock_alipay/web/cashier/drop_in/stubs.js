/** What the mock does not play. */
import { checkOptions } from "./options.js";
import { complain, heard } from "./trace.js";

/** The address form, which is not played: everything resolves at once. */
export class AddressElement {
  constructor(options) {
    checkOptions(options);
  }

  static preload() {}

  async createComponent() {}

  async mountComponent() {}

  async submit() {}

  async getValue() {
    return {};
  }

  async canMakePayments() {
    return true;
  }

  unmount() {}
}

/** The factory of CVV and vaulting elements, which this script does not have. */
export function loadAntom() {
  const message = "loadAntom is not supported. Use AMSElement or AMSVaulting.";
  complain(message);
  return heard("loadAntom", Promise.reject(new Error(message)));
}
