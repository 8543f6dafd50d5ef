"""What a schema says no to, in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts.fault_messages import dotted, faults, validator_class


def told(schema: dict[str, Any], value: Any) -> list[str]:
    """The faults that a schema finds in a value, as sentences."""
    return [fault.text for fault in faults(validator_class()(schema).iter_errors(value))]


class TestFaults:
    @pytest.mark.parametrize(
        ("schema", "value", "expected"),
        [
            ({"type": "string"}, 100, "expected a JSON string, got the number 100"),
            ({"type": "string"}, True, "expected a JSON string, got true"),
            ({"type": "string"}, {}, "expected a JSON string, got an object"),
            ({"type": "object"}, [], "expected a JSON object, got an array"),
            ({"type": "array"}, "x", 'expected a JSON array, got the string "x"'),
            ({"type": "integer"}, 1.5, "expected a JSON integer, got the number 1.5"),
            ({"type": "boolean"}, None, "expected true or false, got null"),
            ({"type": ["array", "string"]}, 1, "expected a JSON array or a JSON string, got the number 1"),
            ({"type": ["array", "string"], "title": "a list"}, 1, "expected a list, got the number 1"),
            ({"minLength": 1}, "", "expected at least 1 character, got 0"),
            ({"minLength": 2}, "x", "expected at least 2 characters, got 1"),
            ({"maxLength": 2}, "😀éx", "expected at most 2 characters, got 3"),
            ({"minItems": 1}, [], "expected at least 1 element, got 0"),
            ({"maxItems": 1}, [1, 2, 3], "expected at most 1 element, got 3"),
            ({"minimum": 2}, 1, "expected 2 or more, got the number 1"),
            ({"maximum": 2, "title": "a small number"}, 3, "expected a small number, got the number 3"),
            ({"pattern": "^[0-9]+$", "title": "digits only"}, "x", 'expected digits only, got the string "x"'),
            ({"pattern": "^[0-9]+$", "title": "digits only"}, "1\n", 'expected digits only, got the string "1\n"'),
            ({"const": "A"}, "B", "expected A, got the string"),
            ({"const": True, "title": "true"}, False, "expected true, got false"),
            ({"enum": ["A", "B"]}, "x", "expected one of A, B, got"),
            ({"enum": ["", "A"]}, "x", "expected one of an empty string, A, got"),
            ({"enum": ["MONTH", "YEAR"]}, "month", "(did you mean MONTH?), got"),
            ({"enum": ["SG"], "title": "a region"}, "XX", "expected a region, got"),
            ({"anyOf": [{"const": 1}], "title": "a one"}, 2, "expected a one, got the number 2"),
            ({"multipleOf": 5}, 7, "expected multipleOf 5, got the number 7"),
        ],
    )
    def test_tell_what_was_expected_and_what_was_found(self, schema: dict[str, Any], value: Any, expected: str) -> None:
        """One phrase per keyword, the schema's title where the keyword says little."""
        [text] = told({"properties": {"a": schema}}, {"a": value})
        assert text.startswith("a: expected ")
        assert expected in text

    def test_name_each_missing_field(self) -> None:
        """With its whole path, and not the object that lacks it."""
        schema = {"properties": {"a": {"items": {"required": ["b", "c"]}}}}
        found = told(schema, {"a": [{}, {"b": 1}]})
        assert ["a[0].b", "a[0].c", "a[1].c"] == [text.partition(":")[0] for text in found]
        assert all("missing" in text for text in found)

    def test_say_when_a_field_is_required_that_is_not_always(self) -> None:
        """By the title of the rule that binds then, not by that of an object, which only names it."""
        rule = {"if": {"required": ["b"]}, "else": {"required": ["a"], "title": "when there is no b"}}
        assert ["x.a: missing, it is required when there is no b"] == told({"properties": {"x": rule}}, {"x": {}})
        assert ["a: missing, it is required"] == told({"title": "a thing", "required": ["a"]}, {})
        assert [] == told(rule, {"b": 1})

    def test_name_each_field_that_may_not_be_there(self) -> None:
        """With those that may, and the one that was perhaps meant."""
        schema = {"properties": {"delay": {}, "fault": {}}, "additionalProperties": False}
        found = told({"properties": {"a": schema}}, {"a": {"dealy": 1, "fault": 1, "zzz": 2}})
        assert ["a.dealy", "a.zzz"] == [text.partition(":")[0] for text in found]
        assert ["did you mean delay?" in text for text in found] == [True, False]
        assert all("delay, fault" in text for text in found)

    def test_stand_at_the_body_when_it_is_wrong_as_a_whole(self) -> None:
        """An empty path would say nothing."""
        assert ["body: expected a JSON object, got an array"] == told({"type": "object"}, [])

    def test_are_not_repeated(self) -> None:
        """Two rules that say the same are one fault."""
        schema = {"required": ["a"], "allOf": [{"required": ["a"]}, {"required": ["a"]}]}
        assert 1 == len(told(schema, {}))

    def test_of_type_stand_alone(self) -> None:
        """A number where a word is due is not also an unknown word; neighbours keep their faults."""
        schema = {"properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "string", "enum": ["x"]}}}
        assert ["a: expected a JSON string, got the number 1", 'b: expected one of x, got the string "y"'] == told(
            schema, {"a": 1, "b": "y"}
        )

    def test_come_in_the_order_of_the_schema(self) -> None:
        """Not in that of the body."""
        schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
        assert ["a", "b"] == [text.partition(":")[0] for text in told(schema, {"b": 1, "a": 1})]

    def test_are_not_told_by_the_thousand(self) -> None:
        """A long list of nonsense costs no more than a hundred of them."""
        assert [99, 100, 100] == [len(told({"items": {"type": "string"}}, [1] * count)) for count in (99, 100, 5_000)]

    @pytest.mark.parametrize("name", ["cardNo", "CVV", "cvc", "cardNumber", "pan", "securityCode"])
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("405469276017482", "a string of 15 characters"),
            (4054692760174, "a number"),
            (1.5, "a number"),
            (True, "true"),
            (["4054"], "an array"),
        ],
    )
    def test_of_secret_fields_do_not_show_the_value(self, name: str, value: Any, expected: str) -> None:
        """Whatever case the name is written in."""
        [text] = told({"properties": {name: {"enum": ["x"]}}}, {name: value})
        assert text.endswith(f"got {expected}")


class TestDotted:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ((), ""),
            (("a",), "a"),
            (("a", "b"), "a.b"),
            (("order", "goods", 0, "goodsName"), "order.goods[0].goodsName"),
            (("a", 1, 2), "a[1][2]"),
            ((0, "a"), "[0].a"),
        ],
    )
    def test_writes_a_path_as_users_do(self, path: tuple[str | int, ...], expected: str) -> None:
        """Names joined by dots, indices in brackets."""
        assert expected == dotted(path)
