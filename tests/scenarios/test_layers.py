"""Stories of files and stories loaded at run time, as each client id sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Story
from mock_alipay.scenarios import layers as module
from mock_alipay.scenarios.layers import Shelf
from tests.scenarios.tales import Request, read_text

SCHEMAS = Schemas()
CLIENTS = (None, "A", "B")


def story(name: str, told: str = "loaded", text: str = "") -> Story:
    """A story; ``told`` is its description."""
    return read_text(name, f"description: {told}.\n{text}", f"{told} {name}", SCHEMAS)


def claiming(name: str, value: str, told: str = "loaded") -> Story:
    """A story that claims payments of some amount."""
    return story(name, told, f"match: {{body: {{paymentAmount.value: '{value}'}}}}")


def filed(*stories: Story) -> Library:
    """What files say: a plain story and others."""
    return Library([story("plain", "filed"), *stories])


def told(shelf: Shelf, name: str) -> list[str | None]:
    """The description of a story as everyone, A and B see it; None where they do not."""
    found = [shelf.library(client_id).get(name) for client_id in CLIENTS]
    return [one.description.rstrip(".") if one else None for one in found]


def seen(shelf: Shelf) -> list[Any]:
    """Everything that the shelf shows."""
    return [*(dict(shelf.library(client_id)) for client_id in CLIENTS), shelf.loaded(), shelf.visible()]


def test_everyone_sees_the_stories_of_files() -> None:
    """Just these, by name, and nobody has any other."""
    library = filed(story("other", "filed"))
    shelf = Shelf(library)
    for client_id in CLIENTS:
        found = shelf.library(client_id)
        assert (["other", "plain"], 2, dict(library)) == (list(found), len(found), dict(found))
        assert ("plain" in found, "none" in found, found.get("none")) == (True, False, None)
        assert list(library.values()) == shelf.visible(client_id)
    assert [] == shelf.loaded()


def test_a_story_for_all_is_seen_by_all() -> None:
    """Also by clients that have stories of their own, whichever came first."""
    shelf, own, early, late = Shelf(filed()), story("own"), story("early"), story("late")
    shelf.load(early)
    shelf.load(own, "A")
    shelf.load(late)
    assert [["loaded"] * 3, [None, "loaded", None], ["loaded"] * 3] == [
        told(shelf, name) for name in ("early", "own", "late")
    ]
    assert [(None, early), (None, late), ("A", own)] == shelf.loaded()


def test_the_nearest_story_of_a_name_is_seen() -> None:
    """A client's own before that for all, and that before the files'; each load takes the place of the one before."""
    shelf = Shelf(filed())
    shelf.load(story("plain", "of A"), "A")
    assert ["filed", "of A", "filed"] == told(shelf, "plain")
    shelf.load(story("plain", "for all"))
    assert ["for all", "of A", "for all"] == told(shelf, "plain")
    shelf.load(story("plain", "of A again"), "A")
    assert ["for all", "of A again", "for all"] == told(shelf, "plain")
    assert ["of A again.", "for all."] == [one.description for _, one in shelf.loaded()]


def test_a_story_that_is_replaced_claims_nothing_any_more() -> None:
    """Only what is seen can be played."""
    shelf = Shelf(filed(claiming("rich", "100", "filed")))
    shelf.load(claiming("rich", "200"), "A")
    shelf.load(claiming("poor", "100"), "A")

    def claimed(client_id: str, value: str) -> list[str]:
        request = Request(client_id, {}, {"paymentAmount": {"value": value}})
        return [f"{one.description} {one.name}" for one in shelf.library(client_id).claimed(request)]

    assert [["loaded. poor"], ["loaded. rich"]] == [claimed("A", value) for value in ("100", "200")]
    assert [["filed. rich"], []] == [claimed("B", value) for value in ("100", "200")]


def claimed(shelf: Shelf, value: str = "100", **more: str) -> list[list[str]]:
    """The descriptions of the stories that claim a call of everyone's, of A and of B; C stands for everyone."""
    calls = [Request(client_id or "C", {}, {"paymentAmount": {"value": value}, **more}) for client_id in CLIENTS]
    found = [shelf.library(request.client_id).claimed(request) for request in calls]
    return [[f"{one.name} {one.description.rstrip('.')}" for one in stories] for stories in found]


def test_of_stories_that_claim_with_equal_weight_the_nearest_goes_first() -> None:
    """A client's own, then that for all, then the files'; whichever came first, and none of them ties."""
    shelf = Shelf(filed(claiming("c", "100", "filed")))
    assert [["c filed"]] * 3 == claimed(shelf)
    shelf.load(claiming("a", "100", "of A"), "A")
    assert [["c filed"], ["a of A"], ["c filed"]] == claimed(shelf)
    shelf.load(claiming("b", "100", "for all"))
    assert [["b for all"], ["a of A"], ["b for all"]] == claimed(shelf)
    shelf.refile(filed(claiming("c", "100", "filed"), claiming("d", "200", "filed")))
    assert [["b for all"], ["a of A"], ["b for all"]] == claimed(shelf)
    assert [["d filed"]] * 3 == claimed(shelf, "200")
    shelf.forget("A")
    assert [["b for all"]] * 3 == claimed(shelf)
    shelf.forget()
    assert [["c filed"]] * 3 == claimed(shelf)


@pytest.mark.parametrize("own", ["filed", None, "A"])
@pytest.mark.parametrize("other", ["filed", None, "A"])
def test_the_more_particular_story_goes_first_wherever_it_is(own: str | None, other: str | None) -> None:
    """However near the other is: more conditions, and a value before a glob."""
    texts = {
        "two": "match: {body: {paymentAmount.value: '1??', shop: '*'}}",
        "value": "match: {body: {paymentAmount.value: '100'}}",
        "glob": "match: {body: {paymentAmount.value: '1*'}}",
    }
    places = {"two": own, "value": other, "glob": own}
    stories = {name: story(name, "x", text) for name, text in texts.items()}
    shelf = Shelf(filed(*(stories[name] for name, place in places.items() if place == "filed")))
    for name, place in places.items():
        if place != "filed":
            shelf.load(stories[name], place)
    assert [["two x"], ["value x"], ["glob x"]] == [
        claimed(shelf, value, **more)[1] for value, more in (("100", {"shop": "x"}), ("100", {}), ("101", {}))
    ]


def test_stories_of_one_layer_that_look_at_other_places_are_all_named() -> None:
    """Those of a layer behind it with the same weight are not."""
    shelf = Shelf(filed(claiming("c", "100", "filed"), story("e", "filed", "match: {body: {shop: x}}")))
    assert [["c filed", "e filed"]] * 3 == claimed(shelf, shop="x")
    shelf.load(claiming("a", "100"), "A")
    assert ["a loaded"] == claimed(shelf, shop="x")[1]
    shelf.load(story("b", "loaded", "match: {body: {shop: x}}"), "A")
    assert ["a loaded", "b loaded"] == claimed(shelf, shop="x")[1]


def test_a_story_behind_one_that_is_replaced_still_claims() -> None:
    """Only the replaced one itself is out of the way, however particular it was."""
    two = "match: {body: {paymentAmount.value: '100', shop: x}}"
    shelf = Shelf(filed(story("rich", "filed", two), claiming("poor", "100", "filed")))
    assert [["rich filed"]] * 3 == claimed(shelf, shop="x")
    shelf.load(story("rich"), "A")
    assert [["rich filed"], ["poor filed"], ["rich filed"]] == claimed(shelf, shop="x")
    shelf.load(story("poor"))
    assert [["rich filed"], [], ["rich filed"]] == claimed(shelf, shop="x")


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
    """As if each story that is seen were asked: the heaviest that fit, of the nearest layer that has such."""
    layers: dict[str | None, dict[str, Story]] = {"A": {}, None: {}, "filed": {}}
    shelf = Shelf(Library(()))
    for place, name, match in written:
        made = story(name, "x", f"match: {json.dumps({'body': match})}" if match else "")
        try:
            if place == "filed":
                shelf.refile(Library({**layers["filed"], name: made}.values()))
            else:
                shelf.load(made, place)
        except SetupError:
            continue
        layers[place][name] = made
    request = Request("A", {}, body)
    seen_by_a: dict[str, tuple[int, Story]] = {}
    for depth, layer in enumerate(layers.values()):
        for name, one in layer.items():
            seen_by_a.setdefault(name, (depth, one))
    fitting = [
        (one.weight, -depth, name)
        for name, (depth, one) in seen_by_a.items()
        if one.match and all(condition.holds(request) for condition in one.match)
    ]
    expected = {name for weight, near, name in fitting if (weight, near) == max(fitting)[:2]}
    assert expected == {one.name for one in shelf.library("A").claimed(request)}
    assert {name: one for name, (_, one) in seen_by_a.items()} == dict(shelf.library("A"))


@pytest.mark.parametrize("client_id", [None, "A"])
def test_a_tie_is_refused_and_changes_nothing(client_id: str | None) -> None:
    """Within what was loaded for all, or for one client; both are named, the newcomer first."""
    shelf = Shelf(filed())
    shelf.load(claiming("rich", "100"), client_id)
    shelf.load(story("other"), client_id)
    before = seen(shelf)
    with pytest.raises(SetupError, match=r"^loaded tie: .* ties with that of loaded rich: "):
        shelf.load(claiming("tie", "100"), client_id)
    assert before == seen(shelf)
    shelf.load(claiming("tie", "101"), client_id)
    assert "tie" in shelf.library(client_id)


def test_stories_of_two_clients_never_tie() -> None:
    """Neither sees the other's."""
    shelf = Shelf(filed())
    shelf.load(claiming("mine", "100"), "A")
    shelf.load(claiming("yours", "100"), "B")
    assert [[None, "loaded", None], [None, None, "loaded"]] == [told(shelf, name) for name in ("mine", "yours")]


def test_a_story_may_take_the_place_of_the_one_that_it_would_tie_with() -> None:
    """Under the same name there is only one of them."""
    shelf = Shelf(filed(claiming("rich", "100", "filed")))
    shelf.load(claiming("rich", "100", "for all"))
    shelf.load(claiming("rich", "100", "of A"), "A")
    assert ["for all", "of A", "for all"] == told(shelf, "rich")


def test_files_may_change_beneath() -> None:
    """Loaded stories stay as they are and where they are."""
    shelf = Shelf(filed(story("old", "filed")))
    shelf.load(story("plain", "for all"))
    shelf.load(story("old", "of A"), "A")
    shelf.refile(filed(story("new", "filed")))
    assert ["for all"] * 3 == told(shelf, "plain")
    assert [None, "of A", None] == told(shelf, "old")
    assert ["filed"] * 3 == told(shelf, "new")
    shelf.forget()
    assert [["filed"] * 3, [None] * 3, ["filed"] * 3] == [told(shelf, name) for name in ("plain", "old", "new")]


def test_all_that_is_loaded_is_visible_to_whoever_asks_for_no_client() -> None:
    """A client sees one story of each name; without a client all are there, also those of one name."""
    shelf = Shelf(filed(story("old", "filed")))
    for told_, client_id in (("for all", None), ("of A", "A"), ("of B", "B")):
        shelf.load(story("plain", told_), client_id)
    shelf.load(story("own"), "A")
    found = [[f"{one.name} {one.description}" for one in shelf.visible(client_id)] for client_id in (*CLIENTS, "C")]
    assert found == [
        ["old filed.", "plain for all.", "own loaded.", "plain of A.", "plain of B."],
        ["old filed.", "own loaded.", "plain of A."],
        ["old filed.", "plain of B."],
        ["old filed.", "plain for all."],
    ]


def test_one_client_s_stories_are_forgotten_and_no_other_s() -> None:
    """It sees again what everyone sees; an unknown one's are none."""
    shelf = Shelf(filed())
    shelf.load(story("plain", "for all"))
    for client_id in ("A", "B"):
        shelf.load(story("plain", f"of {client_id}"), client_id)
    shelf.forget("unknown")
    shelf.forget("A")
    assert ["for all", "for all", "of B"] == told(shelf, "plain")
    assert [None, "B"] == [client_id for client_id, _ in shelf.loaded()]


def test_only_so_many_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all clients together; one that replaces another takes no more room, and a reset makes some."""
    monkeypatch.setattr(module, "MOST_LOADED", 3)
    shelf = Shelf(filed())
    shelf.load(story("one"))
    shelf.load(story("one"), "A")
    shelf.load(story("two"), "A")
    before = seen(shelf)
    for client_id in CLIENTS:
        with pytest.raises(SetupError, match="3 scenarios are loaded already; a reset forgets them"):
            shelf.load(story("more"), client_id)
    assert before == seen(shelf)
    shelf.load(story("one", "again"))
    shelf.load(story("two", "again"), "A")
    shelf.forget("A")
    shelf.load(story("more"), "B")
    assert [None, None, "loaded"] == told(shelf, "more")
