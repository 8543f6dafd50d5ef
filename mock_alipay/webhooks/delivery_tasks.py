"""Runs deliveries as tasks: those of an aggregate one after the other, and a limited number at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from mock_alipay.journal.notifications import Notification
from mock_alipay.webhooks.slots import Slots

logger = logging.getLogger("mock_alipay")

_MAX_CONCURRENT = 64
_MAX_CONCURRENT_PER_CLIENT = 8
"""Limits for concurrent deliveries, in total and per client id: the gateway still replies to calls meanwhile, and it
takes eight client ids whose shops do not answer to delay the notifications of others."""

_MAX_OUT_OF_TURN = 32
"""Limit for manual resends and deliveries before a reply, in addition: the HTTP client has 100 connections."""

Task = asyncio.Task[None]


class Deliver(Protocol):
    """Delivers a notification."""

    def __call__(self, notification_id: str, *, by_hand: bool) -> Coroutine[Any, Any, None]:
        """``by_hand``: whether this is a manual resend."""


class DeliveryTasks:
    """The deliveries in progress, including those that wait for their turn or for a slot."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._in_progress: dict[Task, Notification] = {}
        self._last: dict[tuple[str, str, str], Task] = {}
        """The last delivery started in turn for each aggregate; the next one starts after it."""
        self._in_turn = Slots(_MAX_CONCURRENT, _MAX_CONCURRENT_PER_CLIENT)
        self._out_of_turn = Slots(_MAX_OUT_OF_TURN, _MAX_CONCURRENT_PER_CLIENT)

    def start_in_turn(self, notification: Notification) -> None:
        """Start a delivery that waits for the last one started for the same aggregate."""
        key, last = notification.key, self._last
        task = last[key] = self._start(notification, self._in_turn, last.get(key), by_hand=False)

        def on_done(task: Task) -> None:
            if last.get(key) is task:
                del last[key]

        task.add_done_callback(on_done)

    def start_out_of_turn(
        self, notification: Notification, *, after: Task | None = None, by_hand: bool = False
    ) -> Task:
        """Start a delivery that waits for no other than ``after``."""
        return self._start(notification, self._out_of_turn, after, by_hand=by_hand)

    def of(self, client_id: str | None = None) -> list[Task]:
        """The deliveries in progress, for one client id or all."""
        return [task for task, started in self._in_progress.items() if client_id in (None, started.client_id)]

    def usage(self) -> dict[str, tuple[int, int]]:
        """Used slots and limit, for deliveries in turn and out of turn."""
        slots = {"deliveries": self._in_turn, "deliveries_out_of_turn": self._out_of_turn}
        return {name: (each.used, each.limit) for name, each in slots.items()}

    def cancel(self) -> None:
        """Cancel all deliveries."""
        for task in list(self._in_progress):
            task.cancel()

    def _start(self, notification: Notification, slots: Slots, after: Task | None, *, by_hand: bool) -> Task:
        task = asyncio.create_task(self._run(notification, slots, after, by_hand=by_hand))
        self._in_progress[task] = notification
        task.add_done_callback(self._on_done)
        return task

    async def _run(self, notification: Notification, slots: Slots, after: Task | None, *, by_hand: bool) -> None:
        if after is not None:
            await asyncio.wait([after])
        async with slots.acquire(notification.client_id):
            await self._deliver(notification.id, by_hand=by_hand)

    def _on_done(self, task: Task) -> None:
        notification = self._in_progress.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("internal error in the delivery of notification %s", notification.id, exc_info=error)
