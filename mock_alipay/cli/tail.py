"""``tail``: prints calls and notifications as they arrive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.errors import Unreachable

if TYPE_CHECKING:
    from mock_alipay.client import CallRecord, Event, Mock, NotificationRecord

_COLOURS = {"S": "green", "F": "red", "U": "yellow"}
_STATUS = {"ACCEPTED": "S", "PENDING": "U", "DROPPED": "U"}

_PAUSE = 0.5
"""Seconds between two attempts to reach a gateway that has stopped."""


@click.command(cls=Command)
@at_a_gateway
def tail(**flags: Any) -> None:
    """Print calls and notifications as they arrive.

    Each comes with its faults and errors. When the gateway stops, tail waits until it is back. Ctrl-C ends it.
    """
    with gateway(**flags) as mock:
        mock.health()
        click.echo(f"calls and notifications at {mock.url}; Ctrl-C to quit", err=True)
        last: str | None = None
        while True:
            last = _follow(mock, last)
            click.secho("the gateway has stopped; waiting for it", err=True, fg="yellow")
            time.sleep(_PAUSE)
            while not _is_back(mock):
                time.sleep(_PAUSE)
            click.secho("the gateway is back", err=True, fg="green")


def _follow(mock: Mock, after: str | None) -> str | None:
    """Print events until the gateway stops; returns the id of the last one."""
    try:
        with mock.events(after=after) as events:
            try:
                for event in events:
                    _show(event)
            finally:
                after = events.last_id
    except Unreachable:
        pass
    return after


def _show(event: Event) -> None:
    if event.kind == "call":
        _show_call(event.record)
    elif event.kind == "notification":
        _show_notification(event.record)
    elif event.kind == "missed":
        click.secho(f"… {event.record['missed']} events were dropped: they came too fast", fg="yellow")


def _show_call(call: CallRecord) -> None:
    from mock_alipay.client import call_lines

    first, *more = call_lines(call)
    passed = "U" if call.signature["verdict"] == "unverified" else "S"
    click.secho(first, fg=_COLOURS.get(passed if call.result_status == "S" else call.result_status or "", "red"))
    for line in more:
        click.secho(line, dim=call.result_status == "S")


def _show_notification(notification: NotificationRecord) -> None:
    from mock_alipay.client import notification_lines

    first, *more = notification_lines(notification)
    click.secho(first, fg=_COLOURS[_STATUS.get(notification.status, "F")])
    for line in more:
        click.secho(line)


def _is_back(mock: Mock) -> bool:
    try:
        mock.health()
    except Unreachable:
        return False
    return True
