"""Which step of a scenario a call or a notification plays."""

from __future__ import annotations

import pytest

from mock_alipay.scenarios import NotificationStep, Selector
from tests.memory import done
from tests.scenarios.choosing import SERIES, choose, load, new_selector, results

STEPS = ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS", "SUCCESS"]


def test_steps_are_counted_per_client_id_and_request_id() -> None:
    """The last step repeats; calls about no known payment are counted per client id, as is ``count: client``."""
    selector = new_selector()
    assert STEPS == results(selector, 4, "series--1")
    assert [STEPS[:2]] * 2 == [results(selector, 2, "series--2"), results(selector, 2, "series--1", "B")]
    assert 4 == choose(selector, "series--1").nth
    calls = ((None, "A"), (None, "B"), (None, "A"), ("id", "A"))
    assert [0, 0, 1, 0] == [choose(selector, *call, named="series").nth for call in calls]
    assert [0, 1] == [choose(selector, "late--1").nth for _ in range(2)]  # A random delay differs from call to call.
    assert [0, 0] == [choose(selector).nth for _ in range(2)]
    for client_id in "AB":
        assert STEPS == [results(selector, 1, f"by-client--{n}", client_id)[0] for n in range(4)]


@pytest.mark.parametrize("by", ["header", "id", "setting", "default"])
def test_steps_for_all_endpoints_play_where_an_endpoint_has_none(by: str) -> None:
    """However the scenario is selected; each endpoint starts at the first step."""
    selector = new_selector(default="wild" if by == "default" else "plain")
    if by == "setting":
        done(selector.prefer("wild"))
    request_id, named = "wild--1" if by == "id" else "id", "wild" if by == "header" else None
    expected = {"refund": [STEPS[0], None], "pay": [STEPS[0], None], "cancel": ["PROCESS_FAIL"] * 2}
    assert expected == {
        endpoint: [choose(selector, request_id, endpoint=endpoint, named=named).step.result for _ in range(2)]
        for endpoint in expected
    }


@pytest.mark.parametrize(("default", "result"), [("plain", None), ("wild", "UNKNOWN_EXCEPTION")])
def test_steps_for_all_endpoints_do_not_follow_a_payment(default: str, result: str | None) -> None:
    """An inquiry after a lost reply must work; steps of the endpoint itself still play."""
    selector = new_selector(default=default)
    found = [choose(selector, endpoint=endpoint, began="wild").step.result for endpoint in ("inquiryPayment", "cancel")]
    assert [result, "PROCESS_FAIL"] == found


def notice(selector: Selector, scenario: str, request_id: str = "id", client_id: str = "A") -> NotificationStep:
    return done(selector.notification_step(scenario, "payments/notifyPayment", client_id, request_id))[0]


def test_notices_are_played_in_order() -> None:
    """Counted per client id and payment, or per client id; without a notice the notification is sent as usual."""
    selector, first = new_selector(), NotificationStep(drop=True)
    series = [first, NotificationStep(copies=2), NotificationStep(), NotificationStep()]
    assert series == [notice(selector, "notices") for _ in range(4)]
    assert [first] * 2 == [notice(selector, "notices", "other"), notice(selector, "notices", client_id="B")]
    by_client = [notice(selector, "by-client", *call) for call in (("1", "A"), ("2", "A"), ("1", "B"))]
    assert [first, NotificationStep(), first] == by_client
    for scenario in ("plain", "gone"):
        step = done(selector.notification_step(scenario, "payments/notifyPayment", "A", "id"))
        assert (NotificationStep(), 0) == step


def test_a_scenario_may_notify_before_the_reply() -> None:
    """Any of its notices of that name may say so."""
    selector = new_selector()
    names = ("before-reply", "notices", "plain", "gone")
    found = [selector.notifies_before_reply(name, "payments/notifyPayment", "A") for name in names]
    assert [True, False, False, False] == found
    assert not selector.notifies_before_reply("before-reply", "payments/notifyCapture", "A")


@pytest.mark.parametrize("client_id", [None, "A"])
def test_a_scenario_that_is_loaded_again_starts_at_its_first_step(client_id: str | None) -> None:
    """Only for the client ids it was loaded for; other scenarios go on where they are."""
    selector = new_selector()
    for caller in "AB":
        for request_id in ("series--1", "series--2", "by-client--1"):
            results(selector, 1, request_id, caller)
    load(selector, "series", client_id, SERIES.replace("UNKNOWN_EXCEPTION", "RISK_REJECT"))
    assert [["RISK_REJECT", "PROCESS_FAIL"]] * 2 == [results(selector, 2, f"series--{number}") for number in (1, 2)]
    assert (["PROCESS_FAIL"] if client_id else ["RISK_REJECT"]) == results(selector, 1, "series--1", "B")
    assert [["PROCESS_FAIL"]] * 2 == [results(selector, 1, "by-client--1", caller) for caller in "AB"]


@pytest.mark.parametrize("client_id", ["A", None])
def test_a_reset_deletes_settings_counters_and_loaded_scenarios(client_id: str | None) -> None:
    """Of one client id or of all."""
    selector = new_selector()
    for caller in "AB":
        load(selector, "mine", caller)
        done(selector.prefer("mine", client_id=caller))
        results(selector, 1, "series--1", caller)
        notice(selector, "notices", client_id=caller)
    done(selector.forget(client_id))
    kept = ["B"] if client_id else []
    assert kept == [owner for owner, _, _ in selector.preferences()]
    assert kept == [owner for owner, _ in selector.registry.loaded()]
    steps = [results(selector, 1, "series--1", caller)[0] for caller in "AB"]
    assert [STEPS[0], STEPS[1 if client_id else 0]] == steps
    assert [True, not client_id] == [notice(selector, "notices", client_id=caller).drop for caller in "AB"]
