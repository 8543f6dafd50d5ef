"""A gateway in a thread of the tests' own process."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import http.client
import json
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import mock_alipay
from mock_alipay import Config, Mock, serve
from mock_alipay.errors import AdminError, SetupError, Unreachable, UsageError
from mock_alipay.server.state_file import running_gateways
from mock_alipay.signing import keys, pool
from mock_alipay.testing import background
from mock_alipay.testing.background import running
from tests.live import SANDBOX_PATH, sample, signed_headers
from tests.server.test_sockets import named


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that nobody's certificate authority is touched."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _nothing_left_behind(recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    """No thread, no socket and no event loop outlives a test here."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + 60
    while (left := [thread.name for thread in set(threading.enumerate()) - before]) and time.monotonic() < until:
        time.sleep(0.01)  # a pool that was told to end does so in its own time
    gc.collect()  # what is forgotten without being closed complains now
    assert ([], []) == (left, [str(warning.message) for warning in recwarn])


def test_free_port() -> None:
    """It serves plain HTTP on a free port of this machine alone, and what comes is a ``Mock`` for all client ids."""
    with serve() as mock:
        assert (Mock, None, mock_alipay.__version__) == (type(mock), mock.client_id, mock.health())
        assert ("127.0.0.1", None) == (urlsplit(mock.url).hostname, mock.env["tlsUrl"])


def test_gone_after_the_block() -> None:
    """After the block nobody answers, and the port is free."""
    with serve() as mock:
        url = mock.url
    with Mock(url) as late, pytest.raises(Unreachable):
        late.health()
    with serve(port=urlsplit(url).port or 0) as again:
        assert url == again.url


async def _failing(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "RuntimeError: no postman"})


async def _raising(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("no postman")


@pytest.mark.parametrize("app", [_failing, _raising])
def test_background_work_that_does_not_start(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """``serve`` raises SetupError that says why, the port is free again, and the next start is not affected."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with monkeypatch.context() as patched:
        patched.setattr(background, "routes", lambda components: app)
        with pytest.raises(SetupError, match=r"^the gateway cannot start: RuntimeError: no postman$"), serve(port=port):
            pass
    with serve(port=port) as mock:
        mock.health()


def test_gone_after_an_error() -> None:
    """An error in the block passes, and the gateway goes all the same."""

    class Failed(Exception):
        """An error of a test's own."""

    def fail(url: str) -> None:
        raise Failed(url)

    with pytest.raises(Failed) as caught, serve() as mock:
        fail(mock.url)
    (url,) = caught.value.args
    with Mock(url) as late, pytest.raises(Unreachable):
        late.health()


def test_settings(tmp_path: Path) -> None:
    """Keywords are the settings of Config; what is none is refused by name."""
    (tmp_path / "ours.yaml").write_text("description: Ours.\ncreatePaymentSession: {result: RISK_REJECT}\n")
    with serve(scenarios=str(tmp_path), scenario="ours") as mock:
        assert "ours" in [scenario.name for scenario in mock.scenarios()]
    wrong: Any = {"colour": "red", "types": "strct"}
    with (
        pytest.raises(UsageError, match="no setting colour; settings are host, port") as caught,
        serve(seed=1, **wrong),
    ):
        pass
    assert 'setting types: expected documented or strict, got the string "strct"' in caught.value.problems


def test_config() -> None:
    """A Config is taken as it is but for the keywords beside it."""
    config = Config(port=0, tls_port=None, admin_token="a-token-of-ours")
    with serve(config, seed=7) as mock:
        assert [] == mock.calls()
        with Mock(mock.url) as stranger, pytest.raises(AdminError):
            stranger.calls()


def test_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it has done, signing and loading included, its threads go with the block."""
    monkeypatch.setattr(pool, "_cores", lambda: 2)
    before = set(threading.enumerate())
    with serve() as mock:
        mock.load("ours", {"description": "Ours.", "createPaymentSession": {"result": "RISK_REJECT"}})
        raw = json.dumps(sample()).encode()
        connection = http.client.HTTPConnection(urlsplit(mock.url).netloc, timeout=60)
        connection.request("POST", SANDBOX_PATH, raw, signed_headers(raw))
        assert "signature" in connection.getresponse().headers
        connection.close()
        names = {thread.name.rstrip("_0123456789") for thread in set(threading.enumerate()) - before}
        assert {"mock-alipay", "mock-alipay-sign", "mock-alipay-admin"} <= names


def test_two_at_once() -> None:
    """Two gateways in one process know nothing of each other."""
    with serve() as one, serve() as other:
        one.scenario("risk-reject")
        one.clock.advance("1h")
        one.add_merchant("SHOP", one.credentials["alipay_public_key"])
        assert one.url != other.url
        assert (True, True) == (one.clock.now() > other.clock.now(), other.clock.state.ahead.total_seconds() == 0)
        assert 2 == one.add_merchant("SHOP", _another_key())
        assert 1 == other.add_merchant("SHOP", _another_key())


def _another_key() -> str:
    return keys.bare_public_key(keys.shipped_forger_key().public_key())


def test_inside_a_running_loop() -> None:
    """It can be used from within asyncio: it has a thread and a loop of its own."""

    async def main() -> str:
        with serve() as mock:
            return await asyncio.to_thread(mock.health)

    assert mock_alipay.__version__ == asyncio.run(main())


def test_from_another_thread() -> None:
    """It can be started in a thread that is not the main one."""
    found: list[str] = []

    def use() -> None:
        with serve() as mock:
            found.append(mock.health())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join(60)
    assert [mock_alipay.__version__] == found


def test_https(home: Path) -> None:
    """With ``tls_port=0`` HTTPS gets a free port too; clients trust the authority that ``env`` names."""
    with serve(tls_port=0) as mock:
        env = mock.env
        assert str(home / "tls" / "ca.pem") == env["caCertificate"]
        trust = ssl.create_default_context(cafile=env["caCertificate"])
        connection = http.client.HTTPSConnection(urlsplit(env["tlsUrl"]).netloc, context=trust, timeout=60)
        connection.request("GET", "/__admin/health")
        assert "ok" == json.loads(connection.getresponse().read())["status"]
        connection.close()
        with Mock(env["tlsUrl"], ca_certificate=env["caCertificate"]) as encrypted:
            assert mock_alipay.__version__ == encrypted.health()


def test_it_is_private(home: Path) -> None:
    """No state file leads commands of this user to the gateway of a test."""
    with serve(tls_port=0):
        assert ([], ["tls"]) == (running_gateways(), [file.name for file in home.iterdir()])


def test_without_https_nothing_is_kept(home: Path) -> None:
    """Without HTTPS nothing is written to the user's folder."""
    with serve():
        assert not home.exists()


def test_without_https_no_home_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home folder, as in containers, is asked for one only where a certificate is to be kept."""
    monkeypatch.setattr("mock_alipay.testing.background.home", lambda: pytest.fail("nothing is to be kept"))
    with serve() as gateway:
        assert gateway.health()


def test_all_addresses() -> None:
    """On all addresses a token is made up, which the ``Mock`` carries and strangers lack."""
    with serve(host="0.0.0.0") as mock:
        assert ("127.0.0.1", []) == (urlsplit(mock.url).hostname, mock.calls())
        with Mock(mock.url) as stranger, pytest.raises(AdminError) as caught:
            stranger.calls()
        assert 401 == caught.value.status


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
def test_every_address_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP and HTTPS are answered at each of them."""
    named(monkeypatch, "127.0.0.1", "127.0.0.2")
    with serve(host="localhost", tls_port=0) as mock:
        monkeypatch.undo()
        tls_port = urlsplit(mock.env["tlsUrl"] or "").port
        for address in ("127.0.0.1", "127.0.0.2"):
            plain = http.client.HTTPConnection(address, urlsplit(mock.url).port, timeout=60)
            secured = http.client.HTTPSConnection(
                address, tls_port, timeout=60, context=ssl._create_unverified_context()
            )
            for connection in (plain, secured):
                connection.request("GET", "/__admin/health")
                assert 200 == connection.getresponse().status
                connection.close()


def test_all_addresses_open() -> None:
    """On all addresses no token is asked for when the settings say so."""
    with serve(host="0.0.0.0", admin_open=True) as mock, Mock(mock.url) as stranger:
        assert [] == stranger.calls()


def test_busy_clients_do_not_hold_it_up() -> None:
    """Clients who keep connections, wait for a call or listen for events do not outlive the block."""
    waiting: list[threading.Thread] = []

    def in_vain(ask: Callable[[], object]) -> None:
        with pytest.raises((Unreachable, StopIteration)):
            ask()

    with serve() as mock:
        idle = socket.create_connection(("127.0.0.1", urlsplit(mock.url).port or 0))
        other = Mock(mock.url)
        events = other.events(after="0.0")
        mock.clock.run()
        assert "clock" == next(events).kind
        for ask in (lambda: next(events), lambda: other.wait(timeout=60)):
            waiting.append(threading.Thread(target=in_vain, args=(ask,)))
            waiting[-1].start()
    for thread in waiting:
        thread.join(60)
    idle.close()
    other.close()
    assert [False, False] == [thread.is_alive() for thread in waiting]


def test_a_quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    """Start and end leave nothing in a test's log that would need a look."""
    with caplog.at_level(logging.DEBUG), serve() as mock:
        mock.health()
    assert [] == [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- what keeps it from starting --------------------------------------------------------------------------------------


def opened() -> int:
    """How many files and sockets this process holds open."""
    return len(list(Path("/dev/fd").iterdir()))


CANNOT = {
    "port": "[0-9]+: another program listens there already; .* another port .setting port 0 takes a free one",
    "tls_port": "[0-9]+: another program listens there already",
    "gateway_key": "nowhere.pem: cannot be read",
    "merchants": "SHOP=nowhere.pem: cannot be read",
    "scenarios": "nowhere.pem: no such folder",
    "scenario": ": there is no scenario 'sucess'",
    "host": "nowhere.invalid: no such address",
}


@pytest.mark.parametrize("setting", CANNOT)
def test_what_cannot_be_used(setting: str) -> None:
    """A setting that cannot be used is a SetupError with name and reason, and leaves no thread or socket behind."""
    nowhere = Path("nowhere.pem")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        values = {
            "port": port,
            "tls_port": port,
            "gateway_key": nowhere,
            "merchants": (("SHOP", nowhere),),
            "scenarios": (nowhere,),
            "scenario": "sucess",
            "host": "nowhere.invalid",
        }
        before = opened()
        with (
            pytest.raises(SetupError, match=f"^setting {setting} ?{CANNOT[setting]}"),
            serve(**{setting: values[setting]}),
        ):
            pass
        assert before == opened()


def test_token_and_open() -> None:
    """A token and none at all cannot both be asked for."""
    with pytest.raises(UsageError, match="exclude each other"), serve(admin_open=True, admin_token="a-token-of-ours"):
        pass


def test_certificate_that_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the certificate cannot be written, the way out is told, and the ports are given back."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "file"))
    before = opened()
    with pytest.raises(SetupError, match="MOCK_ALIPAY_HOME"), serve(tls_port=0):
        pass
    assert before == opened()


def test_certificate_that_cannot_be_read(tmp_path: Path) -> None:
    """What shows only in the thread is told in the block's, and leaves nothing behind either."""
    config = Config(port=0, tls_port=0)
    with running(config, tls_folder=tmp_path) as gateway:
        assert gateway.certificate is not None
        server_file = gateway.certificate.server
    server_file.write_bytes(b"nothing of use")
    _vouch_for(server_file)
    before = opened()
    with pytest.raises(SetupError, match=r"server\.pem: it is damaged"), running(config, tls_folder=tmp_path):
        pass
    assert before == opened()


def _vouch_for(server_file: Path) -> None:
    """Make the record beside a certificate fit it."""
    record_file = server_file.with_suffix(".json")
    record = json.loads(record_file.read_text())
    record_file.write_text(json.dumps({**record, "sha256": hashlib.sha256(server_file.read_bytes()).hexdigest()}))
