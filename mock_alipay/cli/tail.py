"""``tail``: prints calls and notifications as they arrive."""

from __future__ import annotations

import time
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.output import echo_call, echo_json, echo_notification
from mock_alipay.cli.param_types import Value
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.config.kinds import whole
from mock_alipay.errors import Unreachable

if TYPE_CHECKING:
    from mock_alipay.client import Event, Mock

_PAUSE = 0.5
"""Seconds between two attempts to reach a gateway that has stopped."""


@click.command(cls=Command)
@click.option(
    "--last",
    type=Value(whole(0, 1_000, "a whole number from 0 to 1000")),
    default=0,
    help="First print the latest calls and notifications, so many in all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each as one line of JSON.")
@at_a_gateway
def tail(*, last: int, as_json: bool, **flags: Any) -> None:
    """Print calls and notifications as they arrive.

    Each comes with its faults and errors. When the gateway stops, tail waits until it is back. Ctrl-C ends it.
    """
    with gateway(**flags) as mock:
        mock.health()
        click.echo(f"calls and notifications at {mock.url}; Ctrl-C to quit", err=True)
        after: str | None = None
        while True:
            after = _follow(mock, after, last, as_json=as_json)
            last = 0
            click.secho("the gateway has stopped; waiting for it", err=True, fg="yellow")
            time.sleep(_PAUSE)
            while not _is_back(mock):
                time.sleep(_PAUSE)
            click.secho("the gateway is back", err=True, fg="green")


def _show_json(event: Event) -> None:
    if event.kind in ("call", "notification", "missed"):
        echo_json({"kind": event.kind, **event.data}, line=True)


def _follow(mock: Mock, after: str | None, last: int, *, as_json: bool) -> str | None:
    """Print the ``last`` records, then events until the gateway stops; returns the id of the last event."""
    try:
        with mock.events(after=after) as events:
            try:
                # The stream is open already, so that nothing is missed in between.
                latest = _latest(mock, last) if last else []
                known = {_content(event) for event in latest}
                for event in chain(latest, (each for each in events if _content(each) not in known)):
                    _show_json(event) if as_json else _show(event)
            finally:
                after = events.last_id
    except Unreachable:
        pass
    return after


def _show(event: Event) -> None:
    if event.kind == "call":
        echo_call(event.record)
    elif event.kind == "notification":
        echo_notification(event.record)
    elif event.kind == "missed":
        click.secho(f"… {event.record['missed']} events were dropped: they came too fast", fg="yellow")


def _latest(mock: Mock, count: int) -> list[Event]:
    """The latest calls and notifications as events, the oldest first."""
    from mock_alipay.client import Event

    query = {"clientId": mock.client_id, "limit": count, "view": "summary"}
    found = [
        Event(id="", kind=kind, record=Event.KINDS[kind].of(data), data=data)
        for kind in ("call", "notification")
        for data in reversed(mock.admin("GET", f"/{kind}s", query=query)[f"{kind}s"])
    ]
    return sorted(found, key=_time)[-count:]


def _time(event: Event) -> datetime:
    """The time in the event's line."""
    if event.kind == "call":
        return cast("datetime", event.record.time)
    attempts = event.record.attempts
    return cast("datetime", attempts[-1].time if attempts else event.record.created)


def _content(event: Event) -> tuple[Any, ...]:
    """What distinguishes the event from others; a notification has an event for each attempt."""
    return event.kind, *(event.data.get(name) for name in ("id", "status", "attemptCount"))


def _is_back(mock: Mock) -> bool:
    try:
        mock.health()
    except Unreachable:
        return False
    return True
