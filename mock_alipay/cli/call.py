"""``call``: one signed call, and the reply with its signature checked."""

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
from mock_alipay.cli.options import options, require_ports
from mock_alipay.cli.param_types import seconds
from mock_alipay.cli.target import PLACE, Place, place
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.contracts.names import Unresolved, bare, resolve, spoken_names
from mock_alipay.errors import SetupError, UsageError, under
from mock_alipay.text.wording import close

_SAMPLES = Path(__file__).parent.parent / "contracts" / "samples"


class _Word(click.ParamType):  # type: ignore[type-arg] # generic in later versions only
    """What fits into a request line and a header."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text or not all("!" <= letter <= "~" for letter in text):
            self.fail(f"expected visible ASCII characters without blanks, got '{text}'", param, ctx)
        return text


@click.command(cls=Command)
@options(*PLACE, "gateway_key")
@click.option("--scenario", type=_Word(), metavar="NAME", help="Ask for this scenario in the mock-scenario header.")
@click.option("--client-id", type=_Word(), default=TEST_CLIENT_ID, show_default=True, help="Whom to call as.")
@click.option("--private-key", type=Path, metavar="FILE", help="That merchant's private key; the shipped test key.")
@click.option(
    "--timeout",
    type=seconds(0, 86400, open_=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up when nothing comes for so long.",
)
@click.argument("endpoint", type=_Word())
@click.argument("file", required=False)
def call(
    endpoint: str,
    file: str | None,
    client_id: str,
    private_key: Path | None,
    scenario: str | None,
    timeout: float,
    **flags: Any,
) -> None:
    """Sign a body as a merchant, send it, and check the reply's signature.

    FILE is the request body (- for standard input); without one the documented sample is sent.
    """
    endpoint_id = _endpoint_id(endpoint)
    found = place(**flags)
    require_ports(port=found.port)
    body = _body(endpoint_id, file)
    target = f"/ams/{'sandbox/' if client_id.startswith('SANDBOX_') else ''}api/v1/{endpoint_id}"
    headers = _signed(target, body, client_id, private_key)
    if scenario:
        headers["mock-scenario"] = scenario
    _show_request(found, target, headers, body)
    response, reply, took = _send(found, target, headers, body, timeout)
    _show_reply(response, reply, took)
    verdict, valid = _verdict(found.config.gateway_key, target, response, reply)
    click.secho(f"reply signature: {verdict}", fg="green" if valid else "red", bold=True)
    if not valid or response.status != 200:
        raise click.exceptions.Exit(1)


def _endpoint_id(written: str) -> str:
    """The endpoint's id; what the contract does not know is a path, below ``payments/`` where it names no family."""
    from mock_alipay import contracts

    try:
        return resolve(written, contracts.load().endpoints)
    except Unresolved as error:
        if error.candidates:
            raise UsageError(f"ENDPOINT: {error}") from None
        return written if "/" in written else f"payments/{written}"


def _body(endpoint_id: str, file: str | None) -> bytes:
    if file is not None:
        return read_body(file)
    sample = _SAMPLES / f"{endpoint_id}.json"
    if not sample.is_file():
        files = sorted(_SAMPLES.glob("*/*.json"))
        known = spoken_names(file.relative_to(_SAMPLES).with_suffix("").as_posix() for file in files)
        endpoint = bare(endpoint_id)
        meant = close(endpoint, known)
        hint = f"did you mean {meant}? " if meant else ""
        raise SetupError(
            f"there is no sample of {endpoint}; {hint}samples are {', '.join(known)}; "
            "for another endpoint name a FILE with the request body"
        )
    return sample.read_bytes()


def _signed(target: str, body: bytes, client_id: str, private_key: Path | None) -> dict[str, str]:
    """The headers of a call, its signature among them."""
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
    found: Place, target: str, headers: dict[str, str], body: bytes, timeout: float
) -> tuple[http.client.HTTPResponse, bytes, float]:
    began = time.perf_counter()
    try:
        with closing(found.connection(timeout)) as connection:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            return response, response.read(), time.perf_counter() - began
    except ConnectionRefusedError:
        raise SetupError(f"nothing listens at {found.url}; start the gateway with: mock-alipay") from None
    except ssl.SSLCertVerificationError as error:
        raise SetupError(f"no reply from {found.url}: {found.why_unanswered(error)}") from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        why = found.why_unanswered(error)
        raise SetupError(f"no reply from {found.url}: {why} (a scenario's fault? see its journal)") from None


def _show_request(found: Place, target: str, headers: dict[str, str], body: bytes) -> None:
    click.secho(f"POST {found.url}{target}", bold=True)
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
    return ("valid" if valid else "INVALID, it does not fit the reply and the gateway's key"), valid
