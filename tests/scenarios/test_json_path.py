"""Paths as users write them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.scenarios.budget import Budget, OverBudget
from mock_alipay.scenarios.json_path import MISSING, find, find_all, parse, put

BODY = {
    "order": {
        "goods": [{"name": "a", "tags": ["x", "y"]}, {"name": "b"}, "no object"],
        "none": None,
        "empty": [],
    },
    "matrix": [[1, 2], [3]],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a",)),
        ("a.b.c", ("a", "b", "c")),
        ("a[0]", ("a", 0)),
        ("a[].b", ("a", None, "b")),
        ("a[10][].b", ("a", 10, None, "b")),
        ("a-b.c d", ("a-b", "c d")),
        ("a.0", ("a", "0")),
        ("a[007]", ("a", 7)),
    ],
)
def test_a_path_is_its_steps(text: str, expected: tuple[str | int | None, ...]) -> None:
    """Names, indices, and None for any element."""
    assert expected == parse(text)


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.", ".a", "a..b", "[0]", "a[", "a]", "a[x]", "a[-1]", "a[0]b", "a.[0]", "a[1234567]", "a[0].", "a[ ]"],
)
def test_what_is_no_path_is_refused(text: str) -> None:
    """The error shows the text and a good example."""
    with pytest.raises(ValueError, match="is not a path; write for example") as caught:
        parse(text)
    assert f"'{text}'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("order.goods[0].name", ["a"]),
        ("order.goods[1].name", ["b"]),
        ("order.goods[3].name", []),
        ("order.goods[].name", ["a", "b"]),
        ("order.goods[].tags[]", ["x", "y"]),
        ("order.goods[].tags[1]", ["y"]),
        ("matrix[][]", [1, 2, 3]),
        ("matrix[][1]", [2]),
        ("matrix[1][0]", [3]),
        ("order.none", [None]),
        ("order.empty", [[]]),
        ("order.empty[]", []),
        ("order.missing", []),
        ("order.goods.name", []),
        ("order[0]", []),
        ("order[]", []),
        ("order.none.deeper", []),
    ],
)
def test_values_are_found(text: str, expected: list[Any]) -> None:
    """``[]`` stands for every element; what is not there is not found; find gives the first."""
    assert expected == list(find_all(BODY, parse(text), Budget(20)))
    assert (expected[0] if expected else MISSING) == find(BODY, parse(text), Budget(20))


@pytest.mark.parametrize(("text", "cost"), [("order.goods[].name", 3), ("matrix[][]", 5), ("matrix[1]", 1)])
def test_elements_cost_what_is_looked_at(text: str, cost: int) -> None:
    """Each element that a path leads to, whether it has what the path names or not."""
    find_all(BODY, parse(text), Budget(cost))
    with pytest.raises(OverBudget):
        find_all(BODY, parse(text), Budget(cost - 1))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("a", 2, {"a": 2, "b": {"c": 1}}),
        ("b.c", 2, {"a": 1, "b": {"c": 2}}),
        ("b.d", 2, {"a": 1, "b": {"c": 1, "d": 2}}),
        ("x.y.z", 2, {"a": 1, "b": {"c": 1}, "x": {"y": {"z": 2}}}),
        ("a.x", 2, {"a": {"x": 2}, "b": {"c": 1}}),
        ("b", {"k": []}, {"a": 1, "b": {"k": []}}),
        ("a", None, {"b": {"c": 1}}),
        ("b.c", None, {"a": 1, "b": {}}),
        ("x", None, {"a": 1, "b": {"c": 1}}),
        ("x.y.z", None, {"a": 1, "b": {"c": 1}}),
        ("a.x", None, {"a": 1, "b": {"c": 1}}),
        ("a", False, {"a": False, "b": {"c": 1}}),
        ("a", "", {"a": "", "b": {"c": 1}}),
    ],
)
def test_a_value_is_put(path: str, value: Any, expected: dict[str, Any]) -> None:
    """Objects on the way are made; None takes the field out and makes nothing."""
    target: dict[str, Any] = {"a": 1, "b": {"c": 1}}
    put(target, parse(path), value)
    assert expected == target
