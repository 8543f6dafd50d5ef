"""Scenarios from request bodies: JSON and YAML give the same scenario and the same problems."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.memory import bytes_of
from mock_alipay.scenarios.placeholders import Scope
from mock_alipay.scenarios.upload import Upload, read_upload
from mock_alipay.scenarios.yaml_document import MAX_DEPTH, MAX_KEY, MAX_LENGTH, MAX_NODES
from mock_alipay.web.admin.parameters import SCHEMA
from tests.calls import NOW
from tests.scenarios.loading import VOCABULARY, read_text

both_formats = pytest.mark.parametrize("is_json", [True, False], ids=["JSON", "YAML"])


def posted(text: str, *, is_json: bool = True) -> Upload:
    return read_upload(text, VOCABULARY, keys=f"{SCHEMA}#/$defs/LoadedScenario", is_json=is_json)


def problems(text: str, *, is_json: bool = True) -> tuple[str, ...]:
    with pytest.raises(SetupError) as caught:
        posted(text, is_json=is_json).scenarios("tale")
    return caught.value.problems


@both_formats
@pytest.mark.parametrize("own", [{}, {"name": "a", "clientId": "b"}, {"name": None, "clientId": None}])
def test_an_upload_is_read_like_a_file(own: dict[str, Any], is_json: bool) -> None:
    """Name and client id are not part of the scenario, and may be null."""
    tale = {"description": "A tale \u20ac.", "match": {"clientId": "A"}, "pay": [{"delay": "300ms"}, {"message": "x"}]}
    upload = posted(json.dumps({**own, **tale}, ensure_ascii=is_json, indent=1), is_json=is_json)
    assert (own.get("name"), own.get("clientId")) == (upload.name, upload.client_id)
    assert [read_text("tale", json.dumps(tale), "tale (loaded)", VOCABULARY)] == upload.scenarios("tale")


@both_formats
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("name", value) for value in ("", 5)),
        *(("clientId", value) for value in ("", True, "a,b", "a b", "k\u00e4se", "x" * 129)),
    ],
)
def test_an_invalid_name_or_client_id_is_refused_with_its_line(key: str, value: Any, is_json: bool) -> None:
    """A client id that no caller can have is refused too."""
    (problem,) = problems(f'{{"description": "x",\n"{key}": {json.dumps(value)}}}', is_json=is_json)
    assert problem.startswith(f"body:2: {key}: expected ")


@both_formats
def test_problems_have_lines(is_json: bool) -> None:
    """Those of the schema and those of the parser."""
    text = '{\n"description": "x",\n"reslut": 1,\n"pay":\n [{"set": {"b..c": 1}},\n  {"result": "SUCESS"}]}'
    places = [": ".join(problem.split(": ")[:2]) for problem in problems(text, is_json=is_json)]
    assert ["body:3: reslut", "body:5: pay[0].set.b..c", "body:6: pay[1].result"] == places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n\t"description":\t"x",\n\t"reslut": 1\n}', "body:3: reslut"),  # YAML does not allow such tabs.
        (f'{{"description": {json.dumps(chr(0x1F600))},\n\n"reslut": 1}}', "body: reslut: "),  # nor this escape
        ('{"description": "x"} {}', "body:1: not JSON at line "),
        ('{"description": "x",\n"a": \'y\'}', "body:2: not JSON at line "),
        ('{"description": "x", "pay": {"set": {"a": 1, "a": 2}}}', "body: a is given twice"),
        ('{"description": ["\\ud800"]}', "body: a string holds half of a surrogate pair"),
        ('{"description": "x", "a": 1e999}', "body: not JSON: 1e999 is not a finite number"),
        ('{"description": "x", "a": NaN}', "body: not JSON: NaN is not a finite number"),
        (f'{{"description": "x", "a": {"9" * 19}}}', "body: the number 9999999999999999999 has too many digits"),
        (f'{{"description": "x", "a": {"9" * 5000}}}', f"body: the number {'9' * 39}\u2026 has too many digits"),
        ("[]", "body:1: expected the keys of a scenario"),
        ("[" * 100_000, "body: nested more than 16 levels deep"),
    ],
)
def test_a_body_that_is_not_a_json_scenario_is_refused(text: str, expected: str) -> None:
    """It has one problem, with a line if the text is YAML too."""
    (problem,) = problems(text)
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    ("largest", "larger", "expected"),
    [
        (["x"] * (MAX_NODES - 3), ["x"] * (MAX_NODES - 2), f"more than {MAX_NODES} keys and values"),
        ({"k" * MAX_KEY: 1}, {"k" * (MAX_KEY + 1): 1}, f"has {MAX_KEY + 1} characters, expected at most {MAX_KEY}"),
        ("x" * (MAX_LENGTH - 11), "x" * (MAX_LENGTH - 10), f"longer than {MAX_LENGTH} characters"),
    ],
    ids=["nodes", "key", "length"],
)
def test_the_size_of_a_body_is_limited(largest: Any, larger: Any, expected: str) -> None:
    """In keys and values, characters per key, and characters."""
    posted(json.dumps({"pay": largest}))
    assert expected in problems(json.dumps({"pay": larger}))[0]


@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
def test_the_nesting_of_a_body_is_limited(left: str, right: str) -> None:
    """However deep the interpreter could go."""
    accepted, *refused = (
        f'{{"description": "x", "pay": {{"set": {{"a": {left * levels}1{right * levels}}}}}}}'
        for levels in (MAX_DEPTH - 3, MAX_DEPTH - 2, 900)
    )
    assert posted(accepted).scenarios("tale")
    for text in refused:
        (problem,) = problems(text)
        assert problem.endswith(": nested more than 16 levels deep")


@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_json_value_can_be_set(ascii_only: bool) -> None:
    """It is replied exactly as it was posted."""
    value: list[Any] = [
        None,
        True,
        10**18 - 1,
        1 - 10**18,
        0.1,
        1e300,
        -2.5e-9,
        "",
        "\x00\x7f\u2028\U0001f600",
        {"a": [{}, []]},
    ]
    text = json.dumps({"description": "x", "pay": {"set": {"a": value}}}, ensure_ascii=ascii_only)
    ((_, fill),) = posted(text).scenarios("tale")[0].steps["payments/pay"][0].set
    assert json.dumps(value) == json.dumps(fill(Scope({}, {}, {}, "A", NOW)))


@pytest.mark.parametrize(
    "content",
    [
        {"pay": {"set": {"k": ["${now}"] * 300}}},
        {"pay": {"set": {"k": "x" * 50_000}}},
        {"pay": [{"message": "${now} ${clientId}", "delay": "3s"}] * 50},
        {"match": {"body": {f"k{n}": [f"*{n}x{m}" for m in range(20)] for n in range(8)}}},
    ],
    ids=["placeholders", "long text", "steps", "globs"],
)
def test_the_size_of_a_scenario_is_what_the_process_grows_by(content: dict[str, Any]) -> None:
    """The measure is right within a quarter."""
    text = json.dumps({"description": "x", **content})
    posted(text).scenarios("warm")
    gc.freeze()  # The rest of the process is not searched for garbage.
    gc.collect()
    tracemalloc.start()
    (loaded,) = posted(text).scenarios("tale")
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    gc.unfreeze()
    assert growth * 0.8 < loaded.size < growth * 1.25


def test_shared_objects_are_not_counted() -> None:
    """Every object refers to modules and classes."""
    assert bytes_of(lambda: json) < 1_000
