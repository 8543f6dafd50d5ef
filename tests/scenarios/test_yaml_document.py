"""Scenario files mean what they look like, and problems have lines."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
import yaml

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.yaml_document import MAX_DEPTH, MAX_KEY, MAX_LENGTH, MAX_NODES


def read(text: str) -> Any:
    return yaml_document.read(text, "tale.yaml").value


def problem(text: str) -> str:
    """The one-line problem of a text."""
    with pytest.raises(SetupError) as caught:
        read(text)
    (only,) = caught.value.problems
    assert "\n" not in only
    return only


STRINGS = [
    *("NO", "Yes", "on", "y", "True", "Null", "012", "0o17", "0x1F", "0b11", "+1", "-0", "1_000", "1:30", "1.10"),
    *("1e3", ".5", "5.", ".inf", ".NaN", "2026-01-01", "=", "0.1000000000000000055", "1000000000000000000"),
]


def test_a_scalar_is_what_it_looks_like() -> None:
    """YAML 1.1's surprises are strings, and so is everything in quotes; flow collections and JSON are the same."""
    assert STRINGS == read("".join(f"- {word}\n" for word in STRINGS)) == read(f"[{', '.join(STRINGS)}]")
    values = [True, False, None, 0, -3, 999_999_999_999_999_999, 1.5, -0.25, 1.0]
    assert list(map(repr, values)) == list(map(repr, read(json.dumps(values))))
    assert [None, None, "12", "null", "", "12\n", "true"] == read(
        "- ~\n-\n- \"12\"\n- 'null'\n- ''\n- |\n  12\n- >-\n  true"
    )
    value = {"description": 'x \u20ac \\ " \n', "pay": [{"delay": None, "n": [1, 2.5, True, {}, "1"]}]}
    assert value == read(json.dumps(value, indent=2)) == read(json.dumps(value, ensure_ascii=False))


def test_a_key_is_a_string() -> None:
    """No key becomes a boolean, a number or a date; a merge key merges nothing; a byte order mark is ignored."""
    keys = ["on", "null", "true", "012", "2026-01-01", "~", "<<"]
    assert dict.fromkeys(keys, 1) == read("\ufeff" + "".join(f"{key}: 1\n" for key in keys))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice"),
        ("a: 1\nb: &x 2\n", 2, "anchors"),
        ("a: 1\n&x b: 2\n", 2, "anchors"),
        ("a: 1\n*x : 2\n", 2, "aliases"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "tags"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\n? [b]\n: 2\n", 2, "key must be a plain word"),
        ("# only a comment\n", 1, "empty"),
        ("a: 1\nb: c: d\n", 2, "not YAML"),
        ("a: 1\nb: 'open\n", 3, "not YAML"),
        ("a: 1\n*: c\n", 2, "must be in quotes"),
        ("ä: 1\nb: \x00\n", 2, "U+0000 is not allowed"),
    ],
)
def test_a_refused_text_has_a_line(text: str, line: int, words: str) -> None:
    """Anchors, aliases, tags, second documents, duplicate keys and broken text are refused."""
    assert problem(text).startswith(f"tale.yaml:{line}: ")
    assert words in problem(text)


def limited(failure: type[Exception]) -> type:
    """A parser with its own limit of nesting, a little above ours, that fails with a message of its own."""

    class Loader(yaml.SafeLoader):
        def fetch_flow_collection_start(self, token: type) -> None:
            if self.flow_level > MAX_DEPTH + 3:
                raise failure("at", self.get_mark(), "its own message", self.get_mark())
            super().fetch_flow_collection_start(token)

    return Loader


PARSERS = [getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader]
PARSERS += [limited(yaml.scanner.ScannerError), limited(RecursionError)]


@pytest.mark.parametrize("loader", PARSERS)
def test_nesting_is_limited_with_any_parser(monkeypatch: pytest.MonkeyPatch, loader: type) -> None:
    """The C parser, the Python parser, and parsers with limits of their own give the same message."""
    monkeypatch.setattr(yaml, "CSafeLoader", loader, raising=False)
    for text, line in (
        ("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1), 1),
        ("{a: " * 1_200, 1),
        ("- " * 1_200 + "x", 1),
        ("\n".join(" " * level + "a:" for level in range(100)), MAX_DEPTH + 2),
        ("# é\n- " + "[" * 1_200, 2),
    ):
        assert f"tale.yaml:{line}: nested more than {MAX_DEPTH} levels deep" == problem(text)
    assert problem("a: [[[[\nb: c: d").startswith("tale.yaml:2: not YAML: ")


def test_a_document_is_read_up_to_its_limits() -> None:
    """One more level, character, node or character of a key is refused."""
    deepest = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH
    assert read(deepest) is not None
    assert "levels deep" in problem(f"[{deepest}]")
    longest = "a: 1\n#".ljust(MAX_LENGTH, "x")
    assert {"a": 1} == read(longest)
    assert f"tale.yaml: longer than {MAX_LENGTH} characters" == problem(longest + "x")
    nodes = ",".join("x" * (MAX_NODES - 5))
    assert 2 == len(read(f"b: c\na:\n  [{nodes}]"))
    assert f"tale.yaml:3: more than {MAX_NODES} keys and values" == problem(f"b: c\na:\n  [{nodes},x{',&x' * 1_000}]")
    key = "k" * MAX_KEY
    assert {key: 1} == read(f"{key}: 1")
    assert f"has {MAX_KEY + 1} characters, expected at most {MAX_KEY}" in problem(f"{key}k: 1")


def peak(key: str) -> int:
    """The peak memory of reading many items below a key, ten levels deep, in bytes."""
    text = "".join(f"{' ' * level}{key}:\n" for level in range(10)) + f"{' ' * 10}[{','.join('x' * 2_000)}]"
    tracemalloc.start()
    yaml_document.read(text, "tale.yaml").at("x")
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return memory


def test_lines_need_no_memory_for_the_keys_above_them() -> None:
    """No path is stored with an item, so long keys take their own characters only."""
    assert peak("k" * MAX_KEY) - peak("k") < 20 * 10 * MAX_KEY


LINES = """\
description: x
match:
  body:
    a.b[0].c:
      - "1"
    a:
      b: 2
pay:
  -
    result: SUCCESS
    delay: {min: 1s,
            max: 2s}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("match.body.a.b[0].c", 4),
        ("match.body.a.b[0].c[0]", 5),
        ("match.body.a.b[0].d", 7),
        ("match.body.a.b[0", 7),
        ("pay[0].result", 10),
        ("pay[0].delay.step", 11),
        ("pay[9]", 8),
        ("missing", 1),
        ("", 1),
    ],
)
def test_every_path_has_a_line(path: str, line: int) -> None:
    """Its own, or that of its nearest ancestor; keys with dots and brackets are found, the longest first."""
    assert f"tale.yaml:{line}" == yaml_document.read(LINES, "tale.yaml").at(path)
