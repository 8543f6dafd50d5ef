"""What time brings, in one leap or in steps."""

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
    FAILED,
    HOUR,
    MINUTE,
    SECOND,
    WEEK,
    WORLD,
    capture,
    late,
    news_of,
    opened,
    order,
    refund,
    standing,
)
from tests.calls import NOW

HELD = order(held=True)


def after(payment: Payment, *, by: timedelta) -> Payment:
    """The payment so long after NOW."""
    return timeline.advance(payment, NOW + by, WORLD)


def scripted(*acts: Act, what: Any = None) -> Payment:
    """A session whose buyer has something to do."""
    return opened(what, buyer=acts, acts=NOW + acts[0].after)


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (opened(), HOUR),
        (opened(acts=NOW + MINUTE), MINUTE),
        (opened(acts=NOW + DAY), HOUR),
        (standing("PROCESSING"), HOUR),
        (standing("PENDING"), None),
        (standing("PENDING", acts=NOW + DAY), DAY),
        (standing("EXPIRED", acts=NOW + DAY), None),
        (standing("FAIL"), None),
        (standing("CANCELLED", acts=NOW), None),
        (standing("AUTHORIZED", HELD), WEEK),
        (standing("AUTHORIZED", HELD, capture(1)), WEEK),
        (standing("AUTHORIZED", HELD, capture(1, **late(MINUTE))), MINUTE),
        (standing("AUTHORIZED", HELD, capture(1, **late(30 * DAY))), 30 * DAY),
        (standing("AUTHORIZED", HELD, capture(1), refund(1, **late(30 * DAY))), WEEK),
        (standing("SUCCESS"), None),
        (standing("SUCCESS", None, refund(1, **late(DAY)), refund(2, "s", **late(HOUR))), HOUR),
    ],
)
def test_the_next_thing_to_happen(payment: Payment, expected: timedelta | None) -> None:
    """The earliest; nothing for what has come to its end."""
    assert (None if expected is None else NOW + expected) == payment.due()


class TestBuyer:
    def test_acts_when_it_is_time(self) -> None:
        """Each act so long after the one before, at its own moment however late someone looks."""
        payment = scripted(Act("challenge", MINUTE), Act("pending", MINUTE), Act("pay", 3 * DAY))
        states = [after(payment, by=by).state for by in (MINUTE - SECOND, MINUTE, 2 * MINUTE, 3 * DAY, 4 * DAY)]
        assert ["OPEN", "PROCESSING", "PENDING", "PENDING", "SUCCESS"] == states
        late_look = after(payment, by=30 * DAY)
        moments = [NOW + MINUTE, NOW + 2 * MINUTE + 3 * DAY]
        assert moments == [late_look.begun, late_look.paid]
        assert ["PAYMENT_PENDING", "PAYMENT_RESULT", "CAPTURE_RESULT"] == [
            event.notify_type for event in late_look.domain_events
        ]

    def test_comes_too_late(self) -> None:
        """At the very moment of expiry, too; what else was scripted comes to nothing."""
        payment = scripted(Act("pay", HOUR), Act("pay"))
        assert "EXPIRED" == after(payment, by=2 * HOUR).state
        assert "SUCCESS" == after(scripted(Act("pay", HOUR - SECOND)), by=2 * HOUR).state

    def test_is_closed_out_when_the_order_is(self) -> None:
        """14 minutes after it was submitted."""
        payment = scripted(Act("challenge"), Act("pay", 14 * MINUTE))
        closed = after(payment, by=HOUR)
        assert ("FAIL", "ORDER_IS_CLOSED") == (closed.state, closed.code)
        assert [("notifyPayment", "PAYMENT_RESULT", NOW + 14 * MINUTE)] == news_of(closed)

    def test_does_not_repeat_what_somebody_else_did(self) -> None:
        """Acts that are no longer possible are passed over, later ones that are still happen."""
        payment = scripted(Act("challenge"), Act("challenge", MINUTE), Act("leave", MINUTE), Act("pay", MINUTE))
        done = after(payment, by=HOUR)
        assert ("SUCCESS", NOW + 3 * MINUTE, (), None) == (done.state, done.paid, done.buyer, done.acts)

    def test_who_only_leaves_lets_the_session_expire(self) -> None:
        """After its hour, and that is told."""
        gone = after(scripted(Act("leave", MINUTE)), by=DAY)
        assert ("EXPIRED", [("notifyPayment", "PAYMENT_RESULT", NOW + HOUR)]) == (gone.state, news_of(gone))


class TestMoney:
    @pytest.mark.parametrize(
        ("made", "expected"),
        [
            ((), ("CANCELLED", "AUTH_EXPIRED")),
            ((capture(1),), ("SUCCESS", "SUCCESS")),
            ((capture(1, **FAILED),), ("CANCELLED", "AUTH_EXPIRED")),
            ((capture(1, **late(8 * DAY)),), ("SUCCESS", "SUCCESS")),
            ((capture(1, **late(8 * DAY, "PROCESS_FAIL")),), ("CANCELLED", "AUTH_EXPIRED")),
            ((capture(1), capture(2, "d", **late(8 * DAY, "PROCESS_FAIL"))), ("SUCCESS", "SUCCESS")),
            ((capture(1, last=True, **late(8 * DAY, "PROCESS_FAIL")),), ("CANCELLED", "AUTH_EXPIRED")),
        ],
    )
    def test_an_authorization_runs_out(self, made: tuple[Transaction, ...], expected: tuple[str, str]) -> None:
        """After seven days; but what is in process then is waited for, and decides."""
        payment = standing("AUTHORIZED", HELD, *made)
        assert "AUTHORIZED" == after(payment, by=WEEK - SECOND).state
        waits = any(t.settles for t in made)
        assert ("AUTHORIZED" == after(payment, by=WEEK).state) == waits
        done = after(payment, by=9 * DAY)
        assert expected == (done.state, done.code)

    def test_arrives_in_its_order(self) -> None:
        """What settles first is told first, not what was asked first."""
        payment = standing("SUCCESS", None, refund(1, "r", **late(HOUR)), refund(2, "s", **late(MINUTE)))
        assert ["s-id", "r-id"] == [event.transaction_id for event in after(payment, by=DAY).domain_events]
        assert ["PROCESSING", "SUCCESS"] == [t.status for t in after(payment, by=MINUTE).refunds]

    def test_nothing_changes_when_nothing_is_due(self) -> None:
        """Not even the object: that is how callers see it."""
        for payment in (opened(), standing("SUCCESS"), standing("AUTHORIZED", HELD, capture(1, **late(MINUTE)))):
            assert payment is after(payment, by=SECOND)


class TestTurnedBack:
    def test_a_session_that_had_expired_is_open_again(self) -> None:
        """As if nothing had been: without id and result; it will expire again."""
        payment = opened()
        gone = after(payment, by=HOUR)
        assert ("EXPIRED", True) == (gone.state, gone.payment_id is not None)
        again = timeline.reopened(gone, NOW + HOUR - SECOND)
        assert payment == again._replace(details=payment.details, domain_events=())
        assert NOW + HOUR == again.due()

    @pytest.mark.parametrize("state", ["FAIL", "CANCELLED", "SUCCESS", "OPEN", "PROCESSING"])
    def test_nothing_else_is_undone(self, state: Any) -> None:
        """Money that was paid stays paid."""
        payment = standing(state)
        assert payment is timeline.reopened(payment, NOW - DAY)
        assert after(opened(), by=HOUR).state == timeline.reopened(after(opened(), by=HOUR), NOW + HOUR).state


@pytest.mark.parametrize("state", get_args(State))
def test_a_scripted_buyer_is_to_come_only_while_the_payment_is_not_done(state: State) -> None:
    """What was scripted beyond that is kept, but will not happen."""
    acts = (Act("pay", MINUTE),)
    expected = acts if state in ("OPEN", "PROCESSING", "PENDING") else ()
    assert expected == timeline.pending_acts(standing(state, buyer=acts, acts=NOW + MINUTE))


SPANS = st.sampled_from([timedelta(), SECOND, 5 * MINUTE, 14 * MINUTE, HOUR, DAY, WEEK, 8 * DAY])
ACTIONS = st.sampled_from(["pay", "decline", "pending", "challenge", "leave"])


@st.composite
def payments(draw: Any) -> Payment:
    """A payment with a scripted buyer, or one with money on its way."""
    what = order(held=draw(st.booleans()), method=draw(st.sampled_from(["CARD", "GCASH"])))
    if draw(st.booleans()):
        acts = draw(st.lists(st.builds(Act, ACTIONS, SPANS), min_size=1, max_size=4))
        return scripted(*acts, what=what)
    codes = st.sampled_from(["SUCCESS", "PROCESS_FAIL"])
    made = [
        capture(10, f"c{n}", last=draw(st.booleans()), **late(draw(SPANS), draw(codes)))
        for n in range(draw(st.integers(0, 3)))
    ]
    made += [refund(1, f"r{n}", **late(draw(SPANS), draw(codes))) for n in range(draw(st.integers(0, 2)))]
    return standing("AUTHORIZED", order(held=True), capture(10), *made)


@settings(max_examples=150, deadline=None)
@given(payments(), st.lists(SPANS, max_size=5))
def test_steps_lead_where_a_leap_does(payment: Payment, steps: list[timedelta]) -> None:
    """Whoever looks in between changes nothing, and no moment comes before the one that it follows."""
    moment: datetime = NOW
    stepped = timeline.advance(payment, NOW, WORLD)
    for by in steps:
        moment += by
        stepped = timeline.advance(stepped, moment, WORLD)
        due = stepped.due()
        assert due is None or due > moment
    assert timeline.advance(payment, moment, WORLD) == stepped
