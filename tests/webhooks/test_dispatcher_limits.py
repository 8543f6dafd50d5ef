"""Deliveries out of turn, concurrency limits, and deleted, evicted or withdrawn notifications."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.errors import TooManyAttempts
from mock_alipay.webhooks.dispatcher import MAX_MANUAL_RESENDS
from mock_alipay.webhooks.slots import Slots
from tests.calls import NOW, parts_of, result, signed_call
from tests.memory import done, kept
from tests.timelapse import run
from tests.webhooks.deliveries import ACK, BUSY, Deliveries, notification
from tests.webhooks.merchant import listening

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMIT = 8
"""Concurrent deliveries of one client id."""


class TestBeforeReply:
    async def test_is_sent_on_request_and_does_not_wait_for_other_deliveries(self) -> None:
        """A shop may call the gateway while it handles notifications, and respond to them only after the reply."""
        deliveries = Deliveries()
        merchants = deliveries.merchants
        merchants.responding.clear()
        for _ in range(20):
            deliveries.enqueue(request_id="p")
            deliveries.enqueue()
        number = deliveries.enqueue(request_id="p", before_reply=True)
        dropped = deliveries.enqueue(before_reply=True, status="DROPPED", due=None)
        async with deliveries.running():
            await merchants.until(lambda: len(merchants.in_flight) == LIMIT)
            assert number not in merchants.in_flight
            replying = deliveries.dispatcher.deliver_before_reply(map(deliveries.get, (number, dropped)))
            delivery = asyncio.create_task(replying)
            await merchants.until(lambda: number in merchants.in_flight)
            merchants.respond(*[BUSY] * (LIMIT + 1), ACK)
            merchants.responding.set()
            await delivery
            await deliveries.advance(2 * DAY)
        assert ("ACCEPTED", "DROPPED") == (deliveries.get(number).status, deliveries.get(dropped).status)
        assert (2, 0) == (merchants.numbers.count(number), merchants.numbers.count(dropped))

    def test_delays_a_reply_for_two_seconds_at_most(self) -> None:
        """The deliveries go on after the reply, one after the other."""

        async def scene() -> None:
            deliveries = Deliveries()
            deliveries.merchants.responding.clear()
            numbers = [deliveries.enqueue(before_reply=True), deliveries.enqueue(before_reply=True)]
            await deliveries.dispatcher.deliver_before_reply(map(deliveries.get, numbers))
            assert 2.0 == asyncio.get_running_loop().time()
            assert (numbers[:1], 2) == (deliveries.merchants.in_flight, deliveries.dispatcher.under_way("A"))
            assert (1, 32) == deliveries.dispatcher.usage()["deliveries_out_of_turn"]
            deliveries.merchants.responding.set()
            await deliveries.dispatcher.settle()
            assert (numbers, 0) == (deliveries.merchants.numbers, deliveries.dispatcher.under_way())

        run(scene())


class TestResend:
    async def test_is_made_at_once_whatever_the_status(self) -> None:
        """An acknowledgement ends the retries; after a failure a held notification still waits for its predecessor."""
        deliveries = Deliveries()
        deliveries.merchants.respond(BUSY, ACK)
        held = deliveries.enqueue(request_id="p", waits_for="notifyCapture")
        numbers = [held, deliveries.enqueue(), deliveries.enqueue(status="GIVEN_UP", due=None)]
        done(deliveries.clocks.advance(HOUR))
        for number in numbers:
            found = await deliveries.dispatcher.resend(deliveries.get(number))
            assert found == deliveries.get(number)
            assert (True, NOW + HOUR) == (found.attempts[0].by_hand, found.attempts[0].time)
        await deliveries.advance(2 * DAY)
        assert numbers == deliveries.merchants.numbers
        assert ["PENDING", "ACCEPTED", "ACCEPTED"] == [deliveries.get(number).status for number in numbers]
        deliveries.enqueue(request_id="p", name="notifyCapture")
        await deliveries.dispatcher.settle()
        assert "ACCEPTED" == deliveries.get(held).status

    async def test_has_a_limit_per_notification(self) -> None:
        """Resends in progress count, and the attempts of the retry schedule are made in addition."""
        deliveries = Deliveries()
        deliveries.merchants.respond(BUSY)
        one = deliveries.get(deliveries.enqueue(due=NOW + HOUR))
        resends = [deliveries.dispatcher.resend(one) for _ in range(MAX_MANUAL_RESENDS + 5)]
        found = await asyncio.gather(*resends, return_exceptions=True)
        assert 5 == sum(isinstance(each, TooManyAttempts) for each in found)
        with pytest.raises(TooManyAttempts, match=f"notification {one.id} .* 100"):
            await deliveries.dispatcher.resend(deliveries.get(one.id))
        await deliveries.advance(2 * DAY)
        made = Counter(attempt.by_hand for attempt in deliveries.get(one.id).attempts)
        assert {True: MAX_MANUAL_RESENDS, False: 8} == made

    @pytest.mark.parametrize("resend_first", [True, False])
    async def test_a_late_failure_does_not_revert_an_acknowledgement(self, resend_first: bool) -> None:
        """Of two concurrent attempts, one a resend, the first is acknowledged; there are no retries."""
        deliveries = Deliveries()
        merchants = deliveries.merchants
        merchants.responding.clear()
        merchants.respond(ACK, BUSY)
        one = deliveries.get(deliveries.enqueue())
        attempts = [deliveries.dispatcher.resend(one), deliveries.dispatcher.settle()]
        tasks = []
        for attempt in attempts if resend_first else reversed(attempts):
            tasks.append(asyncio.create_task(attempt))
            await merchants.until(lambda: len(merchants.in_flight) == len(tasks))
        for _ in range(3):
            await asyncio.sleep(0)  # until both wait for their response
        merchants.responding.set()
        await asyncio.gather(*tasks)
        await deliveries.advance(2 * DAY)
        found = deliveries.get(one.id)
        assert ("ACCEPTED", None) == (found.status, found.due)
        assert [True, False] == [attempt.complaint is None for attempt in found.attempts]
        assert (resend_first, 2) == (found.attempts[0].by_hand, len(merchants.requests))


class TestConcurrency:
    @pytest.mark.parametrize("manual", [False, True], ids=["scheduled", "manual"])
    async def test_slow_shops_block_only_their_own_notifications(self, manual: bool) -> None:
        """Per client id 8 are in flight, by schedule or resent; all arrive in the end, each once."""
        deliveries = Deliveries()
        merchants = deliveries.merchants
        merchants.responding.clear()
        resends: list[asyncio.Task[Any]] = []

        def send(client_id: str) -> str:
            number = deliveries.enqueue(client_id=client_id, **({"status": "DROPPED", "due": None} if manual else {}))
            if manual:
                resends.append(asyncio.create_task(deliveries.dispatcher.resend(deliveries.get(number))))
            return number

        async with deliveries.running():
            for client_id in "AB":
                for _ in range(20):
                    send(client_id)
            await merchants.until(lambda: len(merchants.in_flight) == 2 * LIMIT)
            number = send("C")
            await merchants.until(lambda: number in merchants.in_flight)
            assert 2 * LIMIT + 1 == merchants.most
            merchants.responding.set()
            await asyncio.gather(*resends)
            await deliveries.dispatcher.settle()
        assert sorted(map(str, range(1, 42))) == sorted(merchants.numbers)

    async def test_slots_are_limited_in_total_and_per_client_id(self) -> None:
        """No more than 5 deliveries run at once, no more than 2 of one client id, and all of them run in the end."""
        slots, running, most = Slots(5, 2), Counter[str](), Counter[str]()

        async def deliver(client_id: str) -> None:
            async with slots.acquire(client_id):
                running.update([client_id, "total"])
                assert running["total"] == slots.used
                most.update({name: 1 for name, count in running.items() if count > most[name]})
                await asyncio.sleep(0)
                running.subtract([client_id, "total"])

        await asyncio.gather(*(deliver(client_id) for client_id in "AAAAAAAABBBCCC"))
        assert ({"A": 2, "B": 2, "C": 2, "total": 5}, 0) == (most, slots.used)

    async def test_calls_are_replied_to_while_many_notifications_are_due(self) -> None:
        """A call does not wait until all are delivered."""
        components = parts_of()
        async with listening() as shop:
            for _ in range(500):
                number = components.dispatcher.journal.next_id()
                await components.dispatcher.enqueue(notification(number, url=shop.url()))
            running = asyncio.create_task(components.dispatcher.run())
            try:
                await shop.reached(1)
                assert "SUCCESS" == result(await components.gateway.answer(signed_call()))["resultCode"]
                assert len(shop.requests) < 500
            finally:
                running.cancel()
                await asyncio.wait([running])
                await components.dispatcher.close()
                components.signing.close()


async def test_withdraw_drops_pending_notifications_created_later() -> None:
    """Also retries and those in flight; older, acknowledged and other payments' notifications stay."""
    deliveries = Deliveries()
    deliveries.merchants.respond(BUSY)
    done(deliveries.clocks.advance(HOUR))
    defaults = {"created": NOW + HOUR, "request_id": "p", "due": NOW + 2 * HOUR}
    for changes in (
        {},
        {"due": NOW + HOUR},
        {"status": "ACCEPTED", "due": None},
        {"created": NOW},
        {"request_id": "q"},
    ):
        deliveries.enqueue(**{**defaults, **changes})
    deliveries.merchants.responding.clear()
    settling = asyncio.create_task(deliveries.dispatcher.settle())
    await deliveries.merchants.until(lambda: deliveries.merchants.in_flight == ["2"])
    deliveries.published.clear()
    await deliveries.dispatcher.withdraw(("A", "payments", "p"), NOW, "undone")
    assert [("1", "DROPPED"), ("2", "DROPPED")] == deliveries.published
    assert 2 == done(deliveries.dispatcher.schedule.due_times.held())
    deliveries.merchants.responding.set()
    await settling
    await deliveries.advance(HOUR)
    assert ["2", "4", "5"] == deliveries.merchants.numbers
    assert ["DROPPED", "DROPPED", "ACCEPTED", "PENDING", "PENDING"] == [deliveries.get(n).status for n in "12345"]
    assert [("undone", None)] * 2 == [(deliveries.get(n).problem, deliveries.get(n).due) for n in "12"]


async def test_evicted_notifications_are_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    """The log warns once when a pending notification is evicted."""
    deliveries = Deliveries(most=3)
    for status in ("ACCEPTED", *["PENDING"] * 3):
        deliveries.enqueue(due=NOW + HOUR, status=status)
    assert [] == caplog.messages
    for _ in range(6):
        deliveries.enqueue(due=NOW + HOUR)
    (warning,) = caplog.messages
    assert "more than 3 notifications, or 64 MiB" in warning
    assert (3, 3) == (len(kept(deliveries.journal)), done(deliveries.dispatcher.schedule.due_times.held()))
    await deliveries.advance(HOUR)
    assert ["8", "9", "10"] == deliveries.merchants.numbers


async def test_close_cancels_deliveries() -> None:
    """Deliveries in flight and queued ones end without a result, and the HTTP client is closed."""
    deliveries = Deliveries()
    merchants = deliveries.merchants
    merchants.responding.clear()
    for _ in range(LIMIT + 2):
        deliveries.enqueue()
    settling = asyncio.create_task(deliveries.dispatcher.settle())
    await merchants.until(lambda: len(merchants.in_flight) == LIMIT)
    await deliveries.dispatcher.close()
    await settling
    assert (1, [], LIMIT) == (merchants.closed, merchants.in_flight, len(merchants.requests))
    assert {"PENDING"} == {each.status for each in kept(deliveries.journal)}


async def test_deleted_notifications_are_not_sent() -> None:
    """Due, held and queued ones; those in flight are not written back, and other client ids are not affected."""
    deliveries = Deliveries()
    deliveries.merchants.responding.clear()
    for payment in ("p", "p", "q"):
        deliveries.enqueue(request_id=payment)
    deliveries.enqueue(request_id="r", waits_for="notifyCapture")
    deliveries.enqueue(client_id="B")
    settling = asyncio.create_task(deliveries.dispatcher.settle())
    await deliveries.merchants.until(lambda: len(deliveries.merchants.in_flight) == 3)
    assert 4 == await deliveries.dispatcher.forget("A")
    deliveries.merchants.responding.set()
    await settling
    await deliveries.advance(2 * DAY)
    assert ["1", "3", "5"] == deliveries.merchants.numbers
    assert ["5"] == [each.id for each in kept(deliveries.journal)]
    assert (1, 0) == (await deliveries.dispatcher.forget(), len(kept(deliveries.journal)))
