"""``use``, ``act``, ``reset`` and ``clock``: commands that control a running gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_scenarios
from mock_alipay.cli.output import as_json, echo_json
from mock_alipay.cli.param_types import Value
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.config.kinds import one_of, whole
from mock_alipay.contracts.names import BuyerAction

if TYPE_CHECKING:
    from mock_alipay.client import ClockState, Mock

_MOVES = ("advance", "freeze", "run")


@click.command(cls=Command)
@click.option(
    "--times",
    type=Value(whole(1, float("inf"), "a whole number from 1")),
    help="For the next N calls only; until changed if omitted.",
)
@click.option("--clear", is_flag=True, help="Clear the choice instead.")
@at_a_gateway
@click.argument("scenario", required=False, shell_complete=complete_scenarios)
def use(*, scenario: str | None, times: int | None, clear: bool, **flags: Any) -> None:
    """Choose the scenario for the next calls.

    Example: mock-alipay use risk-reject --times 1
    """
    if clear and scenario:
        raise click.UsageError("SCENARIO cannot be combined with --clear")
    if not (clear or scenario):
        raise click.UsageError("name a SCENARIO, or --clear to clear the choice")
    if clear and times:
        raise click.UsageError("--times cannot be combined with --clear")
    with gateway(**flags) as mock:
        if scenario is None:
            mock.clear_scenario()
            click.echo(f"cleared for {_client_ids(mock)}")
            return
        from mock_alipay.client import OwnScenario

        mock.scenario(OwnScenario(scenario), times=times)
        calls = "" if times is None else ", the next call" if times == 1 else f", the next {times} calls"
        click.echo(f"{scenario} for {_client_ids(mock)}{calls}")
        changed = next((known.calls for known in mock.scenarios() if known.name == scenario), None)
        if changed and "*" not in changed:
            rest = "" if times is None else " and do not count"
            click.echo(f"it changes calls of {', '.join(changed)}; other calls are not affected{rest}")


@click.command(cls=Command)
@click.option("--code", metavar="CODE", help="Result code of a declined or pending payment, such as DO_NOT_HONOR.")
@as_json
@at_a_gateway
@click.argument("payment_request_id", metavar="PAYMENT_REQUEST_ID")
@click.argument("action", type=Value(one_of(*get_args(BuyerAction))))
def act(
    *,
    payment_request_id: str,
    action: BuyerAction,
    code: str | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Act as the buyer of a payment.

    If several client ids used this id, --client-id says whose payment it is.

    Example: mock-alipay act order-4711 decline --code DO_NOT_HONOR
    """
    if code and action not in ("decline", "pending"):
        raise click.UsageError("--code can be combined with decline and pending only")
    from mock_alipay.client import MockPayment

    with gateway(**flags) as mock:
        payment = mock.payment(payment_request_id)
        after = getattr(payment, action)(*([code] if code else []))
        if as_json:
            query = {"clientId": after.client_id}
            echo_json(mock.admin("GET", MockPayment.path(payment_request_id), query=query))
            return
        number = f"  paymentId {after.payment_id}" if after.payment_id else ""
        click.echo(f"{after.payment_request_id} is {after.state}{number}")


@click.command(cls=Command)
@at_a_gateway
def reset(**flags: Any) -> None:
    """Reset the gateway.

    Deletes payments, notifications, counters, chosen and loaded scenarios and the journal, and resets the clock.
    """
    with gateway(**flags) as mock:
        mock.reset()
        click.echo(f"reset {_client_ids(mock)}")


@click.command(cls=Command)
@as_json
@at_a_gateway
@click.argument("move", type=Value(one_of("show", *_MOVES)), default="show", metavar="[show|advance|freeze|run]")
@click.argument("value", required=False, metavar="[DURATION|MOMENT]")
def clock(*, move: str, value: str | None, as_json: bool, **flags: Any) -> None:
    """Show or move the gateway's clock.

    \b
    show                 print the time (default)
    advance DURATION     move forward by 30s, 59m, 1h30m, 2d or PT59M
    freeze [MOMENT]      stop at a time such as 2026-11-22T12:00:00+08:00, or now
    run                  continue from there
    """  # noqa: D301 - \b keeps the lines apart
    if (move == "advance") > bool(value) or (move in ("show", "run") and value):
        expected = "a DURATION such as 59m" if move == "advance" else "no more arguments"
        raise click.UsageError(f"{move}: expected {expected}")
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
        if as_json:
            echo_json(mock.admin("GET", "/clock", query={"clientId": mock.client_id}))
        else:
            _show(state, mock)


def _show(state: ClockState, mock: Mock) -> None:
    frozen = ", frozen" if state.frozen else ""
    click.echo(f"{state.now.isoformat(timespec='seconds')}{frozen} for {_client_ids(mock)}")


def _client_ids(mock: Mock) -> str:
    return mock.client_id or "all client ids"
