"""The mobile gateway that the front-end SDK queries for a session: ``/mgw.htm``."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mock_alipay.apis.payments.checkout import page_state
from mock_alipay.apis.payments.methods import methods_of
from mock_alipay.web.asgi.json_bodies import body_of
from mock_alipay.web.asgi.problems import json_response
from mock_alipay.web.cashier.sessions import Sessions

_QUERY = "com.ipay.iexpcashier.sdkAction.query"
"""The operation that asks for a session; the others are answered with success (npm @alipay/ams-checkout 1.47.2)."""

_OK = {"Result-Status": "1000", "Mgw-TraceId": "mock-alipay", "cache-control": "no-store"}


async def answer(request: Request, sessions: Sessions) -> Response:
    """The reply to an operation of the SDK, which any origin can read."""
    _, raw = await body_of(request)
    operation = request.headers.get("operation-type") or request.query_params.get("operation", _QUERY)
    content = {"success": True} if operation != _QUERY else await _session(_session_data(raw), sessions)
    return json_response(content, headers={**_OK, **_cors(request)})


async def preflight(request: Request) -> Response:
    """The reply to a CORS preflight."""
    allowed = {
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": request.headers.get("access-control-request-headers", ""),
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers={**allowed, **_cors(request)})


async def _session(data: str, sessions: Sessions) -> dict[str, Any]:
    payment = await sessions.find_by_data(data)
    if payment is None or page_state(payment) == "expired":
        result = sessions.components.contract.results["INQUIRY_PAYMENT_SESSION_FAILED"]
        return {"success": False, "errorCode": result.code, "errorMessage": result.message}
    amount = payment.order.amount.wire
    methods = [
        {"paymentMethodType": method, "paymentMethodName": method}
        for method in methods_of(orjson.loads(payment.request))
    ]
    return {"success": True, "paymentMethods": methods, "orderAmountView": amount, "paymentAmountView": amount}


def _session_data(raw: bytes) -> str:
    """The paymentSessionData in a body: an object, alone or first in a list; empty without one."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return ""
    first = body[0] if isinstance(body, list) and body else body
    data = first.get("paymentSessionData") if isinstance(first, dict) else None
    return data if isinstance(data, str) else ""


def _cors(request: Request) -> dict[str, str]:
    return {
        "access-control-allow-origin": request.headers.get("origin", "*"),
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "Result-Status, Mgw-TraceId",
        "vary": "origin",
    }
