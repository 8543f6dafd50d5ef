"""The words of a filter find records."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.live import Live, sample

CARD = "4054695723100768"


@pytest.fixture(scope="module")
def filled(shared: Live) -> Live:
    """A gateway with a session, a refused call, a fault and a paid order with a refused notification."""
    live = shared
    live.create(sample("order-4711", paymentNotifyUrl=None))
    live.create(sample("order-4712", productCode=5))
    live.create(sample("slow-1"), extra={"mock-scenario": "bad-gateway"})
    live.create(sample(f"card {CARD}", paymentNotifyUrl=None), client_id="A")
    live.admin("POST", "/payments/order-4711/act", {"action": "pay"})
    return live


def counts(live: Live, words: str) -> list[int]:
    """How many calls, payments and notifications have the words."""
    return list(live.admin("GET", f"/counts?q={quote(words)}").body.values())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (" ", [4, 3, 2]),
        ("order-4711", [1, 1, 2]),
        ("ORDER-47", [2, 1, 2]),
        ("createpaymentsession illegal", [1, 0, 0]),
        ("productCode JSON", [1, 0, 0]),
        ("bad-gateway", [1, 1, 0]),
        ("status:F", [1, 0, 0]),
        ("status:f order", [1, 0, 0]),
        ("status:success", [0, 1, 0]),
        ("status:REFUSED", [0, 0, 2]),
        ("code:PARAM_ILLEGAL", [1, 0, 0]),
        ("code:PARAM", [0, 0, 0]),
        ("endpoint:createPaymentSession scenario:success", [2, 0, 0]),
        ("method:card", [0, 3, 0]),
        ("no:such", [0, 0, 0]),
        (f"{CARD}", [0, 0, 0]),
        ("405469572310", [0, 0, 0]),
        ("card 405469", [1, 1, 0]),
    ],
)
def test_words_are_searched_in_what_lists_show(filled: Live, words: str, expected: list[int]) -> None:
    """All must appear, in any case; those with a field's name compare it; card numbers are masked."""
    assert expected == counts(filled, words)


def test_lists_have_what_the_counts_say(filled: Live) -> None:
    """Calls, payments and notifications take the same words, and so does the count of calls."""
    for kind, words, count in (
        ("calls", "order-47", 2),
        ("payments", "card", 3),
        ("notifications", "notifyPayment", 1),
    ):
        listed: list[Any] = filled.admin("GET", f"/{kind}?q={quote(words)}").body[kind]
        assert count == len(listed)
    assert {"count": 2} == filled.admin("GET", "/calls/count?q=order-47").body
    assert [4, 3, 2] == list(filled.admin("GET", "/counts").body.values())
    assert [1, 1, 0] == list(filled.admin("GET", "/counts?clientId=A&q=card").body.values())
