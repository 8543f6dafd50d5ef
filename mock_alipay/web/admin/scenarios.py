"""Admin calls that move: choices, scenarios, the clock, merchants, reset."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mock_alipay.clock import durations
from mock_alipay.contracts.names import Act
from mock_alipay.contracts.result_codes import results
from mock_alipay.errors import Misuse, SetupError
from mock_alipay.scenarios import Story
from mock_alipay.scenarios.upload import read_posted
from mock_alipay.signing import keys
from mock_alipay.text.wording import short
from mock_alipay.web.admin import call_views, calls, payment_views
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.parameters import JSON, SCHEMA, YAML, unknown, wrong_media

_PATIENCE = 20.0
"""Seconds for which the answer to a moved clock waits for notifications to be delivered."""

_MOVES = ("advance", "freeze", "run")


async def choose_scenario(desk: Desk, ask: Ask) -> Any:
    """Play a story for the next calls, or until changed."""
    body = dict(ask.body)
    if "times" in body:
        # 2.0 is a whole number to JSON Schema.
        body["times"] = int(body["times"])
    desk.chooser.prefer(body["scenario"], client_id=ask.client_id, times=body.get("times"))
    return body


async def clear_scenario(desk: Desk, ask: Ask) -> Any:
    """Take back what was set."""
    desk.chooser.clear(ask.client_id)
    return {"status": "ok"}


async def load_scenario(desk: Desk, ask: Ask) -> Any:
    """Load a story until reset."""
    if ask.media not in (JSON, *YAML):
        raise wrong_media(ask.media, [JSON, YAML[0]])
    try:
        story, client_id = await desk.clerk.do(lambda: _posted(desk, ask))
        desk.chooser.load(story, client_id)
    except UnicodeDecodeError:
        raise Misuse(400, "Bad scenario", "the body is not UTF-8 text") from None
    except SetupError as error:
        raise Misuse(400, "Bad scenario", "; ".join(error.problems), faults=list(error.problems)) from None
    return call_views.story_view(story, loaded=True, client_id=client_id)


def _posted(desk: Desk, ask: Ask) -> tuple[Story, str | None]:
    posted = read_posted(
        ask.raw.decode(), desk.schemas, keys=f"{SCHEMA}#/$defs/LoadedScenario", is_json=ask.media == JSON
    )
    name, client_id = _one("name", ask, posted.name), _one("clientId", ask, posted.client_id)
    if name is None:
        raise Misuse(400, "No name", "a scenario needs a name: POST …/scenarios?name=NAME, or the key name in it")
    return posted.story(name), client_id


async def move_clock(desk: Desk, ask: Ask) -> Any:
    """Advance, freeze or run the clock, and let happen what falls due by that."""
    moves = [name for name in _MOVES if name in ask.body]
    if len(moves) != 1:
        found = " and ".join(moves) or "none of them"
        raise Misuse(
            400, "Bad body", f"expected one of {', '.join(_MOVES)}, got {found}", allowed=["clientId", *_MOVES]
        )
    client_id, clocks = ask.client_id, desk.clocks
    before = clocks.now(client_id)
    match moves[0]:
        case "advance":
            by = _read("advance", ask, _forward)
            _moved(lambda: clocks.advance(by, client_id), f"advance: {short(ask.body['advance'])}: ")
        case "freeze":
            at = _read("freeze", ask, _moment)
            _moved(lambda: clocks.freeze(at, client_id), f"freeze: {short(ask.body['freeze'])}: ")
        case _:
            _moved(lambda: clocks.run(client_id))
    shown = calls.clock_of(desk, client_id)
    desk.events.publish("clock", client_id, shown)
    await desk.timekeeper.clock_moved(client_id, before)
    # Notifications too; but for a shop that does not answer nobody waits for ever.
    await asyncio.wait([asyncio.ensure_future(desk.postman.settle(client_id))], timeout=_PATIENCE)
    return {**shown, "notificationsUnderWay": desk.postman.under_way(client_id)}


async def act(desk: Desk, ask: Ask) -> Any:
    """Have the buyer of a payment act."""
    payment = await calls.found_payment(desk, ask)
    action, code = ask.body["action"], ask.body.get("code", "")
    if code:
        _check_reason(action, code)
    changed = await desk.cashier.act(payment.client_id, payment.payment_request_id, Act(action, code=code))
    return payment_views.payment_view(changed)


async def add_merchant(desk: Desk, ask: Ask) -> Any:
    """Add a public key for a client id."""
    client_id, text = ask.body["clientId"], ask.body["publicKey"]
    try:
        key = keys.parse_public_key(text.encode(), "publicKey")
    except SetupError as error:
        raise Misuse(400, "Bad field", "; ".join(error.problems)) from None
    try:
        return {"clientId": client_id, "keyVersion": desk.keys.add(client_id, key, lasting=False)}
    except SetupError as error:
        raise Misuse(409, "Too many keys", "; ".join(error.problems)) from None


async def remove_merchant(desk: Desk, ask: Ask) -> Any:
    """Take away the keys that were added at run time."""
    client_id = ask.body["clientId"]
    return {"clientId": client_id, "keysRemoved": desk.keys.remove(client_id)}


async def reset(desk: Desk, ask: Ask) -> Any:
    """Forget what happened and what was set, of one client id or all."""
    client_id = ask.client_id
    desk.chooser.forget(client_id)
    desk.clocks.forget(client_id)
    forgotten = {
        "payments": await desk.ledger.forget(client_id),
        "calls": desk.journal.forget(client_id),
        "notifications": desk.postman.forget(client_id),
    }
    desk.events.forget(client_id)
    desk.events.publish("reset", client_id, {"clientId": client_id})
    return forgotten


def _check_reason(action: str, code: str) -> None:
    reasons = [name for name, result in results().items() if result.status == "F"]
    if action != "decline":
        raise Misuse(400, "Bad field", f"code: only a decline has a reason, {action} has none")
    if code not in reasons:
        raise unknown("code", code, reasons)


def _read(name: str, ask: Ask, reader: Callable[[str], Any]) -> Any:
    try:
        return reader(ask.body[name])
    except ValueError as error:
        raise Misuse(400, "Bad field", f"{name}: {error}") from None


def _forward(text: str) -> timedelta:
    if text.startswith("-"):
        raise ValueError(f"a clock is advanced forward only, not by {text[:40]}; freeze sets it back")
    return durations.parse(text)


def _moment(text: str) -> datetime | None:
    if text == "now":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"'{text[:40]}' is no moment; write one with an offset, 2026-11-22T12:00:00+08:00, or now")
    return moment


def _moved(move: Callable[[], None], asked: str = "") -> None:
    try:
        move()
    except ValueError as error:
        raise Misuse(400, "Clock not moved", f"{asked}{error}") from None


def _one(name: str, ask: Ask, in_body: str | None) -> str | None:
    in_query: str | None = ask.query.get(name)
    if None not in (in_query, in_body) and in_query != in_body:
        raise Misuse(400, "Bad field", f"{name} is {in_query} in the query and {in_body} in the body")
    return in_query or in_body
