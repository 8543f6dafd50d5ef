"""Invention: the same seed and purpose give the same, everything else gives something else."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.apis.ids import IdGenerator, IdKind
from tests.calls import NOW

WORDS = st.text(max_size=6)


def test_a_session_has_the_shape_of_the_documented_sample() -> None:
    """An id of 64 base64 characters and data of 88, which share their first 32 bytes."""
    secrets = IdGenerator(1).session("A", "1", 1)
    shared, data = base64.b64decode(secrets.id, validate=True), base64.b64decode(secrets.data, validate=True)
    assert (64, 88, 48, 64) == (len(secrets.id), len(secrets.data), len(shared), len(data))
    assert shared[:32] == data[:32]
    assert shared[32:] != data[32:48]


def test_the_same_seed_gives_the_same_whatever_was_asked_before() -> None:
    """Parallel calls arrive in any order."""
    one, other = IdGenerator(7), IdGenerator(7)
    other.session("B", "2", 1)
    other.between(0, 1, "x")
    assert one.session("A", "1", 1) == other.session("A", "1", 1)
    assert one.between(0, 1, "x") == other.between(0, 1, "x")
    assert one.transaction_id("payment", NOW, "A") == other.transaction_id("payment", NOW, "A")


def test_a_seed_means_the_same_in_every_version() -> None:
    """People write ids that a seed gave into their own tests."""
    assert IdGenerator(1).session("SANDBOX_MOCK_MERCHANT", "order-1", 1).id[:16] == "mSPzS1l41ygrFQX3"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), WORDS, WORDS, st.integers(1, 3))
def test_everything_that_differs_makes_a_difference(seed: int, client_id: str, payment_id: str, nth: int) -> None:
    """Seed, client id, paymentRequestId, how many came before; and no two run into each other."""
    sessions = [
        IdGenerator(seed).session(client_id, payment_id, nth),
        IdGenerator(seed + 1).session(client_id, payment_id, nth),
        IdGenerator(seed).session(client_id + "x", payment_id, nth),
        IdGenerator(seed).session(client_id, "x" + payment_id, nth),
        IdGenerator(seed).session(client_id, payment_id, nth + 1),
    ]
    assert len({session.id for session in sessions}) == 5
    assert len({session.data for session in sessions}) == 5


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 100), st.floats(0, 100), WORDS)
def test_a_number_lies_between_its_bounds(low: float, more: float, purpose: str) -> None:
    """Also when both are the same."""
    high = low + more
    assert low <= IdGenerator(1).between(low, high, purpose) <= high
    assert low == IdGenerator(1).between(low, low, purpose)


def test_numbers_are_spread_over_their_range() -> None:
    """A thousand drawn for different purposes fill every tenth of it."""
    drawn = [IdGenerator(1).between(10, 20, "delay", n) for n in range(1000)]
    assert {int(number) for number in drawn} == set(range(10, 20))
    assert 14.5 < sum(drawn) / len(drawn) < 15.5


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("payment", r"202611221940108001001\d{14}"),
        ("capture", r"202611221940108070001\d{14}"),
        ("refund", r"202611221940108013001\d{14}"),
    ],
)
def test_an_id_has_the_shape_of_the_documented_samples(kind: IdKind, expected: str) -> None:
    """35 characters that begin with the day and tell what they are an id of."""
    made = IdGenerator(1).transaction_id(kind, NOW, "A", "order-1")
    assert 35 == len(made)
    assert re.fullmatch(expected, made)


def test_ids_are_drawn_from_all_of_their_digits() -> None:
    """Each of the 14 is each digit sometimes, so that many thousands on one day do not meet."""
    drawn = [IdGenerator(1).transaction_id("payment", NOW, "A", n)[-14:] for n in range(500)]
    assert [set("0123456789")] * 14 == [set(column) for column in zip(*drawn, strict=True)]


def test_an_id_begins_with_the_day_in_the_gateways_zone() -> None:
    """At 16:00 UTC the next one has begun."""
    moments = [datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)]
    assert ["20261231", "20270101"] == [IdGenerator(1).transaction_id("refund", moment, "A")[:8] for moment in moments]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), WORDS, st.integers(0, 3))
def test_ids_differ_by_what_they_are_for(seed: int, request_id: str, version: int) -> None:
    """And by seed and kind; the moment changes no more than the day."""
    made = [
        IdGenerator(seed).transaction_id("payment", NOW, request_id, version),
        IdGenerator(seed + 1).transaction_id("payment", NOW, request_id, version),
        IdGenerator(seed).transaction_id("refund", NOW, request_id, version),
        IdGenerator(seed).transaction_id("payment", NOW, request_id + "x", version),
        IdGenerator(seed).transaction_id("payment", NOW, request_id, version + 1),
    ]
    assert 5 == len({name[-14:] for name in made})
    later = IdGenerator(seed).transaction_id("payment", NOW + timedelta(days=40), request_id, version)
    assert ("20270101", made[0][8:]) == (later[:8], later[8:])
