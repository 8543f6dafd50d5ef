"""A card number in any place of a call, scenario or admin call is masked wherever the gateway shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.config.config import Config
from mock_alipay.journal.events import Event
from mock_alipay.journal.log_lines import json_line, notification_json, notification_text, text_line
from tests.live import PATH, Answer, Live, live, sample

SEPARATORS = ["", " ", "-", ".", " - ", "_", "/", "\u00a0", "\u202f", "\u200b", "\u2013"]


def luhn(digits: str) -> str:
    """The digits with their check digit."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits))]
    return digits + str(-sum(map(sum, (divmod(digit, 10) for digit in doubled))) % 10)


CARDS = st.from_regex(r"(?:[3-9][0-9]{3}|2221|2720|2204)[0-9]{8,14}", fullmatch=True).map(luhn)


def call(gateway: Live, body: Any, target: str = PATH, **headers: str) -> Answer:
    """The reply to an unsigned call; the body may be text."""
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    head = {"client-id": "CARDS", "content-type": "application/json", **headers}
    sent = {name.replace("_", "-"): value.encode().decode("latin-1") for name, value in head.items()}
    return gateway.request("POST", target, raw.encode(), sent)


def with_note(note: Any) -> dict[str, Any]:
    """A body with an unknown field."""
    return sample("a", note=note)


def raw_note(note: str) -> str:
    """The same, with a value written as given."""
    return json.dumps(with_note(0)).replace('"note": 0', f'"note": {note}')


def pay(gateway: Live, payment_request_id: str, *, client_id: str = "CARDS", **changes: Any) -> None:
    """A payment that is paid, and its notification."""
    call(gateway, sample(payment_request_id, **changes), client_id=client_id)
    gateway.admin("POST", f"/payments/{payment_request_id}/act", {"action": "pay"})


def load_scenario(gateway: Live, card: str) -> None:
    """A scenario with the number in all its texts, and a call that uses it."""
    name = f"x{card}".replace(".", "-")  # a dot would make it a path
    step = {"message": card, "set": {name: card}}
    match = {"body": {f"x{card}": card}, "headers": {f"x{card}": card}, "clientId": card}
    steps = {"createPaymentSession": step, "notifyPayment": step}
    gateway.admin("POST", "/scenarios", {"name": "cards", "description": card, "match": match, **steps})
    pay(gateway, "cards--1")


def notify(gateway: Live, card: str) -> None:
    """A notification that is sent by hand."""
    body = {"clientId": card, "url": f"http://127.0.0.1:9/?n={card}", "body": {card: card}}
    gateway.admin("POST", "/notifications", {"notification": "notifyPayment", **body})


PLACES: dict[str, Callable[[Live, str], Any]] = {
    "unknown field": lambda g, card: call(g, with_note(f"my card is {card}, thanks")),
    "documented field": lambda g, card: call(g, sample("a", productCode=card)),
    "array": lambda g, card: call(g, with_note([[card]])),
    "key": lambda g, card: call(g, {**sample("a"), card: {f"k {card}": 1}}),
    "JSON in text": lambda g, card: call(g, sample("a", metadata=json.dumps({"n": card}))),
    "escapes": lambda g, card: call(g, json.dumps(with_note(card))),
    "no JSON": lambda g, card: call(g, f"card={card}&x=1"),
    "broken JSON": lambda g, card: call(g, json.dumps(with_note(card))[:-1]),
    "target": lambda g, card: call(g, sample("a"), f"{PATH}?card={card.encode().hex(' ').replace(' ', '%')}"),
    "scenario header": lambda g, card: call(g, sample("a"), mock_scenario=card),
    "order": lambda g, card: pay(g, "a", order={"referenceOrderId": card}),
    "method": lambda g, card: call(g, sample("a", paymentMethod={"paymentMethodType": card})),
    "notification": notify,
    "header": lambda g, card: call(g, sample("a"), x_note=card),
    "client id header": lambda g, card: call(g, sample("a"), client_id=card),
    "scenario": load_scenario,
    "choice": lambda g, card: g.admin("PUT", "/scenario", {"scenario": card, "clientId": card}),
    "merchant": lambda g, card: g.admin("POST", "/merchants", {"clientId": card, "publicKey": card}),
    "clock": lambda g, card: g.admin("PATCH", "/clock", {"clientId": card, "advance": card}),
}
"""Places in which a number can have separators."""

BARE: dict[str, Callable[[Live, str], Any]] = {
    "number": lambda g, card: call(g, with_note(int(card))),
    "float": lambda g, card: call(g, raw_note(f"{card}.0")),
    "exponent": lambda g, card: call(g, raw_note(f"{card}e0")),
    "paymentRequestId": lambda g, card: pay(g, card, paymentNotifyUrl=f"http://127.0.0.1:9/{card}"),
    "client id": lambda g, card: pay(g, "a", client_id=card),
    "amount": lambda g, card: pay(g, "a", paymentAmount={"currency": "USD", "value": card}),
    "path": lambda g, card: g.admin("GET", f"/payments/{card}"),
    "wait": lambda g, card: g.admin("GET", f"/calls/wait?timeout=0&clientId={card}&paymentRequestId={card}"),
    "admin path": lambda g, card: g.admin("GET", f"/{card}"),
}
"""Places in which a number has only digits."""


class Gateway:
    """A running gateway without signatures, and its log lines since the last look."""

    def __init__(self, gateway: Live) -> None:
        self.live = gateway
        self.lines: list[str] = []

    def log(self, event: Event) -> None:
        """Add the lines of an event, as text and as JSON."""
        if event.kind == "call":
            self.lines += text_line(event.subject), json_line(event.subject)
        elif event.kind == "notification":
            self.lines += notification_text(event.subject), notification_json(event.subject)

    def shown(self) -> Iterator[str]:
        """Everything that the admin API and the log show."""
        for path in ("calls", "payments", "notifications", "scenarios?clientId=CARDS", "scenarios", "metrics", "clock"):
            answer = self.live.admin("GET", f"/{path}")
            yield answer.raw.decode()
            if path in ("calls", "notifications"):
                yield from (self.live.admin("GET", f"/{path}/{row['id']}").raw.decode() for row in answer.body[path])
        yield from self.lines


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    """One for all tests."""
    with live(Config(seed=1, signatures="off")) as running:
        made = Gateway(running)
        with running.components.events.subscribed(made.log):
            yield made


def digits_of(text: str) -> str:
    """The digits of a text, without those of escapes."""
    return re.sub(r"\D", "", re.sub(r"\\u[0-9a-f]{4}|%[0-9A-F]{2}", "", text))


def check(gateway: Gateway, put: Callable[[Live, str], Any], written: str) -> None:
    """Put the number in a place, and look for it everywhere."""
    gateway.lines.clear()
    answer = put(gateway.live, written)
    texts = list(gateway.shown())
    if isinstance(answer, Answer) and "problem" in answer.headers["content-type"]:
        texts.append(answer.raw.decode())
    gateway.live.admin("POST", "/reset")
    assert [] == [text for text in texts if digits_of(written) in digits_of(text)]


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=3, deadline=None)
@given(CARDS, st.sampled_from(SEPARATORS))
def test_a_card_number_with_separators_is_masked(gateway: Gateway, place: str, card: str, separator: str) -> None:
    """In groups of four digits."""
    check(gateway, PLACES[place], separator.join(re.findall(".{1,4}", card)))


@pytest.mark.parametrize("place", BARE)
@settings(max_examples=3, deadline=None)
@given(CARDS)
def test_a_card_number_without_separators_is_masked(gateway: Gateway, place: str, card: str) -> None:
    """As numbers, ids and parts of paths."""
    check(gateway, BARE[place], card)
