"""Schema errors as faults in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts.fault_messages import dotted, faults, validator_class

WORD = {"type": "string", "enum": ["x"]}


def texts(schema: dict[str, Any], value: Any) -> list[str]:
    """The faults that a schema finds in a value."""
    return [fault.text for fault in faults(validator_class()(schema).iter_errors(value))]


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 100, "expected a JSON string, got the number 100"),
        ({"type": "number"}, {}, "expected a JSON number, got an object"),
        ({"type": "boolean"}, None, "expected true or false, got null"),
        ({"type": ["array", "null"]}, 1, "expected a JSON array or null, got the number 1"),
        ({"minLength": 1}, "", "expected at least 1 character, got 0"),
        ({"maxLength": 2}, "😀éx", "expected at most 2 characters, got 3"),
        ({"minItems": 1}, [], "expected at least 1 element, got 0"),
        ({"maxItems": 1}, [1, 2, 3], "expected at most 1 element, got 3"),
        ({"minProperties": 1}, {}, "expected at least 1 field, got an object"),
        ({"minimum": 2}, 1, "expected 2 or more, got the number 1"),
        ({"maximum": 2}, 3, "expected 2 or less, got the number 3"),
        ({"maximum": 2, "title": "a small number"}, 3, "expected a small number, got the number 3"),
        ({"pattern": "^[0-9]+$", "title": "digits only"}, "1\n", 'expected digits only, got the string "1\n"'),
        ({"const": True, "title": "true"}, False, "expected true, got false"),
        ({"enum": ["", "A"]}, "x", "expected one of an empty string, A, got"),
        ({"enum": ["MONTH", "YEAR"]}, "month", "(did you mean MONTH?), got"),
        ({"multipleOf": 5}, 7, "expected multipleOf 5, got the number 7"),
    ],
)
def test_a_fault_says_what_was_expected_and_found(schema: dict[str, Any], value: Any, expected: str) -> None:
    """One phrase per keyword, or the schema's title."""
    [text] = texts({"properties": {"a": schema}}, {"a": value})
    assert text.startswith("a: expected ")
    assert expected in text


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        pytest.param({"type": "object"}, [], ["body: expected a JSON object, got an array"], id="whole-body"),
        pytest.param(
            {"properties": {"a": {"items": {"required": ["b", "c"]}}}},
            {"a": [{}, {"b": 1}]},
            [f"{path}: missing, it is required" for path in ("a[0].b", "a[0].c", "a[1].c")],
            id="each-missing-field",
        ),
        pytest.param(
            {"else": {"required": ["a"], "title": "when there is no b"}, "if": {"required": ["b"]}},
            {},
            ["a: missing, it is required when there is no b"],
            id="condition-of-a-rule",
        ),
        pytest.param(
            {"additionalProperties": False, "properties": {"delay": {}, "fault": {}}},
            {"dealy": 1, "fault": 1, "zzz": 2},
            [
                "dealy: expected one of delay, fault (did you mean delay?), got an unknown name",
                "zzz: expected one of delay, fault, got an unknown name",
            ],
            id="unknown-names",
        ),
        pytest.param(
            {"title": "a thing", "required": ["a"], "allOf": [{"required": ["a"]}]},
            {},
            ["a: missing, it is required"],
            id="no-duplicates-and-no-title-of-an-object",
        ),
        pytest.param(
            {"properties": {"a": WORD, "b": WORD}},
            {"b": "y", "a": 1},
            ["a: expected a JSON string, got the number 1", 'b: expected one of x, got the string "y"'],
            id="type-only-and-schema-order",
        ),
    ],
)
def test_faults_are_complete_and_in_order(schema: dict[str, Any], value: Any, expected: list[str]) -> None:
    """Each fault has the whole path, and appears once."""
    assert expected == texts(schema, value)


def test_at_most_a_hundred_faults_are_described() -> None:
    """A long array of invalid elements costs no more."""
    assert [99, 100, 100] == [len(texts({"items": {"type": "string"}}, [1] * count)) for count in (99, 100, 5_000)]


def test_the_value_of_a_secret_field_is_not_shown() -> None:
    """Only its type and length."""
    [text] = texts({"properties": {"cardNo": {"enum": ["x"]}}}, {"cardNo": "405469276017482"})
    assert text.endswith("got a string of 15 characters")


def test_a_path_has_dots_and_indices() -> None:
    """As users write it."""
    paths: list[tuple[str | int, ...]] = [(), ("order", "goods", 0, "goodsName"), ("a", 1, 2), (0, "a")]
    assert ["", "order.goods[0].goodsName", "a[1][2]", "[0].a"] == [dotted(path) for path in paths]
