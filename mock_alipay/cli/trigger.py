"""``trigger``: sends a notification about a payment."""

from __future__ import annotations

from typing import Any

import click

from mock_alipay.cli.changes import changes_flag, parse_changes
from mock_alipay.cli.command import Command
from mock_alipay.cli.output import as_json, echo_json, echo_notification
from mock_alipay.cli.target import at_a_gateway, gateway


@click.command(cls=Command)
@changes_flag
@click.option("--to", metavar="URL", help="Send it there, in place of the payment's URL.")
@as_json
@at_a_gateway
@click.argument("notification")
@click.argument("payment_request_id", metavar="[PAYMENT_REQUEST_ID]", required=False)
def trigger(
    notification: Any,
    payment_request_id: str | None,
    changes: tuple[str, ...],
    to: str | None,
    as_json: bool,  # noqa: FBT001 - passed by name
    **flags: Any,
) -> None:
    """Send a notification about a payment now.

    Without PAYMENT_REQUEST_ID it is about the payment that changed last.

    Example: mock-alipay trigger notifyPayment order-4711 --set paymentAmount.value=1
    """
    values = parse_changes(changes)
    with gateway(**flags) as mock:
        owner = mock.client_id
        if payment_request_id is None:
            latest = mock.payments(limit=1)
            if not latest:
                raise click.UsageError("there is no payment yet; create one, such as with mock-alipay call pay")
            payment_request_id, owner = latest[0].payment_request_id, latest[0].client_id
        shop = mock.for_client(owner).notifications
        for record in shop.send(notification, payment_request_id, url=to, set=values or None, wait=True):
            data = mock.admin("GET", f"/notifications/{record.id}")
            echo_json(data) if as_json else echo_notification(data)
