"""Stories of files and stories loaded at run time, as each client id sees them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenario import Library, Story
from mock_alipay.scenario import shelf as module
from mock_alipay.scenario.library import read_text
from mock_alipay.scenario.matching import Sight
from mock_alipay.scenario.shelf import Shelf
from mock_alipay.schema import Schemas

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
    return [*(dict(shelf.library(client_id)) for client_id in CLIENTS), shelf.loaded()]


def test_everyone_sees_the_stories_of_files() -> None:
    """One and the same library."""
    library = filed()
    shelf = Shelf(library)
    assert all(shelf.library(client_id) is library for client_id in CLIENTS)
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
        sight = Sight(client_id, {}, {"paymentAmount": {"value": value}})
        return [f"{one.description} {one.name}" for one in shelf.library(client_id).claimed(sight)]

    assert [["loaded. poor"], ["loaded. rich"]] == [claimed("A", value) for value in ("100", "200")]
    assert [["filed. rich"], []] == [claimed("B", value) for value in ("100", "200")]


@pytest.mark.parametrize("client_id", [None, "A"])
@pytest.mark.parametrize("rival", ["filed", "loaded for all", "loaded for A"])
def test_a_tie_is_refused_and_changes_nothing(client_id: str | None, rival: str) -> None:
    """With a file's story, with one for all, and with one of a client; both are named."""
    shelf = Shelf(filed(*[claiming("rich", "100", "filed")] if rival == "filed" else []))
    if rival != "filed":
        shelf.load(claiming("rich", "100"), "A" if rival == "loaded for A" else None)
    shelf.load(story("other"), client_id)
    before = seen(shelf)
    with pytest.raises(SetupError, match=r"^loaded tie: .* ties with that of (filed|loaded) rich: |"
                       r"^(filed|loaded) rich: .* ties with that of loaded tie: "):  # fmt: skip
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


@pytest.mark.parametrize("client_id", [None, "A"])
def test_files_that_tie_with_a_loaded_story_change_nothing(client_id: str | None) -> None:
    """Not for anyone, and the next good change is taken over whole."""
    shelf = Shelf(filed(story("old", "filed")))
    shelf.load(claiming("mine", "100"), client_id)
    shelf.load(story("other"), "B")
    before = seen(shelf)
    with pytest.raises(SetupError, match="ties with"):
        shelf.refile(filed(story("new", "filed"), claiming("tie", "100", "filed")))
    assert before == seen(shelf)
    shelf.load(story("another"))
    assert [["filed"] * 3, [None] * 3] == [told(shelf, name) for name in ("old", "tie")]
    shelf.forget(client_id)
    shelf.refile(filed(claiming("tie", "100", "filed")))
    assert [[None] * 3, ["filed"] * 3] == [told(shelf, name) for name in ("old", "tie")]


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
