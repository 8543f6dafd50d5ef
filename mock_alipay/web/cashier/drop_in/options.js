/** The options of constructors. */
import { EnvironmentEnum, modeEnum, networkModeEnum } from "./enums.js";
import { BAD_ENVIRONMENT, BAD_MODE, BAD_NETWORK_MODE, NOT_FUNCTION } from "./errors.js";

const CALLBACKS = ["onError", "onPaymentMethodSelected", "onSizeChanged", "onLog", "onEventCallback", "onClose"];

/** The options of a constructor, checked and completed as 1.47.2 does: it throws, or warns and goes on. */
export function checkOptions(given) {
  const options = { ...given };
  for (const name of [...CALLBACKS, "onChange"]) {
    // 1.47.2 takes no async function here.
    if (options[name] && Object.prototype.toString.call(options[name]) !== "[object Function]") {
      throw new Error(NOT_FUNCTION);
    }
  }
  if (options.onBeforeSubmit && typeof options.onBeforeSubmit !== "function") throw new Error(NOT_FUNCTION);
  if (options.mode && !(options.mode in modeEnum)) console.warn(BAD_MODE);
  options.networkMode ||= "session";
  if (!(options.networkMode in networkModeEnum)) {
    console.warn(BAD_NETWORK_MODE.message);
    options.networkMode = "proxy";
  }
  return coerceEnvironment(options);
}

/** The options with an environment that exists: "prod" instead of anything else. */
export function coerceEnvironment(options) {
  if (options.environment && !(options.environment in EnvironmentEnum)) {
    console.warn(BAD_ENVIRONMENT);
    options.environment = "prod";
  }
  return options;
}
