"""The states of a payment as one small machine: every move has a name, and no other is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from mock_alipay.apis.payments.model import Payment, State

Move = Literal[
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
    """From which states a move leads to which; None: it stays where it is."""

    sources: frozenset[State]
    target: State | None


def _rule(sources: tuple[State, ...], target: State | None) -> Rule:
    return Rule(frozenset(sources), target)


MOVES: Mapping[Move, Rule] = {
    # A session nobody has paid in: its time is over, or the clock has been set back before that.
    "expire": _rule(("OPEN",), "EXPIRED"),
    "reopen": _rule(("EXPIRED",), "OPEN"),
    # What a buyer does. An order that was submitted and is not paid in time is closed.
    "submit": _rule(("OPEN",), "PROCESSING"),
    "wait": _rule(("OPEN", "PROCESSING"), "PENDING"),
    "pay": _rule(("OPEN", "PROCESSING", "PENDING"), "SUCCESS"),
    "authorize": _rule(("OPEN", "PROCESSING", "PENDING"), "AUTHORIZED"),
    "decline": _rule(("OPEN", "PROCESSING", "PENDING"), "FAIL"),
    "close": _rule(("PROCESSING",), "FAIL"),
    # Money that is held: captured in parts until nothing is left, or released when nobody captures it.
    "capture": _rule(("AUTHORIZED",), None),
    "complete": _rule(("AUTHORIZED",), "SUCCESS"),
    "release": _rule(("AUTHORIZED",), "CANCELLED"),
    # What the merchant does with money that it has got.
    "refund": _rule(("AUTHORIZED", "SUCCESS"), None),
    "cancel": _rule(("OPEN", "PROCESSING", "PENDING", "AUTHORIZED", "SUCCESS"), "CANCELLED"),
}


class IllegalMove(Exception):
    """No such move leads away from the state that a payment is in."""

    def __init__(self, name: Move, state: State) -> None:
        expected = ", ".join(sorted(MOVES[name].sources))
        super().__init__(f"{name} is possible in {expected}, not in {state}")
        self.move = name
        self.state = state


def possible(payment: Payment, name: Move) -> bool:
    """Whether a move leads away from the state that a payment is in."""
    return payment.state in MOVES[name].sources


def move(payment: Payment, name: Move, **changes: Any) -> Payment:
    """The payment after a move, with other fields changed by it; IllegalMove when there is no such move from here."""
    rule = MOVES[name]
    if payment.state not in rule.sources:
        raise IllegalMove(name, payment.state)
    return payment._replace(state=rule.target or payment.state, **changes)
