"""Scenarios from request bodies: JSON and YAML give the same scenario and the same problems."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.scenarios.upload import Upload, read_upload
from mock_alipay.scenarios.yaml_document import MAX_DEPTH, MAX_KEY, MAX_LENGTH, MAX_NODES
from mock_alipay.web.admin.parameters import SCHEMA
from tests.calls import NOW
from tests.scenarios.loading import VOCABULARY, read_text

both_formats = pytest.mark.parametrize("is_json", [True, False], ids=["JSON", "YAML"])

TALE = {
    "description": "A tale \u20ac.",
    "match": {"body": {"paymentAmount.value": ["100", "2*"], "x": {"present": False}}, "clientId": "A"},
    "count": "client",
    "pay": [{"result": "UNKNOWN_EXCEPTION", "delay": "300ms"}, {"message": "fine", "fault": {"status": 502}}],
    "buyer": [{"action": "challenge"}, {"action": "decline", "after": "3s", "code": "RISK_REJECT"}],
    "notifyPayment": [{"drop": True}, {"delay": {"min": "1m", "max": "PT2H"}, "duplicate": 2}],
}

OF_NOBODY: dict[str, Any] = {"name": None, "clientId": None}
INVALID: dict[str, list[Any]] = {
    "name": ["", 5, []],
    "clientId": ["", True, {"a": 1}, "a,b", "a b", "k\u00e4se", "x" * 129],
}


def posted(text: str, *, is_json: bool = True) -> Upload:
    """The upload of a body."""
    return read_upload(text, VOCABULARY, keys=f"{SCHEMA}#/$defs/LoadedScenario", is_json=is_json)


def problems(text: str, *, is_json: bool = True) -> tuple[str, ...]:
    """All problems of a body."""
    with pytest.raises(SetupError) as caught:
        posted(text, is_json=is_json).scenarios("tale")
    return caught.value.problems


@both_formats
def test_an_upload_is_read_like_a_file(is_json: bool) -> None:
    """Name and client id are not part of the scenario, and may be null."""
    expected = read_text("tale", json.dumps(TALE), "tale (loaded)", VOCABULARY)
    for own in ({}, {"name": "a", "clientId": "b"}, OF_NOBODY):
        text = json.dumps({**own, **TALE}, ensure_ascii=is_json, indent=None if is_json else 1)
        upload = posted(text, is_json=is_json)
        assert (own.get("name"), own.get("clientId")) == (upload.name, upload.client_id)
        assert [expected] == upload.scenarios("tale")


@both_formats
@pytest.mark.parametrize(("key", "value"), [(key, value) for key in INVALID for value in INVALID[key]])
def test_an_invalid_name_or_client_id_is_refused_with_its_line(key: str, value: Any, is_json: bool) -> None:
    """A client id that no caller can have is refused too."""
    (problem,) = problems(f'{{"description": "x",\n"{key}": {json.dumps(value)}}}', is_json=is_json)
    assert problem.startswith(f"body:2: {key}: expected ")


@both_formats
def test_problems_have_lines(is_json: bool) -> None:
    """Those of the schema and those of the parser."""
    text = '{\n"description": "x",\n"reslut": 1,\n"pay":\n [{"set": {"b..c": 1}},\n  {"result": "SUCESS"}]}'
    expected = ["body:3: reslut", "body:5: pay[0].set.b..c", "body:6: pay[1].result"]
    found = problems(text, is_json=is_json)
    assert [True] * 3 == [problem.startswith(start) for problem, start in zip(found, expected, strict=True)]


def test_json_may_be_indented_with_tabs() -> None:
    """YAML does not allow that."""
    text = '{\n\t"description":\t"x",\n\t"match":\t{\n\t\t"clientId":\t"A"\n\t},\n\t"reslut": 1\n}'
    assert ["body:6: reslut"] == [problem[:14] for problem in problems(text)]
    assert "x" == posted(text.replace(',\n\t"reslut": 1', "")).scenarios("tale")[0].description


def test_json_with_escapes_that_yaml_does_not_have_is_read() -> None:
    """Problems then have no line."""
    emoji = json.dumps("\U0001f600")
    assert "\U0001f600" == posted(f'{{"description": {emoji}}}').scenarios("tale")[0].description
    (problem,) = problems(f'{{"description": {emoji},\n\n"reslut": 1}}')
    assert problem.startswith("body: reslut: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "body:1: not JSON at line "),
        ('{"description": "x"} {}', "body:1: not JSON at line "),
        ('{"description": "x",\n"a": \'y\'}', "body:2: not JSON at line "),
        ('{"description": "x", "description": "y"}', "body: description is given twice"),
        ('{"description": "x", "pay": {"set": {"a": 1, "a": 2}}}', "body: a is given twice"),
        ('{"description": ["\\ud800"]}', "body: a string holds half of a surrogate pair"),
        ('{"description": "x", "a": NaN}', "body: not JSON: NaN is not a finite number"),
        ('{"description": "x", "a": 1e999}', "body: not JSON: 1e999 is not a finite number"),
        (f'{{"description": "x", "a": {"9" * 19}}}', "body: the number 9999999999999999999 has too many digits"),
        (f'{{"description": "x", "a": {"9" * 5000}}}', f"body: the number {'9' * 39}\u2026 has too many digits"),
        ("[]", "body:1: expected the keys of a scenario"),
        ("null", "body:1: expected the keys of a scenario"),
        ("[" * 100_000, "body: nested more than 16 levels deep"),
    ],
)
def test_a_body_that_is_not_a_json_scenario_is_refused(text: str, expected: str) -> None:
    """With one problem."""
    (problem,) = problems(text)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "body:1: the file is empty"),
        ("description: x\nname: a\nname: a", "body:3: name is given twice"),
        ("- description: x", "body:1: expected the keys of a scenario"),
        ("description: x\npay:\n\tresult: SUCCESS", "body:3: not YAML: "),
    ],
)
def test_a_body_that_is_not_a_yaml_scenario_is_refused(text: str, expected: str) -> None:
    """With its line."""
    (problem,) = problems(text, is_json=False)
    assert problem.startswith(expected)


@both_formats
@pytest.mark.parametrize(
    ("largest", "larger", "expected"),
    [
        (["x"] * (MAX_NODES - 3), ["x"] * (MAX_NODES - 2), f"more than {MAX_NODES} keys and values"),
        ({"k" * MAX_KEY: 1}, {"k" * (MAX_KEY + 1): 1}, f"has {MAX_KEY + 1} characters, expected at most {MAX_KEY}"),
        ("x" * (MAX_LENGTH - 11), "x" * (MAX_LENGTH - 10), f"longer than {MAX_LENGTH} characters"),
    ],
    ids=["nodes", "key", "length"],
)
def test_the_size_of_a_body_is_limited(largest: Any, larger: Any, expected: str, is_json: bool) -> None:
    """In keys and values, characters per key, and characters."""
    posted(json.dumps({"pay": largest}), is_json=is_json)
    assert expected in problems(json.dumps({"pay": larger}), is_json=is_json)[0]


@both_formats
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
def test_the_nesting_of_a_body_is_limited(left: str, right: str, is_json: bool) -> None:
    """However deep the interpreter could go."""

    def nested(levels: int) -> str:
        return f'{{"description": "x", "pay": {{"set": {{"a": {left * levels}1{right * levels}}}}}}}'

    assert posted(nested(MAX_DEPTH - 3), is_json=is_json).scenarios("tale")
    for levels in (MAX_DEPTH - 2, 900):
        (problem,) = problems(nested(levels), is_json=is_json)
        assert problem.endswith(": nested more than 16 levels deep")


SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=30)
@given(VALUES, st.booleans())
def test_every_json_value_can_be_set(value: Any, ascii_only: bool) -> None:
    """It is replied exactly as it was posted."""
    text = json.dumps({"description": "x", "pay": {"set": {"a": value}}}, ensure_ascii=ascii_only)
    assume("${" not in text)
    ((_, fill),) = posted(text).scenarios("tale")[0].steps["payments/pay"][0].set
    assert json.dumps(value) == json.dumps(fill(Scope({}, {}, {}, "A", NOW)))
