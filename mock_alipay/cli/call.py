"""``call``: makes one signed call and verifies the signature of the reply."""

from __future__ import annotations

import http.client
import ssl
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import click

from mock_alipay.cli.call_body import edited, sample
from mock_alipay.cli.changes import changes_flag, parse_changes
from mock_alipay.cli.check import read_body
from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_endpoints, complete_files, complete_scenarios
from mock_alipay.cli.endpoints import endpoint_to_call
from mock_alipay.cli.exchange import exchange, result_status, show_reply, show_request
from mock_alipay.cli.options import options, require_ports, timeout_flag
from mock_alipay.cli.output import echo_json
from mock_alipay.cli.param_types import Word
from mock_alipay.cli.target import REACH, Place, place
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import SetupError, under
from mock_alipay.text.client_id import call_target


@click.command(cls=Command)
@click.option(
    "--scenario",
    type=Word(),
    metavar="NAME",
    shell_complete=complete_scenarios,
    help="Scenario for this call, sent in the mock-scenario header.",
)
@click.option(
    "--client-id", type=Word(), metavar="ID", default=TEST_CLIENT_ID, show_default=True, help="Client id to call as."
)
@click.option(
    "--private-key",
    type=Path,
    metavar="FILE",
    shell_complete=complete_files,
    help="Private key of that merchant; the shipped test key if omitted.",
)
@timeout_flag("Give up when nothing arrives for this long.")
@changes_flag
@click.option("-i", "--include", is_flag=True, help="Print the headers of the reply too, also into a pipe.")
@click.option("-v", "--verbose", is_flag=True, help="Print the request and the headers too, also into a pipe.")
@click.option("--fail", is_flag=True, help="Exit with 3 for a resultStatus of U, and with 4 for F.")
@click.option("--json", "as_json", is_flag=True, help="Print request, reply and verdict as JSON.")
@options("gateway_key", *REACH)
@click.argument("endpoint", type=Word(), shell_complete=complete_endpoints)
@click.argument("file", required=False, shell_complete=complete_files)
def call(
    endpoint: str,
    file: str | None,
    client_id: str,
    private_key: Path | None,
    scenario: str | None,
    timeout: float,
    changes: tuple[str, ...],
    **flags: Any,
) -> None:
    """Send one signed call and verify the reply.

    FILE is the request body, - means standard input; without FILE the documented sample is sent. Samples that refer to
    a payment refer to the one that changed last. On a terminal request and reply are shown whole; into a pipe only the
    body of the reply. Exits with 1 if the signature of the reply is missing or invalid.

    Example: mock-alipay call createPaymentSession --scenario risk-reject
    """
    include, verbose, fail, as_json = (flags.pop(name) for name in ("include", "verbose", "fail", "as_json"))
    endpoint_id = endpoint_to_call(endpoint)
    gateway = place(**flags)
    require_ports(port=gateway.port)
    body = sample(endpoint, endpoint_id, gateway, client_id) if file is None else read_body(file)
    if changes:
        body = edited(body, parse_changes(changes), endpoint_id, file or "the sample")
    target = call_target(endpoint_id, client_id)
    headers = _signed(target, body, client_id, private_key)
    if scenario:
        headers["mock-scenario"] = scenario
    whole = not as_json and (verbose or sys.stdout.isatty())
    sent = partial(show_request, f"{gateway.url}{target}", headers, body) if whole else None
    response, reply, took = _send(gateway, target, headers, body, timeout, sent)
    verdict, valid = _verdict(gateway.config.gateway_key, target, response, reply)
    if as_json:
        echo_json(exchange(f"{gateway.url}{target}", headers, body, response, reply, verdict))
    else:
        show_reply(response, reply, took, head=whole or include)
        if whole or not valid:
            colour = "green" if valid else "red"
            click.secho(f"reply signature: {verdict}", fg=colour, bold=True, err=not whole)
    if not valid or response.status != 200:
        raise click.exceptions.Exit(1)
    if fail:
        raise click.exceptions.Exit(_CODES.get(result_status(reply), 1))


_CODES = {"S": 0, "U": 3, "F": 4}
"""Exit codes of ``--fail``."""


def _signed(target: str, body: bytes, client_id: str, private_key: Path | None) -> dict[str, str]:
    """The headers of a call with its signature."""
    from mock_alipay.signing import Signer, keys

    with under("--private-key "):
        signer = Signer(keys.read_private_key(private_key) if private_key else keys.shipped_merchant_key())
    return {"Content-Type": "application/json; charset=UTF-8", **signer.call_headers(target, client_id, body)}


def _send(
    gateway: Place,
    target: str,
    headers: dict[str, str],
    body: bytes,
    timeout: float,
    sent: Callable[[], None] | None,
) -> tuple[http.client.HTTPResponse, bytes, float]:
    began = time.perf_counter()
    try:
        with closing(gateway.connection(timeout)) as connection:
            connection.request("POST", target, body, headers)
            if sent is not None:
                sent()
            response = connection.getresponse()
            return response, response.read(), time.perf_counter() - began
    except (ConnectionRefusedError, ssl.SSLError) as error:
        refused = isinstance(error, ConnectionRefusedError)
        raise SetupError(gateway.message("no gateway answers", gateway.why(error), refused=refused)) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = f"{gateway.why(error)} (a scenario's fault? see the journal)"
        raise SetupError(gateway.message("no reply", why, refused=False)) from None


def _verdict(key_file: Path | None, target: str, response: http.client.HTTPResponse, reply: bytes) -> tuple[str, bool]:
    from mock_alipay.signing import content, fits, keys, parse, raw_signature

    header = response.getheader("signature")
    if header is None:
        hint = " (does the gateway run with --signatures off?)" if response.status == 200 else ""
        return f"none, the reply is not signed{hint}", False
    gateway_key = keys.gateway_key(key_file)
    signed = content(
        "POST", target, response.getheader("client-id", ""), response.getheader("response-time", ""), reply
    )
    try:
        valid = fits(gateway_key.public_key(), raw_signature(parse(header).value), signed)
    except ValueError as error:
        return f"INVALID, {error}", False
    return ("valid" if valid else "INVALID, it does not match the reply and the gateway's key"), valid
