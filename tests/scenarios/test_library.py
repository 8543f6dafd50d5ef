"""Scenarios come from folders; later folders override by name; bad folders are refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_alipay.errors import SetupError, UsageError
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.matching import MAX_STEPS
from mock_alipay.scenarios.scenario_file import read_folder
from tests.scenarios.loading import VOCABULARY, Request


def write(folder: Path, **scenarios: str) -> Path:
    """A folder with these files; the name's underlines become dashes."""
    folder.mkdir(exist_ok=True)
    for name, text in scenarios.items():
        (folder / f"{name.replace('_', '-')}.yaml").write_text(f"description: {folder.name}.\n{text}", "utf-8")
    return folder


def load(*folders: Path) -> Library:
    """The shipped scenarios and those of some folders."""
    return Library.load(folders, VOCABULARY)


def matching(library: Library, client_id: str = "C", headers: dict[str, str] | None = None, **body: str) -> str | None:
    """The name of the scenario that claims a call."""
    scenarios = library.matching(Request(client_id, headers or {}, body))
    return scenarios[0].name if scenarios else None


def test_the_shipped_scenarios_are_always_there(tmp_path: Path) -> None:
    """Folders add to them."""
    shipped = load()
    more = load(write(tmp_path / "own", own="", other=""))
    assert "success" in shipped
    assert {"own", "other"} == set(more) - set(shipped)
    assert len(shipped) + 2 == len(more)
    assert sorted(more) == list(more)


def test_a_later_folder_overrides_by_name(tmp_path: Path) -> None:
    """The last one wins, also over a shipped scenario and over its match."""
    one = write(tmp_path / "one", success="match: {clientId: X}", tale="match: {clientId: X1}")
    two = write(tmp_path / "two", tale="match: {clientId: X2}")
    library = load(one, two)
    assert (library["success"].description, library["tale"].description) == ("one.", "two.")
    assert [matching(library, "X1"), matching(library, "X2")] == [None, "tale"]
    assert str(two / "tale.yaml") == library["tale"].origin
    assert library["tale"].description != load(two, one)["tale"].description


def test_both_endings_are_read_and_nothing_else(tmp_path: Path) -> None:
    """``*.yaml`` and ``*.yml`` in the folder itself."""
    folder = write(tmp_path / "own", a="")
    (folder / "b.yml").write_text("description: b.\n")
    (folder / "c.txt").write_text("no scenario")
    (folder / "d.yaml.bak").write_text("no scenario")
    write(folder / "inner", e="")
    assert {"a", "b"} == set(load(folder)) - set(load())


def test_everything_wrong_in_all_folders_is_told(tmp_path: Path) -> None:
    """File by file, folder by folder, each with file and line."""
    one = write(tmp_path / "one", bad="count: x\nfoo: 1", good="")
    two = write(tmp_path / "two", worse="createPaymentSession:\n  result: X")
    missing = tmp_path / "missing"
    with pytest.raises(SetupError) as caught:
        load(one, missing, two)
    expected = [
        f"{one}/bad.yaml:2: count",
        f"{one}/bad.yaml:3: foo",
        f"setting scenarios {missing}: no such folder",
        f"{two}/worse.yaml:3: ",
    ]
    assert len(expected) == len(caught.value.problems)
    for start, problem in zip(expected, caught.value.problems, strict=True):
        assert problem.startswith(start)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """A path to a file is told as such."""
    file = tmp_path / "a.yaml"
    file.write_text("description: a.\n")
    with pytest.raises(SetupError) as caught:
        load(file)
    assert f"setting scenarios {file}: this is a file; give the folder that it is in" == str(caught.value)


def test_of_scenarios_that_fit_equally_well_the_last_loaded_goes_first(tmp_path: Path) -> None:
    """Folder by folder, within one by name, so that a user's file goes before a shipped one; the others are told."""
    amount = "match: {body: {paymentAmount.value: '11'}}"
    one = write(tmp_path / "one", a=amount, z=amount, b="match: {clientId: C}")
    two = write(tmp_path / "two", m=amount, z="")
    request = Request("C", {}, {"paymentAmount": {"value": "11"}})
    names = [[scenario.name for scenario in load(*folders).matching(request)] for folders in ((one, two), (two, one))]
    assert [["m", "b", "a", "risk-reject"], ["z", "b", "a", "m", "risk-reject"]] == names


def test_the_most_particular_match_wins(tmp_path: Path) -> None:
    """Most conditions first, then equality over globs over presence."""
    folder = write(
        tmp_path / "own",
        present="match: {body: {a: {present: true}}}",
        glob="match: {body: {a: 'x*'}}",
        equal="match: {body: {a: xy}}",
        two="match: {body: {a: {present: true}}, clientId: {present: true}, headers: {h: '*'}}",
    )
    library = load(folder)
    assert [
        matching(library),
        matching(library, a="q"),
        matching(library, a="xz"),
        matching(library, a="xy"),
    ] == [None, "present", "glob", "equal"]
    assert matching(library, headers={"h": "1"}, a="xy") == "two"


def test_a_library_is_joined_by_more_scenarios(tmp_path: Path) -> None:
    """In place of those that have their names; the library itself stays as it was."""
    library = load(write(tmp_path / "own", a="match: {clientId: x}", b="match: {clientId: y}"))
    before = dict(library)
    files = write(tmp_path / "more", a="match: {clientId: z}", c="match: {clientId: [x, y]}")
    joined = library.joined_by(read_folder(files, VOCABULARY))
    assert ["c", "c", "a"] == [matching(joined, client_id) for client_id in "xyz"]
    assert ({*before, "c"}, sorted(joined)) == (set(joined), list(joined))
    assert (before, "a") == (dict(library), matching(library, "x"))


def test_all_conditions_must_hold(tmp_path: Path) -> None:
    """One that does not is enough."""
    library = load(write(tmp_path / "own", a="match: {body: {a: x, b: {present: false}}}"))
    assert [matching(library, a="x"), matching(library, a="x", b="y"), matching(library, b="y")] == ["a", None, None]


def test_a_match_that_takes_too_many_steps_fits_nothing(tmp_path: Path) -> None:
    """It is told, and all matches share the steps; those that need none fit as ever."""
    folder = write(
        tmp_path / "own",
        a="match: {body: {a: '*b'}}",
        b="match: {body: {a: '*a', b: '*'}}",
        c="match: {clientId: C, body: {a: {present: true}}}",
    )
    library = load(folder)
    for length, fitting, told in (
        (10, ["c", "b"], []),
        (MAX_STEPS // 2 + 1, ["c"], ["b"]),
        (MAX_STEPS + 1, ["c"], ["b"]),
    ):
        passed_over: list[Scenario] = []
        request = Request("C", {}, {"a": "a" * length, "b": "b" * length})
        found = library.matching(request, passed_over)
        assert (fitting, told) == ([one.name for one in found], [one.name for one in passed_over])


def test_an_unknown_default_is_wrong_use() -> None:
    """With the name that was perhaps meant, and where all that are known stand."""
    with pytest.raises(
        UsageError, match="setting scenario: there is no scenario 'sucess'; did you mean success"
    ) as caught:
        load().require("sucess")
    assert "mock-alipay scenarios lists them" in str(caught.value)
    load().require("success")


def test_a_name_like_no_other_gets_no_suggestion() -> None:
    """Only where the list is."""
    told = load().unknown("zzz")
    assert "did you mean" not in told
    assert f"there are {len(load())}" in told
    assert "'" + "z" * 60 + "'" in load().unknown("z" * 1000)
