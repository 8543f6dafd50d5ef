"""Names are looked up without anyone having to wait for long."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from mock_alipay.webhooks.dns import Resolver


class Server:
    """A name server that can be kept from answering; it counts what it is asked."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked: list[str] = []
        self.fails = fails
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        self.answers.wait(60)
        if self.fails:
            raise OSError(-2, "the system's words")
        return ["127.0.0.1"]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1"])
def test_an_address_needs_no_look_up(address: str) -> None:
    """It is its own answer."""
    server = Server()
    assert [address] == asyncio.run(_ask(Resolver(server), address))
    assert [] == server.asked


@pytest.mark.parametrize("name", ["shop.localhost", "a.b.localhost", "Shop.LOCALHOST."])
def test_names_under_localhost_lead_to_this_machine(name: str) -> None:
    """Browsers take them so, and most systems do not know them: nobody is asked."""
    server = Server()
    assert ["127.0.0.1", "::1"] == list(asyncio.run(_ask(Resolver(server), name)))
    assert [] == server.asked


@pytest.mark.parametrize("name", ["localhost", "localhost.shop.test", "mylocalhost"])
def test_other_names_are_looked_up(name: str) -> None:
    """The system's hosts file says what localhost itself is."""
    server = Server()
    asyncio.run(_ask(Resolver(server), name))
    assert [name] == server.asked


async def test_many_who_ask_for_one_name_are_one_look_up() -> None:
    """A thousand notifications to one shop ask once."""
    server = Server()
    server.answers.clear()

    names = Resolver(server)
    asking = [asyncio.create_task(names("shop.test", 80)) for _ in range(100)]
    await asyncio.sleep(0)
    server.answers.set()
    assert [["127.0.0.1"]] * 100 == (await asyncio.gather(*asking))
    assert ["shop.test"] == server.asked


async def test_a_name_that_was_not_found_is_not_looked_up_again_for_a_while() -> None:
    """It fails at once, and is asked for again half a minute later."""
    server, now = Server(fails=True), [100.0]

    names = Resolver(server, clock=lambda: now[0])
    told = []
    for later in (0.0, 29.0, 2.0):
        now[0] += later
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its end is compared below
            await names("shop.test", 80)
        told.append(str(caught.value.strerror).endswith(" (cached for 30 s)"))
    assert [False, True, False] == told
    assert ["shop.test", "shop.test"] == server.asked


def test_a_server_that_does_not_answer_is_given_up() -> None:
    """Nobody waits longer than the patience, nor for the thread that is left behind."""
    server = Server()
    server.answers.clear()
    with pytest.raises(OSError, match=r"no name server answered within 0.01 s"):
        asyncio.run(_ask(Resolver(server, timeout=0.01), "shop.test"))
    server.answers.set()


def test_what_is_no_name_is_told() -> None:
    """A label of more than 63 letters has no address."""
    with pytest.raises(OSError):  # noqa: PT011 - the system's words
        asyncio.run(_ask(Resolver(), f"{'a' * 64}.test"))


async def _ask(names: Resolver, host: str) -> Sequence[str]:
    return await names(host, 80)
