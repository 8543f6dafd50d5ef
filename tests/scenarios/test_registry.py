"""Scenarios of files and scenarios loaded at run time, as each client id sees them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.library import MAX_LOADED_BYTES, MOST_CONDITIONS, Registry
from mock_alipay.scenarios.matching import MAX_CONDITIONS
from tests.memory import done, registry_of
from tests.scenarios.loading import VOCABULARY, Request, read_text

CLIENTS = (None, "A", "B")


def scenario(name: str, description: str = "loaded", text: str = "") -> Scenario:
    """A scenario with a description."""
    return read_text(name, f"description: {description}\n{text}", f"{description} {name}", VOCABULARY)


def filed(*names: str, text: str = "") -> Library:
    """Scenarios of files."""
    return Library([scenario(name, "filed", text) for name in names])


def load(registry: Registry, *names: str, as_: str = "loaded", owner: str | None = None, text: str = "") -> None:
    """Load scenarios for a client id or all."""
    done(registry.load(*(scenario(name, as_, text) for name in names), client_id=owner))


def seen(registry: Registry, name: str) -> list[str | None]:
    """The description of a scenario as all, A and B see it; None where they do not."""
    found = [done(registry.library(client_id)).get(name) for client_id in CLIENTS]
    return [one.description if one else None for one in found]


def test_a_loaded_scenario_overrides_files_for_one_client_id_or_all() -> None:
    """A client id sees its own scenario first, then the one for all, then the one of a file, whatever came first."""
    registry = registry_of(filed("plain", "other"))
    assert [["filed"] * 3, ["other", "plain"]] == [seen(registry, "plain"), list(done(registry.library("A")))]
    load(registry, "plain", as_="of A", owner="A")
    assert ["filed", "of A", "filed"] == seen(registry, "plain")
    load(registry, "plain", as_="for all")
    load(registry, "plain", as_="of A again", owner="A")
    assert ["for all", "of A again", "for all"] == seen(registry, "plain")
    loaded = [(owner, one.description) for owner, one in done(registry.loaded())]
    assert [("A", "of A again"), (None, "for all")] == loaded
    done(registry.forget("A"))
    assert ["for all"] * 3 == seen(registry, "plain")
    done(registry.forget())
    assert ["filed"] * 3 == seen(registry, "plain")


def test_all_scenarios_are_visible_without_a_client_id() -> None:
    """A client id sees one scenario per name."""
    registry = registry_of(filed("old"))
    for description, client_id in (("for all", None), ("of A", "A"), ("of B", "B")):
        load(registry, "plain", as_=description, owner=client_id)
    found = [[one.description for one in done(registry.visible(client_id))] for client_id in (*CLIENTS, "C")]
    everything = ["filed", "for all", "of A", "of B"]
    assert [everything, ["filed", "of A"], ["filed", "of B"], ["filed", "for all"]] == found


def test_loaded_scenarios_stay_when_files_change() -> None:
    """They still override the files."""
    registry = registry_of(filed("plain", "old"))
    load(registry, "plain", as_="for all")
    load(registry, "old", as_="of A", owner="A")
    registry.replace_files(filed("plain", "new"))
    found = [seen(registry, name) for name in ("plain", "old", "new")]
    assert [["for all"] * 3, [None, "of A", None], ["filed"] * 3] == found


def test_the_nearest_of_equally_specific_scenarios_matches_first() -> None:
    """A client's own come before those for all and those before files; of each the one loaded last comes first."""
    match = "match: {body: {p: '1'}}"
    registry = registry_of(filed("f", "overridden", text=match))
    load(registry, "c", "overridden", owner="A", text=match)
    load(registry, "b", "a", "b-again", text=match)
    load(registry, "overridden", owner="A")
    load(registry, "d", "e", owner="A", text=match)
    load(registry, "b", text=match)
    load(registry, "best", owner="A", text="match: {body: {p: '1', q: '2'}}")
    load(registry, "of-another", "f", owner="B", text=match)

    def matching(client_id: str, **body: str) -> list[str]:
        library = done(registry.library(client_id))
        return [one.name for one in library.matching(Request(client_id, {}, body))]

    assert ["e", "d", "c", "b", "b-again", "a", "f"] == matching("A", p="1")
    assert ["f", "of-another", "b", "b-again", "a", "overridden"] == matching("B", p="1")
    assert [["best"], []] == [matching("A", p="1", q="2"), matching("A", p="2", q="2")]


def test_the_number_of_loaded_scenarios_is_limited() -> None:
    """For all client ids together; a refused load changes nothing, and replacing needs no room."""
    registry = registry_of(filed(), most=3)
    load(registry, "one")
    load(registry, "one", "two", owner="A")
    before = done(registry.loaded())
    for client_id in CLIENTS:
        with pytest.raises(SetupError, match="at most 3 scenarios"):
            load(registry, "more", owner=client_id)
    assert (before, [None] * 3) == (done(registry.loaded()), seen(registry, "more"))
    load(registry, "two", as_="again", owner="A")
    done(registry.forget("A"))
    load(registry, "more", owner="B")
    assert [None, None, "loaded"] == seen(registry, "more")


def test_the_number_of_loaded_conditions_is_limited() -> None:
    """The conditions of all client ids count together."""
    full = scenario("s0", text=json.dumps({"match": {"body": {f"p{n}": "x" for n in range(MAX_CONDITIONS)}}})[1:-1])
    registry = registry_of(filed())
    for number in range(MOST_CONDITIONS // MAX_CONDITIONS):
        done(registry.load(replace(full, name=f"s{number}"), client_id="AB"[number % 2]))
    with pytest.raises(SetupError, match=f"{MOST_CONDITIONS + 1} conditions, expected at most {MOST_CONDITIONS}"):
        load(registry, "more", text="match: {clientId: C}")
    done(registry.load(full, scenario("without"), client_id="A"))
    done(registry.forget("B"))
    load(registry, "more", text="match: {clientId: C}")


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
