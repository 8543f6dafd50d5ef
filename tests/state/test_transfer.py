"""A state that moves to another gateway goes on there as it would have gone on here."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any, get_args

import pytest

from mock_alipay.apis.payments.model import Payment, State
from mock_alipay.errors import SetupError
from mock_alipay.web.admin.payment_views import payment_view
from tests.calls import NOW
from tests.driver import Driver, result_of, session_body
from tests.memory import done
from tests.state.moving import Document, busy, changed, document_of, loaded, places

JUNK: list[Any] = [..., None, True, -1, 0, 1.5, "", "x", "2026-11-22T12:00:00Z", [], [[]], {}, {"a": 1}]


@cache
def document() -> Document:
    """The document of a busy gateway."""
    return document_of(busy())


def moved() -> Driver:
    """Another gateway, with the same state."""
    driver = Driver()
    loaded(driver, document())
    return driver


def test_a_document_has_payments_in_every_state() -> None:
    """So that the tests below concern all of them."""
    states = {payment.get("state", "OPEN") for payment in document()["aggregates"]["payments"]}
    assert set(get_args(State)) == states


def test_another_gateway_exports_the_same_document() -> None:
    """With the order of the payments, clocks, scenarios and counters."""
    assert document() == document_of(moved())


def test_another_gateway_replies_the_same() -> None:
    """To inquiries, and to a repeated request for a session."""
    here, there = busy(), moved()
    for payment in document()["aggregates"]["payments"]:
        name = payment["paymentRequestId"]
        assert here.inquiry(name) == there.inquiry(name)
    repeated = session_body("paid", method="ALIPAY_CN")
    assert here.call("createPaymentSession", repeated) == there.call("createPaymentSession", repeated)


def test_what_is_scheduled_happens_there() -> None:
    """Expiry, scripted buyers, and the results of captures and refunds, with their notifications."""
    here, there = busy(), moved()
    before = len(here.notifications())
    for driver in (here, there):
        driver.clock.moment = here.clock.moment
        driver.wait(hours=30 * 24)
    assert document_of(here) == document_of(there)
    names = [(each.name, each.request_id) for each in here.notifications()[before:]]
    assert names
    assert names == [(each.name, each.request_id) for each in there.notifications()]


def test_merchants_go_on_there() -> None:
    """With further captures and refunds, whose ids do not collide; and at the next step of a scenario."""
    there = moved()
    there.clock.moment = busy().clock.moment
    held = there.payment("held").payment_id or ""
    assert "SUCCESS" == result_of(there.capture(held, "second", 100, scenario="tale"))
    assert "REPEAT_REQ_INCONSISTENT" == result_of(there.capture(held, "captured", 1))
    assert "SUCCESS" == result_of(there.refund(there.payment("paid").payment_id or "", "rest", 700))


def test_settings_move_too() -> None:
    """Clocks, loaded scenarios, and the scenario that is set for the next calls."""
    components = moved().components
    assert timedelta(hours=1) == components.clocks.now("OTHER") - components.clocks.now("THIRD")
    assert [("OTHER", "tale", 2)] == components.selector.preferences()
    assert ["tale"] == [scenario.name for _, scenario in components.selector.registry.loaded()]


def test_the_state_of_one_client_id() -> None:
    """Has nothing of others, nor of all."""
    own = document_of(busy(), "OTHER")
    assert {"OTHER"} == {row["clientId"] for part in ("clocks", "selections") for row in own[part]}
    assert [] == [*own["scenarios"], *own["steps"], *own["aggregates"]]
    with pytest.raises(SetupError, match=r"clocks\[0\].clientId: expected A, got OTHER"):
        Driver().components.state(own, "A")


@pytest.mark.parametrize("payment", range(8))
def test_whatever_is_changed_in_a_payment_it_is_refused_or_works(payment: int) -> None:
    """Payments that are accepted can be inquired, shown and refunded."""
    driver, accepted = Driver(), 0
    own = document()["aggregates"]["payments"][payment]
    whole = {**document(), "aggregates": {"payments": [own]}, "scenarios": [], "selections": []}
    for at in places(whole):
        if "request" in at or "details" in at:
            continue
        for junk in JUNK:
            try:
                state = driver.components.state(changed(whole, at, junk))
            except SetupError:
                continue
            accepted += 1
            for aggregate in state.aggregates:
                assert isinstance(aggregate, Payment)
                done(driver.components.storage.aggregates.restore(aggregate))
                payment_view(aggregate, driver.components.repository.environment)
                assert "UNKNOWN_EXCEPTION" != result_of(driver.inquiry(aggregate.request_id))
                refund = driver.refund(aggregate.payment_id or "none", "another", 1)
                assert "UNKNOWN_EXCEPTION" != result_of(refund)
            done(driver.components.repository.forget())
    assert accepted > 50


def _payment(name: str) -> int:
    return [each["paymentRequestId"] for each in document()["aggregates"]["payments"]].index(name)


@pytest.mark.parametrize(
    ("payment", "field", "value", "says"),
    [
        ("paid", "paid", ..., "paid: missing, it is required in the state SUCCESS"),
        ("paid", "code", "NO", "code: expected a documented result code, got NO"),
        ("paid", "request", {}, "request.productCode: missing"),
        ("paid", "paymentRequestId", "other", "request.paymentRequestId: expected other"),
        ("cancelled", "cancelled", ..., "cancelled: missing, it is required in the state CANCELLED"),
        ("expired", "session", ..., "session: missing"),
        ("scripted", "buyer", [], "acts: expected an act in buyer, which has none"),
        ("paid", "details", {"x": "y" * 20_000}, "expected at most 16384 bytes besides the request"),
        ("paid", "version", 0, "version: expected a whole number from 1"),
        ("paid", "paymentId", None, "paymentId: missing, it is required in the state SUCCESS"),
        (
            "paid",
            "domainEvents",
            [{"name": "x", "time": NOW.isoformat(), "notifyType": "x"}],
            "domainEvents: expected none",
        ),
        (
            "paid",
            "order",
            {"amount": {"currency": "USD", "value": 1}, "method": "x"},
            "order.amount: expected USD 1000",
        ),
    ],
)
def test_payments_whose_parts_do_not_fit_are_refused(payment: str, field: str, value: Any, says: str) -> None:
    """With their place, and what was expected."""
    at = _payment(payment)
    with pytest.raises(SetupError) as error:
        Driver().components.state(changed(document(), ("aggregates", "payments", at, field), value))
    assert f"aggregates.payments[{at}]" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("done", ..., "done: missing, it is required with the status SUCCESS"),
        ("settles", NOW.isoformat(), "settles: expected with the status PROCESSING only, the status is SUCCESS"),
    ],
)
def test_times_of_a_transaction_that_do_not_fit_its_status_are_refused(field: str, value: Any, says: str) -> None:
    """The error says whether the time is missing, or is one too many."""
    at = ("aggregates", "payments", _payment("paid"), "transactions", 0, field)
    with pytest.raises(SetupError, match=says):
        Driver().components.state(changed(document(), at, value))
