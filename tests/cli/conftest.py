"""The command line in this process, for all that does not concern a process."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mock_alipay.cli import main


class Ended(NamedTuple):
    """How a command ended."""

    code: object
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs ``mock-alipay`` with some arguments, and ``given`` as its standard input."""
    for name in [name for name in os.environ if name.startswith("MOCK_ALIPAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))

    def run(*arguments: str, given: bytes | None = None) -> Ended:
        if given is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        return Ended(exit_.value.code, *capfd.readouterr())

    return run
