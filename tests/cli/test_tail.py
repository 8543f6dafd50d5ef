"""``tail``: calls and notifications in the terminal as they come."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mock_alipay.client import Mock
from mock_alipay.signing import keys
from tests.cli.process import COMMAND, FREE, PATIENCE, Running, environment, eventually, serving
from tests.live import sample
from tests.shop import ACKNOWLEDGED, FAULTY, open_shop


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Ctrl-C ends processes; those of a shell's background job inherit that they ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class Tailing:
    """``tail`` in a process."""

    process: subprocess.Popen[bytes]
    out_file: Path
    err_file: Path

    @property
    def out(self) -> str:
        """What it has printed."""
        return self.out_file.read_text("utf-8")

    @property
    def err(self) -> str:
        """What it has complained about."""
        return self.err_file.read_text("utf-8")

    def lines(self, number: int) -> list[str]:
        """The lines that it has printed, once there are so many."""
        return eventually(lambda: found if len(found := self.out.splitlines()) >= number else None)

    def stop(self) -> int:
        """Press Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def tailing(home: Path, port: int, *flags: str) -> Iterator[Tailing]:
    """A ``tail`` that is about to listen; it is ended when the block ends."""
    name = uuid.uuid4().hex
    out, err = home / f"{name}.out", home / f"{name}.err"
    with out.open("wb") as out_stream, err.open("wb") as err_stream:
        process = subprocess.Popen(
            [*COMMAND, "tail", "--port", str(port), *flags],
            env=environment(home),
            stdout=out_stream,
            stderr=err_stream,
        )
    try:
        yield Tailing(process, out, err)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of this module's own."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def gateway(home: Path) -> Iterator[Running]:
    """A gateway in a process."""
    with serving(home, *FREE) as running:
        yield running


def known(gateway: Running, client_id: str) -> None:
    """Have the gateway know a client id by the key that all calls here are signed with."""
    with Mock(f"http://127.0.0.1:{gateway.port}") as mock:
        mock.add_merchant(client_id, keys.bare_public_key(keys.shipped_merchant_key().public_key()))


def heard(tail: Tailing, gateway: Running, client_id: str) -> None:
    """Call until ``tail`` shows it: when it begins to listen cannot be seen from outside."""

    def called() -> bool | None:
        gateway.create(sample("listening"), client_id=client_id)
        return bool(tail.out) or None

    known(gateway, client_id)
    eventually(called)


def test_calls_as_they_come(gateway: Running, home: Path) -> None:
    """Each call is a line, what was wrong with it or done to it stands below; Ctrl-C ends it without a complaint."""
    whom = f"SANDBOX_{uuid.uuid4().hex}"
    with tailing(home, gateway.port, "--client", whom) as tail:
        heard(tail, gateway, whom)
        gateway.create(sample("not-ours"), client_id="SANDBOX_STRANGER")
        gateway.create(sample("wrong", productCode="X"), client_id=whom)
        gateway.create(sample("truncated"), client_id=whom, extra={"mock-scenario": "tampered-reply"})
        gateway.create(sample("last"), client_id=whom)
        eventually(lambda: tail.out.endswith("  last\n") or None)
        code = tail.stop()
    lines = [line for line in tail.out.splitlines() if not line.endswith("  listening")]
    wrong, fault, spoilt, how, last = lines
    assert re.fullmatch(r"\d\d:\d\d:\d\d #\d+ createPaymentSession F PARAM_ILLEGAL  \[no scenario\]  wrong", wrong)
    assert fault.startswith("    productCode: ")
    assert "S SUCCESS  [tampered-reply: named by the mock-scenario header]  truncated" in spoilt
    assert how.startswith("    fault injected: ")
    assert last.endswith("S SUCCESS  [success: the default]  last")
    # After Ctrl-C the cursor goes to a line of its own.
    opening = f"calls and notifications at http://127.0.0.1:{gateway.port}, as they come; Ctrl-C ends this\n\n"
    assert (130, opening) == (code, tail.err)


def test_notifications_as_they_come(gateway: Running, home: Path) -> None:
    """Each attempt is a line among the calls, and why it was not accepted stands below."""
    whom, wallet = f"SANDBOX_{uuid.uuid4().hex}", {"paymentMethodType": "ALIPAY_CN"}
    with open_shop() as shop, Mock(f"http://127.0.0.1:{gateway.port}", client_id=whom) as mock:
        shop.says("/notify", FAULTY, ACKNOWLEDGED)
        with tailing(home, gateway.port, "--client", whom) as tail:
            heard(tail, gateway, whom)
            gateway.create(sample("order", paymentMethod=wallet, paymentNotifyUrl=shop.url()), client_id=whom)
            mock.payment("order").pay()
            mock.notifications.wait()
            mock.clock.advance("2m")
            gateway.create(sample("last"), client_id=whom)
            eventually(lambda: tail.out.endswith("  last\n") or None)
    lines = [line for line in tail.out.splitlines() if not line.endswith("  listening")]
    _, first, why, second, _ = lines
    assert re.fullmatch(r"\d\d:\d\d:\d\d !\d+ notifyPayment PENDING  \[success\]  order", first)
    assert "    the HTTP status was 500, expected 200" == why
    assert re.fullmatch(r"\d\d:\d\d:\d\d !\d+ notifyPayment ACCEPTED, attempt 2  \[success\]  order", second)


def test_no_colours_in_a_file(gateway: Running, home: Path) -> None:
    """What goes into a file or a pipe holds no escape codes, whatever merchants send."""
    whom, steering = f"SANDBOX_{uuid.uuid4().hex}", "\x1b]0;title\x07\x1b[2J\x9b31m\r\u202e"
    with tailing(home, gateway.port, "--client", whom) as tail:
        heard(tail, gateway, whom)
        gateway.create(sample(steering, **{steering: 1}), client_id=whom)
        gateway.create(sample("wrong", productCode=steering), client_id=whom)
        gateway.create(sample("last"), client_id=whom)
        eventually(lambda: tail.out.endswith("  last\n") or None)
    assert [] == [letter for letter in tail.out if not letter.isprintable() and letter != "\n"]
    assert r"\x1b]0;title\x07\x1b[2J\x9b31m\r\u202e" in tail.out


def test_colours_on_a_terminal(gateway: Running, home: Path) -> None:
    """On a terminal a success is green, unverified yellow, and a refusal red; escape codes of merchants do nothing."""
    whom = f"SANDBOX_{uuid.uuid4().hex}"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "tail", "--port", str(gateway.port), "--client", whom],
        env={**environment(home), "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    shown = b""

    def until(text: bytes) -> bool | None:
        nonlocal shown
        gateway.create(sample("\x1b[31mred"), client_id=whom)
        gateway.create(sample("no"), client_id=whom, extra={"mock-scenario": "risk-reject"})
        with contextlib.suppress(BlockingIOError):
            shown += os.read(ours, 65536)
        return text in shown or None

    try:
        eventually(lambda: until(b"\x1b[31m") and until(b"\x1b[33m"))
        known(gateway, whom)
        eventually(lambda: until(b"\x1b[32m"))
    finally:
        process.kill()
        process.wait(PATIENCE)
        os.close(ours)
    assert b"\x1b[31mred" not in shown
    assert rb"\x1b[31mred" in shown
    line = next(line for line in shown.split(b"\r\n") if b"RISK_REJECT" in line)
    assert (True, True) == (line.startswith(b"\x1b[31m"), line.endswith(b"\x1b[0m"))


def test_a_reader_who_has_seen_enough(gateway: Running, home: Path) -> None:
    """``tail | head -1`` ends with the next call, without a complaint."""
    whom = f"SANDBOX_{uuid.uuid4().hex}"
    with subprocess.Popen(
        [*COMMAND, "tail", "--port", str(gateway.port), "--client", whom],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()

        def ended() -> int | None:
            gateway.create(sample(), client_id=whom)
            return None if process.poll() is None else 1

        eventually(ended)
        assert (0, 1) == (process.returncode, len(process.stderr.read().splitlines()))


@pytest.mark.parametrize("with_a_call_before", [True, False])
def test_a_gateway_that_comes_back(home: Path, with_a_call_before: bool) -> None:
    """When the gateway goes it waits, says when one is back on the same port, and goes on with its first call."""
    with contextlib.ExitStack() as first:
        running = first.enter_context(serving(home, *FREE))
        port = running.port
        tail = first.enter_context(tailing(home, port))
        if with_a_call_before:
            heard(tail, running, "SANDBOX_A")
        else:
            eventually(lambda: "as they come" in tail.err or None)
        assert 0 == running.stop()
        eventually(lambda: "the gateway has gone; waiting for it to come back" in tail.err or None)
        again = first.enter_context(serving(home, "--port", str(port), "--tls-port", "none"))
        again.create(sample("after-the-restart"))
        *_, line = eventually(lambda: tail.out.splitlines() if "after-the-restart" in tail.out else None)
        again.create(sample("and-another"))
        eventually(lambda: "and-another" in tail.out or None)
        assert " #1 createPaymentSession S SUCCESS" in line
        assert 130 == tail.stop()
    said = tail.err.split("\n\n")[0].splitlines()
    assert ["the gateway has gone; waiting for it to come back", "the gateway is back"] == said[1:]


def test_no_gateway_at_first(home: Path) -> None:
    """A gateway that is not there to begin with is an error: the port may be wrong."""
    with serving(home, *FREE) as running:
        port = running.port
    with tailing(home, port) as tail:
        assert 1 == tail.process.wait(PATIENCE)
    assert ("", 1) == (tail.out, len(tail.err.splitlines()))
