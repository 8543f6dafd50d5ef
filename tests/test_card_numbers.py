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
from tests.shop import Answer as Replied
from tests.shop import open_shop

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


def refused_notification(gateway: Live, answer: bytes) -> Answer:
    """A notification whose response is no acknowledgement."""
    with open_shop() as shop:
        shop.says("/notify", Replied(200, answer))
        note = {"notification": "notifyPayment", "clientId": "CARDS", "url": shop.url(), "body": {}}
        [sent] = gateway.admin("POST", "/notifications", note).body["notifications"]
        return gateway.admin("POST", f"/notifications/{sent['id']}/resend")


def nearest_miss(gateway: Live, text: str) -> Answer:
    """A wait for another client id; its reply says twice how the nearest call differs."""
    call(gateway, sample("a"), client_id=text)
    return gateway.admin("GET", "/calls/wait?timeout=0&clientId=other")


def message(gateway: Live, text: str) -> Answer:
    """A scenario's message with a field of the call."""
    step = {"result": "PARAM_ILLEGAL", "message": "${header.x-note}"}
    gateway.admin("POST", "/scenarios", {"name": "message", "description": "long", "createPaymentSession": step})
    return call(gateway, sample("message--1"), x_note=text)


CUT: dict[str, tuple[int, Callable[[Live, str], Answer]]] = {
    "header": (40, lambda g, text: call(g, sample("a"), client_id=f"{text} y")),
    "wait": (80, nearest_miss),
    "acknowledgement": (
        80,
        lambda g, text: refused_notification(g, json.dumps({"result": {"resultCode": text}}).encode()),
    ),
    "answer": (4096, lambda g, text: refused_notification(g, text.encode())),
    "message": (256, message),
    "scenario name": (60, lambda g, text: g.admin("PUT", "/scenario", {"scenario": text})),
    "duration": (39, lambda g, text: g.admin("PUT", "/clock", {"advance": f"-{text}"})),
    "moment": (40, lambda g, text: g.admin("PUT", "/clock", {"freeze": text})),
    "payment": (64, lambda g, text: g.admin("GET", f"/payments/{text}")),
    "call": (40, lambda g, text: g.admin("GET", f"/calls/{text}")),
    "notification": (40, lambda g, text: g.admin("GET", f"/notifications/{text}")),
    "endpoint": (80, lambda g, text: g.admin("GET", f"/calls?endpoint={text}")),
    "admin path": (72, lambda g, text: g.admin("GET", f"/{text}")),
    "path": (118, lambda g, text: g.request("POST", f"/{text}")),
    "dashboard file": (68, lambda g, text: g.request("GET", f"/__admin/ui/{text}")),
    "host": (80, lambda g, text: g.request("GET", "/__admin/calls", headers={"host": text})),
}
"""Places that show the beginning of a long text: how many of its characters, and what sends it."""


@pytest.mark.parametrize("place", CUT)
def test_a_cut_card_number_is_masked(gateway: tuple[Live, list[str]], place: str) -> None:
    """Also when too few of its digits remain to recognize it."""
    running, lines = gateway
    lines.clear()
    size, send = CUT[place]
    answer = send(running, f"{'x' * (size - 15)}{CARD}{'y' * 40}")
    texts = [answer.raw.decode(), *shown(running), *lines]
    running.admin("POST", "/reset")
    assert any(f"{'x' * 20}{CARD[:6]}****" in text for text in texts)
    assert [] == [text for text in texts if CARD[:10] in text]
