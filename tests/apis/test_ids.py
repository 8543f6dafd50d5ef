"""Ids, session data and random numbers are functions of the seed and their purpose."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest

from mock_alipay.apis.ids import IdGenerator, IdKind
from tests.calls import NOW


def test_a_session_has_the_shape_of_the_documented_sample() -> None:
    """An id of 64 base64 characters and data of 88, with the same first 32 bytes."""
    secrets = IdGenerator(1).session("A", "1", 1)
    id_, data = base64.b64decode(secrets.id, validate=True), base64.b64decode(secrets.data, validate=True)
    assert (64, 88, 48, 64) == (len(secrets.id), len(secrets.data), len(id_), len(data))
    assert (True, False) == (id_[:32] == data[:32], id_[32:] == data[32:48])


def test_a_seed_gives_the_same_values_in_any_order_and_version() -> None:
    """Users write such ids into their tests."""
    one, other = IdGenerator(7), IdGenerator(7)
    other.session("B", "2", 1)
    other.share("x")
    assert one.session("A", "1", 1) == other.session("A", "1", 1)
    assert one.share("x") == other.share("x")
    assert "jq2hDbqKWFrDwSmA" == IdGenerator(1).session("SANDBOX_MOCK_MERCHANT", "order-1", 1).id[:16]


def test_every_part_of_the_purpose_makes_a_difference() -> None:
    """Seed, client id, paymentRequestId and number; two parts are never read as one."""
    purposes = [("A", "1", 1), ("Ax", "1", 1), ("A", "x1", 1), ("A", "1", 2), ("A1", "", 1), ("", "A1", 1)]
    sessions = [*(IdGenerator(1).session(*purpose) for purpose in purposes), IdGenerator(2).session("A", "1", 1)]
    assert (7, 7) == (len({s.id[:40] for s in sessions}), len({s.data[:40] for s in sessions}))
    assert 7 == len({s.id[-20:] for s in sessions})


def test_random_shares_fill_their_range() -> None:
    """From 0 to 1, evenly."""
    drawn = [IdGenerator(1).share("delay", n) for n in range(1000)]
    assert {int(share * 10) for share in drawn} == set(range(10))
    assert 0.45 < sum(drawn) / len(drawn) < 0.55


@pytest.mark.parametrize(("kind", "digits"), [("payment", "8001"), ("capture", "8070"), ("refund", "8013")])
def test_an_id_has_the_shape_of_the_documented_samples(kind: IdKind, digits: str) -> None:
    """The date, the digits of its kind, and 14 digits that all vary."""
    ids = [IdGenerator(1).transaction_id(kind, NOW, "A", n) for n in range(300)]
    assert all(re.fullmatch(rf"20261122194010{digits}001\d{{14}}", id_) for id_ in ids), ids[0]
    assert [set("0123456789")] * 14 == [set(column) for column in zip(*(id_[-14:] for id_ in ids), strict=True)]


def test_an_id_has_the_date_in_the_gateways_zone() -> None:
    """The day begins at 16:00 UTC; the time changes nothing else."""
    before, after = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)
    ids = [IdGenerator(1).transaction_id("refund", time, "A") for time in (before, after)]
    assert ["20261231", "20270101"] == [id_[:8] for id_ in ids]
    assert ids[0][8:] == ids[1][8:] == IdGenerator(1).transaction_id("refund", after + timedelta(days=40), "A")[8:]


def test_ids_differ_by_seed_kind_and_purpose() -> None:
    """In the last 14 digits."""
    purposes: list[tuple[int, IdKind, str, int]] = [(1, "payment", "A", 1), (2, "payment", "A", 1)]
    purposes += [(1, "refund", "A", 1), (1, "payment", "B", 1), (1, "payment", "A", 2)]
    ids = [IdGenerator(seed).transaction_id(kind, NOW, client, number) for seed, kind, client, number in purposes]
    assert 5 == len({id_[-14:] for id_ in ids})
