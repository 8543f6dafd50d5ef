"""Card numbers are put wherever a merchant or a tester can write text, and shown nowhere."""

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
    """The digits and their check digit."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits))]
    return digits + str(-sum(map(sum, (divmod(digit, 10) for digit in doubled))) % 10)


CARDS = st.from_regex(r"(?:[3-9][0-9]{3}|2221|2720|2204)[0-9]{8,14}", fullmatch=True).map(luhn)


def call(gateway: Live, body: Any, target: str = PATH, **headers: str) -> Answer:
    """An unsigned call; a body may be text."""
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    head = {"client-id": "CARDS", "content-type": "application/json", **headers}
    sent = {name.replace("_", "-"): value.encode().decode("latin-1") for name, value in head.items()}
    return gateway.request("POST", target, raw.encode(), sent)


def of_payment(gateway: Live, payment_request_id: str, **changes: Any) -> None:
    """A payment that its buyer pays, and what the merchant is told of it."""
    client_id = changes.pop("client_id", "CARDS")
    call(gateway, sample(payment_request_id, **changes), client_id=client_id)
    gateway.admin("POST", f"/payments/{payment_request_id}/act", {"action": "pay"})


def scenario_of(gateway: Live, card: str) -> None:
    """A loaded scenario, with the number wherever a scenario has text, and a call in which it plays."""
    name = f"x{card}".replace(".", "-")  # A dot would make it a path.
    step = {"message": card, "set": {name: card}}
    match = {"body": {f"x{card}": card}, "headers": {f"x{card}": card}, "clientId": card}
    content = {
        "name": "cards",
        "description": card,
        "match": match,
        "createPaymentSession": step,
        "notifyPayment": step,
    }
    gateway.admin("POST", "/scenarios", content)
    of_payment(gateway, "cards--1")


PLACES: dict[str, Callable[[Live, str], Any]] = {
    "text field": lambda g, card: call(g, sample("a", note=card)),
    "documented field": lambda g, card: call(g, sample("a", productCode=card)),
    "longer text": lambda g, card: call(g, sample("a", note=f"my card is {card}, thanks")),
    "array": lambda g, card: call(g, sample("a", notes=[[card]])),
    "key": lambda g, card: call(g, {**sample("a"), card: {f"k {card}": 1}}),
    "JSON in text": lambda g, card: call(g, sample("a", metadata=json.dumps({"n": card}))),
    "escapes": lambda g, card: call(g, json.dumps(sample("a", note=card))),
    "no JSON": lambda g, card: call(g, f"card={card}&x=1"),
    "broken JSON": lambda g, card: call(g, json.dumps(sample("a", note=card))[:-1]),
    "target": lambda g, card: call(g, sample("a"), f"{PATH}?card={card.encode().hex(' ').replace(' ', '%')}"),
    "scenario asked for": lambda g, card: call(g, sample("a"), mock_scenario=card),
    "paymentRequestId": lambda g, card: of_payment(g, "a", order={"referenceOrderId": card}),
    "method": lambda g, card: call(g, sample("a", paymentMethod={"paymentMethodType": card})),
    "notification to send": lambda g, card: g.admin(
        "POST",
        "/notifications",
        {
            "notification": "notifyPayment",
            "clientId": card,
            "url": f"http://127.0.0.1:9/?n={card}",
            "body": {card: card},
        },
    ),
    "header": lambda g, card: call(g, sample("a"), x_note=card),
    "client id": lambda g, card: call(g, sample("a"), client_id=card),
    "scenario": scenario_of,
    "choice": lambda g, card: g.admin("PUT", "/scenario", {"scenario": card, "clientId": card}),
    "merchant": lambda g, card: g.admin("POST", "/merchants", {"clientId": card, "publicKey": card}),
    "clock": lambda g, card: g.admin("PATCH", "/clock", {"clientId": card, "advance": card}),
    "wait": lambda g, card: g.request("GET", f"/__admin/calls/wait?timeout=0&clientId={card.encode().hex()}"),
}
BARE: dict[str, Callable[[Live, str], Any]] = {
    "number": lambda g, card: call(g, sample("a", note=int(card))),
    "float": lambda g, card: call(g, json.dumps(sample("a", note=0)).replace('"note": 0', f'"note": {card}.0')),
    "exponent": lambda g, card: call(g, json.dumps(sample("a", note=0)).replace('"note": 0', f'"note": {card}e0')),
    "paymentRequestId": lambda g, card: of_payment(g, card, paymentNotifyUrl=f"http://127.0.0.1:9/{card}"),
    "client id": lambda g, card: of_payment(g, "a", client_id=card),
    "amount": lambda g, card: of_payment(g, "a", paymentAmount={"currency": "USD", "value": card}),
    "path": lambda g, card: g.admin("GET", f"/payments/{card}"),
    "waited for": lambda g, card: g.admin("GET", f"/calls/wait?timeout=0&clientId={card}&paymentRequestId={card}"),
    "admin path": lambda g, card: g.admin("GET", f"/{card}"),
}


class Shop:
    """A gateway that checks no signatures, and the lines of its log, which can be taken once."""

    def __init__(self, gateway: Live) -> None:
        self.gateway = gateway
        self._lines: list[str] = []

    def hear(self, event: Event) -> None:
        """Write lines as the log does, in words and in JSON."""
        if event.kind == "call":
            self._lines += text_line(event.subject), json_line(event.subject)
        elif event.kind == "notification":
            self._lines += notification_text(event.subject), notification_json(event.subject)

    def logged(self) -> list[str]:
        """What has been written since it was asked last."""
        lines, self._lines = self._lines, []
        return lines


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """One for all tests here."""
    with live(Config(seed=1, signatures="off")) as gateway:
        made = Shop(gateway)
        with gateway.components.events.subscribed(made.hear):
            yield made


def shown(gateway: Live) -> Iterator[str]:
    """All that the admin API shows."""
    for path in (
        "/calls",
        "/payments",
        "/notifications",
        "/scenarios?clientId=CARDS",
        "/scenarios",
        "/metrics",
        "/clock",
    ):
        answer = gateway.admin("GET", path)
        yield answer.raw.decode()
        for kind in ("calls", "notifications"):
            if path == f"/{kind}":
                yield from (gateway.admin("GET", f"{path}/{one['id']}").raw.decode() for one in answer.body[kind])


def digits_of(text: str) -> str:
    """The digits of a text alone, those of escapes not."""
    return re.sub(r"\D", "", re.sub(r"\\u[0-9a-f]{4}|%[0-9A-F]{2}", "", text))


def check(shop: Shop, put: Callable[[Live, str], Any], written: str) -> None:
    """Put it, and look everywhere."""
    answer = put(shop.gateway, written)
    found = [*shown(shop.gateway), *shop.logged()]
    if isinstance(answer, Answer) and "problem" in answer.headers["content-type"]:
        found.append(answer.raw.decode())
    shop.gateway.admin("POST", "/reset")
    card = digits_of(written)
    assert [] == [text for text in found if card in digits_of(text)]


@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=5, deadline=None)
@given(CARDS, st.sampled_from(SEPARATORS))
def test_no_card_number_is_shown(shop: Shop, place: str, card: str, separator: str) -> None:
    """With any separators between its groups, or none."""
    check(shop, PLACES[place], separator.join(re.findall(".{1,4}", card)))


@pytest.mark.parametrize("place", BARE)
@settings(max_examples=5, deadline=None)
@given(CARDS)
def test_no_card_number_without_separators_is_shown(shop: Shop, place: str, card: str) -> None:
    """As numbers, ids and parts of paths."""
    check(shop, BARE[place], card)
