"""Records as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.state.records import from_json, to_json


class Inner(NamedTuple):
    """A record in a record."""

    word: Literal["one", "two"]
    flag: bool = False


class Record(NamedTuple):
    """A record with a field of every type."""

    client_id: str
    number: int
    body: bytes
    at: datetime
    inner: Inner
    inners: tuple[Inner, ...] = ()
    other: str | None = None
    lasts: timedelta = timedelta()
    details: Mapping[str, Any] = {}


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHOLE = Record(
    "A", 7, b'{"a":[1]}', NOW, Inner("one"), (Inner("two", flag=True),), "x", timedelta(seconds=1.5), {"b": None}
)
LEAST = Record("A", 0, b"{}", NOW, Inner("one"))
JSON = to_json(LEAST)
WRONG = [
    # field, value, what the error says
    ("clientId", 5, "record.clientId: expected a string, got the number 5"),
    ("clientId", "", "record.clientId: expected at least one character"),
    ("number", True, "record.number: expected a whole number from 0, got true"),
    ("number", -1, "record.number: expected a whole number from 0"),
    ("number", 2**63, "record.number: expected a whole number from 0"),
    ("body", "{}", "record.body: expected an object"),
    ("at", "2026-11-22T12:00:00", "record.at: expected a time such as"),
    ("at", 5, "record.at: expected a time such as"),
    ("at", "9999-11-22T12:00:00Z", "record.at: expected a time such as"),
    ("inner", [], "record.inner: expected an object, got an array"),
    ("inner", {"word": "three"}, "record.inner.word: expected one, two, got"),
    ("inner", {"word": []}, "record.inner.word: expected one, two, got an array"),
    ("inner", {}, "record.inner.word: missing"),
    ("inner", {"word": "one", "flagg": True}, "record.inner: there is no field 'flagg'; did you mean flag?"),
    ("inners", {}, "record.inners: expected an array"),
    ("inners", [{"word": "one"}, 5], "record.inners[1]: expected an object, got the number 5"),
    ("inners", [{"word": "one", "flag": 1}], "record.inners[0].flag: expected true or false"),
    ("other", False, "record.other: expected a string, got false"),
    ("lasts", "1s", "record.lasts: expected a number of seconds"),
    ("lasts", 1e300, "record.lasts: expected a number of seconds"),
    ("details", 5, "record.details: expected an object"),
]


@pytest.mark.parametrize("record", [WHOLE, LEAST])
def test_a_record_survives_the_way_through_json(record: Record) -> None:
    """Every field, with its type."""
    assert record == from_json(Record, to_json(record), "record")


def test_default_values_are_left_out() -> None:
    """And names are those of JSON."""
    expected = {"clientId": "A", "number": 0, "body": {}, "at": "2026-11-22T12:00:00+00:00", "inner": {"word": "one"}}
    assert expected == JSON


@pytest.mark.parametrize(("field", "value", "says"), WRONG)
def test_a_wrong_value_is_refused(field: str, value: Any, says: str) -> None:
    """With the path of the field, what was expected and what was found."""
    with pytest.raises(SetupError) as error:
        from_json(Record, {**JSON, field: value}, "record")
    assert says in error.value.problems[0]


def test_card_numbers_in_errors_are_masked() -> None:
    """They may stand in any field."""
    with pytest.raises(SetupError) as error:
        from_json(Record, {**JSON, "at": "4111111111111111"}, "record")
    assert "4111111111111111" not in str(error.value)
