"""``serve``, ``ready`` and ``env``: running a gateway and finding it."""

from __future__ import annotations

import gc
import http.client
import json
import logging
import os
import shlex
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.banner import forget_output, json_banner, text_banner
from mock_alipay.cli.chosen_gateway import completed
from mock_alipay.cli.command import Command
from mock_alipay.cli.options import SERVING, options, require_ports, strange_variables
from mock_alipay.cli.param_types import seconds
from mock_alipay.cli.target import PLACE, STARTED_WITH, Place, place
from mock_alipay.config.config import Config
from mock_alipay.config.table import flag_of
from mock_alipay.errors import SetupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mock_alipay.journal.log import Log, LogFormat

logger = logging.getLogger("mock_alipay")


@click.command(cls=Command)
@options(*SERVING)
def serve(*, log_format: LogFormat, quiet: bool, **flags: Any) -> None:
    """Run the gateway until Ctrl-C or SIGTERM."""
    # Imported here, so that other commands start at once.
    from mock_alipay.journal.log import Log

    log = Log(sys.stderr, log_format, quiet=quiet)
    try:
        _serve(Config(**flags), log, json_banner if log_format == "json" else text_banner)
    except SetupError as error:
        if log_format == "text":
            raise
        for problem in error.spelled(flag_of):
            logger.error(problem)  # noqa: TRY400 - told in words, without a traceback
        raise click.exceptions.Exit(error.exit_code) from None
    finally:
        log.close()


def _serve(config: Config, log: Log, shown: Callable[..., str]) -> None:
    from mock_alipay.config.settings import settled
    from mock_alipay.gateway.assembly import assemble
    from mock_alipay.server.run import run
    from mock_alipay.server.sockets import bind
    from mock_alipay.server.state_file import state_file
    from mock_alipay.web.app import routes
    from mock_alipay.web.asgi.problems import problem_reply

    for complaint in strange_variables(serve.params):
        logger.warning(complaint)
    if config.port and config.port == config.tls_port:
        raise UsageError(f"--port and --tls-port are both {config.port}; HTTP and HTTPS need a port each")
    try:
        sockets = bind(config.host, config.port, config.tls_port)
    except SetupError:
        # A wrong flag is told before a taken port, which may be free the next time.
        assemble(settled(config, 0, None), problem_reply)
        raise
    made_up = config.needs_token
    config = settled(config, sockets.port, sockets.tls_port)
    server_file, authority = _certificate(config)
    for name in config.unnameable if authority else ():
        logger.warning("--admin-host %s: no certificate can name it; over HTTPS it has to be called otherwise", name)
    components = assemble(config, problem_reply, ca_certificate=authority)
    app = routes(components)
    _rest_garbage_collector()
    scenarios = len(components.selector.registry.filed)
    banner = shown(config, scenarios, authority, made_up=made_up, addresses=sockets.addresses)
    variables = {each.variable: os.environ[each.variable] for each in SERVING if each.variable in os.environ}
    with log.listening_to(components.events), state_file(config, authority, variables):
        run(app, sockets, server_file, ready=lambda: _announce(banner))


def _announce(banner: str) -> None:
    """Print the lines at the start; a gateway whose output nobody takes serves all the same."""
    try:
        click.echo(banner)
    except OSError as error:
        forget_output()
        logger.warning("the lines at the start could not be printed: %s", error.strerror)


@click.command(cls=Command)
@options(*PLACE)
@click.option("--wait", type=seconds(0), default=0.0, metavar="SECONDS", help="How long to wait for it.")
def ready(wait: float, **flags: Any) -> None:
    """Exit 0 when the gateway answers, 1 when it does not."""
    until = time.monotonic() + wait
    # Looked for again each time: the gateway may not have written its state file yet.
    while (trouble := _trouble(found := place(**flags))) is not None:
        if time.monotonic() >= until:
            require_ports(port=found.port)
            raise SetupError(f"not ready at {found.url}: {trouble}")
        time.sleep(0.05)
    click.echo(f"ready at {found.url}")


@click.command(cls=Command)
@options(*STARTED_WITH, "gateway_key")
def env(**flags: Any) -> None:
    """Print shell lines that point a client here: eval "$(mock-alipay env)"."""
    from mock_alipay.gateway.assembly import client_environment
    from mock_alipay.signing import keys

    flags, running = completed(flags)
    config = Config(**flags)
    require_ports(port=config.port, tls_port=config.tls_port)
    gateway_key = keys.gateway_key(config.gateway_key)
    authority = running.authority if running else _certificate(config)[1]
    found = client_environment(config, gateway_key, authority)
    lines = {
        "ALIPAY_CLIENT_ID": found["clientId"],
        "ALIPAY_MERCHANT_PRIVATE_KEY": found["merchantPrivateKey"],
        "ALIPAY_PUBLIC_KEY": found["gatewayPublicKey"],
        "ALIPAY_GATEWAY_URL": found["url"],
        "ALIPAY_GATEWAY_TLS_URL": found["tlsUrl"],
        "SSL_CERT_FILE": found["caCertificate"],
    }
    for name, value in lines.items():
        if value:
            click.echo(f"export {name}={shlex.quote(value)}")


def _certificate(config: Config) -> tuple[Path | None, Path | None]:
    if config.tls_port is None:
        return None, None
    from mock_alipay.server.certificate import certificate, home

    found = certificate(home() / "tls", config.certificate_hosts)
    return found.server, found.authority


def _rest_garbage_collector() -> None:
    # What exists now stays for good, and what calls leave behind is freed by counting references. Looking for
    # cycles among ten thousand journal entries again and again would cost calls a tenth of their speed.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _trouble(found: Place) -> str | None:
    """What keeps the gateway from being ready, if anything."""
    if not found.port:
        return "its port is not known yet"
    try:
        with closing(found.connection(timeout=2)) as connection:
            connection.request("GET", "/__admin/health")
            response = connection.getresponse()
            body = json.loads(response.read(65536))
        healthy = response.status == 200 and isinstance(body, dict) and body.get("status") == "ok"
        return None if healthy else f"HTTP {response.status}, which is not mock-alipay's answer"
    except (json.JSONDecodeError, UnicodeDecodeError):
        return "something else listens there"
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return found.why_unanswered(error)
