"""Scenarios of folders and scenarios loaded at run time, and which of them each client id sees."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mock_alipay.errors import SetupError, UsageError
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.library import MAX_LOADED_BYTES, MOST_CONDITIONS, Registry
from mock_alipay.scenarios.matching import MAX_CONDITIONS, MAX_STEPS
from tests.memory import done, registry_of
from tests.scenarios.loading import VOCABULARY, Request, read_text


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
    assert f"'{'z' * 59}…'" in library.unknown("z" * 1000)


CLIENTS = (None, "A", "B")


def scenario(name: str, description: str = "loaded", text: str = "") -> Scenario:
    return read_text(name, f"description: {description}\n{text}", f"{description} {name}", VOCABULARY)


def filed(*names: str, text: str = "") -> Library:
    return Library([scenario(name, "filed", text) for name in names])


def put(registry: Registry, *names: str, as_: str = "loaded", owner: str | None = None, text: str = "") -> None:
    done(registry.load(*(scenario(name, as_, text) for name in names), client_id=owner))


def seen(registry: Registry, name: str) -> list[str | None]:
    """The description of a scenario as all, A and B see it; None where they do not."""
    found = [registry.library(client_id).get(name) for client_id in CLIENTS]
    return [one.description if one else None for one in found]


def test_a_loaded_scenario_overrides_files_for_one_client_id_or_all() -> None:
    """A client id sees its own scenario first, then the one for all, then the one of a file, whatever came first.

    Loaded scenarios stay when files change, and without a client id all are visible.
    """
    registry = registry_of(filed("plain", "other"))
    assert [["filed"] * 3, ["other", "plain"]] == [seen(registry, "plain"), list(registry.library("A"))]
    put(registry, "plain", as_="of A", owner="A")
    assert ["filed", "of A", "filed"] == seen(registry, "plain")
    put(registry, "plain", as_="for all")
    put(registry, "plain", as_="of A again", owner="A")
    put(registry, "other", as_="of B", owner="B")
    assert ["filed", "filed", "of B"] == seen(registry, "other")
    registry.replace_files(filed("plain", "new"))
    found = [seen(registry, name) for name in ("plain", "other", "new")]
    assert [["for all", "of A again", "for all"], [None, None, "of B"], ["filed"] * 3] == found
    visible = [[one.description for one in registry.visible(client_id)] for client_id in CLIENTS]
    everything = ["filed", "for all", "of A again", "of B"]
    assert [everything, ["filed", "of A again"], ["filed", "of B", "for all"]] == visible
    loaded = [(owner, one.description) for owner, one in registry.loaded()]
    assert [("A", "of A again"), (None, "for all"), ("B", "of B")] == loaded
    done(registry.forget("A"))
    assert ["for all"] * 3 == seen(registry, "plain")
    done(registry.forget())
    assert [["filed"] * 3, [None] * 3] == [seen(registry, "plain"), seen(registry, "other")]


def test_the_nearest_of_equally_specific_scenarios_matches_first() -> None:
    """A client's own come before those for all and those before files; of each the one loaded last comes first."""
    match = "match: {body: {p: '1'}}"
    registry = registry_of(filed("f", "overridden", text=match))
    put(registry, "c", "overridden", owner="A", text=match)
    put(registry, "b", "a", "b-again", text=match)
    put(registry, "overridden", owner="A")
    put(registry, "d", "e", owner="A", text=match)
    put(registry, "b", text=match)
    put(registry, "best", owner="A", text="match: {body: {p: '1', q: '2'}}")
    put(registry, "of-another", "f", owner="B", text=match)

    def matching(client_id: str, **body: str) -> list[str]:
        library = registry.library(client_id)
        return [one.name for one in library.matching(Request(client_id, {}, body))]

    assert ["e", "d", "c", "b", "b-again", "a", "f"] == matching("A", p="1")
    assert ["f", "of-another", "b", "b-again", "a", "overridden"] == matching("B", p="1")
    assert [["best"], []] == [matching("A", p="1", q="2"), matching("A", p="2", q="2")]


def test_the_number_of_loaded_scenarios_is_limited() -> None:
    """For all client ids together; a refused load changes nothing, and replacing needs no room."""
    registry = registry_of(filed(), most=3)
    put(registry, "one")
    put(registry, "one", "two", owner="A")
    before = registry.loaded()
    for client_id in CLIENTS:
        with pytest.raises(SetupError, match="at most 3 scenarios"):
            put(registry, "more", owner=client_id)
    assert (before, [None] * 3) == (registry.loaded(), seen(registry, "more"))
    put(registry, "two", as_="again", owner="A")
    done(registry.forget("A"))
    put(registry, "more", owner="B")
    assert [None, None, "loaded"] == seen(registry, "more")


def test_the_number_of_loaded_conditions_is_limited() -> None:
    """The conditions of all client ids count together."""
    full = scenario("s0", text=json.dumps({"match": {"body": {f"p{n}": "x" for n in range(MAX_CONDITIONS)}}})[1:-1])
    registry = registry_of(filed())
    for number in range(MOST_CONDITIONS // MAX_CONDITIONS):
        done(registry.load(replace(full, name=f"s{number}"), client_id="AB"[number % 2]))
    with pytest.raises(SetupError, match=f"{MOST_CONDITIONS + 1} conditions, expected at most {MOST_CONDITIONS}"):
        put(registry, "more", text="match: {clientId: C}")
    done(registry.load(full, scenario("without"), client_id="A"))
    done(registry.forget("B"))
    put(registry, "more", text="match: {clientId: C}")


def test_the_memory_of_loaded_scenarios_is_limited() -> None:
    """For all client ids together; a replaced scenario does not count."""
    registry = registry_of(filed())
    half, more = (replace(scenario("big"), size=size) for size in (MAX_LOADED_BYTES // 2, MAX_LOADED_BYTES // 2 + 1))
    done(registry.load(half))
    with pytest.raises(SetupError, match=f"{MAX_LOADED_BYTES + 1} bytes, expected at most {MAX_LOADED_BYTES}"):
        done(registry.load(more, client_id="A"))
    done(registry.load(half, client_id="A"))
    assert (2, MAX_LOADED_BYTES) == done(registry.held())
    done(registry.forget("A"))
    done(registry.load(more))
    assert (1, MAX_LOADED_BYTES // 2 + 1) == done(registry.held())
