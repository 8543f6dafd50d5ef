"""Paths into JSON values."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.json_path import MISSING, find, find_all, parse, put

BODY = {
    "order": {"goods": [{"name": "a", "tags": ["x", "y"]}, {"name": "b"}, "not an object"], "none": None, "empty": []},
    "matrix": [[1, 2], [3]],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a.b-c.d e.0", ("a", "b-c", "d e", "0")), ("a[10][].b", ("a", 10, None, "b")), ("a[007]", ("a", 7))],
)
def test_a_path_is_parsed_to_its_steps(text: str, expected: tuple[str | int | None, ...]) -> None:
    """Steps are keys, indices, and None for any element."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "[0]", "a[", "a]", "a[x]", "a[-1]", "a[0]b", "a.[0]", "a[1234567]", "a[ ]"]
)
def test_an_invalid_path_is_refused(text: str) -> None:
    """The message shows the text and an example."""
    with pytest.raises(ValueError, match="is not a path; write for example") as caught:
        parse(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected", "cost"),
    [
        ("order.goods[].name", ["a", "b"], 3),
        ("order.goods[].tags[1]", ["y"], 4),
        ("matrix[][]", [1, 2, 3], 5),
        ("order.none", [None], 0),
        ("order.goods[0].name[0]", [], 1),
        *((f"order{rest}", [], 0) for rest in (".goods[3].name", ".empty[]", ".missing", ".goods.name", "[0]")),
    ],
)
def test_all_values_at_a_path_are_found(text: str, expected: list[Any], cost: int) -> None:
    """The elements that are read are spent, with or without a result; ``find`` gives the first value."""
    assert expected == list(find_all(BODY, parse(text), Budget(cost)))
    assert [*expected, MISSING][0] == find(BODY, parse(text), Budget(cost))
    if cost:
        with pytest.raises(OverBudget):
            find_all(BODY, parse(text), Budget(cost - 1))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("b.d", 2, {"a": 1, "b": {"c": 1, "d": 2}}),
        ("b.c", {"k": []}, {"a": 1, "b": {"c": {"k": []}}}),
        ("x.y.z", 2, {"a": 1, "b": {"c": 1}, "x": {"y": {"z": 2}}}),
        ("a.x", 2, {"a": {"x": 2}, "b": {"c": 1}}),
        ("a", False, {"a": False, "b": {"c": 1}}),
        ("b.c", None, {"a": 1, "b": {}}),
        ("x.y.z", None, {"a": 1, "b": {"c": 1}}),
    ],
)
def test_a_value_is_put_at_a_path(path: str, value: Any, expected: dict[str, Any]) -> None:
    """Missing objects are created; None removes the field and creates nothing."""
    target: dict[str, Any] = {"a": 1, "b": {"c": 1}}
    put(target, parse(path), value)
    assert expected == target
