"""Admin API: list and show payments, and act as the buyer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.apis.payments.model import FAMILY, Payment
from mock_alipay.contracts.names import Act
from mock_alipay.contracts.result_codes import Result
from mock_alipay.errors import NoSuchAggregate
from mock_alipay.storage.aggregates import Key
from mock_alipay.text.wording import short
from mock_alipay.web.admin import payment_views, search
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.asgi.json_bodies import unknown
from mock_alipay.web.asgi.problems import HttpProblem

_REASONS: Mapping[str, str] = {"decline": "F", "pending": "U"}
"""The actions that have a reason, each with the status of its result codes."""


async def list_payments(context: AdminContext, request: AdminRequest) -> Any:
    """List the payments, the most recently changed first."""
    keys = [payment.key for payment in await found_by(context, request, request.query["limit"])]

    def view(payment: Payment) -> dict[str, Any]:
        if request.query.get("view") == "summary":
            return payment_views.payment_summary(payment)
        return payment_views.payment_view(payment, context.repository.environment)

    async def current(key: Key) -> Payment | None:
        for payment in _payments([await context.repository.store.load(key)]):
            return await _current(context, payment)
        return None

    return StreamedList(context, "payments", keys, current, view)


async def get_payment(context: AdminContext, request: AdminRequest) -> Any:
    """Show one payment."""
    payment = await _requested_payment(context, request)
    return await context.worker.do(lambda: payment_views.payment_view(payment, context.repository.environment))


async def act(context: AdminContext, request: AdminRequest) -> Any:
    """Let the buyer of a payment act; the reply lists the ids of the notifications that this causes."""
    journal = context.dispatcher.journal
    payment = await _requested_payment(context, request)
    action, code = request.body["action"], request.body.get("code", "")
    if code:
        _check_reason(action, code, context.contract.results)
    earlier = {one.id for one in await journal.together(payment.key)}
    changed = await context.buyer_actions.act(payment.key, Act(action, code=code))
    caused = [one.id for one in await journal.together(payment.key) if one.id not in earlier]
    view = payment_views.payment_view(next(_payments([changed])), context.repository.environment)
    return {**view, "notifications": caused}


async def payment_of(context: AdminContext, payment_request_id: str, client_id: str | None) -> Payment:
    """The current state of a payment; NoSuchAggregate, or HttpProblem (409) when several client ids use this id."""
    if client_id is None:
        stored = _payments(await context.repository.store.browse())
        matches = [payment for payment in stored if payment.payment_request_id == payment_request_id]
    else:
        loaded = await context.repository.store.load((client_id, FAMILY, payment_request_id))
        matches = list(_payments([loaded]))
    if not matches:
        owner = f" by client id {client_id}" if client_id else ""
        detail = f"no session or payment was created{owner} with paymentRequestId '{short(payment_request_id, 64)}'"
        raise NoSuchAggregate("payment", detail)
    if len(matches) > 1:
        clients = ", ".join(payment.client_id for payment in matches)
        detail = f"several client ids used this paymentRequestId; give the client id, one of {clients}"
        raise HttpProblem(409, "Several payments", detail)
    return await _current(context, matches[0])


async def found_by(context: AdminContext, request: AdminRequest, limit: int | None = None) -> list[Payment]:
    """The payments that fit the filters of a request, the most recently changed first."""
    stored = list(_payments(await context.repository.store.browse(request.client_id)))
    return await search.found(context, stored, request.query.get("q", ""), search.PAYMENTS, limit)


async def _requested_payment(context: AdminContext, request: AdminRequest) -> Payment:
    """The payment that the path names."""
    return await payment_of(context, request.http.path_params["paymentRequestId"], request.client_id)


async def _current(context: AdminContext, payment: Payment) -> Payment:
    """A payment after everything that is due, even without the scheduler (an app without its lifespan)."""
    now = context.clocks.now(payment.client_id)
    return next(_payments([await context.repository.advance(payment, now)]), payment)


def _payments(aggregates: Iterable[Aggregate | None]) -> Iterator[Payment]:
    return (aggregate for aggregate in aggregates if isinstance(aggregate, Payment))


def _check_reason(action: str, code: str, results: Mapping[str, Result]) -> None:
    status = _REASONS.get(action)
    if status is None:
        actions = " or ".join(_REASONS)
        raise HttpProblem(400, "Bad field", f"code: expected only with the action {actions}, got it with {action}")
    reasons = [name for name, result in results.items() if result.status == status]
    if code not in reasons:
        raise unknown("code", code, reasons)
