"""Changes of a payment that are due at a time: scripted buyer actions, expiry, closing, results of captures."""

from __future__ import annotations

from datetime import datetime

from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments import buyer, captures_refunds
from mock_alipay.apis.payments.model import ENDING, UNPAID, Payment
from mock_alipay.apis.payments.state_machine import possible, transition
from mock_alipay.contracts.names import Act


def pending_acts(payment: Payment) -> tuple[Act, ...]:
    """The scripted buyer actions that are still to happen; none once the payment has a result."""
    return payment.buyer if payment.state in UNPAID else ()


def advance(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment at ``now``: every change due by then is applied, each at its own time."""
    while (due := payment.due()) is not None and due <= now:
        payment = _next_change(payment, due, environment)
    return payment


def reopened(payment: Payment, now: datetime) -> Payment:
    """The payment after the clock was set back to ``now``: a session that had expired is open again."""
    if not possible(payment, "reopen") or now >= payment.closes:
        return payment
    return transition(payment, "reopen", payment_id=None, begun=None, code="")


def _next_change(payment: Payment, due: datetime, environment: Environment) -> Payment:
    for transaction in payment.transactions:
        if transaction.settles is not None and transaction.settles <= due:
            return captures_refunds.settled(payment, transaction, due)
    if payment.state in ENDING and payment.closes <= due:
        return _closed(payment, due, environment)
    return _after_act(payment, due, environment)


def _closed(payment: Payment, due: datetime, environment: Environment) -> Payment:
    match payment.state:
        case "OPEN":
            # No buyer has acted, so there is none to generate.
            numbered = buyer.with_payment_id(payment, due, environment)
            return buyer.failed(numbered, "expire", "ORDER_IS_CLOSED", due, environment)
        case "PROCESSING":
            # An open page shows it like a declined payment.
            return buyer.recorded(buyer.failed(payment, "close", "ORDER_IS_CLOSED", due, environment), "decline", due)
        case _:
            return captures_refunds.released(payment, due)


def _after_act(payment: Payment, due: datetime, environment: Environment) -> Payment:
    act, *later = payment.buyer
    remaining = payment._replace(buyer=tuple(later), acts=due + later[0].after if later else None)
    # A manual action may have come first; a scripted action that is no longer possible is skipped.
    return buyer.act(remaining, act, due, environment) if buyer.can(remaining, act.action) else remaining
