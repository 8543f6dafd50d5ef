"""Runs commands in this process."""

from __future__ import annotations

import gc
import io
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mock_alipay.cli import main
from mock_alipay.server import run as server


class Ended(NamedTuple):
    """The result of a command."""

    code: object
    out: str
    err: str

    def expect(self, code: int, out: str | tuple[str, ...] = (), err: str | tuple[str, ...] = ()) -> None:
        """Check the exit code, and that the outputs contain texts; without texts an output is empty."""
        assert code == self.code, self
        for texts, printed in ((out, self.out), (err, self.err)):
            wanted = (texts,) if isinstance(texts, str) else texts
            assert [] == [text for text in wanted if text not in printed], self
            assert bool(wanted) == bool(printed), self


Command = Callable[..., Ended]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs ``mock-alipay`` with arguments; ``given`` is its standard input, ``env`` are more variables."""
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)
    for name in ("SSL_CERT_FILE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))

    def run(*arguments: str, given: bytes | None = None, env: dict[str, str] | None = None) -> Ended:
        with monkeypatch.context() as context:
            if given is not None:
                context.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
            for name, value in (env or {}).items():
                context.setenv(name, value)
            with pytest.raises(SystemExit) as exit_:
                main(arguments)
        return Ended(exit_.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def start(command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs ``serve`` like ``command`` up to the banner; it does not serve then."""

    def run(app: Any, sockets: Any, server_file: Path | None, *, ready: Callable[[], None], **_: Any) -> None:
        ready()
        sockets.close()

    monkeypatch.setattr(server, "run", run)
    for name in ("freeze", "set_threshold"):
        monkeypatch.setattr(gc, name, lambda *_: None)
    return lambda *flags, **how: command("serve", "--port", "0", "--tls-port", "none", *flags, **how)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
