"""``use``, ``act``, ``reset`` and ``clock`` against a running gateway."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.cli.conftest import Command
from tests.live import TIME, Live, live, sample


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway of this module's own, on a machine whose time stands still."""
    with live(clock=StoppedClock(datetime.fromisoformat(TIME))) as running:
        yield running


@pytest.fixture
def steer(command: Command, gateway: Live) -> Iterator[Command]:
    """Runs a command at the gateway, which forgets everything afterwards."""
    yield lambda name, *arguments: command(name, "--port", str(gateway.config.port), *arguments)
    gateway.admin("POST", "/reset", {})


def codes(gateway: Live, number: int = 1, **how: Any) -> list[str]:
    """What so many calls meet."""
    return [gateway.create(sample(), **how).code for _ in range(number)]


CHANGED = "it changes calls of createPaymentSession, pay; others play as usual"
"""What is said of risk-reject."""

# --- use --------------------------------------------------------------------------------------------------------------


def test_use_and_clear(steer: Command, gateway: Live) -> None:
    """A scenario is played by all calls until it is taken back."""
    assert (0, f"risk-reject for all client ids\n{CHANGED}\n", "") == steer("use", "risk-reject")
    assert ["RISK_REJECT", "RISK_REJECT"] == codes(gateway, 2)
    assert (0, "cleared for all client ids\n", "") == steer("use", "--clear")
    assert ["SUCCESS"] == codes(gateway)


@pytest.mark.parametrize(("times", "words"), [("1", "the next call"), ("2", "the next 2 calls")])
def test_use_for_some_calls(steer: Command, gateway: Live, times: str, words: str) -> None:
    """With ``--times`` it is played so often."""
    told = f"risk-reject for all client ids, {words}\n{CHANGED} and do not count\n"
    assert (0, told, "") == steer("use", "risk-reject", "--times", times)
    number = int(times)
    assert ["RISK_REJECT"] * number + ["SUCCESS"] == codes(gateway, number + 1)


def test_use_for_one_client(steer: Command, gateway: Live) -> None:
    """With ``--client`` it concerns that client id alone, the taking back too."""
    whom = f"SANDBOX_{uuid.uuid4().hex}"
    assert (0, f"risk-reject for {whom}\n{CHANGED}\n", "") == steer("use", "risk-reject", "--client", whom)
    assert ["RISK_REJECT", "SUCCESS"] == [*codes(gateway, client_id=whom), *codes(gateway)]
    steer("use", "process-fail")
    assert (0, f"cleared for {whom}\n", "") == steer("use", "--clear", "--client", whom)
    assert ["PROCESS_FAIL"] == codes(gateway, client_id=whom)


def test_use_of_a_scenario_for_every_call(steer: Command) -> None:
    """There are no others to tell of."""
    assert (0, "bad-gateway for all client ids, the next call\n", "") == steer("use", "bad-gateway", "--times", "1")


def test_use_of_an_unknown_scenario(steer: Command) -> None:
    """A scenario that the gateway does not know ends with exit code 2 and the one that was perhaps meant."""
    ended = steer("use", "risk-rejected")
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert ended.err.startswith("mock-alipay: there is no scenario 'risk-rejected'; did you mean risk-reject?")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a SCENARIO, or --clear to take back what was set"),
        (("success", "--clear"), "name a SCENARIO or --clear, not both"),
        (("--clear", "--times", "1"), "--clear takes no --times"),
    ],
)
def test_use_of_what_does_not_go_together(steer: Command, arguments: tuple[str, ...], words: str) -> None:
    """One of the two, and nothing that does not belong to it."""
    ended = steer("use", *arguments)
    assert (2, "", f"mock-alipay: {words} (see mock-alipay use --help)\n") == ended


# --- act --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "state", "code"),
    [
        (("pay",), "SUCCESS", "SUCCESS"),
        (("decline",), "FAIL", "USER_BALANCE_NOT_ENOUGH"),
        (("decline", "--code", "DO_NOT_HONOR"), "FAIL", "DO_NOT_HONOR"),
        (("pending",), "PENDING", "PAYMENT_IN_PROCESS"),
        (("challenge",), "PROCESSING", "PAYMENT_IN_PROCESS"),
    ],
)
def test_act(steer: Command, gateway: Live, arguments: tuple[str, ...], state: str, code: str) -> None:
    """The buyer of a payment acts; what becomes of it is told, with the paymentId that it has from then on."""
    gateway.create(sample("order 1/2", paymentNotifyUrl=None))
    ended = steer("act", "order 1/2", *arguments)
    found = gateway.admin("GET", "/payments").body["payments"][0]
    assert (0, f"order 1/2 is {state}  paymentId {found['paymentId']}\n", "") == ended
    assert (state, code) == (found["state"], found["paymentResultCode"])


def test_act_by_leaving(steer: Command, gateway: Live) -> None:
    """Who leaves has no paymentId, and may come back."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    assert (0, "order is OPEN\n", "") == steer("act", "order", "leave")


def test_act_for_one_client(steer: Command, gateway: Live) -> None:
    """Where several client ids used the same paymentRequestId ``--client`` says whose it is."""
    for name in ("A", "B"):
        gateway.create(sample("order", paymentNotifyUrl=None), client_id=name)
    refused = steer("act", "order", "pay")
    assert (1, True) == (refused.code, "several client ids used this id" in refused.err)
    assert steer("act", "order", "pay", "--client", "A").out.startswith("order is SUCCESS")
    assert "OPEN" == gateway.admin("GET", "/payments/order?clientId=B").body["state"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("none", "pay"), 1, "no session or payment was created with paymentRequestId 'none'"),
        (
            ("order", "pay"),
            1,
            "the payment is FAIL, its result is DO_NOT_HONOR: pay is not possible now; there is nothing left",
        ),
        (("other", "decline", "--code", "NO"), 2, "there is no code 'NO'"),
    ],
)
def test_act_that_cannot_be(steer: Command, gateway: Live, arguments: tuple[str, ...], code: int, words: str) -> None:
    """What the gateway does not take ends with its words: code 2 for what is never right, 1 for what is not now."""
    for name in ("order", "other"):
        gateway.create(sample(name, paymentNotifyUrl=None))
    steer("act", "order", "decline", "--code", "DO_NOT_HONOR")
    ended = steer("act", *arguments)
    assert (code, "", True) == (ended.code, ended.out, ended.err.startswith(f"mock-alipay: {words}")), ended.err


# --- reset ------------------------------------------------------------------------------------------------------------


def test_reset(steer: Command, gateway: Live) -> None:
    """Everything is forgotten, of one client id or of all."""
    whom = f"SANDBOX_{uuid.uuid4().hex}"
    codes(gateway)
    codes(gateway, client_id=whom)
    assert (0, f"reset {whom}\n", "") == steer("reset", "--client", whom)
    assert 1 == len(gateway.admin("GET", "/calls").body["calls"])
    assert (0, "reset all client ids\n", "") == steer("reset")
    assert [] == gateway.admin("GET", "/calls").body["calls"]


def test_reset_of_no_client(steer: Command) -> None:
    """A client id that cannot be one ends with exit code 2 and the gateway's words."""
    ended = steer("reset", "--client", "a,b")
    assert (2, "", True) == (ended.code, ended.out, ended.err.startswith("mock-alipay: clientId: expected a client id"))


# --- clock ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), "2026-11-22T01:07:10+00:00"),
        (("show",), "2026-11-22T01:07:10+00:00"),
        (("advance", "59m"), "2026-11-22T02:06:10+00:00"),
        (("advance", "1h30m"), "2026-11-22T02:37:10+00:00"),
        (("advance", "PT59M"), "2026-11-22T02:06:10+00:00"),
        (("advance", "PT1.5H"), "2026-11-22T02:37:10+00:00"),
        (("freeze",), "2026-11-22T01:07:10+00:00, frozen"),
        (("freeze", "now"), "2026-11-22T01:07:10+00:00, frozen"),
        (("freeze", "2027-01-01T08:00:00+08:00"), "2027-01-01T00:00:00+00:00, frozen"),
        (("run",), "2026-11-22T01:07:10+00:00"),
    ],
)
def test_clock(steer: Command, arguments: tuple[str, ...], shown: str) -> None:
    """It shows where the clock stands, after it was moved."""
    assert (0, f"{shown} for all client ids\n", "") == steer("clock", *arguments)
    assert (0, f"{shown} for all client ids\n", "") == steer("clock")


def test_clock_goes_on(steer: Command) -> None:
    """A frozen clock can be advanced, and runs from where it stands."""
    steer("clock", "freeze", "2027-01-01T00:00:00Z")
    assert "2027-01-01T01:00:00+00:00, frozen for all client ids\n" == steer("clock", "advance", "1h").out
    assert "2027-01-01T01:00:00+00:00 for all client ids\n" == steer("clock", "run").out


def test_clock_of_one_client(steer: Command) -> None:
    """With ``--client`` it is the clock of that client id alone."""
    assert "2026-11-22T02:07:10+00:00 for SHOP\n" == steer("clock", "--client", "SHOP", "advance", "1h").out
    assert "2026-11-22T01:07:10+00:00 for all client ids\n" == steer("clock").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("advance", "soon"), "advance: 'soon' is no duration; write 300ms, 1.5s, 59m, 1h30m, 2d or PT59M"),
        (("advance", "--", "-5m"), "advance: a clock is advanced forward only, not by -5m; freeze sets it back"),
        (("freeze", "2027-01-01"), "freeze: expected a time, got '2027-01-01'; write one with an offset"),
        (("--client", "a,b", "run"), "clientId: expected a client id"),
        (
            ("advance", "999999d"),
            "advance: 999999d: too long, at most 26702d: the clock can be set from 2000-01-01 to 2100-01-01",
        ),
        (("advance", "99999999999d"), "advance: 99999999999d: too long, at most 26702d: "),
        (("freeze", "2100-01-02T00:00:00Z"), "freeze: 2100-01-02T00:00:00Z: the clock can be set from 2000-01-01"),
    ],
)
def test_clock_that_cannot_be_moved(steer: Command, arguments: tuple[str, ...], words: str) -> None:
    """What the gateway does not take ends with exit code 2 and its words."""
    ended = steer("clock", *arguments)
    assert (2, "", True) == (ended.code, ended.out, ended.err.startswith(f"mock-alipay: {words}")), ended.err


# --- all of them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("use",),
        ("use", ""),
        ("use", "success", "--clear"),
        ("use", "--clear", "--times", "1"),
        ("use", "success", "--times", "0"),
        ("use", "success", "--times", "often"),
        ("use", "success", "slow"),
        ("act",),
        ("act", "order"),
        ("act", "order", "fly"),
        ("act", "order", "pay", "--code", "DO_NOT_HONOR"),
        ("reset", "everything"),
        ("clock", "advance"),
        ("clock", "advance", ""),
        ("clock", "show", "59m"),
        ("clock", "run", "59m"),
        ("clock", "stop"),
        ("clock", "advance", "-5m"),
        ("tail", "all"),
    ],
)
def test_wrong_use(command: Command, arguments: tuple[str, ...]) -> None:
    """Wrong use ends with exit code 2 and one line, before any gateway is asked."""
    ended = command(*arguments)
    assert (2, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
