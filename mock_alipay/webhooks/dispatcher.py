"""Delivers due notifications, one after the other per aggregate, and retries until they are acknowledged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from mock_alipay.clock.clocks import Clocks
from mock_alipay.clock.schedule import Schedule
from mock_alipay.errors import TooManyAttempts
from mock_alipay.journal.events import Events
from mock_alipay.journal.notifications import Notification
from mock_alipay.storage import Journal
from mock_alipay.webhooks.delivery import Delivery
from mock_alipay.webhooks.delivery_tasks import DeliveryTasks, Task

logger = logging.getLogger("mock_alipay")

MAX_MANUAL_RESENDS = 100
"""Limit per notification; further resends raise TooManyAttempts."""

_REPLY_WAIT = 2.0
"""Seconds a reply waits for deliveries before it: a single-threaded shop answers them only after the reply."""

_Key = tuple[str, str, str]


class Dispatcher:
    """Delivers the notifications of a journal."""

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
        """``real_time``: ``request-time`` is the machine's time instead of the client id's clock."""
        self.journal = journal
        self.schedule = schedule
        self._clocks = clocks
        self._events = events
        self._delivery = delivery
        self._real_time = real_time
        self._warned = False
        self._manual: dict[Task, str] = {}
        """Notification id of each manual resend in progress."""
        self._tasks = DeliveryTasks(self._deliver)

    async def enqueue(self, notification: Notification) -> None:
        """Add a notification to the journal and schedule it, unless it waits for another or for a reply."""
        await self._handle_evicted(self.journal.keep(notification, notification.size))
        # Checked after it is in the journal, so that a predecessor that is handled meanwhile is never missed.
        others = await self.journal.together(notification.key) if notification.held else []
        if any(other.handled and other.name == notification.waits_for for other in others):
            released = notification._replace(waits_for=None)
            if not await self._update(notification, released):
                return
            notification = released
        if notification.status != "PENDING":
            self._publish(notification)
            await self._release_successors(notification)
        elif not notification.held and not notification.before_reply:
            await self._put_on_schedule(notification)

    async def settle(self, client_id: str | None = None) -> None:
        """Deliver until nothing is due for one client id or all; call this after moving a clock."""
        await self.schedule.clocks_moved(client_id)
        while True:
            await self._start_due()
            tasks = self._tasks.of(client_id)
            if not tasks:
                return
            await asyncio.wait(tasks)

    async def deliver_before_reply(self, notifications: Iterable[Notification]) -> None:
        """Deliver notifications one after the other before a reply, and wait at most ``_REPLY_WAIT`` seconds.

        They are delivered out of turn, because a merchant may call while it handles another notification. Failed ones
        follow the retry schedule.
        """
        last: Task | None = None
        for notification in notifications:
            if notification.status == "PENDING":
                last = self._tasks.start_out_of_turn(notification, after=last)
        if last is not None:
            await asyncio.wait([last], timeout=_REPLY_WAIT)

    async def resend(self, notification: Notification) -> Notification:
        """Deliver a notification again, now and out of turn, whatever its status.

        Raises TooManyAttempts after ``MAX_MANUAL_RESENDS`` manual resends, including those in progress.
        """
        in_progress = list(self._manual.values()).count(notification.id)
        if sum(attempt.by_hand for attempt in notification.attempts) + in_progress >= MAX_MANUAL_RESENDS:
            detail = f"notification {notification.id} has been resent manually {MAX_MANUAL_RESENDS} times, the limit"
            raise TooManyAttempts(f"{detail}; send a new one with POST /__admin/notifications")
        task = self._tasks.start_out_of_turn(notification, by_hand=True)
        self._manual[task] = notification.id
        task.add_done_callback(self._manual.pop)
        await asyncio.wait([task])
        return await self.journal.get(notification.id) or notification

    async def release(self, key: _Key, names: Collection[str]) -> None:
        """Release the notifications of an aggregate that wait for one of ``names``, which will never be sent."""
        for waiting in await self.journal.together(key):
            if waiting.held and waiting.waits_for in names:
                await self._release(waiting, self._clocks.now(waiting.client_id))

    async def withdraw(self, key: _Key, moment: datetime, why: str) -> None:
        """Drop the pending notifications of an aggregate that were created after ``moment``."""
        for notification in await self.journal.together(key):
            if notification.status == "PENDING" and notification.created > moment:
                dropped = notification._replace(status="DROPPED", due=None, problem=why)
                await self.schedule.due_times.drop((notification.client_id, notification.id))
                if await self._update(notification, dropped):
                    self._publish(dropped)

    def under_way(self, client_id: str | None = None) -> int:
        """Number of deliveries in progress, for one client id or all."""
        return len(self._tasks.of(client_id))

    def usage(self) -> dict[str, tuple[int, int]]:
        """Used slots and limit, for deliveries in turn and out of turn."""
        return self._tasks.usage()

    async def run(self) -> None:
        """Deliver due notifications until cancelled."""
        while True:
            await self._start_due()
            await self.schedule.wait()

    async def forget(self, client_id: str | None = None) -> int:
        """Delete the notifications of one client id or all; the number deleted."""
        await self.schedule.due_times.forget(client_id)
        return await self.journal.forget(client_id)

    async def close(self) -> None:
        """Cancel the deliveries in progress and close the HTTP client."""
        self._tasks.cancel()
        await self._delivery.close()

    async def _start_due(self) -> None:
        for _, notification_id in await self.schedule.take_due():
            notification = await self.journal.get(notification_id)
            if notification is not None and notification.status == "PENDING":
                self._tasks.start_in_turn(notification)

    async def _deliver(self, notification_id: str, *, by_hand: bool) -> None:
        notification = await self.journal.get(notification_id)
        if notification is None or not (by_hand or notification.status == "PENDING"):
            return
        now = self._clocks.now(notification.client_id)
        # After the clock has been advanced, the attempt's time is its due time, not the clock's.
        moment = now if by_hand or notification.due is None else min(notification.due, now)
        request_time = self._clocks.real.now() if self._real_time else moment
        attempt = await self._delivery.attempt(notification, moment, request_time)
        # A notification that was deleted meanwhile is not written back.
        while (latest := await self.journal.get(notification_id)) is not None:
            changed = self._delivery.after(latest, attempt._replace(by_hand=by_hand))
            if await self._update(latest, changed):
                self._publish(changed)
                if changed.due != latest.due:
                    await self._put_on_schedule(changed)
                await self._release_successors(changed)
                return

    async def _release_successors(self, handled: Notification) -> None:
        """Release the notifications that wait for ``handled``."""
        moment = handled.attempts[-1].time if handled.attempts else self._clocks.now(handled.client_id)
        for waiting in await self.journal.together(handled.key):
            if waiting.held and waiting.waits_for == handled.name:
                await self._release(waiting, moment)

    async def _release(self, waiting: Notification, moment: datetime) -> None:
        released = waiting._replace(waits_for=None, due=max(waiting.due or moment, moment))
        if await self._update(waiting, released):
            await self._put_on_schedule(released)

    async def _update(self, before: Notification, after: Notification) -> bool:
        """Replace a notification in the journal; False if it has been changed or deleted meanwhile."""
        evicted = await self.journal.replace(before, after, after.size)
        await self._handle_evicted(evicted or [])
        return evicted is not None

    async def _handle_evicted(self, evicted: Iterable[Notification]) -> None:
        """Unschedule evicted notifications; warns once if one of them was still pending."""
        for notification in evicted:
            await self.schedule.due_times.drop((notification.client_id, notification.id))
            if notification.status == "PENDING" and not self._warned:
                self._warned = True
                logger.warning(
                    "more than %d notifications, or %d MiB of them: the oldest are evicted, delivered or not",
                    self.journal.most,
                    self.journal.max_bytes // 2**20,
                )

    async def _put_on_schedule(self, notification: Notification) -> None:
        if notification.due is not None:
            await self.schedule.put((notification.client_id, notification.id), notification.due)

    def _publish(self, notification: Notification) -> None:
        self._events.publish("notification", notification.client_id, notification, notification.size)
