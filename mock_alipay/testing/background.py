"""``serve``: a gateway in a thread of this process, with real sockets, until a block ends."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from mock_alipay.client import Mock
from mock_alipay.config.config import Config
from mock_alipay.config.settings import Settings, configured, settled
from mock_alipay.errors import SetupError
from mock_alipay.gateway.assembly import Components, assemble
from mock_alipay.server.certificate import Certificate, certificate, home
from mock_alipay.server.run import serve as serve_app
from mock_alipay.server.sockets import Sockets, bind
from mock_alipay.signing.webhook import verifier
from mock_alipay.web.app import routes
from mock_alipay.web.asgi.problems import problem_reply

_TIMEOUT = 60.0
"""Seconds for a start or a stop on a busy machine."""


@dataclass(frozen=True)
class Running:
    """A running gateway: its config with the actual ports, its components, and its certificate (None without HTTPS)."""

    config: Config
    components: Components
    certificate: Certificate | None


@contextlib.contextmanager
def serve(config: Config | None = None, **settings: Unpack[Settings]) -> Iterator[Mock]:
    """Run a gateway in a thread until the ``with`` block ends; the block gets a ``Mock`` for all client ids.

    config: the gateway's Config; by default one with a free port (``port=0``) and without HTTPS (``tls_port=None``)
    settings: fields of Config in place of those of ``config``, such as ``scenario="risk-reject"``; paths may be
        strings, one path or name may stand for a list of one, ``merchants`` may map client ids to files

    ``url`` of the Mock has the actual port. UsageError: settings are unknown or invalid; it names all of them.
    SetupError: a file, key, scenario or port cannot be used. Several gateways may run at once, isolated from each
    other, and in any thread, also one with a running event loop.
    """
    base = Config(port=0, tls_port=None) if config is None else config
    with running(configured(base, settings)) as gateway:
        token = gateway.config.admin_token
        with Mock(gateway.config.url, admin_token=token) as mock:
            mock.webhooks.verify = verifier(lambda: str(mock.env["gatewayPublicKey"]))
            yield mock


@contextlib.contextmanager
def running(config: Config, *, tls_folder: Path | None = None, **parts: Any) -> Iterator[Running]:
    """Run a gateway as ``serve`` does; the block gets its components.

    tls_folder: where certificates are kept, in place of the user's folder
    parts: further arguments of ``assemble``, such as a clock
    """
    gateway, stop = _started(config, tls_folder, parts)
    try:
        yield gateway
    finally:
        stop()


def _started(config: Config, tls_folder: Path | None, parts: Mapping[str, Any]) -> tuple[Running, Callable[[], None]]:
    """A running gateway, and the function that stops it."""
    sockets = bind(config.host, config.port, config.tls_port)
    try:
        config = settled(config, sockets.port, sockets.tls_port)
        issued = certificate(tls_folder or home() / "tls", config.certificate_hosts) if sockets.tls else None
        authority = issued.authority if issued else None
        components = assemble(config, problem_reply, ca_certificate=authority, **parts)
        return Running(config, components, issued), _start(components, sockets, issued.server if issued else None)
    except BaseException:
        sockets.close()
        raise


def _start(components: Components, sockets: Sockets, certificate_file: Path | None) -> Callable[[], None]:
    """Serve in a thread; returns the function that stops it."""
    ready = threading.Event()
    failures: list[BaseException] = []
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    def main() -> None:
        try:
            app = routes(components)
            serving = serve_app(
                app, sockets, certificate_file, ready=ready.set, stop=stopping, direct_route=app.direct_route
            )
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serving)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=main, name="mock-alipay", daemon=True)

    def stop() -> None:
        with contextlib.suppress(RuntimeError):  # its loop is closed: it has stopped already
            loop.call_soon_threadsafe(stopping.set)
        thread.join(_TIMEOUT)

    thread.start()
    if not ready.wait(_TIMEOUT) or failures:
        stop()
        raise failures[0] if failures else SetupError("the gateway did not start in time")
    return stop
