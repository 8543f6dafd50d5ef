"""Expected entries of traces."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from mock_alipay.contracts import FOLDER
from tests.browser.buyer import Trace
from tests.browser.merchant import Merchant

Webhooks = list[str]

RESULTS: dict[str, Any] = json.loads((FOLDER / "2024-04-26" / "results.json").read_text())["results"]
STATUS = {"S": "SUCCESS", "F": "FAIL", "U": "PROCESSING"}


class Row(NamedTuple):
    """Steps of the buyer; the trace after mounting, the state at the end (None: no page is left), the webhooks."""

    steps: str
    trace: Trace
    state: str | None
    webhooks: Webhooks
    stays: bool = False
    """Whether the merchant sets notRedirectAfterComplete."""


def event(code: str, **values: Any) -> list[Any]:
    """A call of onEventCallback."""
    return ["onEventCallback", {"code": code, **values}]


def ended(code: str, result_code: str) -> list[Any]:
    """The event of an outcome, with the result code's own status and message."""
    result = {"resultCode": result_code, **RESULTS[result_code]}
    del result["$comment"]
    fields = {"paymentResultCode": result_code, "paymentResultMessage": result["resultMessage"]}
    return event(code, result={**fields, "paymentStatus": STATUS[result["resultStatus"]], "result": result})


def opened(address: str) -> list[Any]:
    """The event before the SDK leaves the merchant's page."""
    return event("SDK_CALL_URL_SUCCESS", message=f"Successfully opened the app,NormalUrl: {address}")


START = event("SDK_START_OF_LOADING")
END = event("SDK_END_OF_LOADING", message="")
MOUNTED: Trace = [START, ["mountComponent resolves", "undefined"], END]
SUCCESSFUL = ended("SDK_PAYMENT_SUCCESSFUL", "SUCCESS")
CANCEL = event("SDK_PAYMENT_CANCEL", result={"result": {}})
CHALLENGE = event("SDK_PAYMENT_CHALLENGE")
BAD_FORM = event("SDK_FORM_VERIFICATION_FAILED")
BALANCE = "USER_BALANCE_NOT_ENOUGH"
UNVERIFIED = "USER_PAYMENT_VERIFICATION_FAILED"
PAID: Webhooks = ["SUCCESS"]
REDIRECT: Any = object()
"""In an expected trace: the SDK goes to paymentRedirectUrl."""


def arrivals(merchant: Merchant, trace: Trace) -> Trace:
    """A trace with its redirects spelled out."""
    redirect = [opened(merchant.address(merchant.thanks)), ["page", merchant.thanks]]
    return [entry for part in trace for entry in (redirect if part is REDIRECT else [part])]
