"""``started``: a gateway in another process, from a command such as ``uvx mock-alipay``, until a block ends.

Needs the client's libraries only, so that it works where the gateway is not installed.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from queue import Empty, Queue
from typing import Any

from mock_alipay.client import Mock
from mock_alipay.errors import SetupError
from mock_alipay.text.json_text import parse_json

VARIABLE = "MOCK_ALIPAY_COMMAND"
"""The environment variable with the command."""

_START_TIMEOUT = 120.0
"""Seconds for a start; ``uvx`` may download the package first."""

_STOP_TIMEOUT = 10.0
"""Seconds from SIGTERM to SIGKILL."""

_OUTPUT_LINES = 40
"""The last lines of output that an error shows."""


@contextlib.contextmanager
def started(command: str, settings: Mapping[str, Any], *, timeout: float = _START_TIMEOUT) -> Iterator[Mock]:
    """Run a gateway on a free port in another process until the ``with`` block ends; the block gets a Mock.

    command: split like a shell's command line, without a shell; it must pass environment variables on
    settings: fields of Config; by default a free port and no HTTPS
    timeout: seconds until it must be ready

    SetupError with the process's output: the command cannot be run, ends at once, or is not ready in time.
    """
    process = _run(command, settings)
    output: deque[str] = deque(maxlen=_OUTPUT_LINES)
    banners: Queue[dict[str, Any] | None] = Queue()
    reader = threading.Thread(target=_read, args=(process, output, banners), name=VARIABLE, daemon=True)
    reader.start()
    try:
        banner = _banner(banners, timeout)
        with Mock(banner["url"], admin_token=banner.get("adminToken") or settings.get("admin_token")) as mock:
            yield mock
    except _NotStartedError as error:
        _stop(process)
        reader.join()
        raise SetupError(f"{VARIABLE}={command}: {error}; its output:\n{''.join(output) or '(none)'}") from None
    finally:
        _stop(process)
        reader.join()


class _NotStartedError(Exception):
    """The process ended or took too long."""


def _run(command: str, settings: Mapping[str, Any]) -> subprocess.Popen[str]:
    defaults = {"port": 0, "tls_port": None, "log_format": "json"}
    chosen = {name: _text(value) for name, value in {**defaults, **settings}.items() if value or name in defaults}
    variables = {f"MOCK_ALIPAY_{name.upper()}": text for name, text in chosen.items()}
    # A URL or token in the environment is for the plugin, not for this gateway.
    unused = {VARIABLE, "MOCK_ALIPAY_URL", "MOCK_ALIPAY_ADMIN_TOKEN"}
    inherited = {name: value for name, value in os.environ.items() if name not in unused}
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own command
            shlex.split(command),
            env={**inherited, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl-C ends it after the fixtures, together with what the command started
        )
    except (OSError, ValueError, IndexError) as error:
        expected = "expected a command that starts a gateway, such as 'uvx mock-alipay'"
        raise SetupError(f"{VARIABLE}={command}: {expected}: {error}") from None


def _text(value: Any) -> str:
    """A setting as its environment variable has it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        value = [f"{name}={file}" for name, file in value.items()]
    return os.pathsep.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _read(process: subprocess.Popen[str], output: deque[str], banners: Queue[dict[str, Any] | None]) -> None:
    """Read the output to its end, so that the gateway never waits for a reader; None follows the banner."""
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    with process.stdout as lines:
        for line in lines:
            output.append(line)
            with contextlib.suppress(ValueError):
                data = parse_json(line)
                if isinstance(data, dict) and {"url", "addresses"} <= data.keys():
                    banners.put(data)
    banners.put(None)


def _banner(banners: Queue[dict[str, Any] | None], timeout: float) -> dict[str, Any]:
    """What the gateway prints when it is ready."""
    try:
        banner = banners.get(timeout=timeout)
    except Empty:
        raise _NotStartedError(f"not ready after {timeout:g} s") from None
    if banner is None:
        raise _NotStartedError("it ended before the gateway was ready")
    return banner


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process and those that it started."""
    for name in ("SIGTERM", "SIGKILL"):
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, getattr(signal, name))
            else:
                process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_TIMEOUT)
            return
