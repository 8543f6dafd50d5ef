"""``listen``: a shop in the terminal."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from mock_alipay.client import Mock
from tests.cli.conftest import Command
from tests.live import Live, letters, sample


@contextmanager
def listening(*flags: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The URL of a running ``listen``, and its process."""
    command = [sys.executable, "-u", "-m", "mock_alipay", "listen", "--json", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield process.stderr.readline().strip(), process
        finally:
            process.kill()


def test_notifications_are_printed_verified_and_acknowledged(gateway: Live) -> None:
    """One line of JSON for each."""
    with listening() as (url, process), Mock(gateway.config.url) as mock:
        name = f"listen-{letters()}"
        gateway.create(sample(name, paymentNotifyUrl=url, paymentMethod={"paymentMethodType": "ALIPAY_CN"}))
        mock.payment(name).pay(wait=True)
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        assert ("valid", name) == (line["signature"], line["body"]["paymentRequestId"])
        faulty = mock.notifications.send("notifyPayment", name, fault="bad-signature", wait=True)
        assert "ACCEPTED" == faulty[0].status
        assert json.loads(process.stdout.readline())["signature"].startswith("invalid: ")


def sent(url: str, method: str, body: Any, **headers: str) -> tuple[int, str]:
    """Status and text of the response to a request."""
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request(method, urlsplit(url).path, body, {name.replace("_", "-"): v for name, v in headers.items()})
        response = connection.getresponse()
        return response.status, response.read().decode()


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"result": "text"}', {"result": "text"}),
        (b"[1", "[1"),
        (b"[" * 100_000 + b"]" * 10, None),
        (b'{"cardNo": "4111111111111111"}', {"cardNo": "411111******1111"}),
    ],
    ids=["no result", "no JSON", "deep", "card"],
)
def test_other_bodies_are_printed(body: bytes, shown: Any) -> None:
    """Whatever they are, without card numbers; they have no signature."""
    with listening() as (url, process):
        client = threading.Thread(target=sent, args=(url, "POST", body))
        client.start()
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        client.join()
        assert ("none", shown or body.decode()) == (line["signature"], line["body"])


def test_other_requests_are_refused() -> None:
    """With what was expected, in one line; nothing is printed for them."""
    with listening() as (url, process):
        assert (405, "expected the POST of a notification\n") == sent(url, "GET", None)
        assert (411, "expected a content-length\n") == sent(url, "POST", iter([b"{}"]))
        assert (413, "expected at most 1048576 bytes\n") == sent(url, "POST", b"", content_length="1048577")
        assert 200 == sent(url, "POST", b"{}")[0]
        process.terminate()
        out, err = process.communicate(timeout=60)
    assert (1, "") == (len(out.splitlines()), err)


def test_a_closed_output_ends_it() -> None:
    """As in ``mock-alipay listen | head -1``."""
    with listening() as (url, process):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        with pytest.raises(http.client.RemoteDisconnected):
            sent(url, "POST", b"{}")
        assert (0, "") == (process.wait(60), process.stderr.read())


def test_lines_cannot_control_a_terminal() -> None:
    """Type and id of a notification in one line, its body below."""
    arguments = [sys.executable, "-u", "-m", "mock_alipay", "listen"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        body = {"notifyType": "PAYMENT_RESULT", "paymentRequestId": "\x9b31m", "name": "红茶\x9b"}
        assert 200 == sent(url, "POST", json.dumps(body))[0]
        lines = [process.stdout.readline().rstrip("\n") for _ in range(6)]
        process.terminate()
    assert r"POST /notify  PAYMENT_RESULT  \x9b31m  signature: none" == lines[0]
    assert r'  "name": "红茶\x9b"' == lines[4]


def test_a_taken_port_is_named(command: Command, gateway: Live) -> None:
    """With the system's reason."""
    ended = command("listen", "--listen-port", str(gateway.config.port))
    ended.expect(1, (), f"--listen-port {gateway.config.port}: cannot listen on 127.0.0.1: ")
