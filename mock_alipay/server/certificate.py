"""The TLS certificate, issued by the user's local certificate authority, which is created on first use.

Clients trust the authority's certificate, whose file does not change; its private key never leaves the folder.
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
from mock_alipay.text.json_text import parse_json

if TYPE_CHECKING:
    import trustme

logger = logging.getLogger("mock_alipay")

GATEWAY_HOSTS = (
    *("open-na-global.alipay.com", "open-sea-global.alipay.com", "open-de-global.alipay.com"),  # SDK constants
    *("open-na.alipay.com", "open-sea.alipay.com"),  # the older hosts of the documentation (FUND)
    "open.antglobal-us.com",  # that of US merchants (FUND as integrations cite it)
)
"""Host names of the real gateway, for users who map them to this machine."""

_DOCKER_HOST = "host.docker.internal"
"""Docker Desktop's name for the host machine."""

_RENEW_BEFORE = 7 * 24 * 3600
"""Seconds before expiry."""

_LIFETIME = timedelta(days=397)
"""Some clients refuse certificates that are valid for more than 398 days."""


HOME_VARIABLE = "MOCK_ALIPAY_HOME"
_DISABLE_TLS = (", or turn HTTPS off with ", SettingName("tls_port"), " none")
_USE_OTHER_FOLDER = (f"set {HOME_VARIABLE} to a writable folder", *_DISABLE_TLS)


def home() -> Path:
    """The folder of the user's certificate authority and state files; SetupError if the user has no home folder."""
    if folder := os.environ.get(HOME_VARIABLE):
        return Path(folder).absolute()
    from platformdirs import user_data_path

    try:
        return user_data_path("mock-alipay", appauthor=False)
    except RuntimeError:
        raise SetupError(("this user has no home folder for the TLS certificate; ", *_USE_OTHER_FOLDER)) from None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of the server certificate and of the authority's certificate."""

    server: Path
    """Chain and private key."""
    authority: Path
    """Only the authority's certificate."""


def certificate(folder: Path, extra_hosts: Sequence[str] = ()) -> Certificate:
    """The certificate for this machine; it is reissued before it expires or if it lacks a host.

    ``folder`` holds the certificate and the authority. Raises SetupError if the folder cannot be written or a host
    cannot be in a certificate.
    """
    default = _default_names()
    additional = sorted({*filter(None, extra_hosts)} - {*default})
    names = [*default, *additional]
    # One file per set of hosts, so that gateways with different hosts do not overwrite each other's certificates.
    file = folder / (f"server-{_digest(' '.join(additional).encode())[:12]}.pem" if additional else "server.pem")
    if not _usable(file, names):
        try:
            _issue(file, names)
        except OSError as error:
            problem = f"{folder}: cannot write the TLS certificate: {error.strerror}; "
            raise SetupError((problem, *_USE_OTHER_FOLDER)) from None
        except ValueError:
            problem = f"no TLS certificate can name {', '.join(additional)}: expected addresses, or names of letters, "
            advice = ("digits, dots and hyphens; change ", SettingName("host"), *_DISABLE_TLS)
            raise SetupError((problem, *advice)) from None
    return Certificate(file, folder / "ca.pem")


def _default_names() -> list[str]:
    machine = socket.gethostname()
    own = [machine] if NAMEABLE.fullmatch(machine) else []
    return list(dict.fromkeys(["localhost", "127.0.0.1", "::1", *own, _DOCKER_HOST, *GATEWAY_HOSTS]))


def _usable(file: Path, names: list[str]) -> bool:
    # The JSON file next to the certificate avoids parsing certificates at every start.
    try:
        record = parse_json(file.with_suffix(".json").read_text())
        fresh = record["expires"] - _RENEW_BEFORE > time.time()
        # If two processes issue at the same time, the JSON file may belong to the other process's certificate.
        matches = record["sha256"] == _digest(file.read_bytes())
        trusted = file.with_name("ca.pem")
        intact = trusted.is_file() and record["authoritySha256"] == _digest(trusted.read_bytes())
        return bool(fresh) and matches and intact and set(names) <= set(record["names"])
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
    """Write the file that clients trust; logs a warning if its content changes."""
    if file.is_file() and file.read_bytes() != certificate:
        logger.warning(
            "%s: expected the certificate of authority.pem, found other content (the file is damaged, or authority.pem "
            "is new); wrote it again, and clients that trust it must reload it",
            file,
        )
    _replace(file, certificate)


def _authority(folder: Path) -> trustme.CA:
    """The user's authority; of several processes the first creates it, and all use that one."""
    import trustme

    file = folder / "authority.pem"
    if not file.exists():
        created = trustme.CA(organization_name="mock-alipay", organization_unit_name="local test authority")
        _create(file, created.private_key_pem.bytes() + created.cert_pem.bytes())
    pem = file.read_bytes()
    try:
        start = pem.index(b"-----BEGIN CERTIFICATE")
        return trustme.CA.from_pem(pem[start:], pem[:start])
    except ValueError:
        raise SetupError(f"{file}: it is damaged; delete it, the next start creates a new authority") from None


def _create(file: Path, content: bytes) -> None:
    """Write a file atomically unless it exists."""
    draft = _draft(file, content)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    except OSError:
        # The file system has no hard links: the last of several processes wins, and all use its file from then on.
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(file: Path, content: bytes) -> None:
    _draft(file, content).replace(file)


def _draft(file: Path, content: bytes) -> Path:
    """Write a temporary file next to ``file``, readable only by this user."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
