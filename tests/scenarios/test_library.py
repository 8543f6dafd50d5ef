"""Scenarios are loaded from folders; later folders override earlier ones by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_alipay.errors import SetupError, UsageError
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.matching import MAX_STEPS
from tests.scenarios.loading import VOCABULARY, Request


def write(folder: Path, **scenarios: str) -> Path:
    """A folder with one file per scenario; its name is the description of all."""
    folder.mkdir(exist_ok=True)
    for name, text in scenarios.items():
        (folder / f"{name}.yaml").write_text(f"description: {folder.name}.\n{text}", "utf-8")
    return folder


def load(*folders: Path) -> Library:
    """The shipped scenarios and those of some folders."""
    return Library.load(folders, VOCABULARY)


def matching(library: Library, headers: dict[str, str] | None = None, **body: str) -> list[str]:
    """The names of the scenarios that match a call of client id C."""
    return [scenario.name for scenario in library.matching(Request("C", headers or {}, body))]


def test_a_later_folder_overrides_scenarios_of_the_same_name(tmp_path: Path) -> None:
    """It overrides shipped scenarios too, with their ``match``; only YAML files of the folder itself are read."""
    one = write(tmp_path / "one", success="", tale="match: {clientId: C}")
    two = write(tmp_path / "two", tale="")
    (two / "other.yml").write_text("description: two.\n")
    (two / "note.txt").write_text("not a scenario")
    write(two / "inner", unread="")
    library = load(one, two)
    assert sorted([*load(), "tale", "other"]) == list(library)
    assert ["one.", "two."] == [library[name].description for name in ("success", "tale")]
    assert str(two / "tale.yaml") == library["tale"].origin
    assert [[], ["tale"]] == [matching(library), matching(load(two, one))]


def test_problems_of_all_folders_are_reported(tmp_path: Path) -> None:
    """Folder by folder and file by file, each with its line."""
    one = write(tmp_path / "one", bad="count: x\nfoo: 1", good="")
    two = write(tmp_path / "two", worse="createPaymentSession:\n  result: X")
    with pytest.raises(SetupError) as caught:
        load(one, tmp_path / "missing", one / "good.yaml", two)
    expected = [
        f"{one}/bad.yaml:2: count",
        f"{one}/bad.yaml:3: foo",
        f"setting scenarios {tmp_path}/missing: no such folder",
        f"setting scenarios {one}/good.yaml: this is a file",
        f"{two}/worse.yaml:3: ",
    ]
    assert expected == [problem[: len(start)] for start, problem in zip(expected, caught.value.problems, strict=True)]


def test_the_most_specific_match_comes_first(tmp_path: Path) -> None:
    """More conditions, then equality before globs before presence, then the one loaded last, user's before shipped."""
    amount = "match: {body: {paymentAmount.value: '11'}}"
    one = write(
        tmp_path / "one",
        a=amount,
        z=amount,
        present="match: {body: {a: {present: true}}}",
        glob="match: {body: {a: 'x*'}}",
        equal="match: {body: {a: xy}}",
        three="match: {body: {a: {present: true}}, clientId: {present: true}, headers: {h: '*'}}",
        absent="match: {body: {a: xz, b: {present: false}}}",
    )
    two = write(tmp_path / "two", m=amount, z="")
    library = load(one, two)
    found = [matching(library), *(matching(library, a=a) for a in ("q", "xx", "xy", "xz"))]
    assert [[], ["present"], ["glob"], ["equal"], ["absent"]] == found
    assert ["three"] == matching(library, {"h": "1"}, a="xz")
    assert ["glob"] == matching(library, a="xz", b="y")
    request = Request("C", {}, {"paymentAmount": {"value": "11"}})
    names = [[scenario.name for scenario in both.matching(request)] for both in (library, load(two, one))]
    assert [["m", "a", "risk-reject"], ["z", "a", "m", "risk-reject"]] == names


def test_a_match_that_needs_too_many_steps_is_skipped(tmp_path: Path) -> None:
    """All matches share the steps; a match that needs none still applies."""
    a, b, c = ("{body: {a: '*b'}}", "{body: {a: '*a', b: '*'}}", "{clientId: C, body: {a: {present: true}}}")
    library = load(write(tmp_path / "own", a=f"match: {a}", b=f"match: {b}", c=f"match: {c}"))
    for length, expected, expected_skipped in ((10, ["c", "b"], []), (MAX_STEPS // 2 + 1, ["c"], ["b"])):
        skipped: list[Scenario] = []
        found = library.matching(Request("C", {}, {"a": "a" * length, "b": "b" * length}), skipped)
        assert (expected, expected_skipped) == ([one.name for one in found], [one.name for one in skipped])


def test_an_unknown_default_scenario_is_wrong_use() -> None:
    """The message suggests a similar name if there is one."""
    library = load()
    library.require("success")
    with pytest.raises(UsageError, match=r"setting scenario: .*'sucess'; did you mean success"):
        library.require("sucess")
    assert "did you mean" not in library.unknown("zzz")
    assert f"'{'z' * 60}'" in library.unknown("z" * 1000)
