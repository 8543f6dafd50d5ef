"""Composing notifications: their URL, their body, and what a scenario changes."""

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
from mock_alipay.journal.notifications import Notification
from tests.calls import NOW
from tests.driver import Driver
from tests.webhooks.deliveries import Merchants

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
OWN, OTHER, SET = "http://127.0.0.1:9/own", "http://127.0.0.1:9/other", "http://127.0.0.1:9/set"


@pytest.fixture(scope="module")
def shared() -> Driver:
    """A gateway whose clock stands at ``NOW``, for tests with payments of their own."""
    return Driver()


def notified(driver: Driver, step: str, name: str) -> list[Notification]:
    """The payment notifications of a paid payment whose scenario has this step; its capture is unaffected."""
    driver.paid(name, scenario=driver.load_scenario(f"notifyPayment: {step}"))
    *payments, capture = driver.notifications(name)
    assert ("PENDING", None, NOW) == (capture.status, capture.waits_for, capture.due)
    return payments


@pytest.mark.parametrize(
    ("requested", "configured", "expected"), [(OWN, SET, OWN), (None, SET, SET), (None, None, None)]
)
def test_the_url_of_the_request_precedes_the_configured_one(
    requested: str | None, configured: str | None, expected: str | None
) -> None:
    """Without any, the notification is recorded as refused."""
    driver = Driver(notify_url=configured)
    driver.open("order-1", paymentNotifyUrl=requested)
    driver.act("order-1", "pay")
    for notification in driver.notifications("order-1"):
        assert (expected, "PENDING" if expected else "REFUSED") == (notification.url, notification.status)
        assert (expected is None) == ("--notify-url is not set" in (notification.problem or ""))


@pytest.mark.parametrize(("requested", "expected"), [(OTHER, OTHER), (None, SET)])
def test_a_refund_does_not_use_the_url_of_its_payment(requested: str | None, expected: str) -> None:
    """It uses its own, or the configured one."""
    driver = Driver(notify_url=SET)
    payment_id = driver.paid("order-1", paymentNotifyUrl=OWN)
    driver.refund(payment_id, "r", 5, **({"refundNotifyUrl": requested} if requested else {}))
    assert [expected] == [notification.url for notification in driver.notifications("order-1", "notifyRefund")]


def test_a_scenario_changes_the_body(shared: Driver) -> None:
    """The result, its message and any field, from the request and the usual body; the payment does not change."""
    fields = "paymentAmount.value: '${request.order.orderAmount.value}', paymentTime: null, x: '${reply.paymentId}'"
    [changed] = notified(shared, f"{{result: RISK_REJECT, message: no, set: {{{fields}}}}}", "changed")
    body = json.loads(changed.body)
    assert {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "no"} == body["result"]
    assert ({"currency": "USD", "value": "100"}, body["paymentId"]) == (body["paymentAmount"], body["x"])
    assert (False, "SUCCESS") == ("paymentTime" in body, shared.payment("changed").state)


def test_a_body_that_cannot_be_composed_is_refused(shared: Driver) -> None:
    """With the reason; other notifications are sent."""
    fields = ", ".join(f"f{n}: '{'${request.order}' * 4}'" for n in range(2_000))
    [refused] = notified(shared, f"{{set: {{{fields}}}}}", "refused")
    assert ("REFUSED", None, None, b"null") == (refused.status, refused.due, refused.url, refused.body)
    assert str(refused.problem).startswith("not composed: scenario tale: set: ")


def test_a_scenario_drops_delays_holds_or_duplicates_a_notification(shared: Driver) -> None:
    """A delay is within its range; copies have ids of their own."""
    [dropped] = notified(shared, "{drop: true}", "dropped")
    assert ("DROPPED", None, "dropped by the scenario tale") == (dropped.status, dropped.due, dropped.problem)
    [delayed] = notified(shared, "{delay: {min: 10s, max: 20s}}", "delayed")
    assert delayed.due is not None
    assert NOW + 10 * SECOND <= delayed.due <= NOW + 20 * SECOND
    [held] = notified(shared, "{after: notifyCapture}", "held")
    assert ("notifyCapture", "PENDING") == (held.waits_for, held.status)
    copies = notified(shared, "{duplicate: 3}", "copied")
    assert (3, 3, 1) == (len(copies), len({copy.id for copy in copies}), len({copy.body for copy in copies}))


@pytest.mark.parametrize(
    ("action", "order"),
    [("pay", {"method": "GCASH"}), ("pay", {"value": 0}), ("decline", {"manual": True})],
    ids=["wallet", "zero amount", "declined"],
)
def test_a_notification_does_not_wait_for_one_that_never_comes(action: BuyerAction, order: dict[str, Any]) -> None:
    """A payment without a capture is notified when it happens, however late it is loaded."""
    driver = Driver()
    driver.load_scenario(f"buyer: [{{action: {action}, after: 1m}}]\nnotifyPayment: {{after: notifyCapture}}")
    driver.open("order-1", scenario="tale", **order)
    driver.wait(days=1)
    [sent] = driver.notifications("order-1")
    assert ("notifyPayment", None, NOW + MINUTE) == (sent.name, sent.waits_for, sent.due)


def test_a_waiting_notification_is_released_when_the_other_cannot_come_any_more() -> None:
    """After a cancellation, or seven days after an authorization without capture."""
    driver = Driver()
    driver.load_scenario("notifyPayment: {after: notifyCapture}")
    for name in ("order-1", "order-2"):
        driver.paid(name, manual=True, scenario="tale")
    assert [True, True] == [notification.held for notification in driver.notifications()]
    driver.call("cancel", {"paymentRequestId": "order-2"})
    assert [("notifyCapture", NOW), (None, NOW)] == [(sent.waits_for, sent.due) for sent in driver.notifications()]
    driver.wait(days=7)
    released = driver.notifications("order-1")[0]
    assert (None, NOW + 7 * DAY) == (released.waits_for, released.due)


def test_copies_are_delivered_before_the_reply() -> None:
    """One after the other; all are sent when the reply comes. Other notifications do not delay a reply."""
    driver, merchants = Driver(), Merchants()
    driver.components.dispatcher._delivery._http_client = merchants
    driver.load_scenario("buyer: [{action: pay}]\nnotifyPayment: {before: reply, duplicate: 3}")
    driver.open("order-1", method="GCASH", scenario="tale")
    assert (["1", "2", "3"], 1) == (merchants.numbers, merchants.most)
    assert ["ACCEPTED"] * 3 == [sent.status for sent in driver.notifications("order-1")]
    driver.refund(str(driver.payment("order-1").payment_id), "r", 1, refundNotifyUrl=OWN)
    assert ["PENDING"] == [sent.status for sent in driver.notifications("order-1", "notifyRefund")]


def test_notification_steps_are_counted_per_payment_and_scenario() -> None:
    """The second notification of a payment gets the second step; the scenario of the causing call comes first."""
    driver = Driver()
    driver.load_scenario("notifyRefund: [{message: one}, {message: two}]")
    driver.load_scenario("notifyRefund: {message: own}\nrefund: [{}, {result: REFUND_IN_PROCESS}]", "other")
    ids = [driver.paid(name, scenario="tale") for name in ("order-1", "order-2")]
    for payment_id, name in ((ids[0], "a"), (ids[0], "b"), (ids[1], "c"), (ids[0], "d")):
        driver.refund(payment_id, name, 1)
    for name in "ef":
        driver.refund(ids[1], name, 1, scenario="other")
    driver.wait(minutes=1)
    messages = [body["result"]["resultMessage"] for body in driver.notified(name="notifyRefund")]
    assert ["one", "two", "one", "two", "own", "own"] == messages
    assert ["tale", "other", "other"] == [sent.scenario for sent in driver.notifications("order-2", "notifyRefund")]


def test_each_notification_shows_the_state_at_its_event() -> None:
    """Also when one move of the clock causes several: pending first, paid later."""
    driver = Driver()
    driver.load_scenario("buyer: [{action: pending, after: 1m}, {action: pay, after: 1m}]")
    driver.open("order-1", scenario="tale")
    driver.wait(days=1)
    bodies = driver.notified("order-1", "notifyPayment")
    assert [("PAYMENT_PENDING", False), ("PAYMENT_RESULT", True)] == [
        (body["notifyType"], "paymentTime" in body) for body in bodies
    ]
    assert [60, 120, 120] == [(sent.created - NOW) / SECOND for sent in driver.notifications("order-1")]


def test_setting_a_clock_back_withdraws_the_notifications_of_later_events() -> None:
    """Not those of an earlier session under the same id; the session expires again and is notified again."""
    driver = Driver()
    for _ in range(2):
        driver.open("order-1")
        driver.wait(hours=1)
    before, driver.clock.moment = driver.clock.now(), driver.clock.now() - 30 * MINUTE
    asyncio.run(driver.components.scheduler.clock_moved(None, before))
    assert "OPEN" == driver.payment("order-1").state
    first, second = driver.notifications("order-1")
    assert ("PENDING", None, "DROPPED", True) == (first.status, first.problem, second.status, bool(second.problem))
    driver.wait(minutes=30)
    assert ["PENDING", "DROPPED", "PENDING"] == [sent.status for sent in driver.notifications("order-1")]


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("", ("REFUSED", "not composed: ZeroDivisionError: a bug")),
        ("notifyPayment: {drop: true}", ("DROPPED", "dropped by the scenario tale")),
    ],
)
def test_an_internal_error_in_composing_is_recorded(
    caplog: pytest.LogCaptureFixture, scenario: str, expected: tuple[str, str]
) -> None:
    """And logged; the payment and its other notifications go on."""
    driver = Driver()
    driver.open("order-1", scenario=driver.load_scenario(scenario))
    notifier = driver.components.repository.notifier
    family = notifier.families["payments"]

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    families = Families([family._replace(notifications={**family.notifications, "notifyPayment": fails})])
    repository = replace(driver.components.repository, notifier=replace(notifier, families=families))
    driver.buyer_actions = BuyerActions(repository, driver.components.clocks)
    driver.act("order-1", "pay")
    payment, capture = driver.notifications("order-1")
    assert expected == (payment.status, payment.problem)
    assert ("PENDING", "SUCCESS") == (capture.status, driver.payment("order-1").state)
    assert "internal error in notifyPayment of order-1" in caplog.text
