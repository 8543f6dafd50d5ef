"""``serve``: a gateway in a thread of this process."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import mock_alipay
from mock_alipay import Config, Mock, serve
from mock_alipay.errors import AdminError, SetupError, Unreachable, UsageError
from mock_alipay.server.state_file import running_gateways
from mock_alipay.signing import pool
from mock_alipay.testing import background
from mock_alipay.web.app import routes
from tests.live import live

VERSION = mock_alipay.__version__


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of the test's own; it does not exist yet."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _nothing_is_left(recwarn: pytest.WarningsRecorder) -> Iterator[None]:
    """No thread, open file, socket or event loop outlives a test."""
    threads, files = set(threading.enumerate()), open_files()
    yield
    until = time.monotonic() + 60
    while (left := started_since(threads)) and time.monotonic() < until:
        time.sleep(0.01)  # pools end their threads asynchronously
    gc.collect()  # reports what was not closed
    while open_files() > files and time.monotonic() < until:
        time.sleep(0.01)  # another gateway of this process may have a connection or file open for a moment
    assert ([], []) == (left, [str(warning.message) for warning in recwarn])
    assert open_files() <= files


def started_since(threads: set[threading.Thread]) -> list[str]:
    """The names of new threads, but for that of asyncio's pool: another gateway in this process may have begun it."""
    names = (thread.name for thread in set(threading.enumerate()) - threads)
    return [name for name in names if not name.startswith("asyncio_")]


def open_files() -> int:
    """The number of files and sockets that this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def port_of(url: str | None) -> int:
    """The port of a URL."""
    return urlsplit(url or "").port or 0


def test_a_gateway_runs_until_the_block_ends(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """On a free port of loopback, without HTTPS, a user's folder or warnings. An error stops it, too."""
    monkeypatch.setattr(background, "home", lambda: pytest.fail("the folder is not needed"))
    with caplog.at_level(logging.WARNING), serve() as mock:
        assert (None, VERSION, None) == (mock.client_id, mock.health(), mock.env["tlsUrl"])
        assert "127.0.0.1" == urlsplit(mock.url).hostname
    assert [] == caplog.records
    with pytest.raises(ZeroDivisionError), serve(port=port_of(mock.url)) as again:
        assert again.count() / 0
    with Mock(again.url) as late, pytest.raises(Unreachable):
        late.health()


def test_settings_replace_those_of_the_config(tmp_path: Path) -> None:
    """They are fields of Config in forms that are easy to write."""
    (tmp_path / "ours.yaml").write_text("description: Ours.\ncreatePaymentSession: {result: RISK_REJECT}\n")
    config = Config(port=0, tls_port=None, admin_token="a-token-of-ours")
    with serve(config, scenarios=str(tmp_path), scenario="ours") as mock, Mock(mock.url) as without_token:
        assert "ours" in [scenario.name for scenario in mock.scenarios()]
        with pytest.raises(AdminError):
            without_token.calls()


def test_threads_end_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the gateway, of signing and of the admin API."""
    monkeypatch.setattr(pool, "_cores", lambda: 2)
    before = set(threading.enumerate())
    with live() as gateway:
        assert "signature" in gateway.create().headers
        assert 400 == gateway.admin("POST", "/scenarios", {"name": "ours"}).status
        names = {thread.name.rstrip("_0123456789") for thread in set(threading.enumerate()) - before}
        assert {"mock-alipay", "mock-alipay-admin"} <= names


def test_gateways_are_isolated() -> None:
    """Several may run at once; clocks, scenarios and keys are their own."""
    with serve() as first, serve() as second:
        first.clock.advance("1h")
        first.load("ours", {"description": "Ours."})
        first.add_merchant("SHOP", first.credentials["alipay_public_key"])
        assert timedelta() == second.clock.state.ahead
        assert "ours" not in [scenario.name for scenario in second.scenarios()]
        assert 1 == second.add_merchant("SHOP", second.credentials["alipay_public_key"])


def test_any_thread_can_serve() -> None:
    """One with a running event loop, too."""

    async def main() -> str:
        with serve() as mock:
            return await asyncio.to_thread(mock.health)

    with ThreadPoolExecutor(1) as threads:
        assert VERSION == threads.submit(asyncio.run, main()).result(60)


def test_https_is_served_on_request(home: Path) -> None:
    """With a certificate in the user's folder, and no state file for commands to find."""
    with serve(tls_port=0) as mock:
        env = mock.env
        assert str(home / "tls" / "ca.pem") == env["caCertificate"]
        with Mock(env["tlsUrl"], ca_certificate=env["caCertificate"]) as secure:
            assert VERSION == secure.health()
        assert ([], ["tls"]) == (running_gateways(), [file.name for file in home.iterdir()])


@pytest.mark.parametrize("is_open", [False, True])
def test_all_addresses_need_a_token_or_permission(is_open: bool) -> None:
    """The token is generated, and the Mock of ``serve`` has it."""
    with serve(host="0.0.0.0", admin_open=is_open) as mock, Mock(mock.url) as without_token:
        assert ("127.0.0.1", []) == (urlsplit(mock.url).hostname, mock.calls())
        with nullcontext() if is_open else pytest.raises(AdminError, match="Authorization"):
            assert [] == without_token.calls()


def test_clients_do_not_delay_the_stop() -> None:
    """Neither idle connections nor waits nor streams."""
    with ThreadPoolExecutor(2) as threads, ExitStack() as clients:
        with serve() as mock:
            clients.enter_context(socket.create_connection(("127.0.0.1", port_of(mock.url))))
            client = clients.enter_context(Mock(mock.url))
            events = client.events()
            waits = threads.submit(next, events), threads.submit(client.wait, timeout=60)
        for wait in waits:
            assert isinstance(wait.exception(30), Unreachable | StopIteration)


def test_an_app_that_does_not_start_is_a_setup_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says why, and the port is free again."""

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("no dispatcher")

    with serve() as mock:
        port = port_of(mock.url)
    with monkeypatch.context() as patched:
        patched.setattr(background, "routes", lambda components: replace(routes(components), others=failing))
        with pytest.raises(SetupError, match=r"RuntimeError: no dispatcher$"), serve(port=port):
            pass
    with serve(port=port) as mock:
        mock.health()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("port", None, "another program listens"),
        ("tls_port", None, "another program listens"),
        ("gateway_key", "nowhere.pem", "nowhere.pem: cannot be read"),
        ("merchants", {"SHOP": "nowhere.pem"}, "SHOP=nowhere.pem: cannot be read"),
        ("scenarios", "nowhere", "nowhere"),
        ("scenario", "sucess", "sucess"),
        ("host", "nowhere.invalid", "nowhere.invalid"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_an_unusable_setting_is_a_setup_error(name: str, value: Any, words: str) -> None:
    """It names the setting and says why."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings: Any = {name: taken.getsockname()[1] if value is None else value}
        with pytest.raises(SetupError, match=f"^setting {name}.*{words}"), serve(**settings):
            pass


def test_invalid_settings_are_a_usage_error() -> None:
    """It names all of them."""
    wrong: Any = {"colour": "red", "types": "strct"}
    with pytest.raises(UsageError) as caught, serve(seed=1, **wrong):
        pass
    assert [True, True] == ["colour" in caught.value.problems[0], "types" in caught.value.problems[1]]
