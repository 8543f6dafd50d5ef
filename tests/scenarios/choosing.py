"""Selectors with a few scenarios, and the calls that they choose for."""

from __future__ import annotations

from mock_alipay.scenarios import Choice, Library, Selector
from tests.memory import done, selector_of
from tests.scenarios.loading import Request, scenario

SERIES = "pay: [{result: UNKNOWN_EXCEPTION}, {result: PROCESS_FAIL}, {result: SUCCESS}]"
TEXTS = {
    "plain": "",
    "first": "pay: {}",
    "second-best": "pay: {}",
    "claims": "match: {body: {amount: '7'}}",
    "claims-too": "match: {clientId: both}",
    "series": SERIES,
    "by-client": f"count: client\n{SERIES}\nnotifyPayment: [{{drop: true}}, {{}}]",
    "late": "pay: {delay: {min: 1s, max: 2s}}",
    "wild": "'*': [{result: UNKNOWN_EXCEPTION}, {}]\ncancel: {result: PROCESS_FAIL}",
    "notices": "notifyPayment: [{drop: true}, {duplicate: 2}, {}]",
    "before-reply": "notifyPayment: [{drop: true}, {before: reply}]",
}


def library(*, without: str | None = None) -> Library:
    return Library(scenario(text, name) for name, text in TEXTS.items() if name != without)


def new_selector(most: int = 10_000, *, default: str = "plain") -> Selector:
    """A selector with the scenarios of TEXTS."""
    return selector_of(library(), default, most)


def load(selector: Selector, name: str, client_id: str | None = None, text: str = "") -> None:
    done(selector.load(scenario(text, name), client_id=client_id))


def choose(
    selector: Selector,
    request_id: str | None = "id",
    client_id: str = "A",
    *,
    endpoint: str = "pay",
    named: str | None = None,
    amount: str = "100",
    began: str | None = None,
) -> Choice:
    """The choice for a call; ``named`` is its mock-scenario header."""
    call = Request(client_id, {} if named is None else {"mock-scenario": named}, {"amount": amount})
    return done(selector.choose(f"payments/{endpoint}", request_id, call, began))


def results(selector: Selector, count: int, request_id: str = "id", client_id: str = "A") -> list[str | None]:
    return [choose(selector, request_id, client_id).step.result for _ in range(count)]
