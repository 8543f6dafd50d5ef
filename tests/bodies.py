"""Random request bodies: valid ones drawn from a schema, and random changes to them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from mock_alipay.contracts.names import TypeMode
from tests.fields import Book, Rule, book_of, needed

Draw = Callable[[st.SearchStrategy[Any]], Any]
Place = tuple[Any, str | int]
"""A dict or list, and a key or index of it."""

_DEEPEST = 6
_JUNK: tuple[Any, ...] = (
    None, True, 0, -1, 37, -721, 101, 1.5, 2.0, 1e300, 2**64, "", "x", "true", "00", "1.5", "24\n", "usd", "XK", "CARD",
    "AGREEMENT_PAYMENT", "EASY_PAY", "MINI_APP", "é" * 65, "x" * 257, "https://", "2026-02-30T00:00:00Z",
    {}, [], [None], {"x": 1},
)  # fmt: skip


@st.composite
def valid_bodies(draw: Draw, mode: TypeMode, endpoint: str) -> dict[str, Any]:
    """A valid body with the required fields and some of the others, at every level."""
    book = book_of(endpoint, mode)
    body: dict[str, Any] = _object(draw, book, book.root, book.file, 0)
    if "paymentMethod" in body and draw(st.booleans()):
        body["paymentMethod"]["paymentMethodType"] = "CARD"
        body.setdefault("paymentFactor", {})
    if endpoint == "payments/pay" and body["env"]["terminalType"] == "MINI_APP":
        body.setdefault("appId", "x")
    if body.get("productCode") == "AGREEMENT_PAYMENT":
        body["productScene"] = "EASY_PAY"
        body.setdefault("paymentNotifyUrl", "https://shop.example/notify")
    if body.get("productScene") in ("CHECKOUT_PAYMENT", "ELEMENT_PAYMENT"):
        for name in draw(st.sets(st.sampled_from(["paymentMethod", "paymentFactor", "settlementStrategy"]))):
            body.pop(name, None)
    return body


def change(draw: Draw, body: dict[str, Any]) -> None:
    """Replace, remove, lengthen, shorten or extend one to three values of a body."""
    for _ in range(draw(st.integers(1, 3))):
        if places := _places(body):
            _change(draw, draw(st.sampled_from(places)))


def _object(draw: Draw, book: Book, rule: Rule, file: str, depth: int) -> dict[str, Any]:
    properties: Mapping[str, Rule] = rule.get("properties", {})
    names = needed(rule)
    others = [name for name in properties if name not in names]
    if others and depth < _DEEPEST:
        names = [*names, *draw(st.lists(st.sampled_from(others), max_size=4, unique=True))]
    value = {name: _value(draw, book, properties[name], file, depth + 1) for name in names}
    if value.get("terminalType") in ("WAP", "APP"):
        value.setdefault("osType", "IOS")
    if value.get("currency") == "IDR":
        value["value"] = "100"
    return value


def _value(draw: Draw, book: Book, rule: Rule, file: str, depth: int) -> Any:
    rule, file, _ = book.resolve(rule, file)
    if "anyOf" in rule:
        return _value(draw, book, draw(st.sampled_from(rule["anyOf"])), file, depth)
    if "const" in rule or "enum" in rule:
        return draw(st.sampled_from(rule.get("enum", [rule.get("const")])))
    types = rule.get("type", ["string", "boolean", "number"])
    match draw(st.sampled_from([types] if isinstance(types, str) else types)):
        case "object":
            return _object(draw, book, rule, file, depth)
        case "array":
            count = draw(st.integers(0, 2 if depth < _DEEPEST else 0))
            return [_value(draw, book, rule["items"], file, depth + 1) for _ in range(count)]
        case "string":
            return draw(_text(rule.get("pattern"), rule.get("minLength", 0), rule.get("maxLength", 60)))
        case "boolean":
            return draw(st.booleans())
        case "integer":
            return draw(st.integers(rule.get("minimum", -(2**63)), rule.get("maximum", 2**63)))
        case _:
            return draw(st.floats(allow_nan=False, allow_infinity=False))


@cache
def _text(pattern: str | None, least: int, longest: int) -> st.SearchStrategy[str]:
    if pattern:
        return st.from_regex(pattern, fullmatch=True).filter(lambda text: len(text) <= longest)
    return st.text(min_size=least, max_size=longest)


def _places(value: Any) -> list[Place]:
    if not isinstance(value, dict | list):
        return []
    own: list[Place] = [(value, key) for key in (value if isinstance(value, dict) else range(len(value)))]
    return [*own, *(place for container, key in own for place in _places(container[key]))]


def _change(draw: Draw, place: Place) -> None:
    container, key = place
    value = container[key]
    match draw(st.sampled_from(["replace", "remove", "lengthen", "shorten", "extend"])):
        case "remove":
            del container[key]
        case "lengthen" if isinstance(value, str):
            container[key] = value + draw(st.sampled_from(["x", "\n", "0", "😀" * 300]))
        case "lengthen" if isinstance(value, list):
            container[key] = value * 101
        case "shorten" if isinstance(value, str | list):
            container[key] = value[: len(value) // 2]
        case "extend" if isinstance(value, dict):
            value[draw(st.text(max_size=8))] = copy.deepcopy(draw(st.sampled_from(_JUNK)))
        case _:
            container[key] = copy.deepcopy(draw(st.sampled_from(_JUNK)))
