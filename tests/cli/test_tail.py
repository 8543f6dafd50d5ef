"""``tail``: calls and notifications in the terminal."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from mock_alipay import serve
from mock_alipay.client import Mock
from mock_alipay.signing import keys
from tests.cli.process import COMMAND, PATIENCE, environment, eventually
from tests.live import PATH, Live, letters, sample
from tests.shop import ACKNOWLEDGED, FAULTY, open_shop


@dataclass(frozen=True)
class Tailing:
    """``tail`` in a process, and the files of its output."""

    process: subprocess.Popen[bytes]
    out_file: Path
    err_file: Path

    def until(self, text: str) -> str:
        """Wait for a text in the output; returns the output so far."""
        return eventually(lambda: out if text in (out := self.out_file.read_text("utf-8")) else None)

    def stop(self) -> tuple[str, str]:
        """Press Ctrl-C, which ends tail with exit code 130; returns both outputs."""
        self.process.send_signal(signal.SIGINT)
        assert 130 == self.process.wait(PATIENCE)
        return self.out_file.read_text("utf-8"), self.err_file.read_text("utf-8")


@contextlib.contextmanager
def tailing(home: Path, port: int, *flags: str) -> Iterator[Tailing]:
    """A ``tail`` that is about to listen; it is ended when the block ends."""
    # Ctrl-C must end the process although processes in a shell's background ignore it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    out, err = home / "tail.out", home / "tail.err"
    with out.open("wb") as out_stream, err.open("wb") as err_stream:
        process = subprocess.Popen(
            [*COMMAND, "tail", "--port", str(port), *flags], env=environment(home), stdout=out_stream, stderr=err_stream
        )
    signal.signal(signal.SIGINT, before)
    try:
        yield Tailing(process, out, err)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


@pytest.fixture
def client_id(gateway: Live) -> str:
    """A client id of the test's own, which the gateway knows by the key that signs all calls here."""
    name = f"SANDBOX_{letters()}"
    with Mock(gateway.config.url) as mock:
        mock.add_merchant(name, keys.bare_public_key(keys.shipped_merchant_key().public_key()))
    return name


def test_calls_and_notifications(gateway: Live, client_id: str, tmp_path: Path) -> None:
    """Calls and attempts are lines, faults are below them; a file gets no escape codes; Ctrl-C ends with 130."""
    escapes = "\x1b]0;title\x07\x1b[2J\x9b31m\r\u202e"
    wallet = {"paymentMethodType": "ALIPAY_CN"}
    with (
        open_shop() as shop,
        Mock(gateway.config.url, client_id=client_id) as mock,
        tailing(tmp_path, gateway.config.port, "--client-id", client_id) as tail,
    ):
        shop.says("/notify", FAULTY, ACKNOWLEDGED)
        # When it begins to listen cannot be seen from outside.
        eventually(
            lambda: gateway.create(sample("listening"), client_id=client_id) and (tail.out_file.read_text() or None)
        )
        gateway.create(sample("of-another-client"), client_id="SANDBOX_STRANGER")
        gateway.create(sample("wrong", productCode=escapes), client_id=client_id)
        gateway.create(sample("tampered"), client_id=client_id, extra={"mock-scenario": "tampered-reply"})
        gateway.create(sample("order", paymentMethod=wallet, paymentNotifyUrl=shop.url()), client_id=client_id)
        mock.payment("order").pay()
        mock.notifications.wait()
        mock.clock.advance("2m")
        tail.until("attempt 2")
        out, err = tail.stop()
    lines = [line for line in out.splitlines() if not line.endswith("  listening")]
    wrong, fault, tampered, injected, order, first, why, second = lines
    assert re.fullmatch(r"\d\d:\d\d:\d\d #\d+ createPaymentSession F PARAM_ILLEGAL  \[no scenario\]  wrong", wrong)
    assert (True, True) == (fault.startswith("    productCode: "), r"\x1b]0;title\x07\x1b[2J\x9b31m\r\u202e" in fault)
    assert "S SUCCESS  [tampered-reply: named by the mock-scenario header]  tampered" in tampered
    assert (True, True) == (injected.startswith("    "), order.endswith("  order"))
    assert re.fullmatch(r"\d\d:\d\d:\d\d !\d+ notifyPayment PENDING  \[success\]  order", first)
    assert "    the HTTP status was 500, expected 200" == why
    assert re.fullmatch(r"\d\d:\d\d:\d\d !\d+ notifyPayment ACCEPTED, attempt 2  \[success\]  order", second)
    assert [] == [letter for letter in out if not letter.isprintable() and letter != "\n"]
    assert f"calls and notifications at {gateway.config.url}; Ctrl-C to quit\n\n" == err


def test_colours_on_a_terminal(gateway: Live, client_id: str, tmp_path: Path) -> None:
    """On a terminal success is green, unverified yellow, refused red; escape codes in requests have no effect."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "tail", "--url", gateway.config.url],
        env={**environment(tmp_path), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    shown = b""

    def coloured() -> bool | None:
        nonlocal shown
        gateway.create(sample("\x1b[31mred"), client_id="SANDBOX_UNVERIFIED")
        gateway.create(sample("green"), client_id=client_id)
        gateway.create(sample("no"), client_id=client_id, extra={"mock-scenario": "risk-reject"})
        with contextlib.suppress(BlockingIOError):
            shown += os.read(ours, 65536)
        return all(code in shown for code in (b"\x1b[31m", b"\x1b[32m", b"\x1b[33m")) or None

    try:
        eventually(coloured)
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(ours)
    assert (False, True) == (b"\x1b[31mred" in shown, rb"\x1b[31mred" in shown)
    for colour, end in ((b"33", rb"\x1b[31mred"), (b"32", b"  green"), (b"31", b"  no")):
        line = next(line for line in shown.split(b"\r\n") if line.endswith(end + b"\x1b[0m"))
        assert line.startswith(b"\x1b[" + colour + b"m")


def stopped(tail: Tailing, times: int) -> bool | None:
    """Whether tail has reported so many stops; None if not."""
    return tail.err_file.read_text().count("the gateway has stopped; waiting for it\n") == times or None


def test_a_gateway_that_comes_back(tmp_path: Path) -> None:
    """When the gateway stops, tail waits until it is back and shows its first call, whether it had calls before."""
    with contextlib.ExitStack() as stack:
        with serve(signatures="off") as mock:
            port = int(mock.url.rpartition(":")[2])
            tail = stack.enter_context(tailing(tmp_path, port))
            eventually(lambda: "Ctrl-C to quit" in tail.err_file.read_text() or None)
        for number in (1, 2):
            eventually(partial(stopped, tail, number))
            with serve(port=port, signatures="off") as mock:
                url = f"{mock.url}{PATH}"
                urlopen(Request(url, json.dumps(sample(f"restart-{number}")).encode()), timeout=60).close()
                tail.until(f"  restart-{number}\n")
        out, err = tail.stop()
    assert [" #1 createPaymentSession S SUCCESS", " #1 createPaymentSession S SUCCESS"] == [
        line[8:42] for line in out.splitlines()
    ]
    assert 2 == err.count("the gateway is back\n")
