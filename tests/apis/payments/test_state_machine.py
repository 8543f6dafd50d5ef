"""The state machine: every transition in every state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest

from mock_alipay.apis.payments.model import State
from mock_alipay.apis.payments.state_machine import (
    TRANSITIONS,
    IllegalTransition,
    Transition,
    possible,
    transition,
)
from tests.apis.payments.orders import payment_in

PAYABLE: Mapping[Transition, State] = {
    "pay": "SUCCESS", "authorize": "AUTHORIZED", "decline": "FAIL", "cancel": "CANCELLED"
}  # fmt: skip
TARGETS: Mapping[State, Mapping[Transition, State]] = {
    "OPEN": {**PAYABLE, "wait": "PENDING", "expire": "EXPIRED", "submit": "PROCESSING"},
    "EXPIRED": {"reopen": "OPEN"},
    "PROCESSING": {**PAYABLE, "wait": "PENDING", "close": "FAIL"},
    "PENDING": PAYABLE,
    "AUTHORIZED": {
        "capture": "AUTHORIZED", "refund": "AUTHORIZED",
        "complete": "SUCCESS", "release": "CANCELLED", "cancel": "CANCELLED",
    },
    "SUCCESS": {"refund": "SUCCESS", "cancel": "CANCELLED"},
    "FAIL": {},
    "CANCELLED": {},
}  # fmt: skip


@pytest.mark.parametrize("state", get_args(State))
def test_only_the_documented_transitions_are_possible(state: State) -> None:
    """Each leads to its target; others raise and name the states in which they are possible."""
    payment = payment_in(state)
    assert set(TRANSITIONS) == set(get_args(Transition))
    assert set(TARGETS[state]) == {name for name in TRANSITIONS if possible(payment, name)}
    for name, target in TARGETS[state].items():
        assert payment._replace(state=target, code="X") == transition(payment, name, code="X")
    for name in set(TRANSITIONS) - set(TARGETS[state]):
        with pytest.raises(IllegalTransition) as refused:
            transition(payment, name)
        assert (name, state) == (refused.value.transition, refused.value.state)
        assert all(source in str(refused.value) for source in TRANSITIONS[name].sources)
