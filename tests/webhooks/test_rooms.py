"""Places for deliveries: so many in all, and so many for each client id."""

from __future__ import annotations

import asyncio
from collections import Counter

from mock_alipay.webhooks.rooms import Rooms


async def test_places_are_limited_in_all_and_for_each() -> None:
    """At no time more than allowed have a place, everybody gets one, and one client id never takes all."""
    rooms, present, most = Rooms(5, 2), Counter[str](), Counter[str]()

    async def visit(client_id: str) -> None:
        async with rooms.place(client_id):
            present.update([client_id, "all"])
            assert present["all"] == rooms.taken
            for name, count in present.items():
                most[name] = max(most[name], count)
            await asyncio.sleep(0)
            present.subtract([client_id, "all"])

    await asyncio.gather(*(visit(client_id) for client_id in "AAAAAAAABBBCCC"))
    assert {"A": 2, "B": 2, "C": 2, "all": 5} == most
    assert ({0}, 0) == (set(present.values()), rooms.taken)
