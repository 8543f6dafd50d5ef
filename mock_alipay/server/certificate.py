"""The TLS certificate: issued by a certificate authority of this user's own, made on first use.

Clients trust the authority's certificate, whose file stays the same; its private key never leaves the folder.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mock_alipay.config.config import NAMEABLE
from mock_alipay.errors import SettingName, SetupError

if TYPE_CHECKING:
    import trustme

logger = logging.getLogger("mock_alipay")

GATEWAY_HOSTS = (
    *("open-na-global.alipay.com", "open-sea-global.alipay.com", "open-de-global.alipay.com"),  # SDK constants
    *("open-na.alipay.com", "open-sea.alipay.com"),  # the older hosts of the documentation (FUND)
    "open.antglobal-us.com",  # that of US merchants (FUND as integrations cite it)
)
"""The real gateway's hosts, for people who map them to this machine."""

_HOST_OF_CONTAINERS = "host.docker.internal"
"""What containers call the machine that they run on (Docker Desktop's name)."""

_RENEW_BEFORE = 7 * 24 * 3600
_LIFETIME = timedelta(days=397)
"""Some clients refuse certificates that live longer than 398 days."""


HOME_VARIABLE = "MOCK_ALIPAY_HOME"
_OFF = (", or turn HTTPS off with ", SettingName("tls_port"), " none")
_ELSEWHERE = (f"set {HOME_VARIABLE} to a folder that can be written", *_OFF)


def home() -> Path:
    """The folder that keeps this user's certificate authority; SetupError for a user who has none."""
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).absolute()
    from platformdirs import user_data_path

    try:
        return user_data_path("mock-alipay", appauthor=False)
    except RuntimeError:
        raise SetupError(("this user has no home folder to keep the TLS certificate in; ", *_ELSEWHERE)) from None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a server certificate and of the authority that clients trust."""

    server: Path
    """Chain and private key."""
    authority: Path
    """The authority's certificate alone."""


def certificate(folder: Path, extra_hosts: Sequence[str] = ()) -> Certificate:
    """The certificate for this machine, issued again when it is about to expire or a host is new.

    ``folder`` keeps it and the authority; SetupError when it cannot be written.
    """
    usual = _usual_names()
    own = sorted({*filter(None, extra_hosts)} - {*usual})
    names = [*usual, *own]
    # Gateways that are called differently keep a file each: none takes another's away while that one is starting.
    file = folder / (f"server-{_digest(' '.join(own).encode())[:12]}.pem" if own else "server.pem")
    if not _usable(file, names):
        try:
            _issue(file, names)
        except OSError as error:
            told = f"{folder}: the TLS certificate cannot be kept there: {error.strerror}; "
            raise SetupError((told, *_ELSEWHERE)) from None
        except ValueError:
            told = f"no TLS certificate can name {', '.join(own)}: expected addresses, or names of letters, digits, "
            raise SetupError((told, "dots and hyphens; change ", SettingName("host"), *_OFF)) from None
    return Certificate(file, folder / "ca.pem")


def _usual_names() -> list[str]:
    machine = socket.gethostname()
    own = [machine] if NAMEABLE.fullmatch(machine) else []
    return list(dict.fromkeys(["localhost", "127.0.0.1", "::1", *own, _HOST_OF_CONTAINERS, *GATEWAY_HOSTS]))


def _usable(file: Path, names: list[str]) -> bool:
    # The record beside the files saves parsing certificates at every start.
    try:
        record = json.loads(file.with_suffix(".json").read_text())
        fresh = record["expires"] - _RENEW_BEFORE > time.time()
        # Of two processes that issue at once, the record of one may stand beside the certificate of the other.
        its_own = record["sha256"] == _digest(file.read_bytes())
        trusted = file.with_name("ca.pem")
        sound = trusted.is_file() and record["authoritySha256"] == _digest(trusted.read_bytes())
        return bool(fresh) and its_own and sound and set(names) <= set(record["names"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _issue(file: Path, names: list[str]) -> None:
    folder = file.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = _authority(folder)
    now = datetime.now(UTC)
    leaf = authority.issue_cert(*names, not_before=now - timedelta(days=1), not_after=now + _LIFETIME)
    server = b"".join(blob.bytes() for blob in (leaf.private_key_pem, *leaf.cert_chain_pems))
    trusted = authority.cert_pem.bytes()
    _write_trusted(folder / "ca.pem", trusted)
    _replace(file, server)
    record = {
        "expires": (now + _LIFETIME).timestamp(),
        "names": names,
        "sha256": _digest(server),
        "authoritySha256": _digest(trusted),
    }
    _replace(file.with_suffix(".json"), json.dumps(record).encode())


def _write_trusted(file: Path, certificate: bytes) -> None:
    """Write the file that clients trust; the log says when it held something else."""
    if file.is_file() and file.read_bytes() != certificate:
        logger.warning(
            "%s: expected the certificate of authority.pem beside it, found something else (it is damaged, or that "
            "file is new); it is written again, and clients that trust it must read it again",
            file,
        )
    _replace(file, certificate)


def _authority(folder: Path) -> trustme.CA:
    """The user's authority; the first of several processes makes it, the others take that one."""
    import trustme

    file = folder / "authority.pem"
    if not file.exists():
        made = trustme.CA(organization_name="mock-alipay", organization_unit_name="local test authority")
        _create(file, made.private_key_pem.bytes() + made.cert_pem.bytes())
    pem = file.read_bytes()
    try:
        start = pem.index(b"-----BEGIN CERTIFICATE")
        return trustme.CA.from_pem(pem[start:], pem[:start])
    except ValueError:
        raise SetupError(f"{file}: it is damaged; delete it, a new authority is made at the next start") from None


def _create(file: Path, content: bytes) -> None:
    """Write a file whole or, when another process was quicker, not at all."""
    draft = _draft(file, content)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError:
        # No hard links on this file system: the last of several processes wins, and all agree from then on.
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(file: Path, content: bytes) -> None:
    _draft(file, content).replace(file)


def _draft(file: Path, content: bytes) -> Path:
    """A new file beside ``file``, readable by this user alone."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
