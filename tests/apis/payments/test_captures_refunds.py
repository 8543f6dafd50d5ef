"""What a merchant does with the money, and how much of it there is."""

from __future__ import annotations

import pytest

from mock_alipay.apis.context import ScenarioOverrides
from mock_alipay.apis.payments import captures_refunds
from mock_alipay.apis.payments.model import Payment
from mock_alipay.apis.payments.records import Transaction
from mock_alipay.apis.payments.state_machine import IllegalTransition
from tests.apis.payments.orders import (
    DAY,
    FAILED,
    SECOND,
    WORLD,
    capture,
    context,
    late,
    news_of,
    opened,
    order,
    refund,
    standing,
    usd,
)
from tests.calls import NOW

HELD = order(held=True)
LATER = late(5 * SECOND)


@pytest.mark.parametrize(
    ("payment", "held", "refundable"),
    [
        (opened(HELD), 0, 0),
        (standing("FAIL"), 0, 0),
        (standing("CANCELLED", HELD, paid=NOW), 0, 0),
        (standing("SUCCESS", order(method="GCASH")), 0, 1000),
        (standing("SUCCESS", None, capture(1000)), 0, 1000),
        (standing("AUTHORIZED", HELD), 1000, 0),
        (standing("AUTHORIZED", HELD, capture(400)), 600, 400),
        (standing("AUTHORIZED", HELD, capture(400, **LATER)), 600, 0),
        (standing("AUTHORIZED", HELD, capture(400, **FAILED)), 1000, 0),
        (standing("AUTHORIZED", HELD, capture(400), capture(1, "d", **LATER), refund(300)), 599, 100),
        (standing("SUCCESS", HELD, capture(400), refund(100), refund(50, "s", **LATER)), 0, 250),
        (standing("SUCCESS", HELD, capture(400), refund(400, **FAILED)), 0, 400),
        (standing("SUCCESS", order(0)), 0, 0),
    ],
)
def test_the_balance(payment: Payment, held: int, refundable: int) -> None:
    """What is in process is spent, but not received; what has failed never was."""
    assert (held, refundable) == captures_refunds.balance(payment)


class TestMade:
    def test_is_done_at_once(self) -> None:
        """Unless the scenario wants otherwise; its id tells what it is of."""
        payment = standing("AUTHORIZED", HELD)
        made = captures_refunds.new_transaction(
            "CAPTURE", "c1", usd(7), payment=payment, context=context(payment, now=NOW + SECOND)
        )
        assert Transaction("CAPTURE", "c1", made.id, usd(7), NOW + SECOND, done=NOW + SECOND) == made
        assert "8070001" == made.id[14:21]

    @pytest.mark.parametrize(("after", "settles"), [(None, NOW + 3 * SECOND), (DAY, NOW + DAY), (0 * SECOND, NOW)])
    @pytest.mark.parametrize("then", ["SUCCESS", "PROCESS_FAIL"])
    @pytest.mark.parametrize("kind", ["CAPTURE", "REFUND"])
    def test_may_be_in_process(self, kind: str, then: str, after: object, settles: object) -> None:
        """And knows how that will end, and when."""
        payment = standing("AUTHORIZED", HELD)
        overrides = ScenarioOverrides(f"{kind}_IN_PROCESS", then, after)  # type: ignore[arg-type]
        made = captures_refunds.new_transaction(
            kind, "x", usd(7), payment=payment, context=context(payment, overrides=overrides)
        )  # type: ignore[arg-type]
        assert ("PROCESSING", None, settles, then) == (made.status, made.done, made.settles, made.code)

    def test_is_not_put_off_by_a_wish_for_the_other(self) -> None:
        """A scenario's refund that takes its time says nothing of captures."""
        payment = standing("AUTHORIZED", HELD)
        overrides = ScenarioOverrides("REFUND_IN_PROCESS", "PROCESS_FAIL")
        made = captures_refunds.new_transaction(
            "CAPTURE", "x", usd(7), payment=payment, context=context(payment, overrides=overrides)
        )
        assert "SUCCESS" == made.status

    def test_ids_differ(self) -> None:
        """By what they are of, and by the merchant's own id for it."""
        payment = standing("SUCCESS", HELD)
        ids = {
            captures_refunds.new_transaction("CAPTURE", "1", usd(7), payment=payment, context=context(payment)).id,
            captures_refunds.new_transaction("CAPTURE", "2", usd(7), payment=payment, context=context(payment)).id,
            captures_refunds.new_transaction("REFUND", "1", usd(7), payment=payment, context=context(payment)).id,
        }
        assert 3 == len(ids)

    @pytest.mark.parametrize("result", [None, "CAPTURE_IN_PROCESS"])
    def test_knows_the_scenario_of_its_call(self, result: str | None) -> None:
        """However long it takes."""
        payment = standing("AUTHORIZED", HELD)
        overrides = ScenarioOverrides(result, scenario="other")
        made = captures_refunds.new_transaction(
            "CAPTURE", "x", usd(7), payment=payment, context=context(payment, overrides=overrides)
        )
        assert ("other", result is not None) == (made.scenario, made.status == "PROCESSING")


def add(payment: Payment, transaction: Transaction) -> Payment:
    """The payment with one more."""
    return captures_refunds.with_transaction(payment, transaction, NOW + SECOND)


def settle(payment: Payment, name: str) -> Payment:
    """The payment when what is in process has come to its end."""
    made = next(t for t in payment.transactions if t.id == f"{name}-id")
    return captures_refunds.settled(payment, made, NOW + DAY)


class TestCapture:
    @pytest.mark.parametrize(
        ("made", "state"),
        [
            (capture(1000), "SUCCESS"),
            (capture(999), "AUTHORIZED"),
            (capture(1, last=True), "SUCCESS"),
            (capture(1000, **LATER), "AUTHORIZED"),
            (capture(1, last=True, **LATER), "AUTHORIZED"),
        ],
    )
    def test_of_everything_or_for_the_last_time_completes(self, made: Transaction, state: str) -> None:
        """Once it has succeeded, and only that is told."""
        changed = add(standing("AUTHORIZED", HELD), made)
        assert (state, (made,)) == (changed.state, changed.transactions)
        told = [] if made.status == "PROCESSING" else [("notifyCapture", "CAPTURE_RESULT", NOW + SECOND)]
        assert told == news_of(changed)

    @pytest.mark.parametrize(
        ("code", "last", "expected"),
        [
            ("SUCCESS", False, ("AUTHORIZED", "SUCCESS", NOW + DAY, 400)),
            ("SUCCESS", True, ("SUCCESS", "SUCCESS", NOW + DAY, 400)),
            ("PROCESS_FAIL", False, ("AUTHORIZED", "FAIL", None, 0)),
            ("PROCESS_FAIL", True, ("AUTHORIZED", "FAIL", None, 0)),
        ],
    )
    def test_in_process_comes_to_its_end(self, code: str, last: bool, expected: tuple[object, ...]) -> None:
        """A last one that fails was not the last."""
        changed = settle(standing("AUTHORIZED", HELD, capture(400, last=last, **late(SECOND, code))), "c")
        [made] = changed.captures
        assert expected == (changed.state, made.status, made.done, captures_refunds.captured(changed))
        assert (None, code) == (made.settles, made.code)
        assert [("notifyCapture", "CAPTURE_RESULT", NOW + DAY)] == news_of(changed)

    @pytest.mark.parametrize("code", ["SUCCESS", "PROCESS_FAIL"])
    def test_waits_for_others_before_it_completes(self, code: str) -> None:
        """The last one is through, but an earlier one is not: whatever becomes of that, then it is all over."""
        waiting = add(standing("AUTHORIZED", HELD, capture(400, **late(SECOND, code))), capture(100, "d", last=True))
        assert "AUTHORIZED" == waiting.state
        assert "SUCCESS" == settle(waiting, "c").state

    def test_needs_an_authorization(self) -> None:
        """The endpoint refuses before; here is the last guard."""
        with pytest.raises(IllegalTransition):
            add(standing("SUCCESS", HELD), capture(1))


class TestRefund:
    @pytest.mark.parametrize("code", ["SUCCESS", "PROCESS_FAIL"])
    def test_never_changes_the_state(self, code: str) -> None:
        """At once or later, whole or in part."""
        payment = standing("SUCCESS", HELD, capture(1000))
        for made in (refund(1000), refund(1)):
            changed = add(payment, made)
            assert ("SUCCESS", [("notifyRefund", "REFUND_RESULT", NOW + SECOND)]) == (changed.state, news_of(changed))
        later = settle(add(payment, refund(1000, **late(SECOND, code))), "r")
        assert ("SUCCESS", code) == (later.state, later.refunds[0].code)
        assert [("notifyRefund", "REFUND_RESULT", NOW + DAY)] == news_of(later)

    def test_is_told_in_the_scenario_of_its_own_call(self) -> None:
        """Whether it is done at once or ends by itself; so is a capture."""
        paid, held = standing("SUCCESS", HELD, capture(1000)), standing("AUTHORIZED", HELD)
        for payment, made in ((paid, refund(1, scenario="other")), (held, capture(1, "r", scenario="other"))):
            assert ["other"] == [event.scenario for event in add(payment, made).domain_events]
            later = add(payment, made._replace(**LATER))
            assert ["other"] == [event.scenario for event in settle(later, "r").domain_events]


class TestEnds:
    @pytest.mark.parametrize(
        ("made", "expected"),
        [
            ((), ("CANCELLED", "AUTH_EXPIRED", NOW + DAY)),
            ((capture(400, **FAILED),), ("CANCELLED", "AUTH_EXPIRED", NOW + DAY)),
            ((capture(400),), ("SUCCESS", "SUCCESS", None)),
        ],
    )
    def test_money_that_is_not_captured_is_released(
        self, made: tuple[Transaction, ...], expected: tuple[object, ...]
    ) -> None:
        """All of it, or the rest; nobody is told."""
        left = captures_refunds.released(standing("AUTHORIZED", HELD, *made), NOW + DAY)
        assert (*expected, []) == (left.state, left.code, left.cancelled, news_of(left))

    def test_a_cancelled_session_has_a_payment(self) -> None:
        """With an id, so that the reply has one."""
        cancelled = captures_refunds.cancelled(opened(), NOW + SECOND, WORLD)
        assert ("CANCELLED", "ORDER_IS_CANCELED", NOW + SECOND) == (
            cancelled.state,
            cancelled.code,
            cancelled.cancelled,
        )
        assert cancelled.payment_id is not None
