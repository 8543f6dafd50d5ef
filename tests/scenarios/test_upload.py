"""Scenarios from request bodies, JSON and YAML: the same scenario, and the same faults with their lines."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.scenarios.upload import Upload, read_upload
from mock_alipay.scenarios.yaml_document import MAX_DEPTH, MAX_KEY, MAX_LENGTH, MAX_NODES
from mock_alipay.web.admin.parameters import SCHEMA
from tests.calls import NOW
from tests.scenarios.loading import VOCABULARY, read_text

ENDPOINT = "createPaymentSession"
BOTH = pytest.mark.parametrize("is_json", [True, False])


def posted(text: str, *, is_json: bool = True) -> Upload:
    """A body taken apart."""
    return read_upload(text, VOCABULARY, keys=f"{SCHEMA}#/$defs/LoadedScenario", is_json=is_json)


def problems(text: str, *, is_json: bool = True) -> tuple[str, ...]:
    """Everything that is wrong with a body, in either of the two steps."""
    with pytest.raises(SetupError) as caught:
        posted(text, is_json=is_json).scenarios("tale")[0]
    return caught.value.problems


def written(value: Any, *, is_json: bool, ascii_only: bool = False) -> str:
    """A value as JSON, or as YAML, which JSON of strings and numbers is too."""
    return json.dumps(value, ensure_ascii=ascii_only, indent=None if is_json else 1)


TALE = {
    "description": "A tale \u20ac.",
    "match": {"body": {"paymentAmount.value": ["100", "2*"], "x": {"present": False}}, "clientId": "A"},
    "count": "client",
    ENDPOINT: [
        {"result": "UNKNOWN_EXCEPTION", "delay": "300ms"},
        {"message": "fine", "fault": {"status": 502}, "delay": {"min": "1s", "max": "2s"}},
    ],
    "refund": {"result": "REFUND_IN_PROCESS", "then": {"result": "PROCESS_FAIL", "after": "1h30m"}},
    "buyer": [{"action": "challenge"}, {"action": "decline", "after": "3s", "code": "RISK_REJECT"}],
    "notifyPayment": [{"drop": True}, {"delay": {"min": "1m", "max": "PT2H"}, "after": "notifyRefund", "duplicate": 2}],
    "notifyRefund": {"before": "reply", "fault": "wrong-key"},
}


@BOTH
def test_a_scenario_is_read_as_from_a_file(is_json: bool) -> None:
    """But for where it comes from: faults are told by their line, a scenario by its name."""
    expected = read_text("tale", json.dumps(TALE, ensure_ascii=False), "tale (loaded)", VOCABULARY)
    assert expected == posted(written(TALE, is_json=is_json), is_json=is_json).scenarios("tale")[0]


@BOTH
@pytest.mark.parametrize(
    ("own", "name", "client_id"),
    [
        ({}, None, None),
        ({"name": "tale"}, "tale", None),
        ({"clientId": "SANDBOX_A"}, None, "SANDBOX_A"),
        ({"name": "a", "clientId": "b"}, "a", "b"),
        ({"name": None, "clientId": None}, None, None),
    ],
)
def test_name_and_client_id_may_stand_beside_the_scenario_s_own_keys(
    own: dict[str, Any], name: str | None, client_id: str | None, is_json: bool
) -> None:
    """They are no part of the scenario."""
    found = posted(written({**own, **TALE}, is_json=is_json), is_json=is_json)
    assert (name, client_id) == (found.name, found.client_id)
    assert set(TALE) == set(found.written.value)
    assert "given" == found.scenarios("given")[0].name


@BOTH
@pytest.mark.parametrize("key", ["name", "clientId"])
@pytest.mark.parametrize("value", ["", 5, True, [], {"a": 1}])
def test_a_name_or_client_id_that_is_none_is_told_with_its_line(key: str, value: Any, is_json: bool) -> None:
    """What was expected, and what was found."""
    (problem,) = problems(f'{{"description": "x",\n"{key}": {json.dumps(value)}}}', is_json=is_json)
    assert problem.startswith(f"body:2: {key}: expected ")


@BOTH
@pytest.mark.parametrize("client_id", ["a,b", "a b", "k\u00e4se", "x" * 129])
def test_a_client_id_that_nobody_can_have_is_refused(client_id: str, is_json: bool) -> None:
    """Its scenario would never be played."""
    (problem,) = problems(written({"clientId": client_id, **TALE}, is_json=is_json), is_json=is_json)
    assert "clientId: expected a client id: 1 to 128 visible ASCII characters" in problem


@BOTH
def test_faults_are_told_with_their_lines(is_json: bool) -> None:
    """All of them, whether found by the schema or in reading."""
    text = f'{{\n"description": "x",\n"reslut": 1,\n"{ENDPOINT}":\n [{{}},\n  {{"result": "SUCESS"}}]}}'
    told = problems(text, is_json=is_json)
    assert ["body:3: reslut", f"body:6: {ENDPOINT}[1].result"] == sorted(
        problem.rpartition(": ")[0] for problem in told
    )
    text = f'{{"description": "x",\n"{ENDPOINT}": {{"set": {{\n"a": "${{nothing}}",\n"b..c": 1}}}}}}'
    told = problems(text, is_json=is_json)
    assert [f"body:3: {ENDPOINT}.set.a: ", f"body:4: {ENDPOINT}.set.b..c: "] == [
        problem[: problem.index(": ", 8) + 2] for problem in told
    ]


def test_json_may_be_indented_with_tabs() -> None:
    """As many editors do, which YAML would not have between lines of its own."""
    text = '{\n\t"description":\t"x",\n\t"match":\t{\n\t\t"clientId":\t"A"\n\t},\n\t"reslut": 1\n}'
    assert ["body:6: reslut"] == [problem[:14] for problem in problems(text)]
    assert "x" == posted(text.replace(',\n\t"reslut": 1', "")).scenarios("tale")[0].description


def test_json_that_is_no_yaml_is_read_too() -> None:
    """Half of an emoji is an escape to JSON and nothing to YAML; faults then name no line rather than a wrong one."""
    emoji = json.dumps("\U0001f600")
    assert "\\ud83d" in emoji
    assert "\U0001f600" == posted(f'{{"description": {emoji}}}').scenarios("tale")[0].description
    (problem,) = problems(f'{{"description": {emoji},\n\n"reslut": 1}}')
    assert problem.startswith("body: reslut: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "body:1: not JSON at line "),
        ("description: x", "body:1: not JSON at line "),
        ('{"description": "x",\n}', "body:"),
        ('{"description": "x"} {}', "body:1: not JSON at line "),
        ('{"description": "x",\n"a": \'y\'}', "body:2: not JSON at line "),
        ('{"description": "x", "description": "y"}', "body: description is given twice"),
        (f'{{"description": "x", "{ENDPOINT}": {{"set": {{"a": 1, "a": 2}}}}}}', "body: a is given twice"),
        ('{"name": "a", "name": "a", "description": "x"}', "body: name is given twice"),
        ('{"description": ["\\ud800"]}', "body: a string holds half of a surrogate pair"),
        ('{"description": "x", "a": NaN}', "body: not JSON: NaN is not a finite number"),
        ('{"description": "x", "a": -Infinity}', "body: not JSON: -Infinity is not a finite number"),
        ('{"description": "x", "a": 1e999}', "body: not JSON: 1e999 is not a finite number"),
        (f'{{"description": "x", "a": {"9" * 19}}}', "body: the number 9999999999999999999 has too many digits"),
        (f'{{"description": "x", "a": {"9" * 5000}}}', f"body: the number {'9' * 39}\u2026 has too many digits"),
        ("[]", "body:1: expected the keys of a scenario"),
        ('"description"', "body:1: expected the keys of a scenario"),
        ("null", "body:1: expected the keys of a scenario"),
        ("[" * 100_000, "body: nested more than 16 levels deep"),
        (f'{{"description": "{"x" * MAX_LENGTH}"}}', f"body: longer than {MAX_LENGTH} characters"),
    ],
)
def test_what_is_no_json_scenario_is_refused(text: str, expected: str) -> None:
    """And told why, as one problem."""
    (problem,) = problems(text)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "body:1: the file is empty"),
        ("description: x\ndescription: y", "body:2: description is given twice"),
        ("description: x\nname: a\nname: a", "body:3: name is given twice"),
        ("a: b: c", "body:1: not YAML: "),
        ("- description: x", "body:1: expected the keys of a scenario"),
        ("description: x\n---\ndescription: y", "body:2: a second document"),
        ("description: &a x\ncount: *a", "body:1: anchors and aliases are not used"),
        ("description: x\ncreatePaymentSession:\n\tresult: SUCCESS", "body:3: not YAML: "),
        (f"description: {'x' * MAX_LENGTH}", f"body: longer than {MAX_LENGTH} characters"),
    ],
)
def test_what_is_no_yaml_scenario_is_refused(text: str, expected: str) -> None:
    """With the line."""
    (problem,) = problems(text, is_json=False)
    assert problem.startswith(expected)


def nested(levels: int, *, of: str = "[]") -> str:
    """A scenario that sets a field to so deep a value."""
    left, right = ("[", "]") if of == "[]" else ('{"a":', "}")
    return f'{{"description": "x", "{ENDPOINT}": {{"set": {{"a": {left * levels}1{right * levels}}}}}}}'


@BOTH
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["x"] * (MAX_NODES - 5), None),
        (["x"] * (MAX_NODES - 4), f"more than {MAX_NODES} keys and values"),
        ({f"k{n}": [] for n in range(MAX_NODES // 2)}, f"more than {MAX_NODES} keys and values"),
        ({"k" * MAX_KEY: [1]}, None),
        ([{"k" * (MAX_KEY + 1): 1}], f"has {MAX_KEY + 1} characters, expected at most {MAX_KEY}"),
    ],
    ids=["most", "elements", "keys", "long key", "longer key"],
)
def test_keys_and_values_are_limited_alike(value: Any, expected: str | None, is_json: bool) -> None:
    """In number and in length."""
    text = written({"name": "x", "pay": value}, is_json=is_json)
    if expected is None:
        posted(text, is_json=is_json)
    else:
        assert expected in problems(text, is_json=is_json)[0]


@BOTH
@pytest.mark.parametrize("of", ["[]", "{}"])
@pytest.mark.parametrize("levels", [MAX_DEPTH - 3, MAX_DEPTH - 2, 400, 900, 3000])
def test_depth_is_bounded_alike(levels: int, of: str, is_json: bool) -> None:
    """However deep the interpreter could go."""
    text = nested(levels, of=of)
    if levels == MAX_DEPTH - 3:
        assert posted(text, is_json=is_json).scenarios("tale")[0]
    else:
        (problem,) = problems(text, is_json=is_json)
        assert problem.endswith(": nested more than 16 levels deep")


SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, st.booleans())
def test_every_json_value_can_be_set(value: Any, ascii_only: bool) -> None:
    """And is replied as it was posted, numbers with all their digits."""
    text = json.dumps({"description": "x", ENDPOINT: {"set": {"a": value}}}, ensure_ascii=ascii_only)
    assume("${" not in text)
    ((path, fill),) = posted(text).scenarios("tale")[0].steps[f"payments/{ENDPOINT}"][0].set
    scope = Scope({}, {}, {}, "A", NOW)
    assert (("a",), json.dumps(value)) == (path, json.dumps(fill(scope)))


@given(st.text(max_size=30) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")), st.booleans())
def test_whatever_is_posted_is_read_or_refused(text: str, is_json: bool) -> None:
    """With at least one problem in words, never by another error."""
    for body in (text, f'{{"description": {text}}}', f'{{"description": "x", "name": "{text}"}}'):
        with contextlib.suppress(SetupError):
            posted(body, is_json=is_json).scenarios("tale")[0]
            continue
        told = problems(body, is_json=is_json)
        assert told
        assert all(problem.startswith("body") for problem in told)
