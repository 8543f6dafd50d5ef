"""Scenarios of files and scenarios loaded at run time, as each client id sees them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Scenario
from mock_alipay.scenarios.budget import Budget
from mock_alipay.scenarios.library import MAX_LOADED_BYTES, MOST_CONDITIONS, Registry
from mock_alipay.scenarios.matching import MAX_CONDITIONS, MAX_STEPS
from tests.memory import done, registry_of
from tests.scenarios.loading import VOCABULARY, Request, read_text

CLIENTS = (None, "A", "B")


def scenario(name: str, description: str = "loaded", text: str = "") -> Scenario:
    """A scenario with a description."""
    return read_text(name, f"description: {description}\n{text}", f"{description} {name}", VOCABULARY)


def filed(*names: str) -> Library:
    """Scenarios of files."""
    return Library([scenario(name, "filed") for name in names])


def seen(registry: Registry, name: str) -> list[str | None]:
    """The description of a scenario as all, A and B see it; None where they do not."""
    found = [done(registry.library(client_id)).get(name) for client_id in CLIENTS]
    return [one.description if one else None for one in found]


def state(registry: Registry) -> list[object]:
    """Everything that a registry shows."""
    return [*(dict(done(registry.library(client_id))) for client_id in CLIENTS), done(registry.loaded())]


def test_a_loaded_scenario_overrides_files_for_one_client_id_or_all() -> None:
    """A client id sees its own scenario first, then the one for all, then the one of a file, whatever came first."""
    registry = registry_of(filed("plain", "other"))
    assert [["filed"] * 3, ["other", "plain"]] == [seen(registry, "plain"), list(done(registry.library("A")))]
    done(registry.load(scenario("plain", "of A"), client_id="A"))
    assert ["filed", "of A", "filed"] == seen(registry, "plain")
    done(registry.load(scenario("plain", "for all")))
    assert ["for all", "of A", "for all"] == seen(registry, "plain")
    done(registry.load(scenario("plain", "of A again"), client_id="A"))
    assert ["for all", "of A again", "for all"] == seen(registry, "plain")
    assert [("A", "of A again"), (None, "for all")] == [
        (owner, one.description) for owner, one in done(registry.loaded())
    ]
    done(registry.forget("A"))
    assert ["for all"] * 3 == seen(registry, "plain")
    done(registry.forget())
    assert ["filed"] * 3 == seen(registry, "plain")


def test_all_scenarios_are_visible_without_a_client_id() -> None:
    """A client id sees one scenario per name."""
    registry = registry_of(filed("old"))
    for description, client_id in (("for all", None), ("of A", "A"), ("of B", "B")):
        done(registry.load(scenario("plain", description), client_id=client_id))
    found = [[one.description for one in done(registry.visible(client_id))] for client_id in (*CLIENTS, "C")]
    everything = ["filed", "for all", "of A", "of B"]
    assert [everything, ["filed", "of A"], ["filed", "of B"], ["filed", "for all"]] == found


def test_loaded_scenarios_stay_when_files_change() -> None:
    """They still override the files."""
    registry = registry_of(filed("plain", "old"))
    done(registry.load(scenario("plain", "for all")))
    done(registry.load(scenario("old", "of A"), client_id="A"))
    registry.replace_files(filed("plain", "new"))
    found = [seen(registry, name) for name in ("plain", "old", "new")]
    assert [["for all"] * 3, [None, "of A", None], ["filed"] * 3] == found


def test_a_scenario_that_is_loaded_again_counts_as_loaded_last() -> None:
    """Of equally specific matches it then comes first."""
    registry, match = registry_of(filed()), "match: {clientId: A}"
    for name in ("a", "b", "a"):
        done(registry.load(scenario(name, text=match)))
    matching = done(registry.library("A")).matching(Request("A", {}, {}))
    assert ["a", "b"] == [one.name for one in matching]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["filed", None, "A"]),
            st.sampled_from(["a", "b", "c"]),
            st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["1", "?", "*"])),
        ),
        max_size=8,
    ),
    st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["1", "2"])),
)
def test_the_most_specific_visible_scenario_matches(
    written: list[tuple[str | None, str, dict[str, str]]], body: dict[str, str]
) -> None:
    """Of equally specific ones the client's own, then those for all, then files; of each the one loaded last."""
    layers: dict[str | None, dict[str, Scenario]] = {"A": {}, None: {}, "filed": {}}
    registry = registry_of(Library(()))
    for layer, name, match in written:
        made = scenario(name, text=f"match: {json.dumps({'body': match})}" if match else "")
        layers[layer].pop(name, None)
        layers[layer][name] = made
        if layer == "filed":
            registry.replace_files(Library(layers["filed"].values()))
        else:
            done(registry.load(made, client_id=layer))
    nearest_first: dict[str, Scenario] = {}
    for scenarios in layers.values():
        for name in reversed(scenarios):
            nearest_first.setdefault(name, scenarios[name])
    request, budget = Request("A", {}, body), Budget(MAX_STEPS)
    fitting = [
        one
        for one in nearest_first.values()
        if one.match and all(condition.fits(condition.texts(request, budget), budget) for condition in one.match)
    ]
    weight = max((one.weight for one in fitting), default=None)
    assert [one for one in fitting if one.weight == weight] == done(registry.library("A")).matching(request)
    assert nearest_first == dict(done(registry.library("A")))


def test_the_number_of_loaded_scenarios_is_limited() -> None:
    """For all client ids together; a refused load changes nothing, and replacing needs no room."""
    registry = registry_of(filed(), most=3)
    done(registry.load(scenario("one")))
    done(registry.load(scenario("one"), scenario("two"), client_id="A"))
    before = state(registry)
    for client_id in CLIENTS:
        with pytest.raises(SetupError, match="at most 3 scenarios"):
            done(registry.load(scenario("more"), client_id=client_id))
    assert before == state(registry)
    done(registry.load(scenario("two", "again"), client_id="A"))
    done(registry.forget("A"))
    done(registry.load(scenario("more"), client_id="B"))
    assert [None, None, "loaded"] == seen(registry, "more")


def test_the_number_of_loaded_conditions_is_limited() -> None:
    """For all client ids together."""
    match = json.dumps({"match": {"body": {f"p{n}": {"present": False} for n in range(MAX_CONDITIONS)}}})[1:-1]
    registry = registry_of(filed())
    for number in range(MOST_CONDITIONS // MAX_CONDITIONS):
        done(registry.load(scenario(f"s{number}", text=match), client_id="AB"[number % 2]))
    more = scenario("more", text="match: {clientId: C}")
    with pytest.raises(SetupError, match=f"{MOST_CONDITIONS + 1} conditions, expected at most {MOST_CONDITIONS}"):
        done(registry.load(more))
    done(registry.load(scenario("s0", text=match), scenario("without"), client_id="A"))
    done(registry.forget("B"))
    done(registry.load(more))


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
