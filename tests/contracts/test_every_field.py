"""Every constraint of the request schemas, on both sides of its boundary, found by a walk over all fields."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mock_alipay.contracts.names import TypeMode
from tests.contracts.checks import faults, paths
from tests.fields import BOOKS, CONTRACTS, MODES, REQUESTS, Book, Field, book_of

# fmt: off
KINDS: dict[str, tuple[list[Any], list[str], list[Any]]] = {
    "Boolean": ([True, False], ["true", "false"], ["True", "", "1", " true", 1, 0, 1.0]),
    "BooleanOrEmpty": ([True, False], ["true", "false", ""], ["True", " ", "1", 1, 0]),
    "Integer": ([0, 7, -7, 2**63 - 1, -(2**63)], ["0", "-7", "9" * 30], ["", "07", "--7", "+7", "7.0", "7\n", 7.5]),
    "NonNegativeInteger": ([0, 1], ["0", "1"], [-1, "-1", "-0", "01", 0.5]),
    "PositiveInteger": ([1, 2], ["1", "10"], [0, -1, "0", "-1", "01", 1.5]),
    "InstallmentNum": ([2, 36], ["2", "9", "10", "36"], [1, 37, "1", "37", "02", "40", 2.5]),
    "FeePercentage": ([0, 100], ["0", "9", "10", "99", "100"], [-1, 101, "-1", "101", "00", 1.5]),
    "TimeZoneOffset": ([-720, 0, 720], ["-720", "-1", "0", "720", "719"], [-721, 721, "-721", "721", "-0", "800"]),
    "Number": ([0, 1, -2, 1.25], ["0", "1.25", "-2", "1e3"], ["", ".5", "5.", "1,5", "NaN", "x"]),
}
"""By definition in types.json: native values, their string forms, and invalid values."""
# fmt: on

CONDITIONAL = {"AGREEMENT_PAYMENT", "MINI_APP", "WAP", "APP"}
"""Enum values that are only valid together with another field; test_requests and test_session have those rules."""

JSON_VALUES = {"string": "x", "number": 100, "boolean": True, "array": [], "object": {}}


def distinct() -> list[tuple[str, Field]]:
    """The fields of all requests, with their endpoint, without those that have the name and rule of an earlier one."""
    found: dict[Any, tuple[str, Field]] = {}
    for endpoint in REQUESTS:
        for field in book_of(endpoint, "documented").fields:
            key = (field.steps[-1], field.required, json.dumps(field.rule, sort_keys=True))
            found.setdefault(key, (endpoint, field))
    return list(found.values())


FIELDS = distinct()


def sized(book: Book, field: Field, length: int) -> Any:
    """A value of this length that is valid apart from its length; None when the pattern allows none."""
    if "maxItems" in field.rule:
        return [book.example((*field.steps, 0))] * length
    pattern = field.rule.get("pattern", "")
    candidates = ("😀" * length, "7" * length, "https://shop.example/".ljust(length, "é"))
    return next((text for text in candidates if not pattern or re.fullmatch(pattern, text)), None)


def values(book: Book, field: Field) -> tuple[list[Any], list[Any]]:
    """Valid and invalid values at the boundaries of a field's rule."""
    rule, example = field.rule, book.example(field.steps)
    valid, invalid = [example], []
    if field.types:
        invalid += [value for name, value in JSON_VALUES.items() if name not in field.types][:2]
    if limit := rule.get("maxLength") or rule.get("maxItems"):
        longest = sized(book, field, limit)
        if longest is not None:
            valid.append(longest)
            invalid.append(sized(book, field, limit + 1))
    if field.types == ["string"] and not {"pattern", "enum", "const", "anyOf"} & set(rule):
        (invalid if rule.get("minLength") else valid).append("")
    if "pattern" in rule:
        invalid += [f"{example}\n", f" {example}", "no such thing"]
    if "enum" in rule:
        words = rule["enum"] if len(rule["enum"]) < 20 else rule["enum"][::50]
        valid += set(words) - CONDITIONAL
        invalid += ["NO_SUCH_WORD", *({word.swapcase() for word in words} - set(rule["enum"]))]
    return valid, invalid


def test_every_constraint_is_checked_at_its_boundary() -> None:
    """Type, length, pattern and enum: the last valid value is accepted, the next one is refused at this field only."""
    accepts = CONTRACTS["documented"].schemas.accepts
    for endpoint, field in FIELDS:
        if not field.kind:
            book = book_of(endpoint, "documented")
            valid, invalid = values(book, field)
            assert (field, []) == (field, [v for v in valid if not accepts(endpoint, book.body(field.steps, v))])
            assert (field, []) == (field, [v for v in invalid if accepts(endpoint, book.body(field.steps, v))])
            for value in invalid[:1]:  # an explanation takes long
                assert {field.path} == set(paths(book.body(field.steps, value), endpoint))


def test_required_fields_must_be_present() -> None:
    """A required field that is absent or null is missing, at any depth; another may be absent or null."""
    for endpoint, field in FIELDS:
        book, expected = book_of(endpoint, "documented"), [field.path] if field.required else []
        bodies = [book.without(field.steps), *([] if field.steps[-1] == 0 else [book.body(field.steps, None)])]
        assert [] == [(field, body) for body in bodies if expected != paths(body, endpoint)]


@pytest.mark.parametrize("mode", MODES)
def test_booleans_and_numbers_follow_the_type_mode(mode: TypeMode) -> None:
    """Native values are only valid in documented mode; ranges apply to strings and numbers."""
    book, kinds = BOOKS[mode], {field.kind: field for field in BOOKS[mode].fields if field.kind}
    assert set(KINDS) == set(kinds)
    for kind, field in kinds.items():
        native, strings, invalid = KINDS[str(kind)]
        valid = [*strings, *(native if mode == "documented" else [])]
        refused = [*invalid, [], {}, *(native if mode == "strict" else [])]
        # In Python True == 1, in JSON it is no number.
        refused += [] if str(kind).startswith("Boolean") else [True]
        assert [] == [(field, value) for value in valid if faults(book.body(field.steps, value), mode=mode)]
        assert [] == [
            (field, value) for value in refused if {field.path} != set(paths(book.body(field.steps, value), mode=mode))
        ]


def test_no_known_field_is_reported_as_unknown() -> None:
    """For every field of every request."""
    for endpoint, field in FIELDS:
        book = book_of(endpoint, "documented")
        body = book.body(field.steps, book.example(field.steps))
        assert [] == CONTRACTS["documented"].unknown(endpoint, body)
