"""``ready`` and ``env``: wait for a gateway, and configure clients for it."""

from __future__ import annotations

import http.client
import shlex
import time
from contextlib import closing
from typing import Any

import click

from mock_alipay.cli.chosen_gateway import completed
from mock_alipay.cli.command import Command
from mock_alipay.cli.options import options, require_ports
from mock_alipay.cli.output import as_json, echo_json
from mock_alipay.cli.param_types import seconds
from mock_alipay.cli.serve import certificate_files
from mock_alipay.cli.target import PLACE, STARTED_WITH, Place, place
from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.text.json_text import parse_json


@click.command(cls=Command)
@click.option("--wait", type=seconds(0), default=0.0, metavar="SECONDS", help="Wait up to this long.")
@options(*PLACE)
def ready(wait: float, **flags: Any) -> None:
    """Check that the gateway answers.

    Exits with 0 if it does, with 1 if not. Example: mock-alipay ready --wait 30
    """
    until = time.monotonic() + wait
    # The place is looked up each time: the gateway may not have written its state file yet.
    while (problem := _problem(target := place(**flags))) is not None:
        if time.monotonic() >= until:
            require_ports(port=target.port)
            raise SetupError(problem)
        time.sleep(0.05)
    click.echo(f"ready at {target.url}")


@click.command(cls=Command)
@as_json
@options(*STARTED_WITH, "gateway_key")
def env(*, as_json: bool, **flags: Any) -> None:
    """Print shell variables that configure a client.

    Example: eval "$(mock-alipay env)"
    """
    from mock_alipay.gateway.assembly import client_environment
    from mock_alipay.signing import keys

    flags, running = completed(flags)
    config = Config(**flags)
    require_ports(port=config.port, tls_port=config.tls_port)
    gateway_key = keys.gateway_key(config.gateway_key)
    authority = running.authority if running else certificate_files(config)[1]
    client = client_environment(config, gateway_key, authority)
    lines = {
        "ALIPAY_CLIENT_ID": client["clientId"],
        "ALIPAY_MERCHANT_PRIVATE_KEY": client["merchantPrivateKey"],
        "ALIPAY_PUBLIC_KEY": client["gatewayPublicKey"],
        "ALIPAY_GATEWAY_URL": client["url"],
        "ALIPAY_GATEWAY_TLS_URL": client["tlsUrl"],
        "SSL_CERT_FILE": client["caCertificate"],
    }
    if as_json:
        echo_json(lines)
        return
    for name, value in lines.items():
        if value:
            click.echo(f"export {name}={shlex.quote(value)}")


def _problem(target: Place) -> str | None:
    """Why the gateway is not ready; None when it is."""
    if not target.port:
        return "its port is unknown yet"
    try:
        with closing(target.connection(timeout=2)) as connection:
            connection.request("GET", "/__admin/health")
            response = connection.getresponse()
            body = response.read(65536)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return target.message("not ready", target.why(error), refused=isinstance(error, ConnectionRefusedError))
    if response.status == 200 and _is_healthy(body):
        return None
    return target.message("not ready", f"the server is not mock-alipay: HTTP {response.status}", refused=False)


def _is_healthy(body: bytes) -> bool:
    try:
        health = parse_json(body)
    except ValueError:
        return False
    return isinstance(health, dict) and health.get("status") == "ok"
