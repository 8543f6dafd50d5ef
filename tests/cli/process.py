"""The command line in processes of its own, as users start it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.live import SANDBOX_PATH, Answer, signed_headers

Found = TypeVar("Found")

FREE = ("--port", "0", "--tls-port", "none")
PATIENCE = 60.0
"""Seconds after which a process has failed."""


@dataclass(frozen=True)
class Running:
    """A gateway in a process."""

    process: subprocess.Popen[str]
    banner: str
    log_file: Path

    @property
    def port(self) -> int:
        """The port for plain HTTP in the banner."""
        return self._port("http")

    @property
    def tls_port(self) -> int:
        """The port for HTTPS in the banner."""
        return self._port("https")

    @property
    def log(self) -> str:
        """The output on standard error so far."""
        return self.log_file.read_text("utf-8")

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """Any request over plain HTTP."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body or None, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def create(self, body: dict[str, Any], *, extra: Mapping[str, str] | None = None, **how: Any) -> Answer:
        """A signed createPaymentSession; ``how`` goes to ``signed_headers``."""
        raw = json.dumps(body).encode()
        return self.request("POST", SANDBOX_PATH, raw, {**signed_headers(raw, **how), **(extra or {})})

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def _port(self, scheme: str) -> int:
        match = re.search(rf"{scheme}://\S+?:([0-9]+)\b", self.banner)
        if match is None:
            raise AssertionError(f"the banner has no {scheme} port:\n{self.banner}")
        return int(match[1])


@contextlib.contextmanager
def serving(home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """A gateway that has printed its banner; it is stopped when the block ends."""
    home.mkdir(parents=True, exist_ok=True)
    log_file = home / f"log-{time.monotonic_ns()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCK_ALIPAY_")}
    variables = {**kept, "MOCK_ALIPAY_HOME": str(home), **(env or {})}
    command = [sys.executable, "-m", "mock_alipay", *arguments]
    with log_file.open("w") as log:
        process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=log, text=True)
    watchdog = threading.Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        banner = _banner(process, log_file)
        watchdog.cancel()
        yield Running(process, banner, log_file)
    finally:
        watchdog.cancel()
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        if process.stdout is not None:
            process.stdout.close()


def eventually(look: Callable[[], Found | None], seconds: float = PATIENCE) -> Found:
    """The first result of ``look`` that is not None, for what another process does in its own time."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > until:
            raise AssertionError(f"nothing within {seconds} s")
        time.sleep(0.02)
    return found


def _banner(process: subprocess.Popen[str], log_file: Path) -> str:
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith("{") or line.strip().startswith("dashboard"):
            return "".join(lines)
    raise AssertionError(f"the gateway did not start: {log_file.read_text('utf-8')}")
