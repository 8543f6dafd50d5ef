"""The TLS certificate and its authority."""

from __future__ import annotations

import functools
import json
import logging
import socket
import ssl
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from cryptography import x509

from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server.certificate import GATEWAY_HOSTS, Certificate, certificate, home
from tests.live import Live, live

HOSTS = ["localhost", "127.0.0.1", "::1", "host.docker.internal", *GATEWAY_HOSTS]
DAY = 24 * 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the certificate, which does not exist yet."""
    return tmp_path / "home" / "tls"


def leaf(found: Certificate) -> x509.Certificate:
    """The server's certificate, which the authority has issued."""
    server = x509.load_pem_x509_certificates(found.server.read_bytes())[0]
    server.verify_directly_issued_by(x509.load_pem_x509_certificate(found.authority.read_bytes()))
    return server


def names(found: Certificate) -> set[str]:
    """Names and addresses in the certificate."""
    alternatives = leaf(found).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in alternatives.get_values_for_type(x509.IPAddress)}
    return addresses | set(alternatives.get_values_for_type(x509.DNSName))


@pytest.mark.parametrize(
    ("machine", "extra"), [("pc-7.example", "192.168.7.7"), ("x" * 63, "3--a"), ("123", "fd00::7")]
)
def test_the_certificate_names_the_machine_and_extra_hosts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, machine: str, extra: str
) -> None:
    """Next to loopback, Docker's name for the host and the real gateway's hosts."""
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    assert {machine, extra, *HOSTS} == names(certificate(folder, [extra]))


@pytest.mark.parametrize("name", ["", "my_host", "-host-", "a..b", "x" * 64, "r2--svc", "xn--a", "*"])
def test_names_that_a_certificate_cannot_contain(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As the machine's name or an admin host they are left out, as the host of the gateway they are an error."""
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert {*HOSTS} == names(certificate(folder))
    assert [] == Config(host="0.0.0.0", admin_hosts=(name,)).certificate_hosts
    if name not in ("", "*"):
        with pytest.raises(SetupError, match=rf"no TLS certificate can name {name}: expected "):
            certificate(folder, [name])


def test_clients_that_trust_the_authority_accept_the_certificate(tls_folder: Path) -> None:
    """For its names only; other clients do not."""
    with live(tls_folder=tls_folder) as gateway:
        assert gateway.certificate is not None
        trusting = ssl.create_default_context(cafile=str(gateway.certificate.authority))
        for host in HOSTS:
            handshake(gateway, trusting, host)
        for context, host in ((trusting, "127.0.0.2"), (ssl.create_default_context(), "localhost")):
            with pytest.raises(ssl.SSLCertVerificationError):
                handshake(gateway, context, host)


def handshake(gateway: Live, context: ssl.SSLContext, host: str) -> None:
    """Connect over TLS as to this host."""
    with socket.create_connection(("127.0.0.1", gateway.config.tls_port or 0), timeout=60) as plain:
        context.wrap_socket(plain, server_hostname=host).close()


@pytest.mark.parametrize(("days", "kept"), [(8, True), (6, False), (-1, False)])
def test_the_certificate_is_reissued_a_week_before_it_expires(folder: Path, days: int, kept: bool) -> None:
    """By the same authority, and for at most 398 days, because some clients refuse more."""
    found = certificate(folder)
    server, authority = found.server.read_bytes(), found.authority.read_bytes()
    assert timedelta(days=300) < leaf(found).not_valid_after_utc - leaf(found).not_valid_before_utc <= timedelta(398)
    record = json.loads((folder / "server.json").read_text())
    (folder / "server.json").write_text(json.dumps({**record, "expires": time.time() + days * DAY}))
    assert found == certificate(folder)
    assert (kept, authority) == (server == found.server.read_bytes(), found.authority.read_bytes())
    leaf(found)


def test_each_set_of_hosts_has_its_own_certificate(folder: Path) -> None:
    """Gateways with different hosts do not overwrite each other's, and all have the same authority."""
    default = certificate(folder, ["127.0.0.1", "localhost"])
    before = default.server.read_bytes()
    one, two = certificate(folder, ["192.168.7.7"]), certificate(folder, ["gateway", "192.168.7.7"])
    assert [False, True, True] == ["192.168.7.7" in names(each) for each in (default, one, two)]
    assert (3, 1) == (len({each.server for each in (default, one, two)}), len({default.authority, one.authority}))
    assert (before, default) == (default.server.read_bytes(), certificate(folder))
    assert two == certificate(folder, ["192.168.7.7", "gateway"])


@pytest.mark.parametrize(
    ("file", "content"),
    [
        *((file, None) for file in ("server.pem", "server.json", "ca.pem")),
        *(("server.json", text) for text in (b"[]", b"{}", b'{"expires": "soon", "names": []}', b"\xff")),
        *(("ca.pem", b"\xff\x00"), ("server.pem", b"of another process")),
    ],
)
def test_missing_and_damaged_files_are_written_again(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, file: str, content: bytes | None
) -> None:
    """The authority stays; if clients must reload its certificate, one line says so."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    found = certificate(folder)
    before, authority = found.server.read_bytes(), found.authority.read_bytes()
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    for _ in range(2):
        assert found == certificate(folder)
    assert authority == found.authority.read_bytes()
    assert before != found.server.read_bytes()
    leaf(found)
    damaged = file == "ca.pem" and content is not None
    assert [damaged] * damaged == [f"{folder / 'ca.pem'}: expected the certificate" in line for line in caplog.messages]


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_damaged_authority_is_an_error(folder: Path, content: bytes) -> None:
    """It is not replaced, because clients trust it."""
    certificate(folder)
    (folder / "authority.pem").write_bytes(content)
    (folder / "server.pem").unlink()
    with pytest.raises(SetupError, match=r"authority\.pem: .*delete it"):
        certificate(folder)


@pytest.mark.parametrize("links", [True, False])
def test_concurrent_first_starts_agree_on_one_authority(
    folder: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """Six threads end with one authority and its certificate; without hard links, one start creates it too."""
    if not links:
        monkeypatch.setattr("os.link", Mock(side_effect=PermissionError(1, "no hard links")))
    start = threading.Barrier(6 if links else 1)

    def first_start(_: int) -> bytes:
        start.wait()
        return certificate(folder).authority.read_bytes()

    with ThreadPoolExecutor(start.parties) as threads:
        authorities = set(threads.map(first_start, range(start.parties)))
    found = certificate(folder)
    leaf(found)
    assert {found.authority.read_bytes()} == authorities
    assert {"authority.pem", "ca.pem", "server.pem", "server.json"} == {file.name for file in folder.iterdir()}


def test_private_keys_are_readable_by_their_owner_only(folder: Path) -> None:
    """The file for clients has none."""
    certificate(folder)
    private = {file.name for file in folder.iterdir() if b"PRIVATE KEY" in file.read_bytes()}
    assert {"authority.pem", "server.pem"} == private
    assert {0o600} == {stat.S_IMODE((folder / name).stat().st_mode) for name in private}
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)


def test_a_user_without_a_home_folder_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The message names the variable, which is relative to the current folder, and the setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", "here")
    assert tmp_path / "here" == home()
    monkeypatch.delenv("MOCK_ALIPAY_HOME")
    monkeypatch.setattr("platformdirs.user_data_path", Mock(side_effect=RuntimeError("no home")))
    with pytest.raises(SetupError, match=r"no home folder .*; set MOCK_ALIPAY_HOME .*setting tls_port none"):
        home()


@pytest.mark.parametrize("obstacle", ["home", "home/tls", "full disk"])
def test_a_folder_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    """The message names folder, variable and setting; no incomplete file is left."""
    folder = tmp_path / "home" / "tls"
    if obstacle == "full disk":
        full = functools.partial(Path("/dev/full").open, "wb", buffering=0)
        monkeypatch.setattr("mock_alipay.server.certificate.os.fdopen", lambda *_: full())
    else:
        (tmp_path / obstacle).parent.mkdir(exist_ok=True)
        (tmp_path / obstacle).write_text("a file where a folder should be")
    with pytest.raises(SetupError) as error:
        certificate(folder)
    for words in (f"{folder}: cannot write", "set MOCK_ALIPAY_HOME", "setting tls_port none"):
        assert words in str(error.value)
    assert [] == (list(folder.iterdir()) if folder.is_dir() else [])
