"""``use``, ``act``, ``reset`` and ``clock``: a running gateway steered from the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.param_types import Value
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.config.kinds import one_of, whole
from mock_alipay.contracts.names import BuyerAction

if TYPE_CHECKING:
    from mock_alipay.client import ClockState, Mock

_MOVES = ("advance", "freeze", "run")


@click.command(cls=Command)
@at_a_gateway
@click.option(
    "--times",
    type=Value(whole(1, float("inf"), "a whole number from 1")),
    help="For the next N calls; until changed when left out.",
)
@click.argument("scenario", required=False)
@click.option("--clear", is_flag=True, help="Take back what was set, instead.")
def use(scenario: str | None, times: int | None, clear: bool, **flags: Any) -> None:  # noqa: FBT001 - by name
    """Choose the scenario that the next calls play."""
    if clear and scenario:
        raise click.UsageError("name a SCENARIO or --clear, not both")
    if not (clear or scenario):
        raise click.UsageError("name a SCENARIO, or --clear to take back what was set")
    if clear and times:
        raise click.UsageError("--clear takes no --times")
    with gateway(**flags) as mock:
        if scenario is None:
            mock.clear_scenario()
            click.echo(f"cleared for {_whom(mock)}")
            return
        mock.scenario(scenario, times=times)
        calls = "" if times is None else ", the next call" if times == 1 else f", the next {times} calls"
        click.echo(f"{scenario} for {_whom(mock)}{calls}")
        changed = next((known.calls for known in mock.scenarios() if known.name == scenario), None)
        if changed and "*" not in changed:
            rest = "" if times is None else " and do not count"
            click.echo(f"it changes calls of {', '.join(changed)}; others play as usual{rest}")


@click.command(cls=Command)
@at_a_gateway
@click.option("--code", metavar="CODE", help="Why a payment is declined, such as DO_NOT_HONOR.")
@click.argument("payment_request_id", metavar="PAYMENT_REQUEST_ID")
@click.argument("action", type=Value(one_of(*get_args(BuyerAction))))
def act(payment_request_id: str, action: BuyerAction, code: str | None, **flags: Any) -> None:
    """Have the buyer of a payment act."""
    if code and action != "decline":
        raise click.UsageError("--code says why a payment is declined; it goes with decline only")
    with gateway(**flags) as mock:
        payment = mock.payment(payment_request_id)
        after = payment.decline(code) if action == "decline" else getattr(payment, action)()
        number = f"  paymentId {after.payment_id}" if after.payment_id else ""
        click.echo(f"{after.payment_request_id} is {after.state}{number}")


@click.command(cls=Command)
@at_a_gateway
def reset(**flags: Any) -> None:
    """Forget payments, notifications, counters, choices, loaded scenarios, journal and clock."""
    with gateway(**flags) as mock:
        mock.reset()
        click.echo(f"reset {_whom(mock)}")


@click.command(cls=Command)
@at_a_gateway
@click.argument("move", type=Value(one_of("show", *_MOVES)), default="show", metavar="[show|advance|freeze|run]")
@click.argument("value", required=False, metavar="[DURATION|MOMENT]")
def clock(move: str, value: str | None, **flags: Any) -> None:
    """Show the gateway's clock, or move it.

    advance DURATION goes forward by 30s, 59m, 1h30m, 2d or PT59M. freeze stops it at a MOMENT such as
    2026-11-22T12:00:00+08:00, or where it stands. run lets it go on from there.
    """
    if (move == "advance") > bool(value) or (move in ("show", "run") and value):
        raise click.UsageError(f"{move} takes {'a DURATION such as 59m' if move == 'advance' else 'nothing after it'}")
    with gateway(**flags) as mock:
        match move:
            case "advance":
                state = mock.clock.advance(value or "")
            case "freeze":
                state = mock.clock.freeze(value or "now")
            case "run":
                state = mock.clock.run()
            case _:
                state = mock.clock.state
        _show(state, mock)


def _show(state: ClockState, mock: Mock) -> None:
    frozen = ", frozen" if state.frozen else ""
    click.echo(f"{state.now.isoformat(timespec='seconds')}{frozen} for {_whom(mock)}")


def _whom(mock: Mock) -> str:
    return mock.client_id or "all client ids"
