"""Scenario files say what they look like, and errors name the line."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.document import Document


def problem(text: str) -> str:
    """The one line that refuses ``text``."""
    with pytest.raises(SetupError) as caught:
        yaml_document.read(text, "tale.yaml")
    assert len(caught.value.problems) == 1
    assert "\n" not in caught.value.problems[0]
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("y", "y"),
        ("True", "True"),
        ("FALSE", "FALSE"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", "Null"),
        ("NULL", "NULL"),
        ("0", 0),
        ("12", 12),
        ("-3", -3),
        ("012", "012"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("0b11", "0b11"),
        ("+1", "+1"),
        ("-0", "-0"),
        ("1_000", "1_000"),
        ("190:20:30", "190:20:30"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1.10", "1.10"),
        ("1.0", 1.0),
        ("0.1000000000000000055", "0.1000000000000000055"),
        ("1e3", "1e3"),
        ("1.5e3", "1.5e3"),
        (".5", ".5"),
        ("5.", "5."),
        (".inf", ".inf"),
        (".NaN", ".NaN"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("4054692760174822", 4054692760174822),
        ("999999999999999999", 999999999999999999),
        ("1000000000000000000", "1000000000000000000"),
        ("=", "="),
        ('"12"', "12"),
        ("'null'", "null"),
        ('"true"', "true"),
        ("''", ""),
        ("|\n  12", "12\n"),
        (">-\n  true", "true"),
    ],
)
def test_a_scalar_is_what_it_looks_like(written: str, expected: Any) -> None:
    """None of YAML 1.1's surprises is left, and quotes always make text."""
    value = yaml_document.read(f"field: {written}\n", "tale.yaml").value["field"]
    assert (expected, type(expected)) == (value, type(value))


def test_scalars_are_the_same_inside_flow_collections() -> None:
    """Quoted and plain scalars differ inside braces and brackets too."""
    text = '{a: 1, b: "1", c: no, d: [null, "null", 012, true, \'true\', 1.10]}'
    expected = {"a": 1, "b": "1", "c": "no", "d": [None, "null", "012", True, "true", "1.10"]}
    assert expected == yaml_document.read(text, "tale.yaml").value


@pytest.mark.parametrize("key", ["on", "no", "null", "true", "012", "1.10", "2026-01-01", "~"])
def test_a_key_is_always_the_text_that_stands_there(key: str) -> None:
    """Keys are names: no key turns into a boolean, number or date."""
    assert {key: 1} == yaml_document.read(f"{key}: 1", "tale.yaml").value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice"),
        ("a:\n  b: 1\n  'b': 2\n", 3, "b is given twice"),
        ("{a: 1, a: 2}", 1, "a is given twice"),
        ("a: 1\nb: &x 2\n", 2, "anchors"),
        ("a: 1\n&x b: 2\n", 2, "anchors"),
        ("a: &x {b: 1}\n", 1, "anchors"),
        ("a: &x [1]\n", 1, "anchors"),
        ("a:\n  - *x\n", 2, "aliases"),
        ("a: 1\n*x : 2\n", 2, "aliases"),
        ("a: 1\n<<: *x\n", 2, "aliases"),
        ("a: !!str 1\n", 1, "tags"),
        ("a: 1\n!!str b: 1\n", 2, "tags"),
        ("a: 1\nb: !own 1\n", 2, "!own"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "tags"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\n? [b]\n: 2\n", 2, "key must be a plain word"),
        ("a: 1\n? {b: 1}\n: 2\n", 2, "key must be a plain word"),
        ("", 1, "empty"),
        ("# only a comment\n", 1, "empty"),
        ("a:\n\t- b\n", 2, "not YAML"),
        ("a: 1\nb: c: d\n", 2, "not YAML"),
        ("a: 1\nb: 'open\n", 3, "not YAML"),
        ("a: 1\nb: @c\n", 2, "not YAML"),
        ("a: 1\n*: c\n", 2, 'a word that begins with * must be in quotes, such as "*"'),
        ("ä: 1\nb: \x00\n", 2, "U+0000 is not allowed"),
    ],
)
def test_what_is_refused_names_its_line(text: str, line: int, words: str) -> None:
    """Anchors, aliases, tags, second documents, doubled keys and broken text are refused with file, line and reason."""
    told = problem(text)
    assert told.startswith(f"tale.yaml:{line}: ")
    assert words in told


def test_a_merge_key_is_a_key_like_any_other() -> None:
    """``<<`` merges nothing; the schema then refuses the unknown name."""
    assert yaml_document.read("<<: {a: 1}", "tale.yaml").value == {"<<": {"a": 1}}


@pytest.mark.parametrize("depth", [1, yaml_document.MAX_DEPTH])
def test_nesting_is_read_up_to_its_limit(depth: int) -> None:
    """As many levels as the limit says are fine."""
    value = yaml_document.read("[" * depth + "]" * depth, "tale.yaml").value
    for _ in range(depth - 1):
        (value,) = value
    assert value == []


class BoundedLoader(yaml.SafeLoader):
    """A parser that bounds nesting itself, a little later than the product, in words of its own."""

    failure: ClassVar[type[Exception]]

    def add_indent(self, column: int) -> bool:
        self.bound(len(self.indents))
        return bool(super().add_indent(column))

    def fetch_flow_collection_start(self, token: type) -> None:
        self.bound(self.flow_level)
        super().fetch_flow_collection_start(token)

    def bound(self, level: int) -> None:
        if level > yaml_document.MAX_DEPTH + 3:
            raise self.failure("at", self.get_mark(), "words of its own", self.get_mark())


class EndedLoader(BoundedLoader):
    failure = yaml.scanner.ScannerError


class ExhaustedLoader(BoundedLoader):
    failure = RecursionError


@pytest.fixture(params=["installed", "pure Python", "bounded", "exhausted"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parsers that PyYAML may have, by version and by how it was built."""
    if request.param == "pure Python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif request.param != "installed":
        chosen = EndedLoader if request.param == "bounded" else ExhaustedLoader
        monkeypatch.setattr(yaml, "CSafeLoader", chosen, raising=False)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[" * (yaml_document.MAX_DEPTH + 2) + "]" * (yaml_document.MAX_DEPTH + 2), 1),
        ("{a: " * (yaml_document.MAX_DEPTH + 2) + "1" + "}" * (yaml_document.MAX_DEPTH + 2), 1),
        ("[" * 50_000, 1),
        ("{a: " * 50_000, 1),
        ("- " * 50_000 + "x", 1),
        ("\n".join(" " * level + "a:" for level in range(200)), yaml_document.MAX_DEPTH + 2),
        ("# é\n- " + "[" * 50_000, 2),
    ],
)
def test_deeper_nesting_is_refused(text: str, line: int) -> None:
    """One level too many is an error, and so is a file that tries to exhaust the parser, whichever parser it is."""
    assert f"tale.yaml:{line}: nested more than {yaml_document.MAX_DEPTH} levels deep" == problem(text)


@pytest.mark.usefixtures("loader")
def test_broken_text_that_nests_is_broken() -> None:
    """Nesting within the limit is not blamed for what follows it."""
    assert problem("a: [[[[\nb: c: d").startswith("tale.yaml:2: not YAML: ")


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    """Both sides of 256 KiB."""
    text = "a: 1\n#".ljust(256 * 1024, "x")
    assert yaml_document.read(text, "tale.yaml").value == {"a": 1}
    assert problem(text + "x") == "tale.yaml: longer than 262144 characters"


@pytest.mark.parametrize(
    ("head", "line"),
    [("- ", 1), ("a: ", 1), ("? b\n: c\na:\n  ", 4)],
    ids=["list", "object", "after others"],
)
def test_a_document_has_a_limited_number_of_keys_and_values(head: str, line: int) -> None:
    """Both sides of the limit; nothing beyond it is read."""
    before = {"- ": 2, "a: ": 3}.get(head, 5)
    fitting = ",".join("x" * (yaml_document.MAX_NODES - before))
    yaml_document.read(f"{head}[{fitting}]", "tale.yaml")
    told = f"tale.yaml:{line}: more than {yaml_document.MAX_NODES} keys and values"
    assert told == problem(f"{head}[{fitting},x{',&x' * 10_000}]")


def test_a_key_has_a_limited_length() -> None:
    """Both sides of the limit."""
    longest = "k" * yaml_document.MAX_KEY
    assert {longest: 1} == yaml_document.read(f"{longest}: 1", "tale.yaml").value
    told = f"has {len(longest) + 1} characters, expected at most {len(longest)}"
    assert problem(f"a: 1\n? {longest}k\n: 1").startswith("tale.yaml:2: the key kkk")
    assert told in problem(f"a: 1\n? {longest}k\n: 1")


def peak(text: str) -> int:
    """The most bytes that are in use while a document is read, and lines are looked for."""
    tracemalloc.start()
    yaml_document.read(text, "tale.yaml").at("x")
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


@pytest.mark.parametrize("levels", [1, 14])
def test_lines_cost_the_same_whatever_the_keys_above_them(levels: int) -> None:
    """No text of a path is kept with an item: long keys take their own characters and no more."""
    items = f"[{','.join('x' * 15_000)}]"
    short, long = (
        "".join(f"{' ' * level}{key}:\n" for level in range(levels)) + " " * levels + items
        for key in ("k", "k" * yaml_document.MAX_KEY)
    )
    assert peak(long) - peak(short) < 20 * (len(long) - len(short))


def test_json_is_read_too() -> None:
    """A JSON text is one of these documents, with the same values."""
    value = {"description": "x", "createPaymentSession": [{"result": "SUCCESS", "delay": None, "n": [1, 2.5, True]}]}
    assert value == yaml_document.read(json.dumps(value, indent=2), "tale.json").value


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    """Editors on Windows write one."""
    assert yaml_document.read("\ufeffa: 1\n", "tale.yaml").value == {"a": 1}


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="ascii"), max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_value_is_read_as_json_reads_it(value: Any) -> None:
    """JSON means the same here, whatever it holds."""
    # YAML takes this one character as an escape only.
    assert value == yaml_document.read(json.dumps(value).replace("\x7f", r"\u007f"), "tale.json").value


LINES = """\
# a comment
description: x

match:
  body:
    paymentMethod.paymentMethodMetaData.cardNo:
      - "1"
      - "2"
createPaymentSession:
  - result: SUCCESS
  -
    result: SUCCESS
    delay: {min: 1s,
            max: 2s}
"""


def test_the_longest_key_that_fits_counts() -> None:
    """Dots and brackets are letters of keys, too."""
    written = yaml_document.read("a.b[0].c: 1\na:\n  b:\n  - c: 2\na.b:\n  x: 3", "tale.yaml")
    expected = {"a.b[0].c": 1, "a.b[0].d": 5, "a.b.x": 6, "a.b[7]": 5, "a.c": 2, "a": 2, "": 1, "b.c": 1, "a.b[0": 5}
    assert expected == {path: int(written.at(path).rpartition(":")[2]) for path in expected}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("description", 2),
        ("match", 4),
        ("match.body", 5),
        ("match.body.paymentMethod.paymentMethodMetaData.cardNo", 6),
        ("match.body.paymentMethod.paymentMethodMetaData.cardNo[0]", 7),
        ("match.body.paymentMethod.paymentMethodMetaData.cardNo[1]", 8),
        ("createPaymentSession", 9),
        ("createPaymentSession[0].result", 10),
        ("createPaymentSession[1].result", 12),
        ("createPaymentSession[1].delay.min", 13),
        ("createPaymentSession[1].delay.max", 14),
        ("createPaymentSession[1].delay.step", 13),
        ("createPaymentSession[0].missing", 10),
        ("createPaymentSession[9]", 9),
        ("count", 2),
    ],
)
def test_every_path_has_its_line(path: str, line: int) -> None:
    """``file:line`` is where a value stands, or the nearest thing above it that is there."""
    assert f"tale.yaml:{line}" == yaml_document.read(LINES, "tale.yaml").at(path)


def test_a_document_without_lines_names_none() -> None:
    """Rather than a wrong one."""
    assert ["body", "body"] == [Document("body", value).at(path) for value, path in (({"a": 1}, "a"), ({}, ""))]
