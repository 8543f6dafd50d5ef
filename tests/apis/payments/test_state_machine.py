"""Which transitions are possible in which state, and where they lead."""

from __future__ import annotations

from typing import get_args

import pytest

from mock_alipay.apis.payments.model import State
from mock_alipay.apis.payments.state_machine import IllegalTransition, Transition, possible, transition
from tests.apis.payments.orders import payment_in

UNPAID: tuple[State, ...] = ("OPEN", "PROCESSING", "PENDING")


@pytest.mark.parametrize(
    ("name", "sources", "target"),
    [
        ("expire", ("OPEN",), "EXPIRED"),
        ("reopen", ("EXPIRED",), "OPEN"),
        ("submit", ("OPEN",), "PROCESSING"),
        ("wait", ("OPEN", "PROCESSING"), "PENDING"),
        ("pay", UNPAID, "SUCCESS"),
        ("authorize", UNPAID, "AUTHORIZED"),
        ("decline", UNPAID, "FAIL"),
        ("close", ("PROCESSING",), "FAIL"),
        ("capture", ("AUTHORIZED",), None),
        ("complete", ("AUTHORIZED",), "SUCCESS"),
        ("release", ("AUTHORIZED",), "CANCELLED"),
        ("refund", ("AUTHORIZED", "SUCCESS"), None),
        ("cancel", (*UNPAID, "AUTHORIZED", "SUCCESS"), "CANCELLED"),
    ],
)
def test_a_transition_is_possible_in_some_states(
    name: Transition, sources: tuple[State, ...], target: State | None
) -> None:
    """In any other state it raises; captures and refunds do not change the state."""
    for state in get_args(State):
        payment = payment_in(state)
        assert (state, possible(payment, name)) == (state, state in sources)
        if state in sources:
            assert payment._replace(state=target or state, code="X") == transition(payment, name, code="X")
        else:
            with pytest.raises(IllegalTransition, match=f"{name} is possible in .*, not in {state}"):
                transition(payment, name)
