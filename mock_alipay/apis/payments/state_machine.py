"""The state machine of a payment: its named transitions. No other change of state is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from mock_alipay.apis.payments.model import Payment, State

Transition = Literal[
    "expire",
    "reopen",
    "submit",
    "wait",
    "pay",
    "authorize",
    "decline",
    "close",
    "capture",
    "complete",
    "release",
    "refund",
    "cancel",
]


class Rule(NamedTuple):
    """The states in which a transition is possible, and the state that it leads to; None: the state stays."""

    sources: frozenset[State]
    target: State | None


def _rule(sources: tuple[State, ...], target: State | None) -> Rule:
    return Rule(frozenset(sources), target)


TRANSITIONS: Mapping[Transition, Rule] = {
    # An unpaid session expires, and is open again when the clock is set back.
    "expire": _rule(("OPEN",), "EXPIRED"),
    "reopen": _rule(("EXPIRED",), "OPEN"),
    # Buyer actions. A submitted order that is not paid in time is closed.
    "submit": _rule(("OPEN",), "PROCESSING"),
    "wait": _rule(("OPEN", "PROCESSING"), "PENDING"),
    "pay": _rule(("OPEN", "PROCESSING", "PENDING"), "SUCCESS"),
    "authorize": _rule(("OPEN", "PROCESSING", "PENDING"), "AUTHORIZED"),
    "decline": _rule(("OPEN", "PROCESSING", "PENDING"), "FAIL"),
    "close": _rule(("PROCESSING",), "FAIL"),
    # Held money is captured in parts until nothing is left, or released when it is not captured in time.
    "capture": _rule(("AUTHORIZED",), None),
    "complete": _rule(("AUTHORIZED",), "SUCCESS"),
    "release": _rule(("AUTHORIZED",), "CANCELLED"),
    # What a merchant does with a payment.
    "refund": _rule(("AUTHORIZED", "SUCCESS"), None),
    "cancel": _rule(("OPEN", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS"), "CANCELLED"),
}


class IllegalTransition(Exception):
    """The transition is not possible in the payment's state."""

    def __init__(self, name: Transition, state: State) -> None:
        expected = ", ".join(sorted(TRANSITIONS[name].sources))
        super().__init__(f"{name} is possible in {expected}, not in {state}")
        self.transition = name
        self.state = state


def possible(payment: Payment, name: Transition) -> bool:
    """Whether a transition is possible in the payment's state."""
    return payment.state in TRANSITIONS[name].sources


def transition(payment: Payment, name: Transition, **changes: Any) -> Payment:
    """The payment after a transition, with ``changes`` to other fields. Raises IllegalTransition."""
    rule = TRANSITIONS[name]
    if payment.state not in rule.sources:
        raise IllegalTransition(name, payment.state)
    return payment._replace(state=rule.target or payment.state, **changes)
