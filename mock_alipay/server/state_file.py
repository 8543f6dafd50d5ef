"""The state file of a running gateway: what other commands need to reach it.

A gateway holds its file locked and open until it ends, then removes it. A file that nobody holds is left over from a
gateway that was killed; whoever looks for gateways renames it, and the next gateway to start logs it and removes it.
Locks end with their process, and process ids are given again.
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
from mock_alipay.version import __version__

if sys.platform != "win32":
    import fcntl

logger = logging.getLogger("mock_alipay")

_FOLDER = "gateways"
_KILLED = ".killed"
"""The ending of files of gateways that were killed."""


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """What a state file says."""

    config: Config
    """Its address, scenario folders, gateway key and admin token; the other settings are defaults."""
    authority: Path | None
    """The certificate that clients trust over HTTPS."""
    variables: Mapping[str, str]
    """The environment variables that it was started with, as far as they set flags; flags may have overruled them."""
    started: float
    """Seconds since 1970."""


@contextlib.contextmanager
def state_file(config: Config, authority: Path | None, variables: Mapping[str, str]) -> Iterator[None]:
    """Keep a state file within the block; where it cannot be written, the log says so and nothing else happens."""
    with contextlib.ExitStack() as cleanup:
        try:
            running_gateways()  # renames what is left over
            _log_killed()
            _write(_content(config, authority, variables), cleanup)
        except (OSError, SetupError) as error:
            cleanup.close()
            why = error.strerror if isinstance(error, OSError) else "this user has no home folder"
            logger.warning(
                "other commands need the flags of this gateway: its state file cannot be written (%s); "
                "set %s to a folder that can be written",
                why,
                HOME_VARIABLE,
            )
        yield


def running_gateways() -> list[RunningGateway]:
    """The gateways of this user that run on this machine, newest first."""
    try:
        files = list((home() / _FOLDER).glob("*.json"))
    except (OSError, SetupError):
        return []
    found = [gateway for gateway in map(_read, files) if gateway]
    return sorted(found, key=lambda gateway: gateway.started, reverse=True)


def _log_killed() -> None:
    """Log in one line which gateways were killed, and remove their files."""
    killed: list[tuple[str, str]] = []
    for file in (home() / _FOLDER).glob(f"*{_KILLED}"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, OverflowError):
            text = file.read_bytes()
            file.unlink()  # of several that start at once one succeeds
            state = json.loads(text)
            started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state["started"]))
            killed.append((started, str(state["url"])))
    if killed:
        started, url = max(killed)
        more = f", nor did {len(killed) - 1} before it" if len(killed) > 1 else ""
        logger.warning(
            "the gateway that started at %s at %s did not shut down cleanly%s: its state is lost (payments, journal, "
            "clock, notifications still to be sent, and what was loaded or chosen while it ran)",
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
    """Make the file, which ``cleanup`` removes. It is locked before anything is in it, and written at once."""
    folder = home() / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # refused for a folder of somebody else, who is not to read the token
    handle, name = tempfile.mkstemp(dir=folder, suffix=".json")  # readable by this user alone
    cleanup.callback(_remove, Path(name))
    cleanup.callback(os.close, handle)
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.write(handle, content)


def _read(file: Path) -> RunningGateway | None:
    """A state file's gateway; None when it has ended, runs on another machine, or the file cannot be read."""
    try:
        text = file.read_bytes()
        if not text or _left_over(file):  # an empty one is about to be written
            return None
        state = json.loads(text)
        if state["machine"] != socket.gethostname():  # which shares the folder
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


def _left_over(file: Path) -> bool:
    """Whether no gateway holds the file any more, which is renamed then."""
    try:
        if sys.platform != "win32":
            with file.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        file.rename(file.with_suffix(_KILLED))  # on Windows refused while it is open
    except OSError:
        return False
    return True


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
