"""Signed calls over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from mock_alipay.client.merchant_calls import MAX_REPLY, HttpReply, MerchantCalls
from mock_alipay.errors import Unreachable, UsageError
from tests.client.servers import answering, closed_port, http
from tests.live import live

PLAIN = "text/plain"


def post(url: str) -> tuple[int, bytes, str | None]:
    """The status, body and failure of a call."""
    reply = asyncio.run(reply_of(url))
    return reply.status, reply.body, reply.failure


async def reply_of(url: str, patience: float = 60) -> HttpReply:
    """The reply to a call."""
    async with MerchantCalls(url, timeout=patience) as calls:
        return await calls.post("/ams/x", {"client-id": "A"}, b"{}")


def test_any_reply() -> None:
    """Whatever its status and body; names of headers are in lower case."""
    with answering(http("502 Bad Gateway\r\nX-More: 1", PLAIN, "no")) as url:
        assert (502, b"no", None) == post(url)
        assert "1" == asyncio.run(reply_of(url)).headers["x-more"]


def test_replies_that_are_none() -> None:
    """The reason is part of the reply."""
    with answering(b"") as url:
        assert (
            0,
            b"",
            "it closed the connection without a reply, or the reply is not HTTP; is this its HTTPS port?",
        ) == (post(url))
    with answering(http("200 OK", PLAIN, "x" * (MAX_REPLY + 1))) as url:
        assert (0, b"", f"the reply has more than {MAX_REPLY} bytes") == post(url)


def test_slow_replies() -> None:
    """The timeout is for the whole reply, so a server that sends a byte now and then does not stall its client."""
    with answering(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1", stays=True) as url:
        assert "it did not reply within 0.2 s" == asyncio.run(reply_of(url, patience=0.2)).failure


def test_no_connection() -> None:
    """Unreachable says why; an URL with a path is wrong use."""
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(Unreachable, match="nothing listens there") as error:
        post(url)
    assert (url, True) == (error.value.url, error.value.refused)
    with answering(b"x") as plain, pytest.raises(Unreachable, match="it does not speak TLS"):
        post(plain.replace("http:", "https:"))
    with pytest.raises(UsageError, match="expected a gateway's URL without a path"):
        post(f"{url}/path")


def test_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The authority in SSL_CERT_FILE is trusted; without it the reason names the variable."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with live(tls_folder=tmp_path_factory.mktemp("tls")) as running:
        tls_url = str(running.config.tls_url)
        untrusted(tls_url)
        assert running.certificate is not None
        monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate.authority))
        assert 200 == post(tls_url)[0]


def untrusted(tls_url: str) -> None:
    """Check the error of a call over HTTPS."""
    with pytest.raises(Unreachable, match=r"its certificate is not trusted \[.*\]; SSL_CERT_FILE can name"):
        post(tls_url)
