"""``listen``: a shop in the terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


def test_a_taken_port_is_named(command: Command, gateway: Live) -> None:
    """With the system's reason."""
    ended = command("listen", "--listen-port", str(gateway.config.port))
    ended.expect(1, (), f"--listen-port {gateway.config.port}: cannot listen on 127.0.0.1: ")
