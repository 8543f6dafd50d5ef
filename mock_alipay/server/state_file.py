"""The state file of a running gateway, from which other commands learn how to reach it.

A gateway keeps its file open and locked until it ends, then removes it. A file without a lock belongs to a gateway
that was killed: ``running_gateways`` renames it, and the next gateway to start logs it and removes it. Locks are used
instead of process ids because they end with their process, while process ids are reused.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server.certificate import HOME_VARIABLE, home
from mock_alipay.text.json_text import parse_json
from mock_alipay.version import __version__

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger("mock_alipay")

_FOLDER = "gateways"
_KILLED = ".killed"
"""Suffix of the files of killed gateways."""


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """The content of a state file."""

    config: Config
    """Address, scenario folders, gateway key and admin token; other settings have their defaults."""
    authority: Path | None
    """The authority's certificate, for clients over HTTPS."""
    variables: Mapping[str, str]
    """Environment variables of the gateway that set flags; command-line flags may have overridden them."""
    started: float
    """Seconds since 1970."""


@contextlib.contextmanager
def state_file(config: Config, authority: Path | None, variables: Mapping[str, str]) -> Iterator[None]:
    """Keep a state file within the block; if it cannot be written, log a warning and continue without one."""
    with contextlib.ExitStack() as cleanup:
        try:
            running_gateways()  # renames the files of killed gateways
            _log_killed()
            _write(_content(config, authority, variables), cleanup)
        except (OSError, SetupError) as error:
            cleanup.close()
            why = error.strerror if isinstance(error, OSError) else "this user has no home folder"
            logger.warning(
                "cannot write the state file (%s), so other commands need the flags of this gateway; "
                "set %s to a writable folder",
                why,
                HOME_VARIABLE,
            )
        yield


def running_gateways() -> list[RunningGateway]:
    """Running gateways of this user on this machine, newest first."""
    try:
        files = list((home() / _FOLDER).glob("*.json"))
    except (OSError, SetupError):
        return []
    gateways = [gateway for gateway in map(_read, files) if gateway]
    return sorted(gateways, key=lambda gateway: gateway.started, reverse=True)


def _log_killed() -> None:
    """Log one line about killed gateways, and remove their files."""
    killed: list[tuple[str, str]] = []
    for file in (home() / _FOLDER).glob(f"*{_KILLED}"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, OverflowError):
            text = file.read_bytes()
            file.unlink()  # if several gateways start at once, only one succeeds
            state = parse_json(text)
            started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state["started"]))
            killed.append((started, str(state["url"])))
    if killed:
        started, url = max(killed)
        more = f", nor did {len(killed) - 1} before it" if len(killed) > 1 else ""
        logger.warning(
            "the gateway that started at %s at %s did not shut down cleanly%s: its state is lost (payments, journal, "
            "clock, pending notifications, loaded scenarios, scenario choices and added keys)",
            started,
            url,
            more,
        )


def _content(config: Config, authority: Path | None, variables: Mapping[str, str]) -> bytes:
    state = {
        "pid": os.getpid(),
        "version": __version__,
        "machine": socket.gethostname(),
        "started": time.time(),
        "url": config.url,
        "tlsUrl": config.tls_url,
        "host": config.host,
        "port": config.port,
        "tlsPort": config.tls_port,
        "caCertificate": authority and str(authority),
        "scenarios": [str(folder.absolute()) for folder in config.scenarios],
        "gatewayKey": config.gateway_key and str(config.gateway_key.absolute()),
        "adminToken": config.admin_token,
        "variables": dict(variables),
    }
    return json.dumps(state, indent=2).encode()


def _write(content: bytes, cleanup: contextlib.ExitStack) -> None:
    """Create the file, lock it, and write it in one call; ``cleanup`` removes it."""
    folder = home() / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # fails for another user's folder, where that user could read the token
    handle, name = tempfile.mkstemp(dir=folder, suffix=".json")  # readable only by this user
    cleanup.callback(_remove, Path(name))
    cleanup.callback(os.close, handle)
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.write(handle, content)


def _read(file: Path) -> RunningGateway | None:
    """The gateway of a state file; None if it has ended, runs on another machine, or the file is unreadable."""
    try:
        text = file.read_bytes()
        if not text or _is_stale(file):  # an empty file is about to be written
            return None
        state = parse_json(text)
        if state["machine"] != socket.gethostname():  # the folder is shared with another machine
            return None
        config = Config(
            host=str(state["host"]),
            port=int(state["port"]),
            tls_port=None if state["tlsPort"] is None else int(state["tlsPort"]),
            scenarios=tuple(map(Path, state["scenarios"])),
            gateway_key=Path(state["gatewayKey"]) if state["gatewayKey"] else None,
            admin_token=state["adminToken"],
        )
        authority = Path(state["caCertificate"]) if state["caCertificate"] else None
        return RunningGateway(config, authority, dict(state["variables"]), float(state["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_stale(file: Path) -> bool:
    """Whether no gateway holds the file; renames it in that case."""
    try:
        if sys.platform != "win32":
            with file.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        file.rename(file.with_suffix(_KILLED))  # on Windows this fails while the file is open
    except OSError:
        return False
    return True


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
