"""The TLS certificate and the authority that issues it."""

from __future__ import annotations

import functools
import ipaddress
import json
import logging
import socket
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from mock_alipay.config.config import NAMEABLE, Config
from mock_alipay.errors import SetupError
from mock_alipay.server.certificate import Certificate, certificate, home
from tests.live import Live, live

GATEWAYS = [
    *("open-na-global.alipay.com", "open-sea-global.alipay.com", "open-de-global.alipay.com"),
    *("open-na.alipay.com", "open-sea.alipay.com", "open.antglobal-us.com", "host.docker.internal"),
]
DAY = 24 * 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "tls"


@pytest.fixture(scope="module")
def running(tls_folder: Path) -> Iterator[Live]:
    with live(tls_folder=tls_folder) as found:
        yield found


def names(found: Certificate) -> set[str]:
    """What the server's certificate is good for."""
    leaf = x509.load_pem_x509_certificates(found.server.read_bytes())[0]
    alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in alternatives.get_values_for_type(x509.IPAddress)}
    return addresses | set(alternatives.get_values_for_type(x509.DNSName))


def assert_issued_by(found: Certificate) -> None:
    leaf = x509.load_pem_x509_certificates(found.server.read_bytes())[0]
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(found.authority.read_bytes()))


# What it says


def test_it_names_this_machine_and_the_gateways_hosts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name under which a client may reach the mock stands in the certificate."""
    monkeypatch.setattr(socket, "gethostname", lambda: "workstation-7.example")
    wanted = {"localhost", "127.0.0.1", "::1", "workstation-7.example", *GATEWAYS}
    assert wanted == names(certificate(folder=folder))


@pytest.mark.parametrize("host", ["192.168.7.7", "fd00::7", "pay.example"])
def test_it_names_the_host_that_is_listened_on(folder: Path, host: str) -> None:
    """A host of the user's is added to the usual ones."""
    found = names(certificate(folder, [host]))
    assert {host, "localhost", "127.0.0.1"} <= found


@pytest.mark.parametrize("name", ["", "my_host", "-host-", "a..b", "x" * 64, "*"])
def test_a_machine_whose_name_no_certificate_can_hold(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Containers and old machines have names with underscores and worse: they are left out, and all else works."""
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert {"localhost", "127.0.0.1", "::1", *GATEWAYS} == names(certificate(folder=folder))


def test_a_host_that_no_certificate_can_hold(folder: Path) -> None:
    """A host that the user asked for is not left out in silence."""
    with pytest.raises(SetupError, match=r"no TLS certificate can name my_host: expected "):
        certificate(folder, ["my_host"])


def test_it_lives_as_long_as_clients_accept(folder: Path) -> None:
    """Some clients refuse certificates that live longer than 398 days."""
    leaf = x509.load_pem_x509_certificates(certificate(folder=folder).server.read_bytes())[0]
    lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    assert timedelta(days=300) < lifetime <= timedelta(days=398)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", *GATEWAYS])
def test_a_client_that_trusts_the_authority_verifies_it(running: Live, host: str) -> None:
    """A handshake with full checks succeeds under every name."""
    assert running.certificate is not None
    context = ssl.create_default_context(cafile=str(running.certificate.authority))
    with (
        socket.create_connection(("127.0.0.1", running.config.tls_port or 0), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        assert secured.version() in ("TLSv1.2", "TLSv1.3")


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.2"])
def test_a_client_under_another_name_refuses_it(running: Live, host: str) -> None:
    """The certificate is good for its names and no others."""
    assert running.certificate is not None
    context = ssl.create_default_context(cafile=str(running.certificate.authority))
    with (
        socket.create_connection(("127.0.0.1", running.config.tls_port or 0), timeout=60) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname=host)


def test_a_client_that_does_not_trust_the_authority_refuses_it(running: Live) -> None:
    """Nobody trusts it by chance."""
    with (
        socket.create_connection(("127.0.0.1", running.config.tls_port or 0), timeout=60) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")


# When it is issued


def test_it_is_kept(folder: Path) -> None:
    """A second start finds what the first one made."""
    first = certificate(folder=folder)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert first == certificate(folder=folder)
    assert before == {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(("days", "kept"), [(8, True), (6, False), (-1, False)])
def test_it_is_renewed_a_week_before_it_expires(folder: Path, days: int, kept: bool) -> None:
    """With more than a week left it is kept; with less, a new one is issued by the same authority."""
    found = certificate(folder=folder)
    server, authority = found.server.read_bytes(), found.authority.read_bytes()
    record = json.loads((folder / "server.json").read_text())
    (folder / "server.json").write_text(json.dumps({**record, "expires": time.time() + days * DAY}))
    certificate(folder=folder)
    assert kept == (server == found.server.read_bytes())
    assert authority == found.authority.read_bytes()
    assert_issued_by(found)


def test_a_new_host_needs_a_new_one(folder: Path) -> None:
    """A host that it does not name gets one of its own, by the same authority, and takes nobody else's away."""
    usual = certificate(folder, ["127.0.0.1", "localhost"])
    before = usual.server.read_bytes()
    found, other = certificate(folder, ["192.168.7.7"]), certificate(folder, ["gateway", "192.168.7.7"])
    assert [False, True, True] == ["192.168.7.7" in names(one) for one in (usual, found, other)]
    assert 3 == len({one.server for one in (usual, found, other)})
    assert (before, usual) == (usual.server.read_bytes(), certificate(folder=folder))
    assert {usual.authority.read_bytes()} == {one.authority.read_bytes() for one in (found, other)}
    assert other == certificate(folder, ["192.168.7.7", "gateway"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.from_regex(NAMEABLE, fullmatch=True).filter(lambda name: len(name) < 200))
@example(name="3--a")
@example(name="GW.Shop.test")
@example(name="123")
def test_names_that_can_be_named(folder: Path, name: str) -> None:
    """Whatever a certificate is said to be able to name, it can."""
    assume(NAMEABLE.fullmatch(name))
    assert certificate(folder, [name.lower()]).server.is_file()


@pytest.mark.parametrize("name", ["r2--svc", "xn--a", "my_host", "-x", "x-", "a..b", "x" * 64, ""])
def test_names_that_cannot_be_named(name: str) -> None:
    """They are left out: the gateway starts all the same, also on a machine that is called so."""
    assert [] == Config(host="0.0.0.0", admin_hosts=(name,)).certificate_hosts


def test_a_machine_with_an_odd_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine is called never keeps the gateway from starting."""
    monkeypatch.setattr("socket.gethostname", lambda: "r2--svc")
    assert "r2--svc" not in names(certificate(folder=folder))


@pytest.mark.parametrize("lost", ["server.pem", "server.json", "ca.pem"])
def test_a_file_that_was_deleted_is_made_again(folder: Path, lost: str) -> None:
    """Whatever file is gone, the authority that clients trust stays."""
    found = certificate(folder=folder)
    authority = found.authority.read_bytes()
    (folder / lost).unlink()
    certificate(folder=folder)
    assert authority == found.authority.read_bytes()
    assert_issued_by(found)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"expires": "soon", "names": []}', '{"expires": 9e99}', "\xff"])
def test_a_damaged_record_is_written_again(folder: Path, text: str) -> None:
    """What cannot be read of the record beside the files is not believed."""
    found = certificate(folder=folder)
    before = found.server.read_bytes()
    (folder / "server.json").write_bytes(text.encode("latin-1"))
    certificate(folder=folder)
    assert before != found.server.read_bytes()
    assert_issued_by(found)


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_damaged_authority_is_named(folder: Path, content: bytes) -> None:
    """An authority that cannot be read is not replaced in silence, for clients trust it."""
    certificate(folder=folder)
    (folder / "authority.pem").write_bytes(content)
    (folder / "server.pem").unlink()
    with pytest.raises(SetupError, match=r"authority\.pem: .*delete it"):
        certificate(folder=folder)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xff\x00", None])
def test_a_damaged_certificate_of_the_authority_is_written_again(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    """Also when half of it is there; one line says so, and nothing is said of one that is sound."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    sound = certificate(folder).authority.read_bytes()
    (folder / "ca.pem").write_bytes(sound[: len(sound) // 2] if damage is None else damage)
    found = certificate(folder)
    assert_issued_by(found)
    assert sound == found.authority.read_bytes()
    assert found == certificate(folder)
    assert [f"{folder / 'ca.pem'}: expected the certificate of authority.pem, found other content"] == [
        message.partition(" (")[0] for message in caplog.messages
    ]


def test_several_at_first_use_agree_on_one_authority(folder: Path) -> None:
    """Gateways started at the same moment in a new home end with one authority and a certificate that it issued."""
    start, found, failed = threading.Barrier(6), [], []

    def first_use() -> None:
        start.wait()
        try:
            found.append(certificate(folder=folder).authority.read_bytes())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must say so
            failed.append(error)

    threads = [threading.Thread(target=first_use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == failed
    assert {certificate(folder=folder).authority.read_bytes()} == set(found)
    assert_issued_by(certificate(folder=folder))
    assert {"authority.pem", "ca.pem", "server.pem", "server.json"} == {file.name for file in folder.iterdir()}


# Where it is kept


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As containers have them, with a user id that nobody has: they are told what to set."""

    def none(*_: object, **__: object) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("MOCK_ALIPAY_HOME", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", none)
    with pytest.raises(SetupError, match=r"no home folder .*; set MOCK_ALIPAY_HOME .*setting tls_port none"):
        home()


def test_a_folder_named_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is printed for clients holds in any folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCK_ALIPAY_HOME", "here")
    assert tmp_path / "here" == home()


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is taken away again."""
    full = functools.partial(Path("/dev/full").open, "wb", buffering=0)
    monkeypatch.setattr("mock_alipay.server.certificate.os.fdopen", lambda *_: full())
    with pytest.raises(SetupError, match=r"cannot write the TLS certificate: .*; set MOCK_ALIPAY_HOME"):
        certificate(folder=folder)
    assert [] == list(folder.iterdir())


def test_private_keys_are_for_their_owner_alone(folder: Path) -> None:
    """Nobody else on the machine can read a key, and the folder is closed to them."""
    certificate(folder=folder)
    for name in ("authority.pem", "server.pem"):
        assert 0o600 == stat.S_IMODE((folder / name).stat().st_mode)
        assert b"PRIVATE KEY" in (folder / name).read_bytes()
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert b"PRIVATE KEY" not in (folder / "ca.pem").read_bytes()


@pytest.mark.parametrize("in_the_way", ["home", "home/tls"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, in_the_way: str) -> None:
    """The error names the folder, the variable that moves it, and the flag that does without."""
    (tmp_path / in_the_way).parent.mkdir(exist_ok=True)
    (tmp_path / in_the_way).write_text("a file where a folder should be")
    with pytest.raises(SetupError) as error:
        certificate(folder=tmp_path / "home" / "tls")
    for words in (str(tmp_path / "home" / "tls"), "MOCK_ALIPAY_HOME", "setting tls_port none"):
        assert words in str(error.value)


def test_addresses_are_named_as_addresses(folder: Path) -> None:
    """Clients look for an IP address among the addresses, not among the names."""
    leaf = x509.load_pem_x509_certificates(certificate(folder=folder).server.read_bytes())[0]
    alternatives = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]
    assert wanted == alternatives.get_values_for_type(x509.IPAddress)
