"""A page follows its session over server-sent events."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

from tests.live import Live
from tests.web.asking import connection_to, until
from tests.web.cashier.conftest import Page, open_page


class Updates:
    """The event stream of a page."""

    def __init__(self, page: Page) -> None:
        self._connection = connection_to(page.gateway)
        self._connection.request("GET", f"{page.path}/events")
        self._response = self._connection.getresponse()
        self.status = self._response.status
        self.headers = dict(self._response.getheaders())

    def next(self) -> tuple[str, dict[str, Any]]:
        """The name and data of the next event."""
        lines: dict[str, str] = {}
        while "data" not in lines:
            line = self._response.readline().decode()
            assert line, "the stream has ended"
            name, _, value = line.rstrip("\n").partition(": ")
            lines[name] = value
        return lines["event"], json.loads(lines["data"])

    def states(self, last: str) -> list[str]:
        """The states until one of them; equal neighbours count once."""
        shown: list[str] = []
        while last not in shown:
            state = self.next()[1]["state"]
            shown += [state] if shown[-1:] != [state] else []
        return shown

    def __enter__(self) -> Updates:
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()
        self._connection.close()


def test_a_stream_begins_with_the_session_and_tells_each_change(page: Page) -> None:
    """Whoever acts: here the admin API."""
    with Updates(page) as updates:
        assert (200, "text/event-stream; charset=utf-8", "no-store") == (
            updates.status,
            updates.headers["content-type"],
            updates.headers["cache-control"],
        )
        assert ("session", page.view()) == updates.next()
        page.act_by_admin("challenge")
        assert ["challenge"] == updates.states("challenge")
        page.act_by_admin("pay")
        assert "success" == updates.states("success")[-1]


def test_a_stream_tells_nothing_of_other_sessions(own: Live) -> None:
    """Events of other payments of the same client id send nothing."""
    page, other = open_page(own), open_page(own)
    with Updates(page) as updates:
        updates.next()
        other.act("pay")
        page.act("leave")
        assert ["leave"] == [act["action"] for act in updates.next()[1]["acts"]]


def test_the_clock_ends_a_session_on_its_page(own: Live) -> None:
    """An expiry is a change like any other."""
    page = open_page(own)
    with Updates(page) as updates:
        own.admin("PUT", "/clock", {"advance": "1h"})
        assert "expired" == updates.states("expired")[-1]


def test_a_reset_ends_the_stream(own: Live) -> None:
    """The page is told that its session does not exist any more."""
    page = open_page(own)
    with Updates(page) as updates:
        updates.next()
        own.admin("POST", "/reset")
        assert ("gone", {}) == updates.next()
    until(lambda: own.components.events.listeners == 0)


def test_a_webhook_is_told(own: Live) -> None:
    """What became of it follows the payment."""
    page = open_page(own, paymentNotifyUrl=None)
    with Updates(page) as updates:
        updates.next()
        page.act("pay")
        told = updates.next()[1]["notification"]
        while not told or told["status"] == "PENDING":
            told = updates.next()[1]["notification"]
        assert "REFUSED" == told["status"]


def test_the_number_of_streams_is_limited(own: Live) -> None:
    """Beyond it a page asks for its session again and again; a closed stream makes room."""
    page, limit = open_page(own), 50

    def status() -> int:
        with Updates(page) as another:
            return another.status

    with ExitStack() as others:
        first = ExitStack()
        first.enter_context(Updates(page))
        assert {200} == {others.enter_context(Updates(page)).status for _ in range(limit - 1)}
        assert (503, 200) == (status(), own.request("GET", page.path).status)
        first.close()
        until(lambda: status() == 200)
