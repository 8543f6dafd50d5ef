/** The exports of @alipay/ams-checkout 1.47.2, and those of js.antom.com/v2: AMSPaymentElement and loadAntom. */

import { events } from "./trace.js";

export { AMSCheckout, AMSCashierPayment, AMSVaulting, AMSAutoDebitPay, AntomElement } from "./checkout.js";
export { AMSEasyPay, AMSAutoDebit } from "./wallet.js";
export { AMSElement, AMSPaymentElement } from "./element.js";
export { AMSCheckoutPage } from "./checkout_page.js";
export { AddressElement, loadAntom } from "./stubs.js";
export {
  ComponentSignEnum,
  ComponentSignEnumV2,
  ConnectErrorCode,
  DisplayTypeEnum,
  ElementType,
  EnvironmentEnum,
  EventLoggingEventId,
  InterActionTypeEnum,
  MessageName,
  PaymentAmountEnum,
  PaymentElementLayout,
  PaymentMethodCategoryTypeEnum,
  PaypalMethodEnum,
  PlatformEnum,
  ProductSceneEnum,
  ProductSceneVersion,
  RedirectType,
  RiskSdkInfoEnum,
  TargetEnum,
  ThemeType,
  checkoutDisplayEnum,
  errorEnum,
  eventCodeEnum,
  localeEnum,
  modeEnum,
  networkModeEnum,
  osTypeEnum,
  payPalConfigurationIntentEnum,
  redirectTypeEnum,
  terminalTypeEnum,
} from "./enums.js";

const version = "__VERSION__";

if (!window.__antomMock) {
  console.info(`[mock-alipay] This is the mock of Antom's front-end SDK, version ${version}. No money moves.`);
}
window.__antomMock = { version, events };
