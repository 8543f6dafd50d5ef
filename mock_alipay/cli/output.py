"""How commands print calls, notifications and JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

_COLOURS = {"S": "green", "F": "red", "U": "yellow"}
_STATUS = {"ACCEPTED": "S", "PENDING": "U", "DROPPED": "U"}

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
"""Adds the flag ``--json`` to a command."""


def echo_json(data: Any, *, line: bool = False) -> None:
    """Print JSON, indented or in one line."""
    click.echo(json.dumps(data, indent=None if line else 2, ensure_ascii=False))


def echo_call(data: Any) -> None:
    """Print the lines of a call, given as a record or as JSON of the admin API."""
    from mock_alipay.client import CallRecord, call_lines

    call = CallRecord.of(data) if isinstance(data, Mapping) else data
    first, *more = call_lines(call)
    passed = "U" if call.signature["verdict"] == "unverified" else "S"
    click.secho(first, fg=_COLOURS.get(passed if call.result_status == "S" else call.result_status or "", "red"))
    for line in more:
        click.secho(line, dim=call.result_status == "S")


def echo_notification(data: Any) -> None:
    """Print the lines of a notification, given as a record or as JSON of the admin API."""
    from mock_alipay.client import notification_lines
    from mock_alipay.client.payment_records import NotificationRecord

    notification = NotificationRecord.of(data) if isinstance(data, Mapping) else data
    first, *more = notification_lines(notification)
    click.secho(first, fg=_COLOURS[_STATUS.get(notification.status, "F")])
    for line in more:
        click.secho(line)


def echo_payment(data: Mapping[str, Any]) -> None:
    """Print the line of a payment, given as JSON of the admin API."""
    from mock_alipay.client.formatting import plain

    amount = data["paymentAmount"]
    money = f"{amount['currency']} {amount['value']}"
    click.echo(plain(f"{data['state']:<10}  {data['paymentRequestId']}  {money}  {data['clientId']}"))
