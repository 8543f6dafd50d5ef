"""``call``: makes one signed call and verifies the signature of the reply."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mock_alipay.cli.check import read_body
from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_endpoints, complete_files, complete_scenarios
from mock_alipay.cli.endpoints import endpoint_to_call, refuse_unimplemented
from mock_alipay.cli.options import options, require_ports
from mock_alipay.cli.param_types import Word, seconds
from mock_alipay.cli.target import PLACE, Place, place
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.contracts.names import bare, spoken_names
from mock_alipay.errors import SetupError, under
from mock_alipay.text.wording import close

_SAMPLES = Path(__file__).parent.parent / "contracts" / "samples"


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
@click.option(
    "--timeout",
    type=seconds(0, 86400, open_=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up when nothing arrives for this long.",
)
@options("gateway_key", *PLACE)
@click.argument("endpoint", type=Word(), shell_complete=complete_endpoints)
@click.argument("file", required=False, shell_complete=complete_files)
def call(
    endpoint: str,
    file: str | None,
    client_id: str,
    private_key: Path | None,
    scenario: str | None,
    timeout: float,
    **flags: Any,
) -> None:
    """Send one signed call and verify the reply.

    FILE is the request body, - means standard input; without FILE the documented sample is sent.
    Exits with 1 if the signature of the reply is missing or invalid.

    Example: mock-alipay call createPaymentSession --scenario risk-reject
    """
    endpoint_id = endpoint_to_call(endpoint)
    gateway = place(**flags)
    require_ports(port=gateway.port)
    body = _sample(endpoint, endpoint_id) if file is None else read_body(file)
    target = f"/ams/{'sandbox/' if client_id.startswith('SANDBOX_') else ''}api/v1/{endpoint_id}"
    headers = _signed(target, body, client_id, private_key)
    if scenario:
        headers["mock-scenario"] = scenario
    _show_request(gateway, target, headers, body)
    response, reply, took = _send(gateway, target, headers, body, timeout)
    _show_reply(response, reply, took)
    verdict, valid = _verdict(gateway.config.gateway_key, target, response, reply)
    click.secho(f"reply signature: {verdict}", fg="green" if valid else "red", bold=True)
    if not valid or response.status != 200:
        raise click.exceptions.Exit(1)


def _sample(written: str, endpoint_id: str) -> bytes:
    """The documented sample of an endpoint; ``written`` is how the user wrote it."""
    sample = _SAMPLES / f"{endpoint_id}.json"
    if not sample.is_file():
        refuse_unimplemented(written, "ENDPOINT")
        files = sorted(_SAMPLES.glob("*/*.json"))
        known = spoken_names(file.relative_to(_SAMPLES).with_suffix("").as_posix() for file in files)
        endpoint = bare(endpoint_id)
        meant = close(endpoint, known)
        hint = f"did you mean {meant}? " if meant else ""
        raise SetupError(
            f"no sample for {endpoint}; {hint}samples are {', '.join(known)}; "
            "for other endpoints give a FILE with the request body"
        )
    return sample.read_bytes()


def _signed(target: str, body: bytes, client_id: str, private_key: Path | None) -> dict[str, str]:
    """The headers of a call with its signature."""
    from mock_alipay.signing import Signer, content, keys

    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with under("--private-key "):
        signer = Signer(keys.read_private_key(private_key) if private_key else keys.shipped_merchant_key())
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "client-id": client_id,
        "request-time": moment,
        "signature": signer.header(content("POST", target, client_id, moment, body)).decode(),
    }


def _send(
    gateway: Place, target: str, headers: dict[str, str], body: bytes, timeout: float
) -> tuple[http.client.HTTPResponse, bytes, float]:
    began = time.perf_counter()
    try:
        with closing(gateway.connection(timeout)) as connection:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            return response, response.read(), time.perf_counter() - began
    except (ConnectionRefusedError, ssl.SSLError) as error:
        refused = isinstance(error, ConnectionRefusedError)
        raise SetupError(gateway.message("no gateway answers", gateway.why(error), refused=refused)) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = f"{gateway.why(error)} (a scenario's fault? see the journal)"
        raise SetupError(gateway.message("no reply", why, refused=False)) from None


def _show_request(gateway: Place, target: str, headers: dict[str, str], body: bytes) -> None:
    click.secho(f"POST {gateway.url}{target}", bold=True)
    _show_headers(headers)
    click.echo(f"\n{body.decode('utf-8', 'replace').rstrip()}\n")


def _show_reply(response: http.client.HTTPResponse, reply: bytes, took: float) -> None:
    click.secho(f"HTTP {response.status} {response.reason} in {took * 1000:.1f} ms", bold=True)
    _show_headers(dict(response.getheaders()))
    try:
        text = json.dumps(json.loads(reply), indent=2, ensure_ascii=False)
    except ValueError:
        text = reply.decode("utf-8", "replace")
    click.echo(f"\n{text}\n")


def _show_headers(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        click.echo(f"{click.style(name, dim=True)}: {value}")


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
