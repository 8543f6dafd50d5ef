"""Changes that are due at a time, applied at once or step by step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.apis.payments import timeline
from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.contracts.names import Act
from tests.apis.payments.orders import (
    DAY,
    ENVIRONMENT,
    FAILED,
    HOUR,
    MINUTE,
    SECOND,
    WEEK,
    capture,
    events_of,
    in_process,
    opened,
    order,
    payment_in,
    refund,
)
from tests.calls import NOW

HELD = order(held=True)


def after(payment: Payment, by: timedelta) -> Payment:
    """The payment some time after NOW."""
    return timeline.advance(payment, NOW + by, ENVIRONMENT)


def scripted(*acts: Act, what: Any = None) -> Payment:
    """A session with scripted buyer actions."""
    return opened(what, buyer=acts, acts=NOW + acts[0].after)


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (opened(), HOUR),
        (opened(acts=NOW + MINUTE), MINUTE),
        (opened(acts=NOW + DAY), HOUR),
        (payment_in("PROCESSING"), HOUR),
        (payment_in("PENDING"), None),
        (payment_in("PENDING", acts=NOW + DAY), DAY),
        (payment_in("EXPIRED", acts=NOW + DAY), None),
        (payment_in("CANCELLED", acts=NOW), None),
        (payment_in("AUTHORIZED", HELD), WEEK),
        (payment_in("AUTHORIZED", HELD, capture(1, **in_process(MINUTE))), MINUTE),
        (payment_in("AUTHORIZED", HELD, capture(1, **in_process(30 * DAY))), 30 * DAY),
        (payment_in("AUTHORIZED", HELD, capture(1), refund(1, **in_process(30 * DAY))), WEEK),
        (payment_in("SUCCESS"), None),
        (payment_in("SUCCESS", None, refund(1, **in_process(DAY)), refund(2, "s", **in_process(HOUR))), HOUR),
    ],
)
def test_the_earliest_change_is_due_next(payment: Payment, expected: timedelta | None) -> None:
    """None when nothing more is scheduled; before that time nothing changes."""
    assert (None if expected is None else NOW + expected) == payment.due()
    assert payment is after(payment, (expected or WEEK) - SECOND)


@pytest.mark.parametrize(
    ("acts", "by", "state", "events"),
    [
        # each at its own time
        (
            [Act("challenge", MINUTE), Act("pending", MINUTE), Act("pay", HOUR)],
            DAY,
            "SUCCESS",
            [("PENDING", 2 * MINUTE), ("RESULT", HOUR + 2 * MINUTE), ("RESULT", HOUR + 2 * MINUTE)],
        ),
        # only what is due; too late; in time
        ([Act("challenge", MINUTE), Act("pay", HOUR)], MINUTE, "PROCESSING", []),
        ([Act("pay", HOUR), Act("pay")], 2 * HOUR, "EXPIRED", [("RESULT", HOUR)]),
        ([Act("decline", HOUR - SECOND)], HOUR, "FAIL", [("RESULT", HOUR - SECOND)]),
        # the order is closed; an impossible act is skipped; the buyer leaves
        ([Act("challenge"), Act("pay", 14 * MINUTE)], HOUR, "FAIL", [("RESULT", 14 * MINUTE)]),
        ([Act("challenge"), Act("challenge"), Act("decline", MINUTE)], HOUR, "FAIL", [("RESULT", MINUTE)]),
        ([Act("leave", MINUTE)], DAY, "EXPIRED", [("RESULT", HOUR)]),
    ],
)
def test_a_scripted_buyer_acts_on_time(
    acts: list[Act], by: timedelta, state: str, events: list[tuple[str, timedelta]]
) -> None:
    """However late the payment is looked at; after an expiry the script has no effect."""
    payment = after(scripted(*acts), by)
    assert state == payment.state
    found = [(name.partition("_")[2], time - NOW) for _, name, time in events_of(payment)]
    assert events == found


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ((), ("CANCELLED", "AUTH_EXPIRED")),
        ((capture(1),), ("SUCCESS", "SUCCESS")),
        ((capture(1, **FAILED),), ("CANCELLED", "AUTH_EXPIRED")),
        ((capture(1, **in_process(8 * DAY)),), ("SUCCESS", "SUCCESS")),
        ((capture(1, **in_process(8 * DAY, "PROCESS_FAIL")),), ("CANCELLED", "AUTH_EXPIRED")),
        ((capture(1), capture(2, "d", **in_process(8 * DAY, "PROCESS_FAIL"))), ("SUCCESS", "SUCCESS")),
        ((capture(1, last=True, **in_process(8 * DAY, "PROCESS_FAIL")),), ("CANCELLED", "AUTH_EXPIRED")),
    ],
)
def test_an_authorization_ends_after_seven_days(made: tuple[Transaction, ...], expected: tuple[str, str]) -> None:
    """A capture in process extends it, and its result decides."""
    payment = payment_in("AUTHORIZED", HELD, *made)
    waits = any(t.settles for t in made)
    assert ("AUTHORIZED", waits) == (after(payment, WEEK - SECOND).state, after(payment, WEEK).state == "AUTHORIZED")
    final = after(payment, 9 * DAY)
    assert expected == (final.state, final.code)


def test_an_expired_session_is_open_again_when_the_clock_is_set_back() -> None:
    """Without paymentId and result; it will expire again."""
    expired = after(opened(), HOUR)
    assert ("EXPIRED", True) == (expired.state, expired.payment_id is not None)
    again = timeline.reopened(expired, NOW + HOUR - SECOND)
    assert opened() == again._replace(details=opened().details, domain_events=())
    assert expired is timeline.reopened(expired, NOW + HOUR)


@pytest.mark.parametrize("state", get_args(State))
def test_a_payment_with_a_result_stays_as_it_is(state: State) -> None:
    """Paid stays paid when the clock is set back; the rest of a script is ignored."""
    acts = (Act("pay", MINUTE),)
    payment = payment_in(state, buyer=acts, acts=NOW + MINUTE)
    assert (acts if state in ("OPEN", "PROCESSING", "PENDING") else ()) == timeline.pending_acts(payment)
    assert state == "EXPIRED" or payment is timeline.reopened(payment, NOW - DAY)


SPANS = st.sampled_from([timedelta(), SECOND, 5 * MINUTE, 14 * MINUTE, HOUR, DAY, WEEK, 8 * DAY])
ACTIONS = st.sampled_from(["pay", "decline", "pending", "challenge", "leave"])


@st.composite
def payments(draw: Any) -> Payment:
    """A payment with a scripted buyer, or with captures and refunds in process."""
    what = order(held=draw(st.booleans()), method=draw(st.sampled_from(["CARD", "GCASH"])))
    if draw(st.booleans()):
        return scripted(*draw(st.lists(st.builds(Act, ACTIONS, SPANS), min_size=1, max_size=4)), what=what)
    codes = st.sampled_from(["SUCCESS", "PROCESS_FAIL"])
    captures = [
        capture(10, f"c{n}", last=draw(st.booleans()), **in_process(draw(SPANS), draw(codes)))
        for n in range(draw(st.integers(0, 3)))
    ]
    refunds = [refund(1, f"r{n}", **in_process(draw(SPANS), draw(codes))) for n in range(draw(st.integers(0, 2)))]
    return payment_in("AUTHORIZED", HELD, capture(10), *captures, *refunds)


@settings(max_examples=30)
@given(payments(), st.lists(SPANS, max_size=5))
def test_many_small_steps_lead_to_the_same_payment_as_one(payment: Payment, steps: list[timedelta]) -> None:
    """Looking at a payment in between changes nothing."""
    now: datetime = NOW
    stepped = timeline.advance(payment, NOW, ENVIRONMENT)
    for by in steps:
        now += by
        stepped = timeline.advance(stepped, now, ENVIRONMENT)
        due = stepped.due()
        assert due is None or due > now
    assert timeline.advance(payment, now, ENVIRONMENT) == stepped
