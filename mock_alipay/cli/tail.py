"""``tail``: prints calls and notifications as they arrive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

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
    help="First print so many of the latest calls.",
)
@click.option("--json", "as_json", is_flag=True, help="Print each as one line of JSON.")
@at_a_gateway
def tail(last: int, as_json: bool, **flags: Any) -> None:  # noqa: FBT001 - passed by name
    """Print calls and notifications as they arrive.

    Each comes with its faults and errors. When the gateway stops, tail waits until it is back. Ctrl-C ends it.
    """
    with gateway(**flags) as mock:
        mock.health()
        click.echo(f"calls and notifications at {mock.url}; Ctrl-C to quit", err=True)
        after: str | None = None
        if last:
            _show_latest(mock, last, as_json=as_json)
        while True:
            after = _follow(mock, after, as_json=as_json)
            click.secho("the gateway has stopped; waiting for it", err=True, fg="yellow")
            time.sleep(_PAUSE)
            while not _is_back(mock):
                time.sleep(_PAUSE)
            click.secho("the gateway is back", err=True, fg="green")


def _show_json(event: Event) -> None:
    if event.kind in ("call", "notification", "missed"):
        echo_json({"kind": event.kind, **event.data}, line=True)


def _follow(mock: Mock, after: str | None, *, as_json: bool) -> str | None:
    """Print events until the gateway stops; returns the id of the last one."""
    try:
        with mock.events(after=after) as events:
            try:
                for event in events:
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


def _show_latest(mock: Mock, count: int, *, as_json: bool) -> None:
    query = {"clientId": mock.client_id, "limit": count, "view": "summary"}
    for call in reversed(mock.admin("GET", "/calls", query=query)["calls"]):
        echo_json({"kind": "call", **call}, line=True) if as_json else echo_call(call)


def _is_back(mock: Mock) -> bool:
    try:
        mock.health()
    except Unreachable:
        return False
    return True
