"""``calls``, ``payments``, ``notifications``, ``show`` and ``resend``: what the gateway has recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.output import as_json, echo_call, echo_json, echo_notification
from mock_alipay.cli.param_types import Value
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.config.kinds import whole
from mock_alipay.errors import AdminError, SetupError

if TYPE_CHECKING:
    from mock_alipay.client import Mock

MOST = 1_000


def _filters(*names: str) -> Callable[[Any], Any]:
    """Flags for the filters of the admin API with these names, and for the number of entries."""

    def add(command: Any) -> Any:
        count = Value(whole(1, MOST, f"a whole number from 1 to {MOST}"))
        command = click.option("--limit", type=count, default=20, show_default=True, help="How many at most.")(command)
        for name in reversed(names):
            flag, field = name.replace("_", "-"), name.replace("_", " ")
            command = click.option(f"--{flag}", metavar="TEXT", help=f"Only those with this {field}.")(command)
        return command

    return add


@click.command(cls=Command)
@_filters("endpoint", "payment_request_id", "result_code", "scenario")
@as_json
@at_a_gateway
def calls(as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:  # noqa: FBT001 - passed by name
    """List the latest calls, newest first.

    Example: mock-alipay calls --result-code PARAM_ILLEGAL --limit 5
    """
    filters = ("endpoint", "payment_request_id", "result_code", "scenario")
    _list("calls", client_id, filters, flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@_filters("payment_request_id", "notification", "status")
@as_json
@at_a_gateway
def notifications(as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:  # noqa: FBT001
    """List the latest notifications, newest first.

    Example: mock-alipay notifications --status PENDING
    """
    filters = ("payment_request_id", "notification", "status")
    _list("notifications", client_id, filters, flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@_filters()
@as_json
@at_a_gateway
def payments(as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:  # noqa: FBT001
    """List the payments and sessions, the latest change first."""
    _list("payments", client_id, (), flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@at_a_gateway
@click.argument("entry", metavar="ID")
def show(entry: str, **flags: Any) -> None:
    """Show a call, a notification or a payment as JSON.

    ID is #12 for a call and !12 for a notification, as the log and the lists print them, or a paymentRequestId. A bare
    number may be any of them.

    Example: mock-alipay show '#12'
    """
    with gateway(**flags) as mock:
        found = {name: data for name, data in _candidates(mock, entry) if data is not None}
        if not found:
            raise SetupError(f"nothing has the id {entry}: expected #NUMBER, !NUMBER or a paymentRequestId")
        if len(found) > 1:
            raise SetupError(f"{entry} is {' and '.join(found)}: name one of them, such as '#{entry}' or '!{entry}'")
        echo_json(next(iter(found.values())))


@click.command(cls=Command)
@as_json
@at_a_gateway
@click.argument("notification", metavar="ID")
def resend(notification: str, as_json: bool, **flags: Any) -> None:  # noqa: FBT001
    """Deliver a notification once more, now.

    Example: mock-alipay resend '!7'
    """
    with gateway(**flags) as mock:
        sent = mock.admin("POST", f"/notifications/{notification.removeprefix('!')}/resend")
        echo_json(sent) if as_json else echo_notification(sent)


def _list(
    kind: str, client_id: str | None, filters: tuple[str, ...], flags: Mapping[str, Any], *, limit: int, as_json: bool
) -> None:
    from mock_alipay.client.records import camel

    query = {camel(name): flags[name] for name in filters} | {"clientId": client_id, "limit": limit}
    place = {name: value for name, value in flags.items() if name not in filters}
    with gateway(client_id=client_id, **place) as mock:
        reply = mock.admin("GET", f"/{kind}", query=query)
    if as_json:
        echo_json(reply)
        return
    for data in reply[kind]:
        _LINES[kind](data)
    if not reply[kind]:
        click.echo(f"no {kind}", err=True)


def _echo_payment(data: Mapping[str, Any]) -> None:
    amount = data["paymentAmount"]
    money = f"{amount['currency']} {amount['value']}"
    click.echo(f"{data['state']:<10}  {data['paymentRequestId']}  {money}  {data['clientId']}")


_LINES: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "calls": echo_call,
    "notifications": echo_notification,
    "payments": _echo_payment,
}


def _candidates(mock: Mock, entry: str) -> list[tuple[str, Any]]:
    """What an id may be, each with its data, None where there is none."""
    number = entry[1:] if entry[:1] in ("#", "!") else entry
    ways = {"#": [("a call", "/calls/")], "!": [("a notification", "/notifications/")]}
    wanted = ways.get(entry[:1], [*ways["#"], *ways["!"]] if number.isdecimal() else [])
    found = [(name, _got(mock, f"{path}{number}")) for name, path in wanted]
    if number == entry:
        found.append(("a payment", _payment(mock, entry)))
    return found


def _got(mock: Mock, path: str) -> Any:
    try:
        return mock.admin("GET", path)
    except AdminError as error:
        if error.status != 404:
            raise
        return None


def _payment(mock: Mock, payment_request_id: str) -> Any:
    from mock_alipay.client.payment import MockPayment

    try:
        return mock.admin("GET", MockPayment.path(payment_request_id), query={"clientId": mock.client_id})
    except AdminError as error:
        if error.status != 404:
            raise
        return None
