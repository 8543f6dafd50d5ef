"""The state machine: every state and every move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pytest

from mock_alipay.apis.payments.model import State
from mock_alipay.apis.payments.state_machine import TRANSITIONS, IllegalTransition, Transition, possible, transition
from tests.apis.payments.orders import standing

UNPAID: Mapping[Transition, State] = {
    "wait": "PENDING", "pay": "SUCCESS", "authorize": "AUTHORIZED", "decline": "FAIL", "cancel": "CANCELLED"
}  # fmt: skip
LEADS: Mapping[State, Mapping[Transition, State]] = {
    "OPEN": {**UNPAID, "expire": "EXPIRED", "submit": "PROCESSING"},
    "EXPIRED": {"reopen": "OPEN"},
    "PROCESSING": {**UNPAID, "close": "FAIL"},
    "PENDING": {name: target for name, target in UNPAID.items() if name != "wait"},
    "AUTHORIZED": {
        "capture": "AUTHORIZED",
        "refund": "AUTHORIZED",
        "complete": "SUCCESS",
        "release": "CANCELLED",
        "cancel": "CANCELLED",
    },
    "SUCCESS": {"refund": "SUCCESS", "cancel": "CANCELLED"},
    "FAIL": {},
    "CANCELLED": {},
}
"""Which moves are possible in a state, and where they lead."""


def test_every_move_is_known() -> None:
    """To the table of rules as to the type."""
    assert set(get_args(Transition)) == set(TRANSITIONS)


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("name", get_args(Transition))
def test_a_move_leads_where_it_should_or_nowhere(state: State, name: Transition) -> None:
    """What no rule allows changes nothing and says what would be needed."""
    payment = standing(state)
    target = LEADS[state].get(name)
    assert (target is not None) == possible(payment, name)
    if target is not None:
        assert payment._replace(state=target, code="X") == transition(payment, name, code="X")
        return
    with pytest.raises(IllegalTransition) as refused:
        transition(payment, name, code="X")
    assert (name, state) == (refused.value.transition, refused.value.state)
    assert all(source in str(refused.value) for source in TRANSITIONS[name].sources)
