"""The request and the reply of ``call``: edited, and printed as text or JSON."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

import click

from mock_alipay.cli.changes import changed
from mock_alipay.cli.target import Place
from mock_alipay.errors import AdminError, SetupError, Unreachable

_AMOUNTS = ("refundAmount", "captureAmount")


def edited(body: bytes, changes: Mapping[str, Any]) -> bytes:
    """The body with changed fields; SetupError when it is no JSON object."""
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise SetupError(f"--set: the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise SetupError("--set: expected a JSON object as the body")
    return json.dumps(changed(parsed, changes), indent=2, ensure_ascii=False).encode()


def about_latest_payment(sample: bytes, gateway: Place, client_id: str) -> bytes:
    """A sample with the ids and the amount of the client id's payment that changed last.

    The sample as it is, with a note on standard error, when there is none or the admin API cannot be asked.
    """
    from mock_alipay.client import Mock

    try:
        with Mock(gateway.url, client_id=client_id) as mock:
            latest = mock.payments(limit=1)
    except (AdminError, Unreachable, SetupError) as error:
        click.echo(f"the sample is sent as it is: the latest payment is unknown: {error}", err=True)
        return sample
    if not latest:
        click.echo(f"the sample is sent as it is: {client_id} has no payment yet", err=True)
        return sample
    payment, body = latest[0], json.loads(sample)
    own = {"paymentRequestId": payment.payment_request_id, "paymentId": payment.payment_id}
    own |= dict.fromkeys(_AMOUNTS, payment.payment_amount)
    filled = {name: own.get(name, value) for name, value in body.items()}
    return json.dumps({name: value for name, value in filled.items() if value is not None}, indent=2).encode()


def show_request(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Print a request."""
    click.secho(f"POST {url}", bold=True)
    _show_headers(headers)
    click.echo(f"\n{body.decode('utf-8', 'replace').rstrip()}\n")


def show_reply(response: http.client.HTTPResponse, reply: bytes, took: float, *, head: bool) -> None:
    """Print a reply; ``head``: with its status and headers."""
    if head:
        click.secho(f"HTTP {response.status} {response.reason} in {took * 1000:.1f} ms", bold=True)
        _show_headers(dict(response.getheaders()))
        click.echo()
    parsed = _parsed(reply)
    click.echo(parsed if isinstance(parsed, str) else json.dumps(parsed, indent=2, ensure_ascii=False))
    if head:
        click.echo()


def exchange(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    response: http.client.HTTPResponse,
    reply: bytes,
    verdict: str,
) -> dict[str, Any]:
    """A request and its reply as JSON."""
    return {
        "request": {"url": url, "headers": dict(headers), "body": _parsed(body)},
        "reply": {"status": response.status, "headers": dict(response.getheaders()), "body": _parsed(reply)},
        "signature": verdict,
    }


def result_status(reply: bytes) -> str:
    """The resultStatus of a reply; empty without one."""
    body = _parsed(reply)
    result = body.get("result") if isinstance(body, dict) else None
    return str(result.get("resultStatus", "")) if isinstance(result, dict) else ""


def _parsed(raw: bytes) -> Any:
    """The JSON of a body, or its text."""
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")


def _show_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        click.echo(f"{click.style(name, dim=True)}: {value}")
