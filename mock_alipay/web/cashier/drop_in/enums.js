/** The enumerations of @alipay/ams-checkout 1.47.2, with its names and values. */

/** An enumeration whose values equal their names. */
function same(names) {
  return Object.fromEntries(names.split(" ").map((name) => [name, name]));
}

export const DisplayTypeEnum = same("popup inline");
export const ComponentSignEnumV2 = { ELEMENT_PAYMENT: "ELEMENT_PAYMENT_ALL", ELEMENT_ADDRESS: "ELEMENT_ADDRESS_ALL" };
export const ComponentSignEnum = {
  ...same("EASY_PAY_WALLET EASY_PAY_APM CASHIER_PAYMENT_CARD CASHIER_PAYMENT_BANK CASHIER_PAYMENT_APM"),
  ...same("AUTO_DEBIT_WALLET AUTO_DEBIT_PAY_WALLET NONE VAULTING_CARD CHECKOUT_PAYMENT"),
  ...ComponentSignEnumV2,
  ...same("AUTO_DEBIT_APM"),
};
export const ProductSceneEnum = {
  ...same("EASY_PAY CASHIER_PAYMENT AUTO_DEBIT AUTO_DEBIT_PAY VAULTING FLASH_BUY CARD_APPLE_PAY"),
  ...same("ELEMENT_PAYMENT ELEMENT_ADDRESS CHECKOUT_PAYMENT"),
};
export const PaymentMethodCategoryTypeEnum = same("CARD WALLET BANK APM ALL");
export const payPalConfigurationIntentEnum = same("intent capture");
export const PaymentAmountEnum = same("USD");
export const localeEnum = same("en-US");
export const checkoutDisplayEnum = same("horizon vertical");
export const modeEnum = same("dropin component");
export const networkModeEnum = same("proxy session");
export const EnvironmentEnum = same("sandbox prod light_sandbox");
export const osTypeEnum = same("IOS ANDROID ELSE");
export const terminalTypeEnum = same("WEB WAP APP MINI_APP");
export const PlatformEnum = same("desktop mobile");
export const MessageName = same("SDK_TO_APP APP_TO_SDK APP_TO_APP");
export const TargetEnum = { BLANK: "_blank", SELF: "_self", REPLACE: "_replace" };
export const errorEnum = {
  ...same("PARAMS TIMEOUT NETWORK SYSTEM LOGIN GATEWAY VALIDATION TAOBAOBINDALIPAY"),
  ...same("REGISTERWALLET NOALIPAYID TRUSTLOGINERROR SIGNIN GETSIGNPARAMSERROR"),
};
export const redirectTypeEnum = same("UNSAFE_BROWSER SAFETY_BROWSER INVOKE_SDK");
export const eventCodeEnum = {
  ...same("SDK_START_OF_LOADING SDK_END_OF_LOADING SDK_INTERNAL_ERROR SDK_CREATEPAYMENT_PARAMETER_ERROR"),
  ...same("SDK_INIT_PARAMETER_ERROR SDK_CREATECOMPONENT_ERROR SDK_LAUNCH_PAYMENT_APP_ERROR"),
  ...same("SDK_CALL_URL_SUCCESS SDK_CALL_URL_ERROR SDK_PAYMENT_SUCCESSFUL SDK_PAYMENT_FAIL"),
  ...same("SDK_PAYMENT_ERROR SDK_PAYMENT_CANCEL SDK_PAYMENT_PROCESSING SDK_PAYMENT_WARN"),
  ...same("SDK_PAYMENT_SHIPPINGCHANGE SDK_PAYMENT_APPROVE SDK_REDIRECT"),
};
export const RedirectType = same("ApplinkUrl SchemeUrl NormalUrl Unknown");
export const PaypalMethodEnum = same("PAYPAL_CHECKOUT PAYPAL_VAULT PAYPAL_PAYLATER");
export const ProductSceneVersion = { V1: "1.0", V2: "2.0" };
export const InterActionTypeEnum = same("COLLECT_REDIRECT SHOW_CODE COLLECT_SHOW_CODE REDIRECT");
export const ConnectErrorCode = same("RISK_REJECT USER_AUTH_VERIFICATION_FAILED USER_NOT_EXISTS");
export const RiskSdkInfoEnum = { NEED: "need", NO_NEED: "noneed" };
export const EventLoggingEventId = same("OnlyClose LeaveAnyWay ContinuePaying");
export const ElementType = same("auth address payment");
export const ThemeType = {
  NostalgicGray: "nostalgicGray",
  Default: "default",
  Night: "night",
  CherryBlossomPink: "cherryBlossomPink",
  GamingPurple: "gamingPurple",
  AgateGreen: "agateGreen",
};
export const PaymentElementLayout = { Tabs: "tabs", Accordion: "Accordion" };
