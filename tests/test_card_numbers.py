"""A card number in any place of a call, scenario or admin call is masked wherever the gateway shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from mock_alipay.config.config import Config
from mock_alipay.journal.events import Event
from mock_alipay.journal.log_lines import json_line, notification_json, notification_text, text_line
from tests.live import PATH, Answer, Live, live, sample

CARD = "4054692760174822"
SEPARATORS = ["_", " ", "-", ".", " - ", "\u00a0", "/", "\u202f", "\u200b", "\u2013"]


def call(gateway: Live, body: Any, target: str = PATH, **headers: str) -> Answer:
    """The reply to an unsigned call; the body may be text."""
    raw = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    head = {"client-id": "CARDS", "content-type": "application/json", **headers}
    sent = {name.replace("_", "-"): value.encode().decode("latin-1") for name, value in head.items()}
    return gateway.request("POST", target, raw.encode(), sent)


def raw_note(note: str) -> str:
    """A body with an unknown field, whose value is written as given."""
    return json.dumps(sample("a", note=0)).replace('"note": 0', f'"note": {note}')


def pay(gateway: Live, payment_request_id: str, *, client_id: str = "CARDS", **changes: Any) -> None:
    """A payment that is paid, and its notification."""
    call(gateway, sample(payment_request_id, **changes), client_id=client_id)
    gateway.admin("POST", f"/payments/{payment_request_id}/act", {"action": "pay"})


def refund(gateway: Live, card: str) -> None:
    """A refund of a payment."""
    pay(gateway, "a")
    ids = {"paymentId": gateway.admin("GET", "/payments/a").body["paymentId"], "refundRequestId": card}
    body = {**ids, "refundAmount": {"currency": "BRL", "value": "1"}}
    answer = call(gateway, body, PATH.replace("createPaymentSession", "refund"))
    assert "SUCCESS" == answer.body["result"]["resultCode"]


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
    "unknown field": lambda g, card: call(g, sample("a", note=f"my card is {card}, thanks")),
    "documented field": lambda g, card: call(g, sample("a", productCode=card)),
    "array": lambda g, card: call(g, sample("a", note=[[card]])),
    "key": lambda g, card: call(g, {**sample("a"), card: {f"k {card}": 1}}),
    "JSON in text": lambda g, card: call(g, sample("a", metadata=json.dumps({"n": card}))),
    "escapes": lambda g, card: call(g, json.dumps(sample("a", note=card))),
    "no JSON": lambda g, card: call(g, f"card={card}&x=1"),
    "broken JSON": lambda g, card: call(g, json.dumps(sample("a", note=card))[:-1]),
    "target": lambda g, card: call(g, sample("a"), f"{PATH}?card={quote(card)}"),
    "scenario header": lambda g, card: call(g, sample("a"), mock_scenario=card),
    "order": lambda g, card: pay(g, "a", order={"referenceOrderId": card}),
    "method": lambda g, card: call(g, sample("a", paymentMethod={"paymentMethodType": card})),
    "notification": notify,
    "header": lambda g, card: call(g, sample("a"), x_note=card),
    "client id header": lambda g, card: call(g, sample("a"), client_id=card),
    "scenario": load_scenario,
    "choice": lambda g, card: g.admin("PUT", "/scenario", {"scenario": card, "clientId": card}),
    "merchant": lambda g, card: g.admin("POST", "/merchants", {"clientId": card, "publicKey": card}),
    "clock": lambda g, card: g.admin("PUT", "/clock", {"clientId": card, "advance": card}),
}
"""Places in which a number can have separators."""

BARE: dict[str, Callable[[Live, str], Any]] = {
    "number": lambda g, card: call(g, sample("a", note=int(card))),
    "float": lambda g, card: call(g, raw_note(f"{card}.0")),
    "exponent": lambda g, card: call(g, raw_note(f"{card}e0")),
    "paymentRequestId": lambda g, card: pay(g, card, paymentNotifyUrl=f"http://127.0.0.1:9/{card}"),
    "refundRequestId": refund,
    "client id": lambda g, card: pay(g, "a", client_id=card),
    "amount": lambda g, card: pay(g, "a", paymentAmount={"currency": "USD", "value": card}),
    "clock of a client": lambda g, card: g.admin("PUT", "/clock", {"clientId": card, "advance": "1s"}),
    "path": lambda g, card: g.admin("GET", f"/payments/{card}"),
    "wait": lambda g, card: g.admin("GET", f"/calls/wait?timeout=0&clientId={card}&paymentRequestId={card}"),
    "admin path": lambda g, card: g.admin("GET", f"/{card}"),
}
"""Places in which a number has only digits."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[Live, list[str]]]:
    """A running gateway without signatures, and its log lines."""
    lines: list[str] = []

    def log(event: Event) -> None:
        if event.kind == "call":
            lines.extend((text_line(event.subject), json_line(event.subject)))
        elif event.kind == "notification":
            lines.extend((notification_text(event.subject), notification_json(event.subject)))

    with live(Config(seed=1, signatures="off")) as running, running.components.events.subscribed(log):
        yield running, lines


def shown(gateway: Live) -> Iterator[str]:
    """Everything that the admin API shows."""
    for path in ("calls", "payments", "notifications", "scenarios?clientId=CARDS", "scenarios", "metrics", "clock"):
        answer = gateway.admin("GET", f"/{path}")
        yield answer.raw.decode()
        if path in ("calls", "payments", "notifications"):
            ids = [row.get("id") or row["paymentRequestId"] for row in answer.body[path]]
            yield from (gateway.admin("GET", f"/{path}/{quote(id_)}").raw.decode() for id_ in ids)


@pytest.mark.parametrize("place", [*PLACES, *BARE])
def test_a_card_number_is_masked(gateway: tuple[Live, list[str]], place: str) -> None:
    """Nothing that the admin API or the log shows has its digits; each place has another separator."""
    running, lines = gateway
    lines.clear()
    separator = SEPARATORS[[*PLACES].index(place) % len(SEPARATORS)] if place in PLACES else ""
    answer = {**PLACES, **BARE}[place](running, separator.join(re.findall("....", CARD)))
    texts = [*shown(running), *lines]
    if isinstance(answer, Answer) and b"resultCode" not in answer.raw:  # of the admin API
        texts.append(answer.raw.decode())
    running.admin("POST", "/reset")
    without_escapes = (re.sub(r"\\u[0-9a-f]{4}|%[0-9A-F]{2}", "", text) for text in texts)
    assert [] == [text for text in without_escapes if CARD in re.sub(r"\D", "", text)]
