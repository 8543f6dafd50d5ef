"""Name resolution with limits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from mock_alipay.webhooks.dns import Resolver


class NameServer:
    """A blocking look-up that records the names and can be kept from answering."""

    def __init__(self, *, fails: bool = False) -> None:
        self.names: list[str] = []
        self.fails = fails
        self.answering = threading.Event()
        self.answering.set()

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.names.append(host)
        self.answering.wait(60)
        if self.fails:
            raise OSError(-2, "the system's words")
        return ["10.9.9.9"]


@pytest.mark.parametrize(
    ("host", "addresses", "looked_up"),
    [
        ("10.1.2.3", ["10.1.2.3"], False),
        ("::1", ["::1"], False),
        ("Shop.LOCALHOST.", ["127.0.0.1", "::1"], False),
        ("localhost", ["10.9.9.9"], True),
        ("localhost.shop.test", ["10.9.9.9"], True),
    ],
)
async def test_addresses_and_names_under_localhost_need_no_look_up(
    host: str, addresses: list[str], looked_up: bool
) -> None:
    """All other names are looked up, also localhost itself."""
    server = NameServer()
    assert addresses == list(await Resolver(server)(host, 80))
    assert ([host] if looked_up else []) == server.names


async def test_concurrent_look_ups_of_a_name_are_shared() -> None:
    """A hundred notifications to one shop cause one look-up."""
    server = NameServer()
    server.answering.clear()
    resolver = Resolver(server)
    tasks = [asyncio.create_task(resolver("shop.test", 80)) for _ in range(100)]
    await asyncio.sleep(0)
    server.answering.set()
    assert [["10.9.9.9"]] * 100 == await asyncio.gather(*tasks)
    assert ["shop.test"] == server.names


async def test_failures_are_cached_for_30_seconds() -> None:
    """Within that time the failure is reported without a look-up."""
    server, now = NameServer(fails=True), [100.0]
    resolver = Resolver(server, clock=lambda: now[0])
    for seconds, look_ups in ((0.0, 1), (29.9, 1), (0.2, 2)):
        now[0] += seconds
        with pytest.raises(OSError, match="the system's words"):
            await resolver("shop.test", 80)
        assert look_ups == len(server.names)


def test_a_look_up_ends_in_time() -> None:
    """Neither the caller nor the end of the loop waits for a silent name server; an invalid name has no address."""
    server = NameServer()
    server.answering.clear()

    async def resolve(resolver: Resolver, host: str) -> None:
        await resolver(host, 80)

    with pytest.raises(OSError, match=r"within 0.01 s"):
        asyncio.run(resolve(Resolver(server, timeout=0.01), "shop.test"))
    with pytest.raises(OSError):  # noqa: PT011 - the system's words
        asyncio.run(resolve(Resolver(), f"{'a' * 64}.test"))
    server.answering.set()
