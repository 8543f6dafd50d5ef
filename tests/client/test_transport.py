"""Connections to a gateway, and the errors when there is none."""

from __future__ import annotations

import os
import pickle
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock as Mocked

import pytest

from mock_alipay import __version__
from mock_alipay.client import Mock
from mock_alipay.errors import SetupError, Unreachable, Untrusted, UsageError
from mock_alipay.server.certificate import certificate
from tests.client.servers import answering, closed_port, http
from tests.live import Live, live

Request = Callable[[Mock], object]


def unreachable(mock: Mock, request: Request) -> Unreachable:
    """The error of a request."""
    with pytest.raises(Unreachable) as caught:
        request(mock)
    assert caught.value.url == mock.url in str(caught.value)
    return caught.value


def test_a_refused_connection_says_how_to_start_a_gateway() -> None:
    """The error carries URL, reason and that it was refused; pickled too."""
    with Mock(f"http://127.0.0.1:{closed_port()}") as mock:
        for request in (Mock.health, Mock.events):
            error = unreachable(mock, request)
            assert ("nothing listens there", True) == (error.why, error.refused)
            assert str(error).endswith("; start it with: mock-alipay")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(error), error.url, error.why, True) == (str(copy), copy.url, copy.why, copy.refused)


@pytest.mark.parametrize(
    "reply",
    [
        http("200 OK", "application/json", "[]"),
        http("200 OK", "application/json", '{"status": "ok"}'),
        http("404 Not Found", "application/json", '{"detail": "Not Found"}'),
        http("302 Found", "text/plain", ""),
        http("503 Service Unavailable", "application/json", '"no"'),
        http("200 OK", "application/json", "\xff"),
        http("200 OK", "application/json", "[" * 100_000),
    ],
    ids=["array", "no-version", "other-problem", "redirect", "string", "not-utf-8", "deep"],
)
def test_another_server_is_not_a_gateway(reply: bytes) -> None:
    """Whatever it replies to a health check."""
    with answering(reply) as url, Mock(url) as mock:
        error = unreachable(mock, Mock.health)
    assert ("is not mock-alipay" in error.why, error.refused) == (True, False)


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_another_server_is_recognised_by_each_request(status: str) -> None:
    """By a page in place of JSON or of events."""
    with answering(http(status, "text/html", "<h1>Hello</h1>")) as url, Mock(url) as mock:
        for request in (Mock.calls, Mock.events, Mock.reset):
            assert f"HTTP {status[:3]}" in unreachable(mock, request).why


@pytest.mark.parametrize("data", ["Hello", "[" * 100_000], ids=["text", "deep"])
def test_another_servers_events_are_not_those_of_a_gateway(data: str) -> None:
    """Their data is no JSON, or too deep."""
    with answering(http("200 OK", "text/event-stream", f"data: {data}\n\n")) as url, Mock(url) as mock:
        assert "is not mock-alipay" in unreachable(mock, lambda mock: list(mock.events())).why


@pytest.mark.parametrize("reply", [b"", b"220 mail.example ESMTP\r\n"])
def test_a_server_without_http_is_not_a_gateway(reply: bytes) -> None:
    """It closes the connection, or sends something else; it may be the HTTPS port."""
    with answering(reply) as url, Mock(url) as mock:
        assert "HTTPS port?" in unreachable(mock, Mock.health).why


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(), "no address"),
        (TimeoutError(), "did not answer in time"),
        (OSError(113, "No route to host"), "No route to host"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
    ids=["no-address", "timeout", "no-route", "reset"],
)
def test_other_connection_errors_say_why(monkeypatch: pytest.MonkeyPatch, error: OSError, words: str) -> None:
    """In words, or those of the operating system."""
    monkeypatch.setattr(socket, "create_connection", Mocked(side_effect=error))
    with Mock("http://gateway.test:1") as mock:
        unreached = unreachable(mock, Mock.health)
    assert (words in unreached.why, unreached.refused) == (True, False)


@pytest.mark.parametrize("url", ["127.0.0.1:2088", "http://", "ftp://a", "http://[::1", "http://a/ams", "http://a?b"])
def test_an_invalid_url_is_refused(url: str) -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match="URL"):
        Mock(url)


@pytest.mark.parametrize("token", ["two words", "line\n", "schl\xfcssel"])
def test_an_invalid_token_is_refused(token: str) -> None:
    """A token must fit into a header; the error does not repeat it."""
    with pytest.raises(UsageError, match="admin token: expected visible ASCII") as caught:
        Mock("http://127.0.0.1:2088", admin_token=token)
    assert token not in str(caught.value)


def test_proxies_are_ignored(gateway: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway is local; slashes after its URL are ignored, too."""
    for variable in [variable for variable in os.environ if variable.lower() == "no_proxy"]:
        monkeypatch.delenv(variable)
    for name in ("HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with Mock(f"{gateway.config.url}//") as mock:
        assert (gateway.config.url, __version__) == (mock.url, mock.health())


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway with HTTPS and its own certificate authority."""
    with live(tls_folder=tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.fixture(scope="module")
def authority(secure: Live) -> Path:
    """The file of its certificate authority."""
    assert secure.certificate is not None
    return secure.certificate.authority


def test_a_trusted_authority_allows_https(secure: Live, authority: Path) -> None:
    """For requests and events, and for the Mocks of other client ids."""
    with Mock(str(secure.config.tls_url), ca_certificate=str(authority)) as mock:
        other = mock.for_client("SANDBOX_SECURE")
        with other.events(kind="clock") as events:
            other.clock.run()
            assert (__version__, "clock") == (mock.health(), next(events).kind)


def test_an_untrusted_certificate_is_an_error(secure: Live, tmp_path: Path) -> None:
    """By the system's authorities or by another one; it names the argument that would help."""
    for authority, request in ((None, Mock.health), (certificate(tmp_path).authority, Mock.events)):
        with Mock(str(secure.config.tls_url), ca_certificate=authority) as mock:
            error = unreachable(mock, request)
        assert (Untrusted, True, True) == (type(error), "ca_certificate" in str(error), "not trusted [" in error.why)


def test_the_wrong_scheme_gets_a_hint(secure: Live, authority: Path) -> None:
    """http:// at the HTTPS port, and https:// at the plain HTTP port."""
    plain, tls = f"http://127.0.0.1:{secure.config.tls_port}", f"https://127.0.0.1:{secure.config.port}"
    for url, hint in ((plain, "is this its HTTPS port?"), (tls, "does not speak TLS; is this its plain HTTP port?")):
        with Mock(url, ca_certificate=authority) as mock:
            for request in (Mock.health, Mock.events):
                error = unreachable(mock, request)
                assert (error.why.endswith(hint), error.refused) == (True, False)


@pytest.mark.parametrize(("content", "words"), [(b"nothing of use", "PEM"), (None, "cannot be read")])
def test_an_unusable_authority_file_is_an_error(tmp_path: Path, content: bytes | None, words: str) -> None:
    """It names the file, also where HTTPS is not used."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    for scheme in ("http", "https"):
        with pytest.raises(SetupError, match=rf"ca\.pem: .*{words}"):
            Mock(f"{scheme}://127.0.0.1:1", ca_certificate=file)


def test_plain_http_loads_no_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the system take 20 ms."""
    loaded: list[object] = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: loaded.append("system"))
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: loaded.append("file"))
    Mock("http://127.0.0.1:1").close()
    assert [] == loaded
    Mock("https://127.0.0.1:1").close()
    assert [] != loaded
