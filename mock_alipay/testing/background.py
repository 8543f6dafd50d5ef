"""A gateway in a thread of this process, for tests: real sockets, real signatures, gone when the block ends."""

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
from mock_alipay.web.app import routes
from mock_alipay.web.asgi.problems import problem_reply

_PATIENCE = 60.0
"""Seconds for a start or a stop, however busy the machine is."""


@dataclass(frozen=True)
class Running:
    """A gateway that serves: its config with the ports it got, and what it is made of."""

    config: Config
    components: Components
    certificate: Certificate | None


@contextlib.contextmanager
def serve(config: Config | None = None, **settings: Unpack[Settings]) -> Iterator[Mock]:
    """Run a gateway until the block ends.

    ``settings`` are those of Config; without a ``config``, which is taken as it is, the port is a free one and HTTPS
    is off unless they say otherwise. UsageError for a wrong setting; SetupError when a file, key or port is unusable.
    """
    chosen = Config(port=0, tls_port=None) if config is None else config
    with running(configured(chosen, settings)) as gateway:
        token = gateway.config.admin_token
        with Mock(gateway.config.url, admin_token=token) as mock:
            yield mock


@contextlib.contextmanager
def running(config: Config, *, tls_folder: Path | None = None, **parts: Any) -> Iterator[Running]:
    """The same with its parts at hand; ``tls_folder`` keeps the certificate in place of the user's own folder.

    ``parts`` are what ``assemble`` takes beside the config, such as a clock.
    """
    gateway, stop = _begun(config, tls_folder, parts)
    try:
        yield gateway
    finally:
        stop()


def _begun(config: Config, tls_folder: Path | None, parts: Mapping[str, Any]) -> tuple[Running, Callable[[], None]]:
    """A gateway that serves, and the function that ends it."""
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
    """Serve in a thread; the function that ends it."""
    ready = threading.Event()
    failures: list[BaseException] = []
    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()

    def main() -> None:
        try:
            serving = serve_app(routes(components), sockets, certificate_file, ready=ready.set, stop=stopping)
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serving)
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            failures.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=main, name="mock-alipay", daemon=True)

    def stop() -> None:
        with contextlib.suppress(RuntimeError):  # its loop is closed: it has ended already
            loop.call_soon_threadsafe(stopping.set)
        thread.join(_PATIENCE)

    thread.start()
    if not ready.wait(_PATIENCE) or failures:
        stop()
        raise failures[0] if failures else SetupError("the gateway did not start in time")
    return stop
