"""``serve``: runs a gateway."""

from __future__ import annotations

import gc
import logging
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.banner import discard_output, json_banner, text_banner
from mock_alipay.cli.command import Command
from mock_alipay.cli.options import SERVING, options, unknown_variables
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
    """Run the gateway until Ctrl-C or SIGTERM.

    Example: mock-alipay serve --port 3000 --scenarios ./scenarios --watch
    """
    # The start leaves hardly any garbage (700 objects); to look for it would take a tenth of the start.
    gc.disable()
    # Imported here, so that other commands start quickly.
    from mock_alipay.journal.log import Log

    log = Log(sys.stderr, log_format, quiet=quiet)
    try:
        _serve(Config(**flags), log, json_banner if log_format == "json" else text_banner)
    except SetupError as error:
        if log_format == "text":
            raise
        for problem in error.spelled(flag_of):
            logger.error(problem)  # noqa: TRY400 - a message, no traceback
        raise click.exceptions.Exit(error.exit_code) from None
    finally:
        log.close()
        gc.enable()


def _serve(config: Config, log: Log, shown: Callable[..., str]) -> None:
    from mock_alipay.config.settings import settled
    from mock_alipay.gateway.assembly import assemble
    from mock_alipay.server.run import run
    from mock_alipay.server.sockets import bind
    from mock_alipay.server.state_file import state_file
    from mock_alipay.web.app import routes
    from mock_alipay.web.asgi.problems import problem_reply

    for problem in unknown_variables(serve.params):
        logger.warning(problem)
    if config.port and config.port == config.tls_port:
        raise UsageError(f"--port and --tls-port are both {config.port}; HTTP and HTTPS need different ports")
    try:
        sockets = bind(config.host, config.port, config.tls_port)
    except SetupError:
        # Report a wrong flag before a taken port, which may be free the next time.
        assemble(settled(config, 0, None), problem_reply)
        raise
    with closing(sockets):
        generated = config.needs_token
        config = settled(config, sockets.port, sockets.tls_port)
        server_file, authority = certificate_files(config)
        for name in config.unnameable if authority else ():
            logger.warning("--admin-host %s: a certificate cannot contain this name; use another one for HTTPS", name)
        components = assemble(config, problem_reply, ca_certificate=authority)
        app = routes(components)
        _tune_garbage_collector()
        scenarios = len(components.selector.registry.filed)
        banner = shown(config, scenarios, authority, generated_token=generated, addresses=sockets.addresses)
        variables = {each.variable: os.environ[each.variable] for each in SERVING if each.variable in os.environ}
        with log.listening_to(components.events), state_file(config, authority, variables):
            run(app, sockets, server_file, ready=lambda: _announce(banner), direct_route=app.direct_route)


def _announce(banner: str) -> None:
    """Print the banner. The gateway serves even if its output cannot be written."""
    try:
        click.echo(banner)
    except OSError as error:
        discard_output()
        logger.warning("cannot write the banner to standard output: %s", error.strerror)


def certificate_files(config: Config) -> tuple[Path | None, Path | None]:
    """The server's certificate and its authority; None without HTTPS."""
    if config.tls_port is None:
        return None, None
    from mock_alipay.server.certificate import certificate, home

    files = certificate(home() / "tls", config.certificate_hosts)
    return files.server, files.authority


def _tune_garbage_collector() -> None:
    # Everything that exists now stays, and reference counting frees what calls leave behind. Frequent searches for
    # cycles among ten thousand journal entries would take a tenth of the throughput.
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    gc.enable()
