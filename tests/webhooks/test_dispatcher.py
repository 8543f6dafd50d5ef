"""Deliveries: when each is made, in which order, how often, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts import load
from mock_alipay.errors import AddressNotAllowed, DeliveryError, TooManyAttempts
from mock_alipay.storage import MemoryStorage
from mock_alipay.webhooks import HttpClient, dispatcher
from tests.calls import NOW, parts_of, result, signed_call
from tests.memory import done, kept
from tests.timelapse import LoopClock, run
from tests.webhooks.merchant import listening
from tests.webhooks.rounds import ACK, BUSY, Round, notification

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * HOUR
DOCUMENTED = [0 * MINUTE, 2 * MINUTE, 12 * MINUTE, 22 * MINUTE, 82 * MINUTE, 202 * MINUTE, 562 * MINUTE, 1462 * MINUTE]
"""0 s, 2 min, 10 min, 10 min, 1 h, 2 h, 6 h, 15 h, each after the one before: when each attempt is made."""


def test_the_shipped_timetable_is_the_documented_one() -> None:
    """Eight attempts, the last of them after 24 hours and 22 minutes."""
    assert list(accumulate(load().limits.resend_intervals)) == DOCUMENTED


class TestTimetable:
    @pytest.mark.parametrize(
        "steps",
        [[25 * HOUR], [HOUR] * 25, [7 * MINUTE] * 212, [90 * SECOND, 23 * HOUR, 40 * MINUTE, 2 * DAY]],
        ids=["at once", "by the hour", "every seven minutes", "unevenly"],
    )
    async def test_by_a_clock_that_is_wound(self, steps: list[timedelta]) -> None:
        """Each request-time is the moment that the clock has passed, to the second, however it is wound."""
        post = Round()
        post.merchants.says(BUSY)
        number = post.post()
        await post.dispatcher.settle()
        for step in steps:
            await post.wound(step)
        assert ("GIVEN_UP", None) == (post.look(number).status, post.look(number).due)
        assert DOCUMENTED == [attempt.time - NOW for attempt in post.look(number).attempts]
        await post.wound(2 * DAY)
        assert DOCUMENTED == [letter.after for letter in post.merchants.letters]

    async def test_real_request_times(self) -> None:
        """Whatever a test does to the clock, a shop is told the machine's time; the timetable goes by the clock."""
        post = Round(real_time=True)
        post.merchants.says(BUSY)
        number = post.post()
        await post.wound(2 * DAY)
        assert DOCUMENTED == [attempt.time - NOW for attempt in post.look(number).attempts]
        assert [0 * MINUTE] * 8 == [letter.after for letter in post.merchants.letters]

    def test_by_itself(self) -> None:
        """The postman on his rounds needs nobody who winds a clock."""

        async def scene() -> list[timedelta]:
            post = Round(LoopClock())
            post.merchants.says(BUSY)
            async with post.running():
                post.post()
                await asyncio.sleep(3 * DAY.total_seconds())
            return [letter.after for letter in post.merchants.letters]

        assert DOCUMENTED == run(scene())

    async def test_each_client_s_clock_counts(self) -> None:
        """What is due for one whose clock is wound is not due for the other."""
        post = Round()
        post.merchants.says(BUSY)
        post.post(client_id="A")
        post.post(client_id="B")
        await post.dispatcher.settle()
        await post.wound(2 * MINUTE, "B")
        await post.wound(10 * MINUTE, "B")
        assert ["1", "2", "2", "2"] == post.merchants.numbers

    @pytest.mark.parametrize("made", range(1, 8))
    async def test_stops_at_the_acknowledgement(self, made: int) -> None:
        """Whichever attempt it comes to."""
        post = Round()
        post.merchants.says(*[BUSY] * (made - 1), ACK)
        number = post.post()
        await post.dispatcher.settle()
        await post.wound(3 * DAY)
        found = post.look(number)
        assert ("ACCEPTED", None, made) == (found.status, found.due, len(found.attempts))
        assert [False] * (made - 1) + [True] == [attempt.complaint is None for attempt in found.attempts]
        assert made == len(post.merchants.letters)

    async def test_the_sandbox_sends_nothing_twice(self) -> None:
        """With its table of one attempt the first is the last."""
        post = Round(intervals=load().limits.resend_intervals[:1])
        post.merchants.says(BUSY)
        number = post.post()
        await post.dispatcher.settle()
        await post.wound(3 * DAY)
        assert ("GIVEN_UP", 1) == (post.look(number).status, len(post.merchants.letters))

    @pytest.mark.parametrize(("sandbox_retries", "attempts"), [(False, 8), (True, 1)])
    def test_the_setting_chooses_the_table(self, sandbox_retries: bool, attempts: int) -> None:
        """``sandbox_retries`` is the sandbox's; without it there are eight attempts."""
        assert attempts == len(parts_of(sandbox_retries=sandbox_retries).dispatcher._delivery._intervals)

    @given(st.lists(st.integers(1, 200_000), max_size=8), st.integers(1, 8))
    @settings(max_examples=50, deadline=None)
    def test_is_the_same_however_time_passes(self, steps: list[int], accepted: int) -> None:
        """The attempts that have come due, at their moments, and no other."""

        async def scene() -> None:
            post = Round()
            post.merchants.says(*[BUSY] * (accepted - 1), ACK)
            post.post()
            await post.dispatcher.settle()
            for step in steps:
                await post.wound(step * SECOND)
            due = [moment for moment in DOCUMENTED if moment <= sum(steps) * SECOND]
            assert due[:accepted] == [letter.after for letter in post.merchants.letters]

        asyncio.run(scene())


class TestDue:
    async def test_later_than_now_waits(self) -> None:
        """Until its moment, which then stands in request-time."""
        post = Round()
        post.post(due=NOW + 10 * MINUTE)
        await post.dispatcher.settle()
        await post.wound(10 * MINUTE - SECOND)
        assert [] == post.merchants.letters
        await post.wound(HOUR)
        assert [10 * MINUTE] == [letter.after for letter in post.merchants.letters]

    @pytest.mark.parametrize("moved", ["run", "advance"])
    def test_a_clock_that_was_moved_is_looked_at_again(self, moved: str) -> None:
        """What fell due in an hour, or never as the clock stood, falls due in a minute when that is how it stands."""

        async def scene() -> list[timedelta]:
            post = Round(LoopClock())
            if moved == "run":
                done(post.clocks.freeze())
            async with post.running():
                post.post(due=NOW + HOUR)
                await asyncio.sleep(1)
                if moved == "run":
                    done(post.clocks.freeze(NOW + HOUR - MINUTE))
                    done(post.clocks.run())
                else:
                    done(post.clocks.advance(HOUR - MINUTE))
                await post.dispatcher.settle()
                await asyncio.sleep(2 * MINUTE.total_seconds())
                return [letter.after for letter in post.merchants.letters]

        assert [HOUR] == run(scene())

    async def test_a_clock_set_back_makes_the_next_attempt_wait(self) -> None:
        """Its moment is to come once more."""
        post = Round()
        post.merchants.says(BUSY)
        post.post()
        await post.dispatcher.settle()
        done(post.clocks.freeze(NOW - HOUR))
        await post.dispatcher.settle()
        await post.wound(HOUR + MINUTE)
        assert 1 == len(post.merchants.letters)


class TestOutcome:
    @pytest.mark.parametrize(
        ("error", "status", "attempts"),
        [
            (DeliveryError("127.0.0.1:9 refused the connection"), "GIVEN_UP", 8),
            (AddressNotAllowed("notifications never go to metadata"), "REFUSED", 1),
        ],
        ids=["nobody there", "forbidden"],
    )
    async def test_no_answer(self, error: Exception, status: str, attempts: int) -> None:
        """Who cannot be reached is tried again; where nothing may go nothing is sent again. The words are kept."""
        post = Round()
        post.merchants.says(error)
        number = post.post()
        await post.dispatcher.settle()
        await post.wound(3 * DAY)
        found = post.look(number)
        assert (status, attempts, None) == (found.status, len(found.attempts), found.due)
        assert {(None, b"", str(error))} == {attempt[1:4] for attempt in found.attempts}
        assert (str(error) if status == "REFUSED" else None) == found.problem

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://192.0.2.7/notify", "to allow it: --notify-allow 192.0.2.7"),
            ("http://169.254.169.254/latest", "never go to 169.254.169.254"),
            ("ftp://127.0.0.1/notify", "http and https URLs only"),
            ("http://user:secret@127.0.0.1/notify", "never go to a URL with a user name or password"),
            ("http:///notify", "expected a URL such as http://127.0.0.1:8000/notify"),
            ("http://127.0.0.1:99999/notify", "expected a URL such as http://127.0.0.1:8000/notify"),
        ],
    )
    async def test_refused_targets_say_why(self, url: str, words: str) -> None:
        """And how to allow them, where that can be; with the real courier."""
        post = Round()
        post.dispatcher._delivery._http_client = HttpClient()
        number = post.post(url=url)
        await post.dispatcher.settle()
        await post.dispatcher.close()
        assert ("REFUSED", 1) == (post.look(number).status, len(post.look(number).attempts))
        assert words in (post.look(number).problem or "")

    async def test_only_the_beginning_of_an_answer_is_kept(self) -> None:
        """4 KiB of it."""
        post = Round()
        post.merchants.says(BUSY._replace(body=b"x" * 10_000))
        number = post.post()
        await post.dispatcher.settle()
        assert b"x" * 4096 == post.look(number).attempts[0].answer

    async def test_the_headers_of_each_attempt_are_kept(self) -> None:
        """As they went out: each has a time and a signature of its own."""
        post = Round(signing=True)
        post.merchants.says(BUSY, ACK)
        number = post.post()
        await post.dispatcher.settle()
        await post.wound(2 * MINUTE)
        kept = [attempt.headers for attempt in post.look(number).attempts]
        assert kept == [letter.headers for letter in post.merchants.letters]
        assert 2 == len({headers["signature"] for headers in kept})

    @pytest.mark.parametrize("by_hand_first", [True, False])
    async def test_a_failure_that_comes_late_takes_no_acknowledgement_away(self, by_hand_first: bool) -> None:
        """Two attempts are under way at once, one by hand: the first is acknowledged, and nothing is sent again."""
        post = Round()
        post.merchants.open.clear()
        post.merchants.says(ACK, BUSY)
        one = post.look(post.post())
        works = [post.dispatcher.resend(one), post.dispatcher.settle()]
        tasks = []
        for work in works if by_hand_first else reversed(works):
            tasks.append(asyncio.create_task(work))
            await post.merchants.busy(lambda: len(post.merchants.under_way) == len(tasks))
        for _ in range(3):
            await asyncio.sleep(0)  # until the second waits for its answer as the first does
        post.merchants.open.set()
        await asyncio.gather(*tasks)
        await post.wound(2 * DAY)
        found = post.look(one.id)
        assert ("ACCEPTED", None) == (found.status, found.due)
        assert [True, False] == [attempt.complaint is None for attempt in found.attempts]
        assert by_hand_first == found.attempts[0].by_hand
        assert 2 == len(post.merchants.letters)

    async def test_each_change_is_told(self) -> None:
        """Attempt by attempt, and of what is never sent at once."""
        post = Round()
        post.merchants.says(BUSY, ACK)
        with post.events.subscribed(post.hear):
            post.post()
            post.post(status="DROPPED", due=None)
            await post.dispatcher.settle()
            await post.wound(HOUR)
        assert [("2", "DROPPED"), ("1", "PENDING"), ("1", "ACCEPTED")] == post.told

    async def test_a_bug_keeps_nobody_else_waiting(self, caplog: pytest.LogCaptureFixture) -> None:
        """It is logged, and the others are delivered."""
        post = Round()
        post.merchants.says(ZeroDivisionError("a bug"), url="http://broken.example/")
        post.post(url="http://broken.example/")
        post.post()
        await post.dispatcher.settle()
        assert ["PENDING", "ACCEPTED"] == [post.look(number).status for number in ("1", "2")]
        assert ["internal error in the delivery of notification 1"] == [
            record.message for record in caplog.records if record.levelno == logging.ERROR
        ]


class TestOrder:
    async def test_those_of_a_payment_go_one_after_the_other(self) -> None:
        """The next begins when the one before has its answer; those of others go meanwhile."""
        post = Round()
        post.merchants.open.clear()
        for payment in ("p", "p", "q", "p"):
            post.post(request_id=payment)
        settling = asyncio.create_task(post.dispatcher.settle())
        await post.merchants.busy(lambda: len(post.merchants.under_way) == 2)
        assert ["1", "3"] == post.merchants.under_way
        post.merchants.open.set()
        await settling
        assert (["1", "3"], ["2", "4"]) == (post.merchants.numbers[:2], post.merchants.numbers[2:])

    async def test_an_attempt_that_failed_lets_the_next_one_go(self) -> None:
        """It is made again when it is due, as the gateway does: merchants must bear another order."""
        post = Round()
        post.merchants.says(BUSY, ACK)
        post.post(request_id="p")
        post.post(request_id="p")
        await post.dispatcher.settle()
        await post.wound(2 * MINUTE)
        assert ["1", "2", "1"] == post.merchants.numbers

    @pytest.mark.parametrize("made", [{}, {"status": "DROPPED", "due": None}], ids=["sent", "dropped"])
    async def test_waits_for_another(self, made: dict[str, object]) -> None:
        """Held until the other has been sent, or never will be; that of another payment does not count."""
        post = Round()
        held = post.post(request_id="p", waits_for="notifyCapture")
        post.post(request_id="q", name="notifyCapture")
        post.post(request_id="p", name="notifyRefund")
        await post.dispatcher.settle()
        assert (True, ["2", "3"]) == (post.look(held).held, post.merchants.numbers)
        post.post(request_id="p", name="notifyCapture", **made)
        await post.dispatcher.settle()
        assert ("ACCEPTED", "1") == (post.look(held).status, post.merchants.numbers[-1])

    async def test_waits_for_nothing_that_has_been_sent_already(self) -> None:
        """It is due at its own time then."""
        post = Round()
        post.merchants.says(BUSY, ACK)
        post.post(request_id="p", name="notifyCapture")
        await post.dispatcher.settle()
        post.post(request_id="p", waits_for="notifyCapture")
        await post.dispatcher.settle()
        assert ["1", "2"] == post.merchants.numbers

    async def test_waits_and_is_late_as_well(self) -> None:
        """It is sent when both have come: what it waits for, and its own time."""
        post = Round()
        for payment in ("p", "q"):
            post.post(request_id=payment, waits_for="notifyCapture", due=NOW + HOUR)
        post.post(request_id="p", name="notifyCapture")
        await post.wound(2 * HOUR)
        post.post(request_id="q", name="notifyCapture")
        await post.dispatcher.settle()
        assert [0 * HOUR, HOUR, 2 * HOUR, 2 * HOUR] == [letter.after for letter in post.merchants.letters]

    async def test_lets_go_what_waits_in_vain(self) -> None:
        """For one that will never come; what waits for another, or of another payment, still waits."""
        post = Round()
        post.post(request_id="p", waits_for="notifyCapture")
        post.post(request_id="p", waits_for="notifyCapture", due=NOW + HOUR)
        post.post(request_id="p", waits_for="notifyRefund")
        post.post(request_id="q", waits_for="notifyCapture")
        await post.dispatcher.release(("A", "payments", "p"), {"notifyCapture"})
        await post.dispatcher.settle()
        assert ["1"] == post.merchants.numbers
        await post.wound(DAY)
        assert [True, True] == [post.look(number).held for number in "34"]
        assert ["1", "2"] == post.merchants.numbers


class TestTakeBack:
    async def test_sends_no_more_of_what_was_told_since(self) -> None:
        """Neither first nor again, nor what was under way; what is older, acknowledged or of another payment stays."""
        post = Round()
        post.merchants.says(BUSY)
        done(post.clocks.advance(HOUR))
        times = {"created": NOW + HOUR, "request_id": "p"}
        post.post(**times, due=NOW + 2 * HOUR)
        post.post(**times)
        post.post(**times, status="ACCEPTED", due=None)
        post.post(created=NOW, request_id="p", due=NOW + 2 * HOUR)
        post.post(created=NOW + HOUR, request_id="q", due=NOW + 2 * HOUR)
        post.merchants.open.clear()
        settling = asyncio.create_task(post.dispatcher.settle())
        await post.merchants.busy(lambda: post.merchants.under_way == ["2"])
        with post.events.subscribed(post.hear):
            await post.dispatcher.withdraw(("A", "payments", "p"), NOW, "undone")
        post.merchants.open.set()
        await settling
        await post.wound(HOUR)
        assert [("1", "DROPPED"), ("2", "DROPPED")] == post.told
        assert ["2", "4", "5"] == post.merchants.numbers
        assert ["DROPPED", "DROPPED", "ACCEPTED", "PENDING", "PENDING"] == [post.look(n).status for n in "12345"]
        assert [("undone", None)] * 2 == [(post.look(n).problem, post.look(n).due) for n in "12"]


class TestAhead:
    async def test_is_sent_when_it_is_hurried(self) -> None:
        """And not by the rounds; one that is dropped is not sent at all."""
        post = Round()
        post.post(client_id="B")
        numbers = [post.post(before_reply=True), post.post(before_reply=True, status="DROPPED", due=None)]
        for number in numbers:
            await post.dispatcher.deliver_before_reply([post.look(number)])
        assert ["ACCEPTED", "DROPPED"] == [post.look(number).status for number in numbers]
        assert ["2"] == post.merchants.numbers

    async def test_is_sent_again_like_any_other(self) -> None:
        """Who waits for it waits for one attempt."""
        post = Round()
        post.merchants.says(BUSY)
        await post.dispatcher.deliver_before_reply([post.look(post.post(before_reply=True))])
        assert 1 == len(post.merchants.letters)
        await post.wound(2 * DAY)
        assert DOCUMENTED == [letter.after for letter in post.merchants.letters]

    async def test_waits_for_no_turn(self) -> None:
        """However many are under way to a merchant, for this payment too: they may wait for the call that causes it."""
        post = Round()
        post.merchants.open.clear()
        for _ in range(20):
            post.post(request_id="p")
            post.post()
        async with post.running():
            await post.merchants.busy(lambda: len(post.merchants.under_way) == dispatcher._MAX_CONCURRENT_PER_CLIENT)
            number = post.post(request_id="p", before_reply=True)
            hurried = asyncio.create_task(post.dispatcher.deliver_before_reply([post.look(number)]))
            await post.merchants.busy(lambda: number in post.merchants.under_way)
            post.merchants.open.set()
            await hurried
        assert "ACCEPTED" == post.look(number).status

    def test_keeps_a_reply_waiting_for_a_moment_only(self) -> None:
        """A shop that does one thing at a time answers when it has got the reply; what comes after that is in turn."""

        async def scene() -> None:
            post = Round()
            post.merchants.open.clear()
            numbers = [post.post(before_reply=True), post.post(before_reply=True)]
            await post.dispatcher.deliver_before_reply(map(post.look, numbers))
            assert (numbers[:1], 2) == (post.merchants.under_way, post.dispatcher.under_way("A"))
            post.merchants.open.set()
            await post.dispatcher.settle()
            assert (numbers, 0) == (post.merchants.numbers, post.dispatcher.under_way())

        run(scene())


class TestResend:
    @pytest.mark.parametrize(
        ("answer", "status", "after"),
        [(ACK, "GIVEN_UP", "ACCEPTED"), (BUSY, "GIVEN_UP", "GIVEN_UP"), (BUSY, "ACCEPTED", "ACCEPTED")],
    )
    async def test_is_made_at_once(self, answer: object, status: str, after: str) -> None:
        """Whatever became of the notification; an acknowledgement counts, and a failure takes none away."""
        post = Round()
        post.merchants.says(answer)  # type: ignore[arg-type]
        number = post.post(status=status, due=None)
        done(post.clocks.advance(HOUR))
        found = await post.dispatcher.resend(post.look(number))
        assert (after, 1, None) == (found.status, len(found.attempts), found.due)
        assert (True, NOW + HOUR) == (found.attempts[0].by_hand, found.attempts[0].time)
        assert found == post.look(number)

    async def test_does_not_count_among_the_attempts(self) -> None:
        """Those that were due are made as ever, unless one by hand is acknowledged."""
        post = Round()
        post.merchants.says(BUSY)
        number = post.post()
        for _ in range(3):
            await post.dispatcher.resend(post.look(number))
        await post.dispatcher.settle()
        await post.wound(2 * DAY)
        assert {True: 3, False: 8} == Counter(attempt.by_hand for attempt in post.look(number).attempts)

    async def test_ends_the_attempts_when_it_is_acknowledged(self) -> None:
        """What was still to come does not come."""
        post = Round()
        post.merchants.says(BUSY, ACK)
        number = post.post()
        await post.dispatcher.settle()
        await post.dispatcher.resend(post.look(number))
        await post.wound(2 * DAY)
        assert 2 == len(post.merchants.letters)

    async def test_one_that_waits_for_another_still_waits_when_it_is_not_acknowledged(self) -> None:
        """It is sent when its turn comes; nothing is left pending for ever."""
        post = Round()
        post.merchants.says(BUSY, ACK)
        held = post.post(request_id="p", waits_for="notifyCapture")
        await post.dispatcher.resend(post.look(held))
        post.post(request_id="p", name="notifyCapture")
        await post.dispatcher.settle()
        assert "ACCEPTED" == post.look(held).status

    async def test_has_a_limit(self) -> None:
        """Those under way count; attempts by the timetable go on."""
        post = Round()
        post.merchants.says(BUSY)
        one = post.look(post.post(due=NOW + HOUR))
        works = [post.dispatcher.resend(one) for _ in range(dispatcher.MAX_MANUAL_RESENDS + 5)]
        found = await asyncio.gather(*works, return_exceptions=True)
        assert 5 == sum(isinstance(each, TooManyAttempts) for each in found)
        with pytest.raises(TooManyAttempts, match=f"notification {one.id} has been resent manually 100 times"):
            await post.dispatcher.resend(post.look(one.id))
        await post.wound(2 * DAY)
        made = Counter(attempt.by_hand for attempt in post.look(one.id).attempts)
        assert {True: dispatcher.MAX_MANUAL_RESENDS, False: 8} == made


class TestRoom:
    async def test_nothing_is_due_of_what_had_to_make_room(self, caplog: pytest.LogCaptureFixture) -> None:
        """The agenda is as long as the outbox; that some were not delivered is said once."""
        post = Round(journal=MemoryStorage(most=3).notifications)
        for status in ("ACCEPTED", *["PENDING"] * 3):
            post.post(due=NOW + HOUR, status=status)
        assert [] == caplog.messages
        for _ in range(6):
            post.post(due=NOW + HOUR)
        told = "more than 3 notifications, or 64 MiB of them: the oldest are evicted, delivered or not"
        assert [told] == caplog.messages
        assert (3, 3) == (len(kept(post.journal)), done(post.dispatcher.schedule.due_times.held()))
        await post.wound(HOUR)
        assert ["8", "9", "10"] == post.merchants.numbers


class TestForget:
    async def test_nothing_that_was_forgotten_is_sent(self) -> None:
        """Due, held or in turn; what is under way is not kept. The other client's are delivered."""
        post = Round()
        post.merchants.open.clear()
        for payment in ("p", "p", "q"):
            post.post(request_id=payment)
        post.post(request_id="r", waits_for="notifyCapture")
        post.post(client_id="B")
        settling = asyncio.create_task(post.dispatcher.settle())
        await post.merchants.busy(lambda: len(post.merchants.under_way) == 3)
        assert 4 == await post.dispatcher.forget("A")
        post.merchants.open.set()
        await settling
        await post.wound(2 * DAY)
        assert ["1", "3", "5"] == post.merchants.numbers
        assert ["5"] == [one.id for one in kept(post.journal)]
        assert (1, 0) == (await post.dispatcher.forget(), len(kept(post.journal)))


class TestManyAtATime:
    async def test_a_shop_that_hangs_keeps_nobody_else_waiting(self) -> None:
        """However many notifications are under way to it, another merchant's arrive."""
        post = Round()
        hung: list[str] = [post.post(client_id=client_id) for client_id in "ABCD" for _ in range(50)]
        post.merchants.open.clear()
        async with post.running():
            await post.merchants.busy(lambda: len(post.merchants.under_way) == 4 * dispatcher._MAX_CONCURRENT_PER_CLIENT)
            number = post.post(client_id="E")
            await post.merchants.busy(lambda: number in post.merchants.under_way)
            post.merchants.open.set()
            await post.dispatcher.settle()
        assert [] == sorted(set(hung) - set(post.merchants.numbers))

    async def test_attempts_by_hand_keep_nobody_else_waiting(self) -> None:
        """Of those to a shop that hangs so many are under way as of others; another merchant's are made beside them."""
        post = Round()
        hung, free = (post.look(post.post(status="ACCEPTED", client_id=client_id)) for client_id in "AB")
        post.merchants.open.clear()
        works = [asyncio.create_task(post.dispatcher.resend(hung)) for _ in range(50)]
        await post.merchants.busy(lambda: len(post.merchants.under_way) == dispatcher._MAX_CONCURRENT_PER_CLIENT)
        works.append(asyncio.create_task(post.dispatcher.resend(free)))
        await post.merchants.busy(lambda: free.id in post.merchants.under_way)
        post.merchants.open.set()
        await asyncio.gather(*works)
        assert {hung.id: 50, free.id: 1} == Counter(post.merchants.numbers)
        assert dispatcher._MAX_CONCURRENT_PER_CLIENT + 1 == post.merchants.most

    async def test_what_is_sent_before_replies_keeps_nobody_else_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a shop that hangs so many are under way as of others, however many replies wait for it."""
        monkeypatch.setattr(dispatcher, "_REPLY_WAIT", 0.0)
        post = Round()
        post.merchants.open.clear()
        for number in [post.post(before_reply=True) for _ in range(50)]:
            await post.dispatcher.deliver_before_reply([post.look(number)])
        await post.merchants.busy(lambda: len(post.merchants.under_way) == dispatcher._MAX_CONCURRENT_PER_CLIENT)
        post.merchants.open.set()
        await post.dispatcher.settle()
        assert (50, dispatcher._MAX_CONCURRENT_PER_CLIENT) == (len(post.merchants.letters), post.merchants.most)

    async def test_no_more_than_so_many_are_under_way(self) -> None:
        """To one client id, so that merchants' calls go on beside them; all arrive, each once."""
        post = Round()
        for _ in range(300):
            post.post()
        await post.dispatcher.settle()
        merchants = post.merchants
        assert dispatcher._MAX_CONCURRENT_PER_CLIENT == merchants.most
        assert {1} == set(Counter(merchants.numbers).values())
        assert 300 == len(merchants.numbers)

    async def test_calls_are_answered_while_thousands_are_due(self) -> None:
        """A merchant's call comes in between, long before the last has been delivered."""
        components = parts_of()
        async with listening() as shop:
            for _ in range(2_000):
                number = await components.dispatcher.journal.next_id()
                await components.dispatcher.enqueue(notification(number, url=shop.url()))
            rounds = asyncio.create_task(components.dispatcher.run())
            try:
                await shop.reached(1)
                for _ in range(5):
                    assert "SUCCESS" == result(await components.gateway.answer(signed_call()))["resultCode"]
                assert 0 < len(shop.requests) < 2_000
            finally:
                rounds.cancel()
                await asyncio.wait([rounds])
                await components.dispatcher.close()
                components.signing.close()


class TestClose:
    async def test_breaks_off_what_is_under_way(self) -> None:
        """And what waits for its turn; the courier is closed, and nothing is begun after that."""
        post = Round()
        post.merchants.open.clear()
        for _ in range(20):
            post.post()
        settling = asyncio.create_task(post.dispatcher.settle())
        await post.merchants.busy(lambda: len(post.merchants.under_way) == dispatcher._MAX_CONCURRENT_PER_CLIENT)
        await post.dispatcher.close()
        await settling
        assert (1, []) == (post.merchants.closed, post.merchants.under_way)
        assert dispatcher._MAX_CONCURRENT_PER_CLIENT == len(post.merchants.letters)
        assert {"PENDING"} == {one.status for one in kept(post.journal)}
