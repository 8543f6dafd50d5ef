"""Concurrent calls, buyer actions and clock changes of the same payment leave one consistent result."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import NotPossibleNow
from mock_alipay.storage import Aggregates, Key
from tests.driver import Driver, amount, result_of, session_body
from tests.live import Live, letters, signed_headers
from tests.shop import open_shop


class Slow(Aggregates[Any]):
    """A store that yields to other tasks, as one on a network would; ``seed`` decides how often."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = Random(seed)

    async def _pause(self) -> None:
        for _ in range(self._random.randrange(4)):
            await asyncio.sleep(0)

    async def load(self, key: Key) -> Any:
        await self._pause()
        return await super().load(key)

    async def find(self, client_id: str, family: str, alias: str) -> Key | None:
        key = await super().find(client_id, family, alias)
        await self._pause()
        return key

    async def commit(self, changed: Any) -> bool:
        await self._pause()
        return await super().commit(changed)


@pytest.fixture(scope="module")
def shared() -> Driver:
    """A gateway for all tests without a network."""
    return Driver()


@pytest.fixture(params=range(4), ids=lambda seed: f"seed {seed}")
def driver(request: pytest.FixtureRequest, shared: Driver) -> Driver:
    """A client id of its own, whose payments are in a slow store."""
    shared.client_id = f"SANDBOX_{letters()}"
    object.__setattr__(shared.components.repository, "store", Slow(request.param))
    return shared


async def called(driver: Driver, endpoint: str, **body: Any) -> str:
    """The result code of a call."""
    reply = await driver.components.gateway.answer(driver.request(endpoint, body))
    return str(json.loads(reply.body)["result"]["resultCode"])


async def acted(driver: Driver, action: BuyerAction) -> str:
    """The state of order-1 after a buyer's action, or "not possible now"."""
    try:
        return (await driver.buyer_actions.act((driver.client_id, "payments", "order-1"), Act(action))).state
    except NotPossibleNow:
        return "not possible now"


def concurrently(*work: Coroutine[Any, Any, Any]) -> list[Any]:
    """The results of coroutines that run at the same time."""

    async def gathered() -> list[Any]:
        return await asyncio.gather(*work)

    return asyncio.run(gathered())


def transaction(kind: str, payment_id: str, request_id: str, value: int) -> dict[str, Any]:
    """The body of a capture or refund."""
    return {"paymentId": payment_id, f"{kind}RequestId": request_id, f"{kind}Amount": amount(value)}


def test_a_cancellation_and_a_paying_buyer(driver: Driver) -> None:
    """The payment is cancelled in the end, before or after it is paid, and notified only if it was paid."""
    driver.open("order-1", manual=True)
    paid, cancelled = concurrently(acted(driver, "pay"), called(driver, "cancel", paymentRequestId="order-1"))
    payment = driver.payment("order-1")
    assert ("SUCCESS", "CANCELLED") == (cancelled, payment.state)
    assert (paid == "AUTHORIZED") == (payment.paid is not None)
    types = [body["notifyType"] for body in driver.notified("order-1")]
    assert (["PAYMENT_RESULT"] if payment.paid else []) == types


@pytest.mark.parametrize(
    ("kind", "excess"), [("capture", "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT"), ("refund", "REFUND_AMOUNT_EXCEED")]
)
class TestTransactions:
    def test_several_that_exceed_the_amount_together(self, driver: Driver, kind: str, excess: str) -> None:
        """As many succeed as the amount allows."""
        payment_id = driver.paid("order-1", manual=kind == "capture")
        bodies = [transaction(kind, payment_id, f"x{number}", 300) for number in range(5)]
        assert {"SUCCESS": 3, excess: 2} == Counter(concurrently(*(called(driver, kind, **body) for body in bodies)))

    def test_the_same_one_many_times(self, driver: Driver, kind: str, excess: str) -> None:
        """It happens and is notified once, and all replies are equal."""
        payment_id = driver.paid("order-1", manual=kind == "capture")
        call = driver.request(kind, transaction(kind, payment_id, "x", 100))
        replies = concurrently(*(driver.components.gateway.answer(call) for _ in range(5)))
        assert 1 == len({reply.body for reply in replies})
        made = [made for made in driver.payment("order-1").transactions if made.request_id == "x"]
        notified = [body for body in driver.notified("order-1") if body.get(f"{kind}RequestId") == "x"]
        assert (1, 1) == (len(made), len(notified))

    def test_one_id_for_two_payments(self, driver: Driver, kind: str, excess: str) -> None:
        """One of them gets it, the other is refused."""
        ids = [driver.paid(name, manual=kind == "capture") for name in ("order-1", "order-2")]
        codes = concurrently(*(called(driver, kind, **transaction(kind, payment_id, "x", 100)) for payment_id in ids))
        assert {"SUCCESS": 1, "REPEAT_REQ_INCONSISTENT": 1} == Counter(codes)
        made = [made for name in ("order-1", "order-2") for made in driver.payment(name).transactions]
        assert 1 == [transaction.request_id for transaction in made].count("x")


def test_a_buyer_who_pays_at_the_expiry(driver: Driver) -> None:
    """Is too late, whatever notices the expiry first; it is notified once."""
    driver.open("order-1")
    driver.clock.moment += timedelta(hours=1)
    settle = replace(driver.components.scheduler, _turn=asyncio.Lock()).settle  # the shared one keeps its loop
    inquiry = called(driver, "inquiryPayment", paymentRequestId="order-1")
    assert ["not possible now", None, "SUCCESS", None] == concurrently(
        acted(driver, "pay"), settle(), inquiry, settle()
    )
    assert ("EXPIRED", 1) == (driver.payment("order-1").state, len(driver.notified("order-1")))


def test_a_buyer_a_cancellation_and_the_clock(driver: Driver) -> None:
    """Whatever comes first, state, results and notifications agree."""
    driver.open("order-1", manual=True)
    scheduler = replace(driver.components.scheduler, _turn=asyncio.Lock())

    async def expire() -> None:
        before, driver.clock.moment = driver.clock.now(), driver.clock.now() + timedelta(hours=1)
        await scheduler.clock_moved(None, before)

    paid, _, cancelled = concurrently(
        acted(driver, "pay"), expire(), called(driver, "cancel", paymentRequestId="order-1")
    )
    payment = driver.payment("order-1")
    assert (paid == "AUTHORIZED") == (payment.paid is not None)
    assert ("CANCELLED" if cancelled == "SUCCESS" else "EXPIRED") == payment.state
    assert (payment.paid is not None or payment.state == "EXPIRED") == len(driver.notified("order-1"))


def test_two_buyer_actions(driver: Driver) -> None:
    """One happens, the other is not possible any more."""
    driver.open("order-1", method="GCASH")
    results = concurrently(acted(driver, "pay"), acted(driver, "decline"))
    assert {"not possible now": 1, driver.payment("order-1").state: 1} == Counter(results)
    assert 1 == len(driver.notified("order-1"))


@pytest.mark.parametrize(
    ("kind", "order", "outcomes"),
    [
        ("capture", {"manual": True}, [("SUCCESS", "ORDER_STATUS_INVALID"), ("AUTH_CANCELLED", "SUCCESS")]),
        ("refund", {"method": "GCASH"}, [("SUCCESS", "PROCESS_FAIL"), ("ORDER_IS_CANCELED", "SUCCESS")]),
    ],
)
def test_a_transaction_and_a_cancellation(
    driver: Driver, kind: str, order: dict[str, Any], outcomes: list[tuple[str, str]]
) -> None:
    """One of the two succeeds."""
    payment_id = driver.paid("order-1", **order)
    body = transaction(kind, payment_id, "x", 100)
    codes = concurrently(called(driver, kind, **body), called(driver, "cancel", paymentId=payment_id))
    assert tuple(codes) in outcomes


def over_http(gateway: Live, endpoint: str, client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """A reply's body."""
    path, raw = f"/ams/api/v1/payments/{endpoint}", json.dumps(body).encode()
    return gateway.request("POST", path, raw, signed_headers(raw, path=path, client_id=client_id)).body


def test_the_same_refund_twenty_times_over_http(gateway: Live) -> None:
    """One refund, one reply and one notification."""
    client_id = "SANDBOX_RACES"
    with open_shop() as shop, ThreadPoolExecutor(20) as threads:
        body = session_body("races", paymentNotifyUrl=shop.url("/payments"))
        assert "SUCCESS" == result_of(over_http(gateway, "createPaymentSession", client_id, body))
        payment = gateway.admin("POST", f"/payments/races/act?clientId={client_id}", {"action": "pay"}).body
        body = {**transaction("refund", payment["paymentId"], "r", 100), "refundNotifyUrl": shop.url("/refunds")}
        replies = list(threads.map(lambda _: over_http(gateway, "refund", client_id, body), range(20)))
        assert ({"SUCCESS": 20}, 1) == (Counter(map(result_of, replies)), len({r["refundId"] for r in replies}))
        shown = gateway.admin("GET", f"/payments/races?clientId={client_id}").body
        assert ["CAPTURE", "REFUND"] == [made["type"] for made in shown["transactions"]]
        assert "REFUND_RESULT" == shop.wait(1, "/refunds")[0].type
        gateway.admin("PUT", "/clock", {"clientId": client_id, "advance": "PT1M"})
        assert 1 == len(shop.got("/refunds"))
