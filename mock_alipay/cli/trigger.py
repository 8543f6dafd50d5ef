"""``trigger``: sends a notification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.changes import changed, changes_flag, parse_changes
from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_files
from mock_alipay.cli.output import as_json, echo_json, echo_notification
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.errors import SetupError
from mock_alipay.text.json_text import parse_json
from mock_alipay.text.wording import described, not_json

if TYPE_CHECKING:
    from mock_alipay.client import Mock, NotificationRecord

_DELIVERY = 15.0
"""Seconds that a delivery may take: the shop has ten to respond."""


@click.command(cls=Command)
@changes_flag
@click.option("--to", metavar="URL", help="Send it there, in place of the payment's URL.")
@click.option(
    "--body",
    "file",
    metavar="FILE",
    shell_complete=complete_files,
    help="Send the JSON object in this file, - for standard input; without a payment it needs --to.",
)
@as_json
@at_a_gateway
@click.argument("notification")
@click.argument("payment_request_id", metavar="[PAYMENT_REQUEST_ID]", required=False)
def trigger(
    *,
    notification: Any,
    payment_request_id: str | None,
    changes: tuple[str, ...],
    to: str | None,
    file: str | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Send a notification now.

    It is about PAYMENT_REQUEST_ID, or else about the payment that changed last. With --body and without
    PAYMENT_REQUEST_ID it is about no payment.

    Example: mock-alipay trigger notifyPayment order-4711 --set paymentAmount.value=1
    """
    values = parse_changes(changes)
    body = None if file is None else changed(_object(file), values)
    if body is not None and payment_request_id is None and to is None:
        raise click.UsageError("--to: missing, it is required with --body and without PAYMENT_REQUEST_ID")
    with gateway(**flags) as mock:
        for record in _sent(mock, notification, payment_request_id, to, body, values):
            data = mock.admin("GET", f"/notifications/{record.id}")
            echo_json(data) if as_json else echo_notification(data)


def _sent(
    mock: Mock,
    notification: Any,
    payment_request_id: str | None,
    to: str | None,
    body: dict[str, Any] | None,
    values: dict[str, Any],
) -> list[NotificationRecord]:
    """The notification, delivered; in a list, as the admin API lists copies too."""
    owner = mock.client_id
    if payment_request_id is None and body is None:
        latest = mock.payments(limit=1)
        if not latest:
            remedy = "create one, such as with mock-alipay call pay, or give --body FILE and --to URL"
            raise click.UsageError(f"there is no payment yet; {remedy}")
        payment_request_id, owner = latest[0].payment_request_id, latest[0].client_id
    elif payment_request_id is None:
        owner = owner or mock.env["clientId"]
    shop, content = mock.for_client(owner).notifications, {"set": values or None} if body is None else {"body": body}
    return shop.send(notification, payment_request_id, url=to, wait=True, timeout=_DELIVERY, **content)


def _object(file: str) -> dict[str, Any]:
    """The JSON object in a file; SetupError when there is none."""
    from mock_alipay.cli.check import read_body

    try:
        body = parse_json(read_body(file))
    except ValueError as error:
        raise SetupError(f"--body: {file}: expected a JSON object, it is {not_json(error)}") from None
    if not isinstance(body, dict):
        raise SetupError(f"--body: {file}: expected a JSON object, got {described(body)}")
    return body
