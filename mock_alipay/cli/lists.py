"""``calls``, ``payments``, ``notifications``, ``show`` and ``resend``: what the gateway has recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.output import as_json, echo_call, echo_json, echo_notification, echo_payment
from mock_alipay.cli.param_types import Value
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.config.kinds import whole
from mock_alipay.errors import AdminError, SetupError

if TYPE_CHECKING:
    from mock_alipay.client import Mock

MOST = 1_000
_CALLS = ("endpoint", "payment_request_id", "result_code", "scenario", "q", "after", "before")
_NOTIFICATIONS = ("notification", "payment_request_id", "status", "q", "after", "before")
_PAYMENTS = ("q",)
"""The filters of each list in the admin API, besides the client id."""

_HELP = {
    "q": "Only those in which all these words appear, such as 'refund code:SUCCESS'.",
    "after": "Only those after the one with this number.",
    "before": "Only those before the one with this number.",
}

_METAVARS = {"q": "WORDS", "after": "NUMBER", "before": "NUMBER"}


def _filters(*names: str) -> Callable[[Any], Any]:
    """Flags for the filters of the admin API with these names, and for the number of entries."""

    def add(command: Any) -> Any:
        count = Value(whole(1, MOST, f"a whole number from 1 to {MOST}"))
        command = click.option("--limit", type=count, default=20, show_default=True, help="How many at most.")(command)
        for name in reversed(names):
            flag, field = name.replace("_", "-"), name.replace("_", " ")
            metavar, text = _METAVARS.get(name, "TEXT"), _HELP.get(name, f"Only those with this {field}.")
            command = click.option(f"--{flag}", metavar=metavar, help=text)(command)
        return command

    return add


@click.command(cls=Command)
@_filters(*_CALLS)
@as_json
@at_a_gateway
def calls(*, as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:
    """List the latest calls, newest first.

    Example: mock-alipay calls --result-code PARAM_ILLEGAL --limit 5
    """
    _list("calls", client_id, _CALLS, flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@_filters(*_NOTIFICATIONS)
@as_json
@at_a_gateway
def notifications(*, as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:
    """List the latest notifications, newest first.

    Example: mock-alipay notifications --status PENDING
    """
    _list("notifications", client_id, _NOTIFICATIONS, flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@_filters(*_PAYMENTS)
@as_json
@at_a_gateway
def payments(*, as_json: bool, limit: int, client_id: str | None, **flags: Any) -> None:
    """List the payments and sessions, the latest change first.

    Example: mock-alipay payments --q status:SUCCESS
    """
    _list("payments", client_id, _PAYMENTS, flags, limit=limit, as_json=as_json)


@click.command(cls=Command)
@as_json
@at_a_gateway
@click.argument("entry", metavar="ID")
def show(*, entry: str, as_json: bool, **flags: Any) -> None:  # noqa: ARG001 - it prints JSON in any case
    """Show a call, a notification or a payment as JSON.

    ID is #12 for a call and !12 for a notification, as the log and the lists print them, or a paymentRequestId. A bare
    number may be any of them; if several have it, they are listed.

    Example: mock-alipay show '#12'
    """
    with gateway(**flags) as mock:
        candidates = {kind: data for kind, data in _candidates(mock, entry) if data is not None}
        found = _own(mock, entry, candidates)
        if not found:
            raise SetupError(f"nothing has the id '{entry}': expected #NUMBER, !NUMBER or a paymentRequestId")
        if len(found) == 1:
            echo_json(next(iter(found.values())))
            return
        for kind, data in found.items():
            _LINES[kind](data)
        raise SetupError(f"several have the id {entry}: '#{entry}' is the call, '!{entry}' the notification")


@click.command(cls=Command)
@as_json
@at_a_gateway
@click.argument("notification", metavar="ID")
def resend(*, notification: str, as_json: bool, **flags: Any) -> None:
    """Deliver a notification once more, now.

    Example: mock-alipay resend '!7'
    """
    number = notification.removeprefix("!")
    if not _is_number(number):
        raise click.UsageError(f"ID: expected the number of a notification, such as '!7', got '{notification}'")
    with gateway(**flags) as mock:
        if mock.client_id is not None:
            _own(mock, f"!{number}", {"notifications": mock.admin("GET", f"/notifications/{number}")})
        sent = mock.notifications.resend(number)
        echo_json(mock.admin("GET", f"/notifications/{sent.id}")) if as_json else echo_notification(sent)


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


_LINES: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "calls": echo_call,
    "notifications": echo_notification,
    "payments": echo_payment,
}


def _candidates(mock: Mock, entry: str) -> list[tuple[str, Any]]:
    """The kinds of records that may have an id, each with the record, None where there is none."""
    kinds = {"#": ["calls"], "!": ["notifications"]}.get(entry[:1], ["calls", "notifications"])
    number = entry if len(kinds) > 1 else entry[1:]
    found = [(kind, _got(mock, f"/{kind}/{number}")) for kind in kinds if _is_number(number)]
    if entry and (number == entry or not any(data for _, data in found)):
        found.append(("payments", _payment(mock, entry)))
    return found


def _own(mock: Mock, entry: str, records: Mapping[str, Any]) -> Mapping[str, Any]:
    """The records of the client id that was given, of all if none was; SetupError when all are of others."""
    from mock_alipay.text.masking import mask_cards

    if mock.client_id is None:
        return records
    own = {kind: data for kind, data in records.items() if data["clientId"] == mask_cards(mock.client_id)}
    if records and not own:
        others = " and ".join(sorted({data["clientId"] for data in records.values()}))
        raise SetupError(f"--client-id {mock.client_id}: '{entry}' is of client id {others}; omit the flag, or name it")
    return own


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


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
