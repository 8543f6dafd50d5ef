"""Scenarios of files and scenarios loaded at run time, as each client id sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

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


def scenario(name: str, told: str = "loaded", text: str = "") -> Scenario:
    """A scenario; ``told`` is its description."""
    return read_text(name, f"description: {told}.\n{text}", f"{told} {name}", VOCABULARY)


def claiming(name: str, value: str, told: str = "loaded") -> Scenario:
    """A scenario that claims payments of some amount."""
    return scenario(name, told, f"match: {{body: {{paymentAmount.value: '{value}'}}}}")


def filed(*scenarios: Scenario) -> Library:
    """What files say: a plain scenario and others."""
    return Library([scenario("plain", "filed"), *scenarios])


def told(registry: Registry, name: str) -> list[str | None]:
    """The description of a scenario as everyone, A and B see it; None where they do not."""
    found = [done(registry.library(client_id)).get(name) for client_id in CLIENTS]
    return [one.description.rstrip(".") if one else None for one in found]


def seen(registry: Registry) -> list[Any]:
    """Everything that it shows."""
    return [
        *(dict(done(registry.library(client_id))) for client_id in CLIENTS),
        done(registry.loaded()),
        done(registry.visible()),
    ]


def test_everyone_sees_the_scenarios_of_files() -> None:
    """Just these, by name, and nobody has any other."""
    library = filed(scenario("other", "filed"))
    registry = registry_of(library)
    for client_id in CLIENTS:
        found = done(registry.library(client_id))
        assert (["other", "plain"], 2, dict(library)) == (list(found), len(found), dict(found))
        assert ("plain" in found, "none" in found, found.get("none")) == (True, False, None)
        assert list(library.values()) == done(registry.visible(client_id))
    assert [] == done(registry.loaded())


def test_a_scenario_for_all_is_seen_by_all() -> None:
    """Also by clients that have scenarios of their own, whichever came first."""
    registry, own, early, late = registry_of(filed()), scenario("own"), scenario("early"), scenario("late")
    done(registry.load(early))
    done(registry.load(own, client_id="A"))
    done(registry.load(late))
    assert [["loaded"] * 3, [None, "loaded", None], ["loaded"] * 3] == [
        told(registry, name) for name in ("early", "own", "late")
    ]
    assert [(None, early), (None, late), ("A", own)] == done(registry.loaded())


def test_the_nearest_scenario_of_a_name_is_seen() -> None:
    """A client's own before that for all, and that before the files'; each load takes the place of the one before."""
    registry = registry_of(filed())
    done(registry.load(scenario("plain", "of A"), client_id="A"))
    assert ["filed", "of A", "filed"] == told(registry, "plain")
    done(registry.load(scenario("plain", "for all")))
    assert ["for all", "of A", "for all"] == told(registry, "plain")
    done(registry.load(scenario("plain", "of A again"), client_id="A"))
    assert ["for all", "of A again", "for all"] == told(registry, "plain")
    assert ["of A again.", "for all."] == [one.description for _, one in done(registry.loaded())]


def test_a_scenario_that_is_replaced_claims_nothing_any_more() -> None:
    """Only what is seen can be played."""
    registry = registry_of(filed(claiming("rich", "100", "filed")))
    done(registry.load(claiming("rich", "200"), client_id="A"))
    done(registry.load(claiming("poor", "100"), client_id="A"))

    def matching(client_id: str, value: str) -> list[str]:
        request = Request(client_id, {}, {"paymentAmount": {"value": value}})
        return [f"{one.description} {one.name}" for one in done(registry.library(client_id)).matching(request)]

    assert [["loaded. poor"], ["loaded. rich"]] == [matching("A", value) for value in ("100", "200")]
    assert [["filed. rich"], []] == [matching("B", value) for value in ("100", "200")]


def matching(registry: Registry, value: str = "100", **more: str) -> list[list[str]]:
    """Which scenarios claim a call of everyone's, of A and of B, the one that plays first; C stands for everyone."""
    calls = [Request(client_id or "C", {}, {"paymentAmount": {"value": value}, **more}) for client_id in CLIENTS]
    found = [done(registry.library(request.client_id)).matching(request) for request in calls]
    return [[f"{one.name} {one.description.rstrip('.')}" for one in scenarios] for scenarios in found]


def test_of_scenarios_that_claim_with_equal_weight_the_nearest_goes_first() -> None:
    """A client's own, then those for all, then the files'; of each the one loaded last."""
    registry = registry_of(filed(claiming("c", "100", "filed"), claiming("e", "100", "filed")))
    files = ["e filed", "c filed"]
    assert [files] * 3 == matching(registry)
    done(registry.load(claiming("a", "100", "of A"), client_id="A"))
    assert [files, ["a of A", *files], files] == matching(registry)
    done(registry.load(claiming("b", "100", "for all")))
    done(registry.load(scenario("d", "for all", "match: {body: {shop: x}}")))
    for_all = ["d for all", "b for all", *files]
    assert [for_all, ["a of A", *for_all], for_all] == matching(registry, shop="x")
    done(registry.load(claiming("b", "100", "for all")))
    for_all[:2] = reversed(for_all[:2])
    assert [for_all, ["a of A", *for_all], for_all] == matching(registry, shop="x")
    registry.replace_files(filed(claiming("f", "200", "filed")))
    assert [["b for all"], ["a of A", "b for all"], ["b for all"]] == matching(registry)
    assert [["f filed"]] * 3 == matching(registry, "200")
    done(registry.forget("A"))
    assert [["b for all"]] * 3 == matching(registry)
    done(registry.forget())
    assert [[]] * 3 == matching(registry)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["filed", None, "A"]),
            st.sampled_from(["a", "b", "c", "d"]),
            st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["1", "2", "?", "*"])),
        ),
        max_size=8,
    ),
    st.dictionaries(st.sampled_from(["p", "q"]), st.sampled_from(["1", "2"])),
)
def test_whatever_is_loaded_the_best_of_what_is_seen_claims(
    written: list[tuple[str | None, str, dict[str, str]]], body: dict[str, str]
) -> None:
    """As if each scenario that is seen were asked: the heaviest that fit, the latest of the nearest layer first."""
    places: dict[str | None, dict[str, Scenario]] = {"A": {}, None: {}, "filed": {}}
    registry = registry_of(Library(()))
    for place, name, match in written:
        made = scenario(name, "x", f"match: {json.dumps({'body': match})}" if match else "")
        places[place].pop(name, None)
        places[place][name] = made
        if place == "filed":
            registry.replace_files(Library(places["filed"].values()))
        else:
            done(registry.load(made, client_id=place))
    request = Request("A", {}, body)
    nearest_first: dict[str, Scenario] = {}
    for layer in places.values():
        for name in reversed(layer):
            nearest_first.setdefault(name, layer[name])
    fitting = [
        one
        for one in nearest_first.values()
        if one.match
        and all(
            condition.fits(condition.texts(request, Budget(MAX_STEPS)), Budget(MAX_STEPS)) for condition in one.match
        )
    ]
    most = max((one.weight for one in fitting), default=None)
    assert [one for one in fitting if one.weight == most] == done(registry.library("A")).matching(request)
    assert nearest_first == dict(done(registry.library("A")))


def test_loaded_scenarios_have_a_limited_number_of_conditions_together() -> None:
    """Those of all clients count; one that is refused changes nothing, and a reset makes room."""
    match = json.dumps({"match": {"body": {f"p{n}": {"present": False} for n in range(MAX_CONDITIONS)}}})[1:-1]
    registry = registry_of(filed())
    for number in range(MOST_CONDITIONS // MAX_CONDITIONS):
        done(registry.load(scenario(f"s{number}", text=match), client_id="AB"[number % 2]))
    before = seen(registry)
    with pytest.raises(SetupError, match=f"{MOST_CONDITIONS + 1} conditions, expected at most {MOST_CONDITIONS}"):
        done(registry.load(claiming("more", "1")))
    assert before == seen(registry)
    done(registry.load(scenario("s0", text=match), scenario("without"), client_id="A"))
    done(registry.forget("B"))
    done(registry.load(claiming("more", "1")))


def test_loaded_scenarios_take_a_limited_number_of_bytes_together() -> None:
    """Those of all clients count, and what is replaced does not."""
    registry = registry_of(filed())
    half, more = (replace(scenario("big"), size=size) for size in (MAX_LOADED_BYTES // 2, MAX_LOADED_BYTES // 2 + 1))
    done(registry.load(half))
    with pytest.raises(SetupError, match=f"{MAX_LOADED_BYTES + 1} bytes, expected at most {MAX_LOADED_BYTES}; a reset"):
        done(registry.load(more, client_id="A"))
    done(registry.load(half, client_id="A"))
    assert (2, MAX_LOADED_BYTES) == done(registry.held())
    done(registry.forget("A"))
    done(registry.load(more))
    assert (1, MAX_LOADED_BYTES // 2 + 1) == done(registry.held())


def test_files_may_change_beneath() -> None:
    """Loaded scenarios stay as they are and where they are."""
    registry = registry_of(filed(scenario("old", "filed")))
    done(registry.load(scenario("plain", "for all")))
    done(registry.load(scenario("old", "of A"), client_id="A"))
    registry.replace_files(filed(scenario("new", "filed")))
    assert ["for all"] * 3 == told(registry, "plain")
    assert [None, "of A", None] == told(registry, "old")
    assert ["filed"] * 3 == told(registry, "new")
    done(registry.forget())
    assert [["filed"] * 3, [None] * 3, ["filed"] * 3] == [told(registry, name) for name in ("plain", "old", "new")]


def test_all_that_is_loaded_is_visible_to_whoever_asks_for_no_client() -> None:
    """A client sees one scenario of each name; without a client all are there, also those of one name."""
    registry = registry_of(filed(scenario("old", "filed")))
    for told_, client_id in (("for all", None), ("of A", "A"), ("of B", "B")):
        done(registry.load(scenario("plain", told_), client_id=client_id))
    done(registry.load(scenario("own"), client_id="A"))
    found = [
        [f"{one.name} {one.description}" for one in done(registry.visible(client_id))] for client_id in (*CLIENTS, "C")
    ]
    assert found == [
        ["old filed.", "plain for all.", "own loaded.", "plain of A.", "plain of B."],
        ["old filed.", "own loaded.", "plain of A."],
        ["old filed.", "plain of B."],
        ["old filed.", "plain for all."],
    ]


def test_one_client_s_scenarios_are_forgotten_and_no_other_s() -> None:
    """It sees again what everyone sees; an unknown one's are none."""
    registry = registry_of(filed())
    done(registry.load(scenario("plain", "for all")))
    for client_id in ("A", "B"):
        done(registry.load(scenario("plain", f"of {client_id}"), client_id=client_id))
    done(registry.forget("unknown"))
    done(registry.forget("A"))
    assert ["for all", "for all", "of B"] == told(registry, "plain")
    assert [None, "B"] == [client_id for client_id, _ in done(registry.loaded())]


def test_only_so_many_are_loaded() -> None:
    """Of all clients together; one that replaces another takes no more room, and a reset makes some."""
    registry = registry_of(filed(), most=3)
    done(registry.load(scenario("one")))
    done(registry.load(scenario("one"), client_id="A"))
    done(registry.load(scenario("two"), client_id="A"))
    before = seen(registry)
    for client_id in CLIENTS:
        with pytest.raises(SetupError, match="at most 3 scenarios can be loaded; a reset deletes them"):
            done(registry.load(scenario("more"), client_id=client_id))
    assert before == seen(registry)
    done(registry.load(scenario("one", "again")))
    done(registry.load(scenario("two", "again"), client_id="A"))
    done(registry.forget("A"))
    done(registry.load(scenario("more"), client_id="B"))
    assert [None, None, "loaded"] == told(registry, "more")
    before = seen(registry)
    with pytest.raises(SetupError, match="at most 3"):
        done(registry.load(*(scenario(name) for name in ("more", "and-more", "most")), client_id="B"))
    assert before == seen(registry)
