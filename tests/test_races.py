"""Many at once: merchants, buyers and time at the same payment, and what is left afterwards."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from mock_alipay.config.config import Config
from mock_alipay.contracts.names import Act, BuyerAction
from mock_alipay.errors import NotPossibleNow
from mock_alipay.storage import Aggregates, Key
from tests.calls import NOW
from tests.driver import Driver, amount, session_body
from tests.live import Live, live, signed_headers
from tests.shop import Shop, open_shop

MANY = 20
SEEDS = range(8)


class Slow(Aggregates[Any]):
    """A store that lets others go first, as one on a network would; ``seed`` says when."""

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
        found = await super().find(client_id, family, alias)
        await self._pause()
        return found

    async def commit(self, changed: Any) -> bool:
        await self._pause()
        return await super().commit(changed)


def slow_till(seed: int) -> Driver:
    """A till whose payments are kept in a slow store."""
    driver = Driver()
    object.__setattr__(driver.components.repository, "store", Slow(seed))
    return driver


async def asked(driver: Driver, endpoint: str, **body: Any) -> str:
    """The result code of a call."""
    reply = await driver.components.gateway.answer(driver.letter(endpoint, body))
    return str(json.loads(reply.body)["result"]["resultCode"])


async def acted(driver: Driver, name: str, action: BuyerAction) -> str:
    """The state in which a buyer leaves the payment, or "not possible now"."""
    try:
        return (await driver.buyer_actions.act((driver.client_id, "payments", name), Act(action))).state
    except NotPossibleNow:
        return "not possible now"


def at_once(*deeds: Coroutine[Any, Any, str]) -> list[str]:
    """What each comes to when all are begun together."""

    async def together() -> list[str]:
        return await asyncio.gather(*deeds)

    return asyncio.run(together())


def taking(kind: str, payment_id: str, request_id: str, value: int) -> dict[str, Any]:
    """A capture or refund."""
    return {"paymentId": payment_id, f"{kind}RequestId": request_id, f"{kind}Amount": amount(value)}


@pytest.mark.parametrize("seed", SEEDS)
class TestInOneLoop:
    def test_a_cancel_and_a_buyer_who_pays(self, seed: int) -> None:
        """Cancelled it is in the end: before the buyer came, or given back; what is told fits."""
        driver = slow_till(seed)
        driver.open("order-1", manual=True)
        paid, cancelled = at_once(acted(driver, "order-1", "pay"), asked(driver, "cancel", paymentRequestId="order-1"))
        payment = driver.payment("order-1")
        assert ("SUCCESS", "CANCELLED") == (cancelled, payment.state)
        assert (paid == "AUTHORIZED") == (payment.paid is not None)
        assert (["PAYMENT_RESULT"] if payment.paid else []) == [
            body["notifyType"] for body in driver.notified("order-1")
        ]

    @pytest.mark.parametrize("kind", ["capture", "refund"])
    def test_two_that_are_too_much_together(self, seed: int, kind: str) -> None:
        """One goes through, as far as the money goes."""
        driver = slow_till(seed)
        payment_id = driver.paid("order-1", manual=kind == "capture")
        codes = at_once(*(asked(driver, kind, **taking(kind, payment_id, f"x{n}", 600)) for n in range(2)))
        too_much = "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT" if kind == "capture" else "REFUND_AMOUNT_EXCEED"
        assert {"SUCCESS": 1, too_much: 1} == Counter(codes)

    @pytest.mark.parametrize("kind", ["capture", "refund"])
    def test_the_same_many_times(self, seed: int, kind: str) -> None:
        """One effect, the same answer for all, and it is told once."""
        driver = slow_till(seed)
        payment_id = driver.paid("order-1", manual=kind == "capture")
        calls = [driver.letter(kind, taking(kind, payment_id, "x", 100)) for _ in range(MANY // 4)]

        async def together() -> set[bytes]:
            return {reply.body for reply in await asyncio.gather(*map(driver.components.gateway.answer, calls))}

        assert 1 == len(asyncio.run(together()))
        made = [t for t in driver.payment("order-1").transactions if t.request_id == "x"]
        assert (1, 1) == (len(made), len([t for t in driver.notified("order-1") if t.get(f"{kind}RequestId") == "x"]))

    @pytest.mark.parametrize("kind", ["capture", "refund"])
    def test_one_id_for_two_payments(self, seed: int, kind: str) -> None:
        """One has it, the other is refused."""
        driver = slow_till(seed)
        ids = [driver.paid(name, manual=kind == "capture") for name in ("order-1", "order-2")]
        codes = at_once(*(asked(driver, kind, **taking(kind, payment_id, "x", 100)) for payment_id in ids))
        assert {"SUCCESS": 1, "REPEAT_REQ_INCONSISTENT": 1} == Counter(codes)
        made = [t for name in ("order-1", "order-2") for t in driver.payment(name).transactions if t.request_id == "x"]
        assert 1 == len(made)

    def test_a_buyer_and_the_end_of_the_session(self, seed: int) -> None:
        """Who pays at the moment of expiry comes too late, whoever sees to it first; it is told once."""
        driver = slow_till(seed)
        driver.open("order-1")
        driver.clock.moment += timedelta(hours=1)

        async def settle() -> str:
            await driver.components.scheduler.settle()
            return ""

        inquiry = asked(driver, "inquiryPayment", paymentRequestId="order-1")
        results = at_once(acted(driver, "order-1", "pay"), settle(), inquiry, settle())
        assert ["not possible now", "", "SUCCESS", ""] == results
        assert "EXPIRED" == driver.payment("order-1").state
        assert 1 == len(driver.notified("order-1"))

    def test_two_buyers(self, seed: int) -> None:
        """One pays, the other comes too late or finds it declined."""
        driver = slow_till(seed)
        driver.open("order-1", method="GCASH")
        results = at_once(acted(driver, "order-1", "pay"), acted(driver, "order-1", "decline"))
        assert 1 == results.count("not possible now")
        assert driver.payment("order-1").state in results
        assert 1 == len(driver.notified("order-1"))

    def test_a_capture_and_a_cancel(self, seed: int) -> None:
        """Either the money is captured or the authorization is gone."""
        driver = slow_till(seed)
        payment_id = driver.paid("order-1", manual=True)
        codes = at_once(
            asked(driver, "capture", **taking("capture", payment_id, "x", 100)),
            asked(driver, "cancel", paymentId=payment_id),
        )
        assert tuple(codes) in (("SUCCESS", "ORDER_STATUS_INVALID"), ("AUTH_CANCELLED", "SUCCESS"))

    def test_a_refund_and_a_cancel(self, seed: int) -> None:
        """The money goes back once."""
        driver = slow_till(seed)
        payment_id = driver.paid("order-1", method="GCASH")
        codes = at_once(
            asked(driver, "refund", **taking("refund", payment_id, "x", 100)),
            asked(driver, "cancel", paymentId=payment_id),
        )
        assert tuple(codes) in (("SUCCESS", "PROCESS_FAIL"), ("ORDER_IS_CANCELED", "SUCCESS"))


def over_http(gateway: Live, endpoint: str, client_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """A reply's body."""
    path = f"/ams/api/v1/payments/{endpoint}"
    raw = json.dumps(body).encode()
    return gateway.request("POST", path, raw, signed_headers(raw, path=path, client_id=client_id)).body


def code_of(body: dict[str, Any]) -> str:
    """The result code."""
    return str(body["result"]["resultCode"])


def paid(gateway: Live, client_id: str, name: str, shop: Shop | None = None, **how: Any) -> str:
    """A payment that the buyer has paid; its paymentId."""
    where = {"paymentNotifyUrl": shop.url(f"/{name}") if shop else None}
    assert "SUCCESS" == code_of(
        over_http(gateway, "createPaymentSession", client_id, session_body(name, **{**where, **how}))
    )
    acted = gateway.admin("POST", f"/payments/{name}/act?clientId={client_id}", {"action": "pay"})
    return str(acted.body["paymentId"])


class TestOverHttp:
    def test_the_same_refund_twenty_times(self, gateway: Live) -> None:
        """One effect, one answer, and the shop hears of it once."""
        with open_shop() as shop, ThreadPoolExecutor(MANY) as pool:
            payment_id = paid(gateway, "SANDBOX_RACES_1", "races-1", shop)
            body = {**taking("refund", payment_id, "r", 100), "refundNotifyUrl": shop.url("/refunds")}
            replies = list(pool.map(lambda _: over_http(gateway, "refund", "SANDBOX_RACES_1", body), range(MANY)))
            assert {"SUCCESS": MANY} == Counter(map(code_of, replies))
            assert 1 == len({reply["refundId"] for reply in replies})
            shown = gateway.admin("GET", "/payments/races-1?clientId=SANDBOX_RACES_1").body
            assert ["CAPTURE", "REFUND"] == [t["type"] for t in shown["transactions"]]
            assert "REFUND_RESULT" == shop.wait(1, "/refunds")[0].type
            gateway.admin("PUT", "/clock", {"clientId": "SANDBOX_RACES_1", "advance": "PT1M"})
            assert 1 == len(shop.got("/refunds"))

    def test_captures_that_are_too_many(self, gateway: Live) -> None:
        """Of twenty that want a fifth each five get it."""
        payment_id = paid(gateway, "SANDBOX_RACES_2", "races-2", manual=True)
        with ThreadPoolExecutor(MANY) as pool:
            bodies = [taking("capture", payment_id, f"c{n}", 200) for n in range(MANY)]
            codes = pool.map(lambda body: code_of(over_http(gateway, "capture", "SANDBOX_RACES_2", body)), bodies)
            found = Counter(codes)
        assert 5 == found["SUCCESS"]
        assert {"SUCCESS", "CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT", "ORDER_STATUS_INVALID"} >= set(found)
        shown = gateway.admin("GET", "/payments/races-2?clientId=SANDBOX_RACES_2").body
        assert ("SUCCESS", 5) == (shown["state"], len(shown["transactions"]))

    def test_one_refund_id_for_many_payments(self, gateway: Live) -> None:
        """One payment has it."""
        ids = [paid(gateway, "SANDBOX_RACES_3", f"races-3-{n}") for n in range(5)]
        with ThreadPoolExecutor(MANY) as pool:
            bodies = [taking("refund", payment_id, "r", 100) for payment_id in ids * 4]
            codes = list(pool.map(lambda body: code_of(over_http(gateway, "refund", "SANDBOX_RACES_3", body)), bodies))
        assert {"SUCCESS": 4, "REPEAT_REQ_INCONSISTENT": 16} == Counter(codes)
        assert 1 == len({body["paymentId"] for body, code in zip(bodies, codes, strict=True) if code == "SUCCESS"})

    def test_buyers_and_cancels_and_the_clock(self) -> None:
        """Whoever comes first, what is told in the end is one scenario."""
        clock = StoppedClock(NOW)
        with live(Config(seed=1, signatures="off"), clock=clock) as gateway, ThreadPoolExecutor(MANY) as pool:
            names = [f"races-4-{n}" for n in range(12)]
            for name in names:
                over_http(gateway, "createPaymentSession", "A", session_body(name, manual=True, paymentNotifyUrl=None))
            deeds: list[Any] = [
                deed
                for name in names
                for deed in (
                    lambda name=name: gateway.admin("POST", f"/payments/{name}/act", {"action": "pay"}).status,
                    lambda name=name: code_of(over_http(gateway, "cancel", "A", {"paymentRequestId": name})),
                )
            ]
            deeds.insert(len(deeds) // 2, lambda: gateway.admin("PUT", "/clock", {"advance": "PT1H"}).status)
            found = list(pool.map(lambda deed: deed(), deeds))
            found.pop(len(names))
            for name, paid_status, cancel_code in zip(names, found[::2], found[1::2], strict=True):
                shown = gateway.admin("GET", f"/payments/{name}").body
                was_paid = shown["paymentTime"] is not None
                assert was_paid == (paid_status == 200)
                assert (shown["state"] == "CANCELLED") == (cancel_code == "SUCCESS")
                assert shown["state"] in ("CANCELLED", "EXPIRED")
                sent = gateway.admin("GET", f"/notifications?paymentRequestId={name}").body["notifications"]
                assert (was_paid or shown["state"] == "EXPIRED") == len(sent)
