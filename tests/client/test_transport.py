"""The way to a gateway, and what answers where none is."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mock_alipay import __version__
from mock_alipay.client import Mock
from mock_alipay.errors import SetupError, Unreachable, UsageError
from mock_alipay.server.certificate import certificate
from tests.live import Live, live


@contextlib.contextmanager
def answering(reply: bytes, *, stays: bool = False) -> Iterator[str]:
    """The URL of something that answers each request with these bytes and closes, at once or once its client has."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(reply)
                        if stays:
                            client.recv(1)
                        client.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(60)


def http(status: str, media: str, body: str) -> bytes:
    """A reply over HTTP."""
    return f"HTTP/1.1 {status}\r\ncontent-type: {media}\r\nconnection: close\r\n\r\n{body}".encode()


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def test_closed_port() -> None:
    """Where nothing listens, URL and reason are told, and what to do."""
    url = f"http://127.0.0.1:{closed_port()}"
    with Mock(url) as mock:
        for ask in (mock.health, lambda: mock.wait(timeout=0), mock.events):
            with pytest.raises(
                Unreachable, match=rf"no gateway answers at {url}: nothing listens there; start it with: mock-alipay$"
            ):
                ask()


@pytest.mark.parametrize(
    "reply",
    [
        http("200 OK", "text/html", "<h1>It works!</h1>"),
        http("200 OK", "application/json", "[]"),
        http("200 OK", "application/json", '{"status": "ok"}'),
        http("200 OK", "application/json", '{"status": "UP", "version": "3"}'),
        http("404 Not Found", "application/json", '{"detail": "Not Found"}'),
        http("404 Not Found", "text/plain", "404 page not found"),
        http("302 Found", "text/plain", ""),
        http("503 Service Unavailable", "application/json", '"no"'),
        http("200 OK", "application/json", "\xff"),
    ],
)
def test_something_else_answers(reply: bytes) -> None:
    """What answers otherwise than mock-alipay is told apart from it, whatever it says."""
    with answering(reply) as url, Mock(url) as mock, pytest.raises(Unreachable, match=f"{url} is not mock-alipay"):
        mock.health()


@pytest.mark.parametrize("reply", [b"", b"220 mail.example ESMTP\r\n", http("200 OK", "text/plain", "")[:9]])
def test_no_http(reply: bytes) -> None:
    """What does not speak HTTP at all is no gateway either."""
    with (
        answering(reply) as url,
        Mock(url) as mock,
        pytest.raises(Unreachable, match=f"no gateway answers at {url}: ."),
    ):
        mock.health()


def test_the_port_for_https(tls_folder: Path) -> None:
    """Plain HTTP is not answered there, and the hint says what it may be."""
    with live(tls_folder=tls_folder) as running, Mock(f"http://127.0.0.1:{running.config.tls_port}") as mock:
        for ask in (mock.health, lambda: mock.wait(timeout=0)):
            with pytest.raises(Unreachable, match=r"start it with: mock-alipay, or is this its port for HTTPS[?]$"):
                ask()


@pytest.mark.parametrize("method", ["calls", "count", "scenarios", "payments", "reset"])
def test_every_call_meets_something_else(method: str) -> None:
    """Not health alone: any call says so when a web server answers it with a page."""
    reply = http("404 Not Found", "text/html", "<h1>Not found</h1>")
    with answering(reply) as url, Mock(url) as mock, pytest.raises(Unreachable, match="is not mock-alipay: HTTP 404"):
        getattr(mock, method)()


@pytest.mark.parametrize("media", ["text/html", "application/json"])
def test_events_of_something_else(media: str) -> None:
    """A page in place of events is no gateway."""
    with (
        answering(http("200 OK", media, "[]")) as url,
        Mock(url) as mock,
        pytest.raises(Unreachable, match="is not mock-alipay: HTTP 200"),
    ):
        mock.events()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:2088", "localhost", "http://", "ftp://127.0.0.1", "//127.0.0.1:2088", "http://[::1", "http://x:y"],
)
def test_bad_url(url: str) -> None:
    """What is no URL of a gateway is told at once."""
    with pytest.raises(UsageError, match="URL"):
        Mock(url)


@pytest.mark.parametrize("token", ["two words", "line\n", "schlüssel", "\r\nhost: elsewhere"])
def test_bad_token(token: str) -> None:
    """A token that fits into no header is told at once, and not repeated."""
    with pytest.raises(SetupError, match="admin token: expected visible ASCII characters") as caught:
        Mock("http://127.0.0.1:2088", admin_token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_slash_at_the_end(gateway: Live, end: str) -> None:
    """A slash at the end of the URL changes nothing."""
    with Mock(gateway.config.url + end) as mock:
        assert (gateway.config.url, __version__) == (mock.url, mock.health())


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_no_proxy_is_asked(gateway: Live, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A proxy in the environment is not used: a gateway is near."""
    for variable in [known for known in os.environ if known.lower() == "no_proxy"]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with Mock(gateway.config.url) as mock:
        assert __version__ == mock.health()


# --- HTTPS ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A gateway that speaks HTTPS too, with a certificate authority of its own."""
    with live(tls_folder=tmp_path_factory.mktemp("tls")) as running:
        yield running


@pytest.mark.parametrize("kind", [str, Path])
def test_trusted_certificate(encrypted: Live, kind: Callable[[str], str | Path]) -> None:
    """With the authority's file calls and events come over HTTPS, for every client id."""
    assert encrypted.certificate is not None
    authority = kind(str(encrypted.certificate.authority))
    with Mock(str(encrypted.config.tls_url), ca_certificate=authority) as mock:
        scoped = mock.for_client("SANDBOX_ENCRYPTED")
        with scoped.events(kind="clock") as events:
            scoped.clock.run()
            assert (__version__, "clock") == (mock.health(), next(events).kind)
        assert encrypted.config.tls_url == mock.url


@pytest.mark.parametrize("given", ["none", "another"])
def test_untrusted_certificate(encrypted: Live, tmp_path: Path, given: str) -> None:
    """A certificate that nobody, or only another authority, could vouch for is told as the reason, with a way out."""
    authority = None if given == "none" else certificate(tmp_path).authority
    with Mock(str(encrypted.config.tls_url), ca_certificate=authority) as mock:
        for ask in (mock.health, mock.events):
            with pytest.raises(Unreachable, match=r"is not trusted; .* as ca_certificate"):
                ask()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"nothing of use", "expected certificates in PEM"),
        (b"", "expected certificates in PEM"),
        (None, "cannot be read: "),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_authority_that_cannot_be_read(tmp_path: Path, scheme: str, content: bytes | None, words: str) -> None:
    """A file that holds no certificate is told at once, by its name."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError, match=rf"ca\.pem: {words}"):
        Mock(f"{scheme}://127.0.0.1:1", ca_certificate=file)


def test_nothing_is_read_for_plain_http(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's authorities, which take a while to read, are not read for plain HTTP; a file that is named is."""
    read: list[str] = []
    for name in ("load_default_certs", "load_verify_locations"):
        monkeypatch.setattr(ssl.SSLContext, name, lambda *_, name=name, **__: read.append(name))
    Mock("http://127.0.0.1:1").close()
    before = len(read)
    Mock("http://127.0.0.1:1", ca_certificate=certificate(tmp_path).authority).close()
    assert (0, 1) == (before, len(read))
