"""What time brings: the scripted buyer acts, sessions expire, orders close, money in process arrives."""

from __future__ import annotations

from datetime import datetime

from mock_alipay.apis.context import Environment
from mock_alipay.apis.payments import buyer, captures_refunds
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.state_machine import move, possible
from mock_alipay.contracts.names import Act

_UNPAID = frozenset({"OPEN", "PROCESSING", "PENDING"})
_ENDING = frozenset({"OPEN", "PROCESSING", "AUTHORIZED"})
"""States that last until ``closes``."""


def due(payment: Payment) -> datetime | None:
    """When something happens next by itself; None when nothing does any more."""
    ends = payment.closes if payment.state in _ENDING else None
    if not payment.transactions and payment.acts is None:
        # Every call that opens a session asks this.
        return ends
    moments = [t.settles for t in payment.transactions if t.settles is not None]
    # Money on its way to the merchant is not released any more, unless it never arrives.
    if ends is not None and not captures_refunds.in_process(payment):
        moments.append(ends)
    if payment.acts is not None and payment.state in _UNPAID:
        moments.append(payment.acts)
    return min(moments, default=None)


def still_to_come(payment: Payment) -> tuple[Act, ...]:
    """What the scripted buyer will do, unless somebody is quicker: once the payment is done, nothing."""
    return payment.buyer if payment.state in _UNPAID else ()


def advance(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment as it stands at ``now``: everything has happened that was due by then, each thing at its moment."""
    while (moment := due(payment)) is not None and moment <= now:
        payment = _happens(payment, moment, environment)
    return payment


def reopened(payment: Payment, now: datetime) -> Payment:
    """The payment when the clock has been set back to ``now``: a session that had expired is open again."""
    if not possible(payment, "reopen") or now >= payment.closes:
        return payment
    return move(payment, "reopen", payment_id=None, begun=None, code="")


def _happens(payment: Payment, moment: datetime, environment: Environment) -> Payment:
    for transaction in payment.transactions:
        if transaction.settles is not None and transaction.settles <= moment:
            return captures_refunds.settled(payment, transaction, moment)
    if payment.state in _ENDING and payment.closes <= moment:
        return _closes(payment, moment, environment)
    return _acts(payment, moment, environment)


def _closes(payment: Payment, moment: datetime, environment: Environment) -> Payment:
    match payment.state:
        case "OPEN":
            # Nobody has come: there is no buyer to make up.
            closed = buyer.numbered(payment, moment, environment)
            return buyer.failed(closed, "expire", "ORDER_IS_CLOSED", moment, environment)
        case "PROCESSING":
            return buyer.failed(payment, "close", "ORDER_IS_CLOSED", moment, environment)
        case _:
            return captures_refunds.released(payment, moment)


def _acts(payment: Payment, moment: datetime, environment: Environment) -> Payment:
    act, *later = payment.buyer
    left = payment._replace(buyer=tuple(later), acts=moment + later[0].after if later else None)
    # Someone else was quicker, such as a test that acts by hand: the scripted buyer comes to nothing.
    return buyer.act(left, act, moment, environment) if buyer.can(left, act.action) else left
