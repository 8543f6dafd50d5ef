"""Admin calls about payments: list and show them, and act as the buyer."""

from __future__ import annotations

from typing import Any

from mock_alipay.apis.payments.model import Payment
from mock_alipay.contracts.names import Act
from mock_alipay.contracts.result_codes import results
from mock_alipay.errors import Misuse
from mock_alipay.web.admin import payment_views
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.parameters import unknown


async def list_payments(desk: Desk, ask: Ask) -> Any:
    """The payments that the gateway knows, the latest change first."""
    found = [await _standing(desk, p) for p in (await desk.ledger.store.browse(ask.client_id))[: ask.query["limit"]]]
    return await desk.clerk.do(lambda: {"payments": [payment_views.payment_view(payment) for payment in found]})


async def get_payment(desk: Desk, ask: Ask) -> Any:
    """One payment."""
    found = await _requested_payment(desk, ask)
    return await desk.clerk.do(lambda: payment_views.payment_view(found))


async def act(desk: Desk, ask: Ask) -> Any:
    """Have the buyer of a payment act."""
    payment = await _requested_payment(desk, ask)
    action, code = ask.body["action"], ask.body.get("code", "")
    if code:
        _check_reason(action, code)
    changed = await desk.cashier.act(payment.client_id, payment.payment_request_id, Act(action, code=code))
    return payment_views.payment_view(changed)


async def payment_of(desk: Desk, payment_request_id: str, client_id: str | None) -> Payment:
    """The payment with this id, as it stands; Misuse when there is none, or several and no client id."""
    if client_id is None:
        found = [p for p in await desk.ledger.store.browse() if p.payment_request_id == payment_request_id]
    else:
        known = await desk.ledger.store.load(client_id, payment_request_id)
        found = [known] if known else []
    if not found:
        whose = f" by client id {client_id}" if client_id else ""
        detail = f"no session or payment was created{whose} with paymentRequestId '{payment_request_id[:64]}'"
        raise Misuse(404, "No such payment", detail)
    if len(found) > 1:
        clients = ", ".join(payment.client_id for payment in found)
        raise Misuse(409, "Several payments", f"several client ids used this id; add clientId, one of {clients}")
    return await _standing(desk, found[0])


async def _requested_payment(desk: Desk, ask: Ask) -> Payment:
    """The payment that the path names."""
    return await payment_of(desk, ask.request.path_params["paymentRequestId"], ask.client_id)


async def _standing(desk: Desk, payment: Payment) -> Payment:
    """As it stands now, even where nobody sees to what is due (an app without its lifespan)."""
    now = desk.clocks.now(payment.client_id)
    return await desk.ledger.advance(payment, now) or payment


def _check_reason(action: str, code: str) -> None:
    reasons = [name for name, result in results().items() if result.status == "F"]
    if action != "decline":
        raise Misuse(400, "Bad field", f"code: only a decline has a reason, {action} has none")
    if code not in reasons:
        raise unknown("code", code, reasons)
