"""``use``, ``act``, ``reset`` and ``clock`` against a running gateway."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.cli.conftest import Command
from tests.live import TIME, Live, live, sample

CHANGED = "it changes calls of createPaymentSession, pay; other calls are not affected"
"""The second line for risk-reject."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway of this module's own, on a machine whose clock stands still."""
    with live(clock=StoppedClock(datetime.fromisoformat(TIME))) as running:
        yield running


@pytest.fixture
def control(command: Command, gateway: Live) -> Iterator[Command]:
    """Runs a command at the gateway, which is reset afterwards."""
    yield lambda name, *arguments: command(name, "--port", str(gateway.config.port), *arguments)
    gateway.admin("POST", "/reset", {})


def codes(gateway: Live, number: int = 1, client_id: str = "SANDBOX_ANY") -> list[str]:
    """The result codes of this many calls."""
    return [gateway.create(sample(), client_id=client_id).code for _ in range(number)]


# --- use --------------------------------------------------------------------------------------------------------------


def test_use_and_clear(control: Command, gateway: Live) -> None:
    """A scenario applies to all calls until it is cleared."""
    assert (0, f"risk-reject for all client ids\n{CHANGED}\n", "") == control("use", "risk-reject")
    assert ["RISK_REJECT", "RISK_REJECT"] == codes(gateway, 2)
    assert (0, "cleared for all client ids\n", "") == control("use", "--clear")
    assert ["SUCCESS"] == codes(gateway)


@pytest.mark.parametrize(("times", "words"), [(1, "the next call"), (2, "the next 2 calls")])
def test_use_for_some_calls(control: Command, gateway: Live, times: int, words: str) -> None:
    """``--times`` limits the scenario to the next calls."""
    message = f"risk-reject for all client ids, {words}\n{CHANGED} and do not count\n"
    assert (0, message, "") == control("use", "risk-reject", "--times", str(times))
    assert ["RISK_REJECT"] * times + ["SUCCESS"] == codes(gateway, times + 1)


@pytest.mark.parametrize("flag", ["--client-id", "--client"])
def test_use_for_one_client_id(control: Command, gateway: Live, flag: str) -> None:
    """``--client-id``, or ``--client`` as before, limits choosing and clearing to one client id."""
    client_id = f"SANDBOX_{uuid.uuid4().hex}"
    assert (0, f"risk-reject for {client_id}\n{CHANGED}\n", "") == control("use", "risk-reject", flag, client_id)
    assert ["RISK_REJECT", "SUCCESS"] == [*codes(gateway, client_id=client_id), *codes(gateway)]
    control("use", "process-fail")
    assert (0, f"cleared for {client_id}\n", "") == control("use", "--clear", f"{flag}={client_id}")
    assert ["PROCESS_FAIL"] == codes(gateway, client_id=client_id)


def test_use_of_a_scenario_for_every_endpoint(control: Command) -> None:
    """A scenario that changes every call has no second line."""
    assert (0, "bad-gateway for all client ids, the next call\n", "") == control("use", "bad-gateway", "--times", "1")


# --- act --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "state", "code"),
    [
        (("pay",), "SUCCESS", "SUCCESS"),
        (("decline",), "FAIL", "USER_BALANCE_NOT_ENOUGH"),
        (("decline", "--code", "DO_NOT_HONOR"), "FAIL", "DO_NOT_HONOR"),
    ],
)
def test_act(control: Command, gateway: Live, arguments: tuple[str, ...], state: str, code: str) -> None:
    """The buyer acts; the output has the new state and the paymentId."""
    gateway.create(sample("order 1/2", paymentNotifyUrl=None))
    ended = control("act", "order 1/2", *arguments)
    payment = gateway.admin("GET", "/payments").body["payments"][0]
    assert (0, f"order 1/2 is {state}  paymentId {payment['paymentId']}\n", "") == ended
    assert (state, code) == (payment["state"], payment["paymentResultCode"])


def test_act_without_a_payment_id(control: Command, gateway: Live) -> None:
    """A buyer who leaves has no paymentId."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    assert (0, "order is OPEN\n", "") == control("act", "order", "leave")


def test_act_for_one_client_id(control: Command, gateway: Live) -> None:
    """``--client-id`` selects among payments with the same paymentRequestId."""
    for client_id in ("A", "B"):
        gateway.create(sample("order", paymentNotifyUrl=None), client_id=client_id)
    refused = control("act", "order", "pay")
    assert (1, True) == (refused.code, "several client ids used this id" in refused.err)
    assert control("act", "order", "pay", "--client-id", "A").out.startswith("order is SUCCESS")
    assert "OPEN" == gateway.admin("GET", "/payments/order?clientId=B").body["state"]


# --- reset and clock --------------------------------------------------------------------------------------------------


def test_reset(control: Command, gateway: Live) -> None:
    """Everything is deleted, of one client id or of all."""
    client_id = f"SANDBOX_{uuid.uuid4().hex}"
    codes(gateway)
    codes(gateway, client_id=client_id)
    assert (0, f"reset {client_id}\n", "") == control("reset", "--client-id", client_id)
    assert 1 == len(gateway.admin("GET", "/calls").body["calls"])
    assert (0, "reset all client ids\n", "") == control("reset")
    assert [] == gateway.admin("GET", "/calls").body["calls"]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ((), "2026-11-22T01:07:10+00:00"),
        (("show",), "2026-11-22T01:07:10+00:00"),
        (("advance", "1h30m"), "2026-11-22T02:37:10+00:00"),
        (("freeze",), "2026-11-22T01:07:10+00:00, frozen"),
        (("freeze", "2027-01-01T08:00:00+08:00"), "2027-01-01T00:00:00+00:00, frozen"),
        (("run",), "2026-11-22T01:07:10+00:00"),
    ],
)
def test_clock(control: Command, arguments: tuple[str, ...], shown: str) -> None:
    """The output has the time after the change, and the clock keeps it."""
    expected = (0, f"{shown} for all client ids\n", "")
    assert [expected, expected] == [control("clock", *arguments), control("clock")]


def test_a_frozen_clock(control: Command) -> None:
    """A frozen clock can be advanced, and continues from there."""
    control("clock", "freeze", "2027-01-01T00:00:00Z")
    assert "2027-01-01T01:00:00+00:00, frozen for all client ids\n" == control("clock", "advance", "1h").out
    assert "2027-01-01T01:00:00+00:00 for all client ids\n" == control("clock", "run").out


def test_the_clock_of_one_client_id(control: Command) -> None:
    """``--client-id`` limits the change to one client id."""
    assert "2026-11-22T02:07:10+00:00 for SHOP\n" == control("clock", "--client-id", "SHOP", "advance", "1h").out
    assert "2026-11-22T01:07:10+00:00 for all client ids\n" == control("clock").out


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("use", "risk-rejected"), 2, ("scenario 'risk-rejected'", "did you mean risk-reject?")),
        (("act", "none", "pay"), 1, ("paymentRequestId 'none'",)),
        (("act", "order", "decline", "--code", "NO"), 2, ("'NO'",)),
        (("reset", "--client-id", "a,b"), 2, ("clientId: expected a client id",)),
        (("clock", "advance", "soon"), 2, ("advance: 'soon'", "PT59M")),
        (("clock", "advance", "--", "-5m"), 2, ("advance: ", "-5m")),
        (("clock", "freeze", "2027-01-01"), 2, ("freeze: '2027-01-01'",)),
    ],
)
def test_refusals_of_the_gateway(
    control: Command, gateway: Live, arguments: tuple[str, ...], code: int, message: tuple[str, ...]
) -> None:
    """The gateway's message ends the command: with 2 for an invalid value, with 1 for what is not possible now."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    ended = control(*arguments)
    assert (code, "", 1) == (ended.code, ended.out, len(ended.err.splitlines()))
    assert [] == [words for words in message if words not in ended.err], ended.err


def test_an_action_that_is_not_possible_now(control: Command, gateway: Live) -> None:
    """A payment that has failed cannot be paid."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    control("act", "order", "decline")
    ended = control("act", "order", "pay")
    assert (1, True) == (ended.code, "pay is not possible now" in ended.err)
