"""What time brings: the scripted buyer acts, sessions expire, orders close, money in process arrives."""

from __future__ import annotations

from datetime import datetime

from mock_alipay.apis.environment import Environment
from mock_alipay.apis.payments import buyer, captures_refunds
from mock_alipay.apis.payments.model import ENDING, UNPAID, Payment
from mock_alipay.apis.payments.state_machine import move, possible
from mock_alipay.contracts.names import Act


def still_to_come(payment: Payment) -> tuple[Act, ...]:
    """What the scripted buyer will do, unless somebody is quicker: once the payment is done, nothing."""
    return payment.buyer if payment.state in UNPAID else ()


def advance(payment: Payment, now: datetime, environment: Environment) -> Payment:
    """The payment as it stands at ``now``: everything has happened that was due by then, each thing at its moment."""
    while (moment := payment.due()) is not None and moment <= now:
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
    if payment.state in ENDING and payment.closes <= moment:
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
