"""Which scenario a call plays."""

from __future__ import annotations

from typing import Any

import pytest

from mock_alipay.contracts.names import Act
from mock_alipay.errors import TooManyClientIds, UnknownScenario
from mock_alipay.scenarios.matching import MAX_STEPS
from tests.memory import done
from tests.scenarios.choosing import TEXTS, choose, library, load, new_selector
from tests.scenarios.loading import Request


def test_the_most_direct_way_of_selection_applies() -> None:
    """Header, request id, the scenario set for the client id or for all, a match, that of the payment, the default.

    A scenario that does not exist for the client id is ignored.
    """
    selector = new_selector()
    load(selector, "mine", "B")

    def chosen(request_id: str = "id", client_id: str = "A", **call: Any) -> tuple[str, str]:
        choice = choose(selector, request_id, client_id, endpoint="refund", **call)
        return choice.scenario, choice.reason.partition(", but it has no step for refund")[0]

    for began in (None, "gone", "mine"):
        assert ("plain", "the default") == chosen(began=began)
    assert ("first", "what the call is about began in it") == chosen(began="first")
    assert ("claims", "its match fits: amount") == chosen(began="first", amount="7")
    done(selector.prefer("first"))
    assert ("first", "set for all client ids") == chosen(began="series", amount="7")
    # A payment that was created in the scenario that is set plays in it anyway, and needs no hint.
    hints = [choose(selector, endpoint="refund", began=began).hint for began in ("series", "first")]
    assert [True, False] == [hint is not None for hint in hints]
    done(selector.prefer("second-best", client_id="A"))
    assert ("second-best", "set for client id A") == chosen(amount="7")
    assert ("first", "set for all client ids") == chosen(client_id="B", amount="7")
    assert ("late", "paymentRequestId begins with late--") == chosen("late--1", began="first")
    assert ("series", "named by the mock-scenario header") == chosen("late--1", named="series")


def test_the_reason_names_other_scenarios_that_match_equally_well() -> None:
    """The one loaded last plays; the length of the reason is limited."""
    selector = new_selector()
    choice = choose(selector, client_id="both", amount="7")
    assert ("claims-too", "claims") == (choice.scenario, choice.reason.rpartition(": ")[2])
    for number in range(60):
        load(selector, f"of-many-{number}", "both", "match: {clientId: both}")
    assert len(choose(selector, client_id="both").reason) < 300


def test_a_scenario_whose_match_needs_too_many_steps_is_named_in_a_hint() -> None:
    """Another scenario plays."""
    selector = new_selector()
    load(selector, "mine", "A", "match: {body: {amount: '*x'}}")
    choice = choose(selector, amount="1" * (MAX_STEPS + 1))
    assert "plain" == choice.scenario
    assert str(choice.hint).startswith("match: mine: ")


def test_a_request_id_may_begin_with_a_scenario() -> None:
    """Two dashes end the name; a misspelt name causes a hint."""
    selector = new_selector()
    for request_id in ("second-best--", "second-best--1--2"):
        assert ("second-best", None) == (choose(selector, request_id).scenario, choose(selector, request_id).hint)
    for request_id in ("second-best-1", "--second-best", "order-17--second-best"):
        assert ("plain", None) == (choose(selector, request_id).scenario, choose(selector, request_id).hint)
    misspelt = choose(selector, "Second-best--1")
    assert ("plain", True) == (misspelt.scenario, "did you mean second-best--?" in str(misspelt.hint))


@pytest.mark.parametrize("named", ["sries", "", "series ", "SERIES"])
def test_an_unknown_name_in_the_header_is_refused(named: str) -> None:
    """The error lists the known names; no other way of selection is tried."""
    with pytest.raises(UnknownScenario) as caught:
        choose(new_selector(), "late--1", named=named)
    assert {"known": sorted(TEXTS)} == caught.value.extra
    assert f"'{named}'" in caught.value.detail


def test_a_scenario_set_for_some_calls_plays_for_exactly_these() -> None:
    """Calls that name a scenario, and calls of other client ids, are not counted; each setting has its own count."""
    selector = new_selector()
    done(selector.prefer("first", times=2))
    done(selector.prefer("late", client_id="A", times=1))
    for call in ({"named": "series"}, {"request_id": "series--1"}):
        choose(selector, **call)
    found = [choose(selector) for _ in range(4)]
    assert ["late", "first", "first", "plain"] == [choice.scenario for choice in found]
    assert "set for client id A, 0 more calls" == found[0].reason
    assert [] == selector.preferences()


@pytest.mark.parametrize(
    ("text", "endpoint", "counts"),
    [
        ("pay: {}", "pay", True),
        ("pay: {}", "refund", False),
        ("'*': {}", "refund", True),
        ("buyer: {action: pay}", "createPaymentSession", True),
        ("notifyRefund: {drop: true}", "pay", True),
        ("buyer: {action: pay}", "inquiryPayment", False),
    ],
)
def test_a_setting_counts_calls_that_the_scenario_changes(text: str, endpoint: str, counts: bool) -> None:
    """By a step, or because the call creates a payment with acts or notices; other calls get a hint."""
    selector = new_selector()
    load(selector, "tale", text=text)
    done(selector.prefer("tale", client_id="A", times=1))
    choice = choose(selector, endpoint=endpoint)
    reason = "set for client id A, 0 more calls"
    if not counts:
        reason = f"set for client id A, 1 more calls, but it has no step for {endpoint}: this call does not count"
    assert (reason, None if counts else f"scenario tale: {reason}") == (choice.reason, choice.hint)
    assert ([] if counts else [("A", "tale", 1)]) == selector.preferences()


def test_settings_are_changed_and_cleared() -> None:
    """For one client id or all; a set scenario that no longer exists is ignored."""
    selector = new_selector()
    for client_id in (None, "A", "B"):
        done(selector.prefer("series", client_id=client_id, times=1))
        done(selector.prefer("first", client_id=client_id))
    done(selector.clear("A"))
    assert [(None, "first", None), ("B", "first", None)] == selector.preferences()
    done(selector.prefer("late"))
    selector.registry.replace_files(library(without="first"))
    assert "late" == choose(selector, client_id="B").scenario
    done(selector.clear())
    assert [] == selector.preferences()


def test_the_number_of_settings_is_limited() -> None:
    """A client id that has one may change it."""
    selector = new_selector(most=2)
    for client_id in (None, "A", "A"):
        done(selector.prefer("first", client_id=client_id))
    with pytest.raises(TooManyClientIds, match="for 2 client ids"):
        done(selector.prefer("first", client_id="B"))
    done(selector.forget("A"))
    done(selector.prefer("first", client_id="B"))


def test_a_loaded_scenario_is_selected_in_every_way() -> None:
    """By header, request id, setting and match; only by the client id that it was loaded for."""
    selector = new_selector()
    load(selector, "mine-only", "A", "match: {body: {amount: '9'}}\nbuyer: {action: leave}")
    for client_id, expected in (("A", "mine-only"), ("B", "plain")):
        assert expected == choose(selector, "mine-only--1", client_id).scenario
        assert expected == choose(selector, client_id=client_id, amount="9").scenario
    hints = [choose(selector, "mine-onli--1", client_id).hint for client_id in "AB"]
    assert [True, False] == [hint is not None for hint in hints]
    assert (Act("leave"),) == choose(selector, named="mine-only").buyer
    for attempt in (
        lambda: choose(selector, client_id="B", named="mine-only"),
        lambda: done(selector.prefer("mine-only", client_id="B")),
        lambda: done(selector.prefer("mine-only")),
    ):
        with pytest.raises(UnknownScenario) as caught:
            attempt()
        assert "mine-only" not in caught.value.extra["known"]
    done(selector.prefer("mine-only", client_id="A"))
    assert "mine-only" == choose(selector).scenario


def test_a_refused_call_learns_what_it_would_have_played() -> None:
    """Nothing is counted; None if the scenario does not exist or does not change the call."""
    selector = new_selector()
    done(selector.prefer("series", client_id="A", times=1))

    def would_play(request_id: str | None, named: str | None = None, client_id: str = "A", path: str = "pay") -> Any:
        headers = {"mock-scenario": named} if named else {}
        return selector.would_play(f"payments/{path}", request_id, Request(client_id, headers, {}))

    assert "scenario late would have played (named by the mock-scenario header)" == would_play("id", "late")
    assert "scenario late would have played (paymentRequestId begins with late--)" == would_play("late--1")
    assert "scenario series would have played (set for client id A)" == would_play(None)
    nothing = [would_play("id", "sries"), would_play(None, path="refund"), would_play(None, client_id="B")]
    assert [None] * 3 == nothing
    assert ([("A", "series", 1)], 0) == (selector.preferences(), choose(selector).nth)
