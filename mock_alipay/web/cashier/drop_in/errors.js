/** The errors of @alipay/ams-checkout 1.47.2, word by word. */

const INITIATE = "An error occurred. The transaction cannot be initiated.";
const ABNORMAL = "The order status is abnormal. Please check the payment status and contact the merchant.";
const UNKNOWN = "Unknown exception. Please check the payment status and contact the merchant.";

export const PARAMETER_ERROR = "SDK_CREATEPAYMENT_PARAMETER_ERROR";
export const COMPONENT_ERROR = "SDK_CREATECOMPONENT_ERROR";
// So the Element writes COMPONENT_ERROR.
export const CREATE_ERROR = "SDK_CREATE_COMPONENT_ERROR";
export const LAUNCH_ERROR = "SDK_LAUNCH_PAYMENT_APP_ERROR";

export const NOT_FUNCTION = "Parameter type should be function";
export const BAD_ENVIRONMENT = "The current input environment does not support or is not in the standard enumeration";
export const BAD_MODE = "mode value not in enum";
export const BAD_NETWORK_MODE = { code: "SDK_INIT_PARAMETER_ERROR", message: "The network mode is not supported" };
export const BROKEN_DATA = "Abnormal response data, interface failure, or unsupported payment method";
export const NOT_CREATED = "Component not created or current browser compatibility issue, not supported";
export const SINGLETON = { code: COMPONENT_ERROR, message: "Only one component can be rendered simultaneously" };
export const LOAD_TIMEOUT = { code: COMPONENT_ERROR, message: "Load resource timeout" };
export const NETWORK_ERROR = { code: COMPONENT_ERROR, message: "Network request error" };

export const LAUNCH_FAILED = { code: LAUNCH_ERROR, message: "Failed to launch app" };
export const ELEMENT_TIMEOUT = { code: LAUNCH_ERROR, message: "Load app time out" };
export const PARAM_INVALID = { code: "PARAM_INVALID", message: INITIATE };
export const UI_STATE_ERROR = { code: "UI_STATE_ERROR", message: INITIATE };
export const API_TIMEOUT = { code: "INITIALIZE_API_TIMEOUT", message: INITIATE };
export const WEB_TIMEOUT = {
  code: "INITIALIZE_WEB_TIMEOUT",
  message: "An error occurred; the transaction cannot be initiated.",
};
export const UNRECOGNIZED = { code: "ERR_DATA_STRUCT_UNRECOGNIZED", message: INITIATE };

/** Messages that the Element shows instead of the gateway's. */
export const ELEMENT_MESSAGES = {
  UNKNOWN_EXCEPTION: UNKNOWN,
  REPEAT_REQ_REJECT: ABNORMAL,
  PROCESS_FAIL: UNKNOWN,
  INQUIRY_PAYMENT_SESSION_FAILED: ABNORMAL,
};
