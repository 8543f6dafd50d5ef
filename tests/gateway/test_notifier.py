"""What merchants are told, where, and what a scenario does to it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.apis.family import Families
from mock_alipay.contracts.names import BuyerAction
from mock_alipay.gateway.buyer_actions import BuyerActions
from tests.calls import NOW
from tests.driver import Driver, session_body
from tests.webhooks.deliveries import Merchants

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
OWN, OTHER, SET = "http://127.0.0.1:9/own", "http://127.0.0.1:9/other", "http://127.0.0.1:9/set"


def told(text: str) -> Driver:
    """A till whose first payment is paid in a scenario."""
    driver = Driver()
    driver.open("order-1", scenario=driver.load_scenario(text))
    driver.act("order-1", "pay")
    return driver


class TestUrl:
    @pytest.mark.parametrize(
        ("asked", "set_up", "expected"),
        [(OWN, SET, OWN), (OWN, None, OWN), (None, SET, SET), (None, None, None)],
    )
    def test_of_the_request_beats_the_one_that_is_set(
        self, asked: str | None, set_up: str | None, expected: str | None
    ) -> None:
        """Where there is neither the notification is kept all the same, and says so."""
        driver = Driver(notify_url=set_up)
        driver.open("order-1", paymentNotifyUrl=asked)
        driver.act("order-1", "pay")
        for notification in driver.posted("order-1"):
            assert expected == notification.url
            assert ("PENDING" if expected else "REFUSED") == notification.status
            assert (expected is None) == ("--notify-url is not set" in (notification.problem or ""))

    @pytest.mark.parametrize(("asked", "expected"), [(OTHER, OTHER), (None, SET)])
    def test_of_a_refund_is_its_own(self, asked: str | None, expected: str) -> None:
        """Never that of the payment."""
        driver = Driver(notify_url=SET)
        payment_id = driver.paid("order-1", paymentNotifyUrl=OWN)
        driver.refund(payment_id, "r", 5, **({"refundNotifyUrl": asked} if asked else {}))
        assert [expected] == [notification.url for notification in driver.posted("order-1", "notifyRefund")]


class TestScenario:
    def test_may_change_what_is_told(self) -> None:
        """The result, its message, and any field; placeholders know the request and what would have been told."""
        driver = told(
            "notifyPayment:\n  result: RISK_REJECT\n  message: no\n  set:\n"
            "    paymentAmount.value: ${request.order.orderAmount.value}\n"
            "    paymentTime: null\n    x: ${reply.paymentId}"
        )
        body = json.loads(driver.posted("order-1", "notifyPayment")[0].body)
        assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "no"} == body["result"]
        assert ({"currency": "USD", "value": "100"}, body["paymentId"]) == (body["paymentAmount"], body["x"])
        assert "paymentTime" not in body
        assert "SUCCESS" == driver.payment("order-1").state

    def test_that_sets_too_much_keeps_it_undelivered(self) -> None:
        """With the reason; the payment, its other notifications and those of other payments go on."""
        fields = "".join(f"\n    f{n}: {'${request.order}' * 4}" for n in range(2_000))
        driver = told(f"notifyPayment:\n  set:{fields}")
        [payment, capture] = driver.posted("order-1")
        assert ("REFUSED", None, None, b"null") == (payment.status, payment.due, payment.url, payment.body)
        assert str(payment.problem).startswith("not composed: scenario tale: set: the placeholders up to f")
        assert ("PENDING", "SUCCESS") == (capture.status, driver.payment("order-1").state)

    def test_may_keep_it_back(self) -> None:
        """It can be seen that it was dropped."""
        [payment, capture] = told("notifyPayment: {drop: true}").posted("order-1")
        assert ("DROPPED", None, "dropped by the scenario tale") == (payment.status, payment.due, payment.problem)
        assert "PENDING" == capture.status

    def test_may_send_it_several_times(self) -> None:
        """Each with an id of its own, and all alike."""
        posted = told("notifyPayment: {duplicate: 3}").posted("order-1", "notifyPayment")
        assert (3, 1) == (len({one.id for one in posted}), len({one.body for one in posted}))

    def test_may_send_it_later(self) -> None:
        """By the client's clock; the same seed draws the same."""
        dues = [told("notifyPayment: {delay: {min: 10s, max: 20s}}").posted("order-1")[0].due for _ in range(2)]
        assert dues[0] == dues[1]
        assert dues[0] is not None
        assert NOW + 10 * SECOND <= dues[0] <= NOW + 20 * SECOND

    def test_may_hold_it_until_another_is_sent(self) -> None:
        """The postman is told for which."""
        [payment, capture] = told("notifyPayment: {after: notifyCapture}").posted("order-1")
        assert ("notifyCapture", None) == (payment.waits_for, capture.waits_for)

    @pytest.mark.parametrize(
        ("action", "order"),
        [("pay", {"method": "GCASH"}), ("pay", {"value": 0}), ("decline", {}), ("decline", {"manual": True})],
        ids=["a wallet's", "of nothing", "declined", "declined, to be captured"],
    )
    def test_holds_nothing_for_what_will_never_come(self, action: BuyerAction, order: dict[str, Any]) -> None:
        """There is no capture of such a payment: it is told of at its own moment, however late someone looks."""
        driver = Driver()
        driver.load_scenario(f"buyer: [{{action: {action}, after: 1m}}]\nnotifyPayment: {{after: notifyCapture}}")
        driver.open("order-1", scenario="tale", **order)
        driver.wait(days=1)
        [posted] = driver.posted("order-1")
        assert ("notifyPayment", None, NOW + MINUTE) == (posted.name, posted.waits_for, posted.due)

    def test_lets_go_what_it_holds_when_the_other_can_come_no_more(self) -> None:
        """Money that nobody captures is released after seven days: so is what waited for that; not of others."""
        driver = Driver()
        driver.load_scenario("notifyPayment: {after: notifyCapture}")
        for name in ("order-1", "order-2"):
            driver.paid(name, manual=True, scenario="tale")
        assert [True, True] == [one.held for one in driver.posted()]
        driver.call("cancel", {"paymentRequestId": "order-2"})
        assert [("notifyCapture", NOW), (None, NOW)] == [(one.waits_for, one.due) for one in driver.posted()]
        driver.wait(days=7)
        assert (None, NOW + 7 * DAY) == (driver.posted("order-1")[0].waits_for, driver.posted("order-1")[0].due)

    def test_may_send_copies_before_the_reply(self) -> None:
        """All of them have been sent when it comes, one after the other."""
        driver, merchants = Driver(), Merchants()
        driver.components.dispatcher._delivery._http_client = merchants
        driver.load_scenario("buyer: [{action: pay}]\nnotifyPayment: {before: reply, duplicate: 3}")
        driver.open("order-1", method="GCASH", scenario="tale")
        assert (["1", "2", "3"], 1) == (merchants.numbers, merchants.most)
        assert ["ACCEPTED"] * 3 == [one.status for one in driver.posted("order-1")]

    def test_counts_by_payment(self) -> None:
        """The second notification of a name gets the second notice; the next payment begins anew."""
        driver = told("notifyRefund: [{message: one}, {message: two}]")
        driver.open("order-2", scenario="tale")
        ids = [driver.payment("order-1").payment_id, driver.act("order-2", "pay").payment_id]
        for payment_id, name in ((ids[0], "a"), (ids[0], "b"), (ids[1], "c"), (ids[0], "d")):
            driver.refund(str(payment_id), name, 1)
        messages = [body["result"]["resultMessage"] for body in driver.notified(name="notifyRefund")]
        assert ["one", "two", "one", "two"] == messages

    def test_of_the_call_that_causes_it_counts(self) -> None:
        """A refund that asks for a scenario is told in it, also where it ends by itself later."""
        driver = told("notifyPayment: {message: mine}")
        driver.load_scenario("notifyRefund: {message: theirs}\nrefund: [{}, {result: REFUND_IN_PROCESS}]", "other")
        payment_id = str(driver.payment("order-1").payment_id)
        driver.refund(payment_id, "a", 1, scenario="other")
        driver.refund(payment_id, "b", 1, scenario="other")
        driver.wait(minutes=1)
        posted = driver.posted("order-1", "notifyRefund")
        assert ["other", "other"] == [one.scenario for one in posted]
        assert ["theirs", "theirs"] == [
            body["result"]["resultMessage"] for body in driver.notified(name="notifyRefund")
        ]


def test_what_is_told_is_what_was_the_case_then() -> None:
    """Of a payment that has come far in one leap of the clock: pending first, paid later, each at its moment."""
    driver = Driver()
    driver.load_scenario("buyer: [{action: pending, after: 1m}, {action: pay, after: 1m}]")
    driver.open("order-1", scenario="tale")
    driver.wait(days=1)
    assert [("PAYMENT_PENDING", False), ("PAYMENT_RESULT", True)] == [
        (body["notifyType"], "paymentTime" in body) for body in driver.notified("order-1", "notifyPayment")
    ]
    assert [60, 120, 120] == [(one.created - NOW) / SECOND for one in driver.posted("order-1")]


def test_nothing_is_told_of_a_cancel() -> None:
    """The reply says it all; nor of money that is released."""
    driver = Driver()
    driver.open("order-1")
    driver.call("cancel", {"paymentRequestId": "order-1"})
    driver.paid("order-2", manual=True)
    driver.wait(days=8)
    assert ["CANCELLED", "CANCELLED"] == [driver.payment(name).state for name in ("order-1", "order-2")]
    assert [[], ["PAYMENT_RESULT"]] == [
        [body["notifyType"] for body in driver.notified(n)] for n in ("order-1", "order-2")
    ]


def test_a_session_that_expires_is_told_though_another_call_comes_first() -> None:
    """The one that opens a new session under its id, before anybody has seen to the old one."""
    driver = Driver()
    driver.open("order-1")
    driver.clock.moment += HOUR
    assert "SUCCESS" == driver.code("createPaymentSession", session_body("order-1"))
    assert ["ORDER_IS_CLOSED"] == [body["result"]["resultCode"] for body in driver.notified("order-1")]
    assert "OPEN" == driver.payment("order-1").state


def test_what_a_clock_that_was_set_back_has_undone_is_told_no_more() -> None:
    """Only that: a session that had expired earlier under the same id has done so still."""
    driver = Driver()
    for _ in range(2):
        driver.open("order-1")
        driver.wait(hours=1)
    before, driver.clock.moment = driver.clock.now(), driver.clock.now() - 30 * MINUTE
    asyncio.run(driver.components.scheduler.clock_moved(None, before))
    assert "OPEN" == driver.payment("order-1").state
    [first, second] = driver.posted("order-1")
    assert ("PENDING", None) == (first.status, first.problem)
    assert ("DROPPED", "the clock was set back to before it happened") == (second.status, second.problem)
    driver.wait(minutes=30)
    assert ["PENDING", "DROPPED", "PENDING"] == [one.status for one in driver.posted("order-1")]


@pytest.mark.parametrize("drop", [True, False])
def test_a_bug_in_composing_one_keeps_it_undelivered(caplog: pytest.LogCaptureFixture, drop: bool) -> None:
    """With the error as reason, and a traceback in the log; the payment goes on."""
    driver = Driver()
    driver.open("order-1", scenario=driver.load_scenario("notifyPayment: {drop: true}" if drop else ""))
    notifier = driver.components.repository.notifier
    family = notifier.families["payments"]

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    families = Families([family._replace(notifications={**family.notifications, "notifyPayment": fails})])
    repository = replace(driver.components.repository, notifier=replace(notifier, families=families))
    driver.buyer_actions = BuyerActions(repository, driver.components.clocks)
    driver.act("order-1", "pay")
    [payment, capture] = driver.posted("order-1")
    expected = (
        ("DROPPED", "dropped by the scenario tale") if drop else ("REFUSED", "not composed: ZeroDivisionError: a bug")
    )
    assert expected == (payment.status, payment.problem)
    assert ("PENDING", "SUCCESS") == (capture.status, driver.payment("order-1").state)
    assert "notifyPayment of order-1 met a bug" in caplog.text
