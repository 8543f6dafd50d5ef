"""Deliveries: the retry schedule, the order, and the outcomes."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts import load
from mock_alipay.errors import AddressNotAllowed, DeliveryError
from tests.calls import NOW
from tests.memory import done
from tests.timelapse import LoopClock, run
from tests.webhooks.deliveries import ACK, BUSY, Deliveries

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
DOCUMENTED = [0 * MINUTE, 2 * MINUTE, 12 * MINUTE, 22 * MINUTE, 82 * MINUTE, 202 * MINUTE, 562 * MINUTE, 1462 * MINUTE]
"""Attempts after 0 s, 2 min, 10 min, 10 min, 1 h, 2 h, 6 h and 15 h, each counted from the one before."""


class TestRetrySchedule:
    @given(st.integers(0, 600), st.lists(st.integers(1, 200_000), max_size=8), st.integers(1, 8))
    @settings(max_examples=20, deadline=None)
    def test_attempts_are_made_at_their_due_times(self, delay: int, steps: list[int], accepted: int) -> None:
        """However the clock is advanced, the request-time is the due time; an acknowledgement ends the attempts."""

        async def scene() -> None:
            deliveries = Deliveries()
            deliveries.merchants.respond(*[BUSY] * (accepted - 1), ACK)
            deliveries.enqueue(due=NOW + delay * SECOND)
            await deliveries.dispatcher.settle()
            for step in steps:
                await deliveries.advance(step * SECOND)
            schedule = [delay * SECOND + moment for moment in DOCUMENTED]
            assert [due for due in schedule if due <= sum(steps) * SECOND][:accepted] == deliveries.merchants.times

        asyncio.run(scene())

    @pytest.mark.parametrize(
        ("real_time", "attempts"), [(False, 8), (True, 8), (False, 1)], ids=["clock", "real request times", "sandbox"]
    )
    async def test_a_notification_is_given_up_after_the_last_attempt(self, real_time: bool, attempts: int) -> None:
        """Real request times do not change the schedule, which follows the clock; the sandbox makes one attempt."""
        deliveries = Deliveries(real_time=real_time, intervals=load().limits.resend_intervals[:attempts])
        deliveries.merchants.respond(BUSY)
        number = deliveries.enqueue()
        await deliveries.dispatcher.settle()
        await deliveries.advance(3 * DAY)
        found = deliveries.get(number)
        assert ("GIVEN_UP", None) == (found.status, found.due)
        assert DOCUMENTED[:attempts] == [attempt.time - NOW for attempt in found.attempts]
        assert deliveries.merchants.times == ([0 * MINUTE] * 8 if real_time else DOCUMENTED[:attempts])

    def test_attempts_are_made_in_the_background(self) -> None:
        """While the clock runs, nobody needs to advance it."""

        async def scene() -> list[timedelta]:
            deliveries = Deliveries(LoopClock())
            deliveries.merchants.respond(BUSY)
            async with deliveries.running():
                deliveries.enqueue()
                await asyncio.sleep(3 * DAY.total_seconds())
            return deliveries.merchants.times

        assert DOCUMENTED == run(scene())

    async def test_only_a_clock_that_is_advanced_makes_attempts(self) -> None:
        """Neither that of another client id nor one that is set back, whose attempt waits until it is due again."""
        deliveries = Deliveries()
        deliveries.merchants.respond(BUSY)
        deliveries.enqueue(client_id="A")
        deliveries.enqueue(client_id="B")
        await deliveries.dispatcher.settle()
        done(deliveries.clocks.freeze(NOW - HOUR, "A"))
        await deliveries.advance(HOUR + MINUTE, "A")
        await deliveries.advance(12 * MINUTE, "B")
        assert ["1", "2", "2", "2"] == deliveries.merchants.numbers

    @pytest.mark.parametrize("moved", ["run", "advance"])
    def test_due_times_follow_a_moved_clock(self, moved: str) -> None:
        """A notification that was due in an hour is due in a minute when the clock is moved by 59."""

        async def scene() -> list[timedelta]:
            deliveries = Deliveries(LoopClock())
            async with deliveries.running():
                deliveries.enqueue(due=NOW + HOUR)
                await asyncio.sleep(0)
                if moved == "run":
                    done(deliveries.clocks.freeze(NOW + HOUR - MINUTE))
                    done(deliveries.clocks.run())
                else:
                    done(deliveries.clocks.advance(HOUR - MINUTE))
                await deliveries.dispatcher.settle()
                await asyncio.sleep(2 * MINUTE.total_seconds())
                return deliveries.merchants.times

        assert [HOUR] == run(scene())


class TestOutcome:
    @pytest.mark.parametrize(
        ("error", "status", "attempts"),
        [(DeliveryError("no response"), "GIVEN_UP", 8), (AddressNotAllowed("not allowed"), "REFUSED", 1)],
        ids=["unreachable", "not allowed"],
    )
    async def test_without_a_response(self, error: Exception, status: str, attempts: int) -> None:
        """An unreachable shop is retried, an address that is not allowed is not; the reason is kept."""
        deliveries = Deliveries()
        deliveries.merchants.respond(error)
        number = deliveries.enqueue()
        await deliveries.advance(3 * DAY)
        found = deliveries.get(number)
        assert (status, attempts, None) == (found.status, len(found.attempts), found.due)
        assert {(None, b"", str(error))} == {attempt[1:4] for attempt in found.attempts}
        assert (str(error) if status == "REFUSED" else None) == found.problem

    async def test_attempts_are_kept_and_published(self) -> None:
        """With 4 KiB of the response and the headers as sent, signed anew; one that is never sent is an event too."""
        deliveries = Deliveries(signing=True)
        deliveries.merchants.respond(BUSY._replace(body=b"x" * 10_000), ACK)
        number = deliveries.enqueue()
        deliveries.enqueue(status="DROPPED", due=None)
        await deliveries.advance(2 * MINUTE)
        first, second = deliveries.get(number).attempts
        assert (b"x" * 4096, ACK.body) == (first.answer, second.answer)
        assert [first.headers, second.headers] == deliveries.merchants.requests
        assert first.headers["signature"] != second.headers["signature"]
        assert [("2", "DROPPED"), ("1", "PENDING"), ("1", "ACCEPTED")] == deliveries.published

    async def test_an_internal_error_blocks_no_other_delivery(self, caplog: pytest.LogCaptureFixture) -> None:
        """It is logged, and the other notifications are delivered."""
        deliveries = Deliveries()
        deliveries.merchants.respond(ZeroDivisionError("oops"), url="http://broken.example/")
        deliveries.enqueue(url="http://broken.example/")
        deliveries.enqueue()
        await deliveries.dispatcher.settle()
        assert ["PENDING", "ACCEPTED"] == [deliveries.get(number).status for number in "12"]
        errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
        assert ["internal error in the delivery of notification 1"] == errors


class TestOrder:
    async def test_notifications_of_a_payment_are_sent_one_after_the_other(self) -> None:
        """Each waits for the response to the one before, also one that is enqueued meanwhile; others do not wait."""
        deliveries = Deliveries()
        merchants = deliveries.merchants
        merchants.responding.clear()
        for payment in ("p", "p", "q"):
            deliveries.enqueue(request_id=payment)
        async with deliveries.running():
            await merchants.until(lambda: merchants.in_flight == ["1", "3"])
            with deliveries.events.subscribed(lambda _: merchants.responding.clear()):
                merchants.responding.set()
                await merchants.until(lambda: "2" in merchants.in_flight)
                deliveries.enqueue(request_id="p")
                deliveries.enqueue(request_id="r")
                await merchants.until(lambda: "5" in merchants.in_flight)
                assert "4" not in merchants.in_flight
            merchants.responding.set()
            await deliveries.dispatcher.settle()
        assert ["1", "3", "2", "5", "4"] == merchants.numbers

    @pytest.mark.parametrize("predecessor", [{}, {"status": "DROPPED", "due": None}], ids=["sent", "dropped"])
    async def test_a_notification_waits_for_its_predecessor(self, predecessor: dict[str, object]) -> None:
        """It is sent after its predecessor's first attempt or end; those of another payment or name do not count."""
        deliveries = Deliveries()
        held = deliveries.enqueue(request_id="p", waits_for="notifyCapture")
        deliveries.enqueue(request_id="q", name="notifyCapture")
        deliveries.enqueue(request_id="p", name="notifyRefund")
        await deliveries.dispatcher.settle()
        assert (True, ["2", "3"]) == (deliveries.get(held).held, deliveries.merchants.numbers)
        deliveries.enqueue(request_id="p", name="notifyCapture", **predecessor)
        await deliveries.dispatcher.settle()
        assert ("ACCEPTED", "1") == (deliveries.get(held).status, deliveries.merchants.numbers[-1])

    async def test_a_retry_does_not_delay_the_next_notification(self) -> None:
        """After a failed attempt the next notification is sent at once, and the failed one when it is due."""
        deliveries = Deliveries()
        deliveries.merchants.respond(BUSY, ACK)
        for _ in range(2):
            deliveries.enqueue(request_id="p")
        await deliveries.advance(2 * MINUTE)
        assert ["1", "2", "1"] == deliveries.merchants.numbers

    async def test_a_held_notification_also_waits_for_its_due_time(self) -> None:
        """It is sent at the later of its due time and its predecessor's first attempt, even a failed one."""
        deliveries = Deliveries()
        deliveries.merchants.respond(*[ACK] * 4, BUSY, ACK)
        for payment in ("p", "q"):
            deliveries.enqueue(request_id=payment, waits_for="notifyCapture", due=NOW + HOUR)
        deliveries.enqueue(request_id="p", name="notifyCapture")
        deliveries.enqueue(request_id="r", name="notifyCapture", due=NOW + HOUR)
        deliveries.enqueue(request_id="r", waits_for="notifyCapture")
        await deliveries.advance(2 * HOUR)
        deliveries.enqueue(request_id="q", name="notifyCapture")
        await deliveries.dispatcher.settle()
        deliveries.enqueue(request_id="q", waits_for="notifyCapture")
        await deliveries.dispatcher.settle()
        assert [0 * HOUR, *[HOUR] * 3, *[2 * HOUR] * 3] == deliveries.merchants.times

    async def test_release_sends_what_waits_in_vain(self) -> None:
        """Notifications that wait for another name, or of another payment, still wait."""
        deliveries = Deliveries()
        deliveries.enqueue(request_id="p", waits_for="notifyCapture")
        deliveries.enqueue(request_id="p", waits_for="notifyCapture", due=NOW + HOUR)
        deliveries.enqueue(request_id="p", waits_for="notifyRefund")
        deliveries.enqueue(request_id="q", waits_for="notifyCapture")
        await deliveries.dispatcher.release(("A", "payments", "p"), {"notifyCapture"})
        await deliveries.dispatcher.settle()
        await deliveries.advance(DAY)
        assert [True, True] == [deliveries.get(number).held for number in "34"]
        assert [0 * HOUR, HOUR] == deliveries.merchants.times
