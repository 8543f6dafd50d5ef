"""``use``, ``act``, ``reset`` and ``clock`` against a running gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from mock_alipay.clock.clocks import StoppedClock
from tests.cli.conftest import Command
from tests.live import TIME, Live, live, sample

ALL = "for all client ids"
CHANGED = "\nit changes calls of createPaymentSession, pay; other calls are not affected"
USES = [
    # commands, the last line of output, the codes that two calls of the client id A and one of B get
    (["use risk-reject"], f"risk-reject {ALL}{CHANGED}\n", "RISK_REJECT RISK_REJECT RISK_REJECT"),
    (
        ["use risk-reject --times 1"],
        f"risk-reject {ALL}, the next call{CHANGED} and do not count\n",
        "RISK_REJECT SUCCESS SUCCESS",
    ),
    (
        ["use risk-reject --times 2"],
        f"risk-reject {ALL}, the next 2 calls{CHANGED} and do not count\n",
        "RISK_REJECT RISK_REJECT SUCCESS",
    ),
    (["use risk-reject --client=A"], f"risk-reject for A{CHANGED}\n", "RISK_REJECT RISK_REJECT SUCCESS"),
    (["use risk-reject", "use --client-id A --clear"], "cleared for A\n", "RISK_REJECT RISK_REJECT RISK_REJECT"),
    (["use bad-gateway --times 1"], f"bad-gateway {ALL}, the next call\n", None),
    (["use bad-gateway --times 1", "use --clear"], f"cleared {ALL}\n", "SUCCESS SUCCESS SUCCESS"),
]
CLOCKS = [
    (["advance 1h30m"], "2026-11-22T02:37:10+00:00 for all"),
    (["freeze"], "2026-11-22T01:07:10+00:00, frozen for all"),
    (["freeze 2027-01-01T08:00:00+08:00", "run"], "2027-01-01T00:00:00+00:00 for all"),
    (["--client-id SHOP advance 1h", ""], "2026-11-22T01:07:10+00:00 for all"),
    (["advance 1h", "--client-id SHOP show"], "2026-11-22T02:07:10+00:00 for SHOP"),
]
REFUSED = [
    # command, exit code, texts of the error
    ("use risk-rejected", 2, ("scenario 'risk-rejected'", "did you mean risk-reject?")),
    ("act none pay", 1, "paymentRequestId 'none'"),
    ("act order decline --code NO", 2, "'NO'"),
    ("reset --client-id a,b", 2, "clientId: expected a client id"),
    ("clock advance soon", 2, ("advance: 'soon'", "PT59M")),
    ("clock freeze 2027-01-01", 2, "freeze: "),
]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Live]:
    """A gateway of this module's own, on a machine whose clock stands still."""
    with live(clock=StoppedClock(datetime.fromisoformat(TIME))) as running:
        yield running


@pytest.fixture
def control(command: Command, gateway: Live) -> Iterator[Command]:
    """Runs a command line at the gateway, which is reset afterwards."""
    yield lambda line: command(line.split()[0], "--port", str(gateway.config.port), *line.split()[1:])
    gateway.admin("POST", "/reset", {})


@pytest.mark.parametrize(("lines", "out", "codes"), USES)
def test_use(control: Command, gateway: Live, lines: list[str], out: str, codes: str | None) -> None:
    """A scenario applies until it is cleared, for a number of calls and a client id; the output says to which calls."""
    assert (0, out, "") == [control(line) for line in lines][-1]
    if codes:
        assert codes.split() == [gateway.create(sample(), client_id=name).code for name in ("A", "A", "B")]


@pytest.mark.parametrize(
    ("action", "state", "code"),
    [
        ("pay", "SUCCESS", "SUCCESS"),
        ("decline --code DO_NOT_HONOR", "FAIL", "DO_NOT_HONOR"),
        ("pending --code UNKNOWN_EXCEPTION", "PENDING", "UNKNOWN_EXCEPTION"),
    ],
)
def test_act(control: Command, gateway: Live, action: str, state: str, code: str) -> None:
    """The buyer acts; the output has the new state and the paymentId."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    ended = control(f"act order {action}")
    payment = gateway.admin("GET", "/payments").body["payments"][0]
    assert (0, f"order is {state}  paymentId {payment['paymentId']}\n", "") == ended
    assert (state, code) == (payment["state"], payment["paymentResultCode"])


def test_one_client_id(control: Command, gateway: Live) -> None:
    """``act`` and ``reset`` mean one client id if told so, else all; an open payment has no paymentId."""
    for client_id in ("A", "B"):
        gateway.create(sample("order", paymentNotifyUrl=None), client_id=client_id)
    control("act order pay --client-id A").expect(0, "order is SUCCESS")
    assert (0, "order is OPEN\n", "") == control("act order leave --client-id B")
    assert (0, "reset A\n", "") == control("reset --client-id A")
    assert 1 == len(gateway.admin("GET", "/calls").body["calls"])
    assert (0, "reset all client ids\n", "") == control("reset")
    assert [] == gateway.admin("GET", "/calls").body["calls"]


@pytest.mark.parametrize(("moves", "shown"), CLOCKS)
def test_clock(control: Command, moves: list[str], shown: str) -> None:
    """The output has the time after the change; a client id has a clock of its own."""
    [control(f"clock {move}") for move in moves][-1].expect(0, shown)


@pytest.mark.parametrize(("line", "code", "err"), REFUSED)
def test_refusals_of_the_gateway(control: Command, gateway: Live, line: str, code: int, err: str) -> None:
    """The gateway's message ends the command: with 2 for an invalid value, with 1 for what is not possible now."""
    gateway.create(sample("order", paymentNotifyUrl=None))
    control(line).expect(code, err=err)
