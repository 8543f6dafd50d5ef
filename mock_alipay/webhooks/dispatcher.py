"""Delivers notifications: each when it is due, those of one aggregate in turn, again until it is acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterable
from datetime import datetime
from typing import Any

from mock_alipay.clock.clocks import Clocks
from mock_alipay.clock.schedule import Schedule
from mock_alipay.errors import TooManyAttempts
from mock_alipay.journal.events import Events
from mock_alipay.journal.notifications import Notification
from mock_alipay.storage import Journal
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.rooms import Rooms

logger = logging.getLogger("mock_alipay")

_AT_ONCE = 64
_AT_ONCE_EACH = 8
"""Deliveries under way at a time, in all and for one client id: merchants' calls go on beside them, and shops that do
not answer keep nobody else's notifications waiting, unless they are eight."""

_OUT_OF_TURN = 32
"""Deliveries by hand and before replies under way at a time, beside those: the HTTP client has 100 connections."""

MOST_BY_HAND = 100
"""Attempts by hand at one notification; more are refused."""

_REPLY_WAIT = 2.0
"""Seconds for which a reply waits for what is sent before it: shops that do one thing at a time answer only then."""

_Key = tuple[str, str, str]


class Dispatcher:
    """Delivers the notifications of the journal."""

    def __init__(
        self,
        *,
        journal: Journal[Notification],
        schedule: Schedule,
        clocks: Clocks,
        events: Events,
        delivery: Delivery,
        real_time: bool = False,
    ) -> None:
        """``real_time``: the request-time is the machine's, whatever a client's clock shows."""
        self.journal = journal
        self.schedule = schedule
        self._clocks = clocks
        self._events = events
        self._delivery = delivery
        self._real_time = real_time
        self._under_way: dict[asyncio.Task[None], str] = {}
        """Deliveries that have been begun, each with its client id."""
        self._last: dict[_Key, asyncio.Task[None]] = {}
        """For each aggregate the one after which the next may begin."""
        self._warned = False
        self._by_hand: dict[asyncio.Task[None], str] = {}
        """Deliveries by hand that are under way, each with its notification's id."""
        self._in_turn_rooms = Rooms(_AT_ONCE, _AT_ONCE_EACH)
        self._out_of_turn_rooms = Rooms(_OUT_OF_TURN, _AT_ONCE_EACH)

    async def enqueue(self, notification: Notification) -> None:
        """Take a notification over; it is sent when it is due, after what it waits for, or ``deliver_before_reply``."""
        await self._let_drop(await self.journal.keep(notification, notification.size))
        # After it has been kept: who handles what it waits for either finds it there, or is found here.
        others = await self.journal.together(notification.key) if notification.held else []
        if any(one.handled and one.name == notification.waits_for for one in others):
            released = notification._replace(waits_for=None)
            if not await self._change(notification, released):
                return
            notification = released
        if notification.status != "PENDING":
            self._publish(notification)
            await self._follow(notification)
        elif not notification.held and not notification.before_reply:
            await self._note(notification)

    async def settle(self, client_id: str | None = None) -> None:
        """Deliver what is due, and what falls due by that, for one client id or all; clocks may have been moved."""
        await self.schedule.clocks_moved(client_id)
        while True:
            await self._start_due()
            tasks = [task for task, whom in self._under_way.items() if client_id in (None, whom)]
            if not tasks:
                return
            await asyncio.wait(tasks)

    async def deliver_before_reply(self, notifications: Iterable[Notification]) -> None:
        """Deliver what is sent before a reply, one after the other; a reply is not kept waiting for long.

        Out of turn, for their merchant may call while it answers another notification. They come again like any.
        """
        last: asyncio.Task[None] | None = None
        for notification in notifications:
            if notification.status == "PENDING":
                last = self._begin(notification, self._out_of_turn(last, notification))
        if last is not None:
            await asyncio.wait([last], timeout=_REPLY_WAIT)

    async def resend(self, notification: Notification) -> Notification:
        """Deliver a notification once more, now and out of turn, whatever became of it.

        TooManyAttempts when it has been sent by hand ``MOST_BY_HAND`` times, those under way included.
        """
        under_way = list(self._by_hand.values()).count(notification.id)
        if sum(attempt.by_hand for attempt in notification.attempts) + under_way >= MOST_BY_HAND:
            detail = f"notification {notification.id} has been sent by hand {MOST_BY_HAND} times, which is the most"
            raise TooManyAttempts(f"{detail}; send a new one with POST /__admin/notifications")
        task = self._begin(notification, self._out_of_turn(None, notification, by_hand=True))
        self._by_hand[task] = notification.id
        task.add_done_callback(self._by_hand.pop)
        await asyncio.wait([task])
        return await self.journal.get(notification.id) or notification

    async def release(self, key: _Key, names: Collection[str]) -> None:
        """Let go what waits for a notification that will never come."""
        for one in await self.journal.together(key):
            if one.held and one.waits_for in names:
                await self._let_go(one, await self._clocks.now(one.client_id))

    async def withdraw(self, key: _Key, moment: datetime, why: str) -> None:
        """Send no more of what an aggregate has told of since then."""
        for one in await self.journal.together(key):
            if one.status == "PENDING" and one.created > moment:
                dropped = one._replace(status="DROPPED", due=None, problem=why)
                await self.schedule.due_times.drop((one.client_id, one.id))
                if await self._change(one, dropped):
                    self._publish(dropped)

    def under_way(self, client_id: str | None = None) -> int:
        """How many deliveries have been begun, for one client id or all, and have not come to an end."""
        return sum(client_id in (None, whom) for whom in self._under_way.values())

    def usage(self) -> dict[str, tuple[int, int]]:
        """How many deliveries are under way of how many that may be, in turn and out of turn."""
        rooms = {"deliveries": self._in_turn_rooms, "deliveries_out_of_turn": self._out_of_turn_rooms}
        return {name: (each.taken, each.most) for name, each in rooms.items()}

    async def run(self) -> None:
        """Deliver what is due until cancelled."""
        while True:
            await self._start_due()
            await self.schedule.wait()

    async def forget(self, client_id: str | None = None) -> int:
        """Drop notifications, delivered or not, of one client id or all; how many there were."""
        await self.schedule.due_times.forget(client_id)
        return await self.journal.forget(client_id)

    async def close(self) -> None:
        """Begin nothing more, and break off what is under way."""
        for task in list(self._under_way):
            task.cancel()
        await self._delivery.close()

    async def _start_due(self) -> None:
        for _, notification_id in await self.schedule.take_due():
            notification = await self.journal.get(notification_id)
            if notification is not None and notification.status == "PENDING":
                self._start(notification)

    def _start(self, notification: Notification) -> None:
        """Deliver a notification when it is its turn: after what was begun before for its aggregate."""
        key, last = notification.key, self._last
        task = self._begin(notification, self._in_turn(last.get(key), notification))
        last[key] = task

        def ended(task: asyncio.Task[None]) -> None:
            if last.get(key) is task:
                del last[key]

        task.add_done_callback(ended)

    def _begin(self, notification: Notification, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        tasks = self._under_way

        def ended(task: asyncio.Task[None]) -> None:
            del tasks[task]
            bug = None if task.cancelled() else task.exception()
            if bug is not None:
                logger.error("a notification to %s met a bug in mock-alipay", notification.client_id, exc_info=bug)

        task = asyncio.create_task(work)
        tasks[task] = notification.client_id
        task.add_done_callback(ended)
        return task

    async def _in_turn(self, before: asyncio.Task[None] | None, notification: Notification) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._in_turn_rooms.place(notification.client_id):
            await self._deliver(notification.id)

    async def _out_of_turn(
        self, before: asyncio.Task[None] | None, notification: Notification, *, by_hand: bool = False
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        async with self._out_of_turn_rooms.place(notification.client_id):
            await self._deliver(notification.id, by_hand=by_hand)

    async def _deliver(self, notification_id: str, *, by_hand: bool = False) -> None:
        notification = await self.journal.get(notification_id)
        if notification is None or not (by_hand or notification.status == "PENDING"):
            return
        now = await self._clocks.now(notification.client_id)
        # When the clock has been wound on, each attempt is made at the moment that was passed.
        moment = now if by_hand or notification.due is None else min(notification.due, now)
        request_time = self._clocks.real.now() if self._real_time else moment
        attempt = await self._delivery.attempt(notification, moment, request_time)
        # What was forgotten meanwhile stays forgotten.
        while (latest := await self.journal.get(notification_id)) is not None:
            changed = self._delivery.after(latest, attempt._replace(by_hand=by_hand))
            if await self._change(latest, changed):
                self._publish(changed)
                if changed.due != latest.due:
                    await self._note(changed)
                await self._follow(changed)
                return

    async def _follow(self, handled: Notification) -> None:
        """Let go what waited for this one."""
        moment = handled.attempts[-1].time if handled.attempts else await self._clocks.now(handled.client_id)
        for one in await self.journal.together(handled.key):
            if one.held and one.waits_for == handled.name:
                await self._let_go(one, moment)

    async def _let_go(self, held: Notification, moment: datetime) -> None:
        released = held._replace(waits_for=None, due=max(held.due or moment, moment))
        if await self._change(held, released):
            await self._note(released)

    async def _change(self, before: Notification, after: Notification) -> bool:
        """Keep what has become of a notification; False when somebody else has changed it, or it is forgotten."""
        gone = await self.journal.replace(before, after, after.size)
        await self._let_drop(gone or [])
        return gone is not None

    async def _let_drop(self, gone: Iterable[Notification]) -> None:
        """Send no more of those that had to make room; that some were not sent yet is said once."""
        for one in gone:
            await self.schedule.due_times.drop((one.client_id, one.id))
            if one.status == "PENDING" and not self._warned:
                self._warned = True
                logger.warning(
                    "more than %d notifications, or %d MiB of them: the oldest are forgotten, delivered or not",
                    self.journal.most,
                    self.journal.max_bytes // 2**20,
                )

    async def _note(self, notification: Notification) -> None:
        if notification.due is not None:
            await self.schedule.put((notification.client_id, notification.id), notification.due)

    def _publish(self, notification: Notification) -> None:
        self._events.publish("notification", notification.client_id, notification, notification.size)
