"""Which scenario a call plays, and at which step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts.names import Act
from mock_alipay.errors import TooManyClientIds, UnknownScenario
from mock_alipay.scenarios import Choice, Library, NotificationStep, Selector
from mock_alipay.scenarios.matching import MAX_STEPS
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request, read_text

SERIES = "pay: [{result: UNKNOWN_EXCEPTION}, {result: PROCESS_FAIL}, {result: SUCCESS}]"
TEXTS = {
    "plain": "",
    "first": "pay: {}",
    "second-best": "pay: {}",
    "claims": "match: {body: {amount: '7'}}",
    "claims-too": "match: {clientId: both}",
    "series": SERIES,
    "by-client": f"count: client\n{SERIES}\nnotifyPayment: [{{drop: true}}, {{}}]",
    "late": "pay: {delay: {min: 1s, max: 2s}}",
    "wild": "'*': [{result: UNKNOWN_EXCEPTION}, {}]\ncancel: {result: PROCESS_FAIL}",
    "notices": "notifyPayment: [{drop: true}, {duplicate: 2}, {}]",
    "before-reply": "notifyPayment: [{drop: true}, {before: reply}]",
}


def library(*, without: str | None = None) -> Library:
    """The scenarios of TEXTS."""
    texts = {name: f"description: x.\n{text}" for name, text in TEXTS.items() if name != without}
    return Library(read_text(name, text, name, VOCABULARY) for name, text in texts.items())


def new_selector(most: int = 10_000) -> Selector:
    """A selector with the scenarios of TEXTS and the default ``plain``."""
    return selector_of(library(), "plain", most)


def load(selector: Selector, name: str, client_id: str | None = None, text: str = "") -> None:
    """Load a scenario at run time."""
    done(selector.load(read_text(name, f"description: x.\n{text}", name, VOCABULARY), client_id=client_id))


def choose(
    selector: Selector,
    request_id: str | None = "id",
    client_id: str = "A",
    *,
    endpoint: str = "pay",
    named: str | None = None,
    amount: str = "100",
    began: str | None = None,
) -> Choice:
    """The choice for a call; ``named`` is its mock-scenario header."""
    headers = {} if named is None else {"mock-scenario": named}
    return done(
        selector.choose(f"payments/{endpoint}", request_id, Request(client_id, headers, {"amount": amount}), began)
    )


def results(selector: Selector, count: int, request_id: str = "id", client_id: str = "A") -> list[str | None]:
    """The results of the next calls."""
    return [choose(selector, request_id, client_id).step.result for _ in range(count)]


def test_the_most_direct_way_of_selection_applies() -> None:
    """Header, then request id, the scenario set for the client id, the one set for all, a match, and the default."""
    selector = new_selector()
    choices = [choose(selector), choose(selector, amount="7")]
    done(selector.prefer("first"))
    choices.append(choose(selector, amount="7"))
    done(selector.prefer("second-best", client_id="A"))
    choices += [
        choose(selector, request_id, client_id, amount="7") for request_id, client_id in (("id", "A"), ("id", "B"))
    ]
    choices += [choose(selector, "late--1", amount="7", named=named) for named in (None, "series")]
    assert [
        ("plain", "the default"),
        ("claims", "its match fits: amount"),
        ("first", "set for all client ids"),
        ("second-best", "set for client id A"),
        ("first", "set for all client ids"),
        ("late", "paymentRequestId begins with late--"),
        ("series", "named by the mock-scenario header"),
    ] == [(choice.scenario, choice.reason) for choice in choices]


def test_a_payment_stays_in_the_scenario_in_which_it_was_created() -> None:
    """Unless the call selects another one; a scenario that does not exist for the client id is ignored."""
    selector = new_selector()
    load(selector, "mine", "B")
    choices = [choose(selector, endpoint="refund", began=began) for began in ("first", "gone", "mine")]
    choices.append(choose(selector, endpoint="refund", began="first", amount="7"))
    done(selector.prefer("second-best"))
    choices.append(choose(selector, endpoint="refund", began="first", amount="7"))
    choices.append(choose(selector, "late--1", endpoint="refund", began="first"))
    assert [
        ("first", "what the call is about began in it"),
        ("plain", "the default"),
        ("plain", "the default"),
        ("claims", "its match fits: amount"),
        ("second-best", "set for all client ids, but it has no step for refund"),
        ("late", "paymentRequestId begins with late--"),
    ] == [(choice.scenario, choice.reason) for choice in choices]


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


@pytest.mark.parametrize(
    ("request_id", "expected", "meant"),
    [
        ("second-best--", "second-best", None),
        ("second-best--1--2", "second-best", None),
        ("second-best---1", "second-best", None),
        ("second-best-1", "plain", None),
        ("Second-best--1", "plain", "second-best"),
        ("second_best--1", "plain", "second-best"),
        ("--second-best", "plain", None),
        ("order-17--second-best", "plain", None),
    ],
)
def test_a_request_id_may_begin_with_a_scenario(request_id: str, expected: str, meant: str | None) -> None:
    """Two dashes end the name; a misspelt name causes a hint."""
    choice = choose(new_selector(), request_id)
    assert expected == choice.scenario
    assert (meant is None and choice.hint is None) or f"did you mean {meant}--?" in str(choice.hint)


@pytest.mark.parametrize("named", ["sries", "", "series ", "SERIES", "series, series"])
def test_an_unknown_name_in_the_header_is_refused(named: str) -> None:
    """The error lists the known names; no other way of selection is tried."""
    with pytest.raises(UnknownScenario) as caught:
        choose(new_selector(), "late--1", named=named)
    assert {"known": sorted(TEXTS)} == caught.value.extra
    assert f"'{named}'" in caught.value.detail
    with pytest.raises(UnknownScenario, match="did you mean series"):
        done(new_selector().prefer("sries"))


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
    assert [] == done(selector.preferences())


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 3)), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from("ABC"), st.booleans()), max_size=20),
)
def test_settings_are_counted_in_any_order_of_calls(
    chosen: list[tuple[str | None, int]], calls: list[tuple[str, bool]]
) -> None:
    """The last setting of a client id counts, its own before the one for all."""
    selector, left = new_selector(), dict[str | None, int]()
    for client_id, times in chosen:
        done(selector.prefer("first", client_id=client_id, times=times))
        left[client_id] = times
    for client_id, named in calls:
        choice = choose(selector, "late--1" if named else "id", client_id)
        owner = next((key for key in (client_id, None) if left.get(key)), "nobody")
        if named or owner == "nobody":
            assert ("late" if named else "plain") == choice.scenario
        else:
            left[owner] -= 1
            assert ("first", True) == (choice.scenario, choice.reason.endswith(f", {left[owner]} more calls"))
    remaining = {key: times for key, times in left.items() if times}
    assert remaining == {key: times for key, _, times in done(selector.preferences())}


@pytest.mark.parametrize(
    ("text", "endpoint", "counts"),
    [
        ("pay: {}", "pay", True),
        ("pay: {}", "refund", False),
        ("'*': {}", "refund", True),
        ("buyer: {action: pay}", "createPaymentSession", True),
        ("notifyRefund: {drop: true}", "pay", True),
        ("buyer: {action: pay}", "inquiryPayment", False),
        ("match: {clientId: nobody}", "pay", False),
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
    assert ([] if counts else [("A", "tale", 1)]) == done(selector.preferences())


def test_a_payment_created_in_the_scenario_that_is_set_needs_no_hint() -> None:
    """Its calls play in that scenario anyway."""
    selector = new_selector()
    done(selector.prefer("first"))
    hints = [choose(selector, endpoint="refund", began=began).hint for began in ("plain", "first")]
    assert ["scenario first: ", None] == [hint and hint[:16] for hint in hints]


def test_settings_are_changed_and_cleared() -> None:
    """For one client id or all; a set scenario that no longer exists is ignored."""
    selector = new_selector()
    for client_id in (None, "A", "B"):
        done(selector.prefer("series", client_id=client_id, times=1))
        done(selector.prefer("first", client_id=client_id))
    done(selector.clear("A"))
    assert [(None, "first", None), ("B", "first", None)] == done(selector.preferences())
    done(selector.prefer("late"))
    selector.registry.replace_files(library(without="first"))
    assert "late" == choose(selector, client_id="B").scenario
    done(selector.clear())
    assert [] == done(selector.preferences())


def test_the_number_of_settings_is_limited() -> None:
    """A client id that has one may change it."""
    selector = new_selector(most=2)
    for client_id in (None, "A", "A"):
        done(selector.prefer("first", client_id=client_id))
    with pytest.raises(TooManyClientIds, match="for 2 client ids"):
        done(selector.prefer("first", client_id="B"))
    done(selector.forget("A"))
    done(selector.prefer("first", client_id="B"))


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["series--1", "series--2"])), max_size=12))
def test_steps_are_counted_per_client_id_and_request_id(calls: list[tuple[str, str]]) -> None:
    """The last step repeats."""
    selector, sent = new_selector(), Counter[tuple[str, str]]()
    steps = ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS"]
    for client_id, request_id in calls:
        choice, nth = choose(selector, request_id, client_id), sent[client_id, request_id]
        assert (steps[min(nth, 2)], nth) == (choice.step.result, choice.nth)
        sent[client_id, request_id] += 1


def test_steps_may_be_counted_per_client_id() -> None:
    """So are the steps of calls that are about no known payment, apart from those of payments."""
    selector = new_selector()
    for client_id in "AB":
        found = [results(selector, 1, f"by-client--{n}", client_id)[0] for n in range(4)]
        assert ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS", "SUCCESS"] == found
    calls = ((None, "A"), (None, "B"), (None, "A"), ("id", "A"))
    assert [0, 0, 1, 0] == [choose(selector, *call, named="series").nth for call in calls]
    assert [0, 1] == [choose(selector, "late--1").nth for _ in range(2)]  # A random delay differs from call to call.
    assert [0, 0] == [choose(selector).nth for _ in range(2)]


@pytest.mark.parametrize("by", ["header", "id", "setting", "default"])
def test_steps_for_all_endpoints_play_where_an_endpoint_has_none(by: str) -> None:
    """However the scenario is selected; each endpoint starts at the first step."""
    selector = new_selector()
    if by == "setting":
        done(selector.prefer("wild"))
    if by == "default":
        selector.default = "wild"
    request_id, named = "wild--1" if by == "id" else "id", "wild" if by == "header" else None
    expected = {
        "refund": ["UNKNOWN_EXCEPTION", None],
        "pay": ["UNKNOWN_EXCEPTION", None],
        "cancel": ["PROCESS_FAIL"] * 2,
    }
    assert expected == {
        endpoint: [choose(selector, request_id, endpoint=endpoint, named=named).step.result for _ in range(2)]
        for endpoint in expected
    }


@pytest.mark.parametrize(("default", "result"), [("plain", None), ("wild", "UNKNOWN_EXCEPTION")])
def test_steps_for_all_endpoints_do_not_follow_a_payment(default: str, result: str | None) -> None:
    """An inquiry after a lost reply must work; steps of the endpoint itself still play."""
    selector = new_selector()
    selector.default = default
    found = [choose(selector, endpoint=endpoint, began="wild").step.result for endpoint in ("inquiryPayment", "cancel")]
    assert [result, "PROCESS_FAIL"] == found


def notice(selector: Selector, scenario: str, request_id: str = "id", client_id: str = "A") -> NotificationStep:
    """The step for the next notifyPayment."""
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
    """With any of its notices of that name."""
    selector = new_selector()
    names = ("before-reply", "notices", "plain", "gone")
    found = [done(selector.notifies_before_reply(name, "payments/notifyPayment", "A")) for name in names]
    assert [True, False, False, False] == found
    assert not done(selector.notifies_before_reply("before-reply", "payments/notifyCapture", "A"))


def test_a_loaded_scenario_is_selected_in_every_way() -> None:
    """By header, request id, setting and match; only by the client id that it was loaded for."""
    selector = new_selector()
    load(selector, "mine-only", "A", "match: {body: {amount: '9'}}\nbuyer: {action: leave, after: 3s}")
    for client_id, expected in (("A", "mine-only"), ("B", "plain")):
        assert expected == choose(selector, "mine-only--1", client_id).scenario
        assert expected == choose(selector, client_id=client_id, amount="9").scenario
    hints = [choose(selector, "mine-onli--1", client_id).hint for client_id in "AB"]
    assert [True, False] == [hint is not None for hint in hints]
    assert (Act("leave", timedelta(seconds=3)),) == choose(selector, named="mine-only").buyer
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
    assert kept == [owner for owner, _, _ in done(selector.preferences())]
    assert kept == [owner for owner, _ in done(selector.registry.loaded())]
    steps = [results(selector, 1, "series--1", caller)[0] for caller in "AB"]
    assert ["UNKNOWN_EXCEPTION", "PROCESS_FAIL" if client_id else "UNKNOWN_EXCEPTION"] == steps
    assert [True, not client_id] == [notice(selector, "notices", client_id=caller).drop for caller in "AB"]


def test_a_refused_call_learns_what_it_would_have_played() -> None:
    """Nothing is counted; None if the scenario does not exist or does not change the call."""
    selector = new_selector()
    done(selector.prefer("series", client_id="A", times=1))

    def would_play(request_id: str | None, client_id: str = "A", endpoint: str = "pay", **headers: str) -> str | None:
        return done(selector.would_play(f"payments/{endpoint}", request_id, Request(client_id, headers, {})))

    assert "scenario late would have played (named by the mock-scenario header)" == would_play(
        "id", **{"mock-scenario": "late"}
    )
    assert "scenario late would have played (paymentRequestId begins with late--)" == would_play("late--1")
    assert "scenario series would have played (set for client id A)" == would_play(None)
    nothing = [
        would_play("id", **{"mock-scenario": "sries"}),
        would_play(None, endpoint="refund"),
        would_play(None, "B"),
    ]
    assert [None] * 3 == nothing
    assert ([("A", "series", 1)], 0) == (done(selector.preferences()), choose(selector).nth)
