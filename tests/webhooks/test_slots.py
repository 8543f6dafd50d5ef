"""Concurrency limits for deliveries."""

from __future__ import annotations

import asyncio
from collections import Counter

from mock_alipay.webhooks.slots import Slots


async def test_slots_are_limited_in_total_and_per_client_id() -> None:
    """No more than 5 deliveries run at once, no more than 2 of one client id, and all of them run in the end."""
    slots, running, most = Slots(5, 2), Counter[str](), Counter[str]()

    async def deliver(client_id: str) -> None:
        async with slots.acquire(client_id):
            running.update([client_id, "total"])
            assert running["total"] == slots.used
            for name, count in running.items():
                most[name] = max(most[name], count)
            await asyncio.sleep(0)
            running.subtract([client_id, "total"])

    await asyncio.gather(*(deliver(client_id) for client_id in "AAAAAAAABBBCCC"))
    assert {"A": 2, "B": 2, "C": 2, "total": 5} == most
    assert 0 == slots.used
