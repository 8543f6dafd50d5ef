"""Which scenario a call plays in, and at which step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_alipay.contracts.names import Act
from mock_alipay.errors import TooManyClientIds, UnknownScenario
from mock_alipay.scenarios import Choice, Library, NotificationStep, Selector, Step
from mock_alipay.scenarios.matching import MAX_STEPS
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request, read_text

ENDPOINT = "createPaymentSession"
SERIES_STEPS = f"{ENDPOINT}: [{{result: UNKNOWN_EXCEPTION}}, {{result: PROCESS_FAIL}}, {{result: SUCCESS}}]"
SCENARIO_FLAGS = {
    "plain": "",
    "first": f"{ENDPOINT}: {{}}",
    "second-best": f"{ENDPOINT}: {{}}",
    "claims": "match: {body: {paymentAmount.value: '7'}}",
    "series": SERIES_STEPS,
    "by-client": f"count: client\n{SERIES_STEPS}",
    "claims-too": "match: {clientId: both}",
    "late": f"{ENDPOINT}: {{delay: {{min: 1s, max: 2s}}}}",
}


def scenarios(*, without: str | None = None) -> Library:
    """``SCENARIO_FLAGS``, but for one of them."""
    texts = {name: f"description: x.\n{text}" for name, text in SCENARIO_FLAGS.items() if name != without}
    return Library(read_text(name, text, name, VOCABULARY) for name, text in texts.items())


def selector() -> Selector:
    """A chooser among ``SCENARIO_FLAGS``, with the plain one as default."""
    return selector_of(scenarios(), "plain")


def choose(
    among: Selector,
    payment_request_id: str = "id",
    *,
    client_id: str = "A",
    named: str | None = None,
    value: str = "100",
) -> Choice:
    """The choice for a call."""
    headers = {} if named is None else {"mock-scenario": named}
    return done(
        among.choose(
            f"payments/{ENDPOINT}", payment_request_id, Request(client_id, headers, {"paymentAmount": {"value": value}})
        )
    )


def results(among: Selector, count: int, payment_request_id: str = "id", client_id: str = "A") -> list[str | None]:
    """The results of the next calls."""
    return [choose(among, payment_request_id, client_id=client_id).step.result for _ in range(count)]


def test_the_first_way_that_applies_decides() -> None:
    """Header, then NAME--, then what was set for the client id, for all, then a match, then the default."""
    among = selector()
    seen = []

    def note(choice: Choice) -> None:
        seen.append((choice.scenario, choice.reason))

    note(choose(among))
    note(choose(among, value="7"))
    done(among.prefer("first"))
    note(choose(among, value="7"))
    done(among.prefer("second-best", client_id="A"))
    note(choose(among, value="7"))
    note(choose(among, value="7", client_id="B"))
    note(choose(among, "late--1", value="7"))
    note(choose(among, "late--1", value="7", named="series"))
    assert seen == [
        ("plain", "the default"),
        ("claims", "its match fits: paymentAmount.value"),
        ("first", "set for all client ids"),
        ("second-best", "set for client id A"),
        ("first", "set for all client ids"),
        ("late", "paymentRequestId begins with late--"),
        ("series", "named by the mock-scenario header"),
    ]


def test_scenarios_that_claim_a_call_with_equal_right_are_all_named() -> None:
    """The one loaded last plays, and the reason tells of the others, files' or not, as far as there is room."""
    among = selector()
    choice = choose(among, client_id="both", value="7")
    assert (choice.scenario, choice.reason) == (
        "claims-too",
        "its match fits: clientId; these fit too, but were loaded earlier: claims",
    )
    load(among, "mine", "both", "match: {clientId: both}")
    choice = choose(among, client_id="both", value="7")
    assert ("mine", "claims-too, claims") == (choice.scenario, choice.reason.rpartition(": ")[2])
    for number in range(100):
        load(among, f"of-many-{number}", "both", "match: {clientId: both}")
    assert len(choose(among, client_id="both").reason) < 300


def test_a_scenario_whose_match_takes_too_many_steps_is_told() -> None:
    """With what it would have taken, and what to do; another scenario plays."""
    among = selector()
    load(among, "mine", "A", "match: {body: {paymentAmount.value: '*x'}}")
    choice = choose(among, value="1" * (MAX_STEPS + 1))
    assert ("plain", "the default") == (choice.scenario, choice.reason)
    assert choice.hint is not None
    assert choice.hint.startswith("match: mine: not compared with this call")
    assert f"{MAX_STEPS} characters" in choice.hint


@pytest.mark.parametrize(
    ("payment_request_id", "meant"),
    [
        ("serie--1", "series"),
        ("second_best--1", "second-best"),
        ("order--1", None),
        ("series--1", None),
        ("serie-1", None),
    ],
)
def test_an_id_that_looks_like_a_misspelt_scenario_gets_a_hint(payment_request_id: str, meant: str | None) -> None:
    """It is an id all the same: the default plays."""
    hint = choose(selector(), payment_request_id).hint
    if meant:
        assert f"did you mean {meant}--?" in str(hint)
    else:
        assert hint is None


@pytest.mark.parametrize(
    ("payment_request_id", "expected"),
    [
        ("second-best--1", "second-best"),
        ("second-best--", "second-best"),
        ("second-best--1--2", "second-best"),
        ("second-best---1", "second-best"),
        ("second-best-1", "plain"),
        ("second-best", "plain"),
        ("Second-best--1", "plain"),
        ("x-second-best--1", "plain"),
        ("unknown--1", "plain"),
        ("--second-best", "plain"),
        ("order-17--second-best", "plain"),
    ],
)
def test_a_payment_request_id_may_begin_with_a_scenario(payment_request_id: str, expected: str) -> None:
    """NAME-- counts only when NAME is a scenario; any other id with dashes is just an id."""
    assert expected == choose(selector(), payment_request_id).scenario


@pytest.mark.parametrize("named", ["sries", "zzz", "", "series ", "SERIES", "series, series"])
def test_an_unknown_name_in_the_header_is_misuse(named: str) -> None:
    """It is told all the names; nothing else is tried."""
    with pytest.raises(UnknownScenario) as caught:
        choose(selector(), "late--1", named=named)
    assert f"header mock-scenario: there is no scenario '{named}'" in caught.value.detail
    assert {"known": sorted(SCENARIO_FLAGS)} == caught.value.extra


def test_a_misspelt_name_gets_a_suggestion() -> None:
    """In the header and in the admin API."""
    with pytest.raises(UnknownScenario, match="did you mean series"):
        choose(selector(), named="sries")
    with pytest.raises(UnknownScenario, match="did you mean series") as caught:
        done(selector().prefer("sries"))
    assert {"known": sorted(SCENARIO_FLAGS)} == caught.value.extra


@pytest.mark.parametrize("times", [1, 2, 5])
def test_a_choice_for_some_calls_serves_exactly_so_many(times: int) -> None:
    """And then the next way decides."""
    among = selector()
    done(among.prefer("first", client_id="A", times=times))
    assert ["first"] * times + ["plain"] * 2 == [choose(among).scenario for _ in range(times + 2)]
    assert done(among.preferences()) == []


def test_calls_that_name_their_scenario_use_up_no_choice() -> None:
    """Nor do calls of other clients."""
    among = selector()
    done(among.prefer("first", client_id="A", times=1))
    choose(among, named="late")
    choose(among, "late--1")
    choose(among, client_id="B")
    assert [("A", "first", 1)] == done(among.preferences())
    assert choose(among).reason == "set for client id A, 0 more calls"


def test_a_used_up_choice_of_a_client_uncovers_that_for_all() -> None:
    """Each is counted by itself."""
    among = selector()
    done(among.prefer("first", times=2))
    done(among.prefer("late", client_id="A", times=1))
    assert ["late", "first", "first", "plain"] == [choose(among).scenario for _ in range(4)]


def test_the_last_choice_holds() -> None:
    """It replaces the one before, with its count."""
    among = selector()
    done(among.prefer("first", times=1))
    done(among.prefer("late"))
    assert ["late", "late"] == [choose(among).scenario for _ in range(2)]
    assert [(None, "late", None)] == done(among.preferences())


def test_choices_are_taken_back() -> None:
    """For one client id, or all of them together with that for all."""
    among = selector()
    for client_id in (None, "A", "B"):
        done(among.prefer("first", client_id=client_id))
    done(among.clear("A"))
    assert [(None, "first", None), ("B", "first", None)] == done(among.preferences())
    done(among.clear("unknown"))
    done(among.clear())
    assert done(among.preferences()) == []


def test_a_choice_of_a_scenario_that_is_gone_is_passed_over() -> None:
    """Scenario files may change while a choice is set."""
    among = selector()
    done(among.prefer("first", client_id="A"))
    done(among.prefer("late"))
    among.registry.replace_files(scenarios(without="first"))
    assert choose(among).scenario == "late"


def test_a_series_is_played_in_order_and_its_last_step_repeats() -> None:
    """Counted per paymentRequestId."""
    among = selector()
    expected = ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS", "SUCCESS", "SUCCESS"]
    assert expected == results(among, 5, "series--1")
    assert expected[:2] == results(among, 2, "series--2")
    assert expected[:2] == results(among, 2, "series--1", client_id="B")
    assert expected[2:3] == results(among, 1, "series--2")


def test_a_series_may_be_counted_per_client() -> None:
    """Whatever the ids, but never across clients."""
    among = selector()
    seen = [results(among, 1, f"by-client--{n}")[0] for n in range(4)]
    assert ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS", "SUCCESS"] == seen
    assert ["UNKNOWN_EXCEPTION"] == results(among, 1, "by-client--0", client_id="B")


def test_the_number_of_the_call_is_told() -> None:
    """For series and delays: a delay drawn at random must differ from call to call."""
    among = selector()
    assert [0, 1, 2] == [choose(among, "late--1").nth for _ in range(3)]
    assert [0, 1, 2, 3] == [choose(among, "series--1").nth for _ in range(4)]
    assert [0, 0] == [choose(among).nth for _ in range(2)]


def test_an_endpoint_that_a_scenario_does_not_mention_answers_as_usual() -> None:
    """A scenario tells what is out of the ordinary."""
    request = Request("A", {"mock-scenario": "series"}, {})
    assert Step() == done(selector().choose("payments/inquiryPayment", "id", request)).step


def test_a_payment_goes_on_in_the_scenario_in_which_it_began() -> None:
    """Unless anything tells of another: header, id, what was set, a match."""
    among = selector()
    seen = []

    def note(value: str = "100", *, payment_request_id: str = "id", began: str = "first", **headers: str) -> None:
        request = Request("A", headers, {"paymentAmount": {"value": value}})
        choice = done(among.choose("payments/refund", payment_request_id, request, began))
        seen.append((choice.scenario, choice.reason))

    note()
    note(began="gone")
    note("7")
    done(among.prefer("second-best"))
    note("7")
    note("7", payment_request_id="late--1")
    note("7", payment_request_id="late--1", **{"mock-scenario": "series"})
    assert seen == [
        ("first", "what the call is about began in it"),
        ("plain", "the default"),
        ("claims", "its match fits: paymentAmount.value"),
        ("second-best", "set for all client ids, but it has no step for refund"),
        ("late", "paymentRequestId begins with late--"),
        ("series", "named by the mock-scenario header, but it has no step for refund"),
    ]


def test_a_payment_that_began_in_another_client_s_scenario_goes_on_in_the_default() -> None:
    """It does not exist for this client."""
    among = selector()
    load(among, "mine", "A")
    chosen = [done(among.choose("payments/cancel", "id", Request(whose, {}, {}), "mine")).scenario for whose in "AB"]
    assert ["mine", "plain"] == chosen


def test_calls_about_no_payment_are_counted_per_client() -> None:
    """Each client has its own series of them, apart from those of its payments."""
    among = selector()

    def played(payment_request_id: str | None, client_id: str) -> tuple[str | None, int]:
        request = Request(client_id, {"mock-scenario": "series"}, {})
        choice = done(among.choose(f"payments/{ENDPOINT}", payment_request_id, request))
        return choice.step.result, choice.nth

    first, second = ("UNKNOWN_EXCEPTION", 0), ("PROCESS_FAIL", 1)
    assert [first, first, second, first] == [
        played(*call) for call in ((None, "A"), (None, "B"), (None, "A"), ("id", "A"))
    ]


NOTIFYING = {
    "several": "notifyPayment: [{drop: true}, {duplicate: 2}, {}]\nnotifyRefund: {drop: true}",
    "ranged": "notifyPayment: {delay: {min: 1s, max: 2h}}",
    "per-client": "count: client\nnotifyPayment: [{drop: true}, {}]",
}


def notifying() -> Selector:
    """A chooser that also knows the scenarios of ``NOTIFYING``."""
    among = selector()
    for name, text in NOTIFYING.items():
        load(among, name, text=text)
    return among


def noticed(
    among: Selector, scenario: str, payment: str = "id", client_id: str = "A", count: int = 1
) -> list[NotificationStep]:
    """How the next notifications of a payment are sent."""
    return [
        done(among.notification_step(scenario, "payments/notifyPayment", client_id, payment))[0] for _ in range(count)
    ]


def test_notices_are_played_in_order_and_the_last_repeats() -> None:
    """Counted per client, payment and name of the notification, apart from calls."""
    among = notifying()
    series = [NotificationStep(drop=True), NotificationStep(copies=2), NotificationStep(), NotificationStep()]
    assert series == noticed(among, "several", count=4)
    assert series[:2] == noticed(among, "several", "other", count=2)
    assert series[:1] == noticed(among, "several", client_id="B")
    assert [(NotificationStep(drop=True), 0)] * 2 == [
        done(among.notification_step("several", "payments/notifyRefund", "A", "id")) for _ in range(2)
    ]
    assert [0, 1] == [
        done(among.notification_step("several", "payments/notifyPayment", "C", "id"))[1] for _ in range(2)
    ]
    assert [0, 1] == [done(among.notification_step("ranged", "payments/notifyPayment", "A", "id"))[1] for _ in range(2)]


def test_notices_may_be_counted_per_client() -> None:
    """As steps are."""
    among = notifying()
    assert [NotificationStep(drop=True)] == noticed(among, "per-client", "1")
    assert [NotificationStep()] == noticed(among, "per-client", "2")
    assert [NotificationStep(drop=True)] == noticed(among, "per-client", "1", "B")


@pytest.mark.parametrize("scenario", ["plain", "gone"])
def test_a_notification_that_no_scenario_tells_of_is_sent_as_usual(scenario: str) -> None:
    """Also when the scenario is gone."""
    among = notifying()
    assert (NotificationStep(), 0) == done(among.notification_step(scenario, "payments/notifyPayment", "A", "id"))


def test_notices_begin_anew_with_their_scenario() -> None:
    """When it is loaded again, and when all is forgotten."""
    among = notifying()
    first = [NotificationStep(drop=True)]
    assert first == noticed(among, "several")
    load(among, "several", text=NOTIFYING["several"])
    assert first == noticed(among, "several")
    done(among.forget("A"))
    assert first == noticed(among, "several")


def test_a_scenario_tells_what_its_buyer_does() -> None:
    """As this client knows the scenario; most have none."""
    among = selector()
    load(among, "bought", text="buyer: [{action: challenge}, {action: pay, after: 3s}]")
    load(among, "bought", "B", text="buyer: {action: leave}")
    assert (Act("challenge"), Act("pay", timedelta(seconds=3))) == choose(among, named="bought").buyer
    assert (Act("leave"),) == choose(among, named="bought", client_id="B").buyer
    assert () == choose(among).buyer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("notifyPayment: {before: reply}", True),
        ("notifyPayment: [{drop: true}, {before: reply}]", True),
        ("notifyPayment: {delay: 1s}", False),
        ("notifyCapture: {before: reply}", False),
        ("buyer: {action: pay}", False),
    ],
)
def test_a_scenario_may_tell_of_its_buyer_before_the_reply(text: str, expected: bool) -> None:
    """By the notification that tells what the buyer did."""
    among = selector()
    load(among, "told", text=text)
    assert [expected, False] == [
        done(among.notifies_before_reply(name, "payments/notifyPayment", "A")) for name in ("told", "gone")
    ]


def test_one_client_id_is_forgotten_and_no_other() -> None:
    """Its counters and its choice."""
    among = selector()
    for client_id in ("A", "B"):
        done(among.prefer("series", client_id=client_id))
        results(among, 1, client_id=client_id)
    done(among.forget("A"))
    assert [("B", "series", None)] == done(among.preferences())
    assert ["UNKNOWN_EXCEPTION"] == results(among, 1, "series--id")
    assert ["PROCESS_FAIL"] == results(among, 1, client_id="B")
    assert ["UNKNOWN_EXCEPTION"] != results(among, 1, "series--id")


def test_everything_is_forgotten() -> None:
    """All counters and all choices, also that for all client ids."""
    among = selector()
    done(among.prefer("series"))
    results(among, 2)
    results(among, 2, client_id="B")
    done(among.forget())
    assert done(among.preferences()) == []
    done(among.prefer("series"))
    assert ["UNKNOWN_EXCEPTION"] * 2 == results(among, 1) + results(among, 1, client_id="B")


def load(among: Selector, name: str, client_id: str | None = None, text: str = "") -> None:
    """Load a scenario at run time."""
    done(among.load(read_text(name, f"description: x.\n{text}", name, VOCABULARY), client_id=client_id))


def test_a_loaded_scenario_is_chosen_in_every_way() -> None:
    """By header, by id, when it is set and by its match; for one client id alone when it was loaded for that."""
    among = selector()
    load(among, "mine", "A", "match: {body: {paymentAmount.value: '9'}}")
    assert "mine" == choose(among, named="mine").scenario
    for client_id, expected in (("A", "mine"), ("B", "plain")):
        assert expected == choose(among, "mine--1", client_id=client_id).scenario
        assert expected == choose(among, client_id=client_id, value="9").scenario
    done(among.prefer("mine", client_id="A"))
    assert choose(among).reason.startswith("set for client id A")
    with pytest.raises(UnknownScenario, match="there is no scenario 'mine'") as caught:
        choose(among, client_id="B", named="mine")
    assert "mine" not in caught.value.extra["known"]


@pytest.mark.parametrize("client_id", [None, "B"])
def test_a_scenario_of_one_client_cannot_be_set_for_others(client_id: str | None) -> None:
    """They could not play it."""
    among = selector()
    load(among, "mine", "A")
    with pytest.raises(UnknownScenario, match="there is no scenario 'mine'") as caught:
        done(among.prefer("mine", client_id=client_id))
    assert "mine" not in caught.value.extra["known"]
    assert [] == done(among.preferences())
    done(among.prefer("mine", client_id="A"))


def test_a_client_s_own_scenario_plays_under_a_name_that_was_set_for_all() -> None:
    """Its own takes the place of the other."""
    among = selector()
    load(among, "series", "A", f"{ENDPOINT}: {{result: RISK_REJECT}}")
    done(among.prefer("series"))
    assert [["RISK_REJECT"] * 2, ["UNKNOWN_EXCEPTION", "PROCESS_FAIL"]] == [
        results(among, 2, client_id=client_id) for client_id in ("A", "B")
    ]


def test_a_hint_knows_the_client_s_own_scenarios() -> None:
    """And tells nobody of another's."""
    among = selector()
    load(among, "my-own-tale", "A")
    hints = [choose(among, "my-own-tail--1", client_id=client_id).hint for client_id in ("A", "B")]
    assert "did you mean my-own-tale--?" in str(hints[0])
    assert hints[1] is None


def test_loaded_scenarios_are_forgotten_with_their_client() -> None:
    """Its own; those of others and of all stay until all is forgotten."""
    among = selector()
    for client_id in ("A", "B", None):
        load(among, "mine" if client_id else "ours", client_id)
    done(among.forget("A"))
    assert [("B", "mine"), (None, "ours")] == [
        (whose, scenario.name) for whose, scenario in done(among.registry.loaded())
    ]
    assert "plain" == choose(among, "mine--1").scenario
    assert "ours" == choose(among, "ours--1").scenario
    done(among.forget())
    assert [] == done(among.registry.loaded())
    assert "plain" == choose(among, "ours--1").scenario


def test_a_scenario_may_be_set_for_so_many_clients_only() -> None:
    """Whoever has one may change it; a conflict for anyone else until there is room again."""
    among = selector_of(scenarios(), "plain", most=2)
    done(among.prefer("first"))
    done(among.prefer("first", client_id="A"))
    with pytest.raises(TooManyClientIds, match="a scenario is set for 2 client ids already; a reset deletes them"):
        done(among.prefer("first", client_id="B"))
    done(among.prefer("late", client_id="A"))
    assert [(None, "first", None), ("A", "late", None)] == done(among.preferences())
    done(among.forget("A"))
    done(among.prefer("first", client_id="B"))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 4)), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(["", "late--1", "7"])), max_size=40),
)
def test_however_calls_are_mixed_a_choice_serves_exactly_so_many(
    chosen: list[tuple[str | None, int]], calls: list[tuple[str, str]]
) -> None:
    """A client's own first, then that for all; those who name a scenario use up none."""
    among, left = selector(), dict[str | None, int]()
    for client_id, times in chosen:
        done(among.prefer("first", client_id=client_id, times=times))
        left[client_id] = times
    for client_id, what in calls:
        choice = choose(among, what if what == "late--1" else "id", client_id=client_id, value=what or "100")
        whose = next((key for key in (client_id, None) if left.get(key)), "nobody")
        if what == "late--1":
            assert "late" == choice.scenario
        elif whose == "nobody":
            assert ("claims" if what == "7" else "plain") == choice.scenario
        else:
            left[whose] -= 1
            assert ("first", True) == (choice.scenario, choice.reason.endswith(f", {left[whose]} more calls"))
    assert {key: times for key, times in left.items() if times} == {
        key: times for key, _, times in done(among.preferences())
    }


WILD = "'*': [{result: UNKNOWN_EXCEPTION}, {}]\ncancel: {result: PROCESS_FAIL}"


@pytest.mark.parametrize("by", ["header", "id", "set", "default"])
def test_the_steps_for_every_endpoint_play_where_there_are_no_others(by: str) -> None:
    """However the scenario was chosen; each endpoint plays them from the first."""
    among = selector()
    load(among, "wild", text=WILD)
    headers = {"mock-scenario": "wild"} if by == "header" else {}
    if by == "set":
        done(among.prefer("wild"))
    if by == "default":
        among.default = "wild"
    request_id, call = "wild--1" if by == "id" else "id", Request("A", headers, {})
    seen = {
        endpoint: [done(among.choose(f"payments/{endpoint}", request_id, call)).step.result for _ in range(2)]
        for endpoint in ("refund", "pay", "cancel")
    }
    twice = ["UNKNOWN_EXCEPTION", None]
    assert {"refund": twice, "pay": twice, "cancel": ["PROCESS_FAIL"] * 2} == seen


@pytest.mark.parametrize(("default", "result"), [("plain", None), ("wild", "UNKNOWN_EXCEPTION")])
def test_steps_for_every_endpoint_are_not_carried_on_by_the_payment(default: str, result: str | None) -> None:
    """A payment that began in the scenario can be asked for; only steps of an endpoint's own play then."""
    among = selector()
    load(among, "wild", text=WILD)
    among.default = default
    call = Request("A", {}, {})
    seen = [
        done(among.choose(f"payments/{endpoint}", "id", call, "wild")).step.result
        for endpoint in ("inquiryPayment", "cancel")
    ]
    assert [result, "PROCESS_FAIL"] == seen


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
def test_a_choice_is_used_up_by_calls_that_the_scenario_changes(text: str, endpoint: str, counts: bool) -> None:
    """By its steps, or as the call begins a payment whose buyer or notifications it scripts; others are told of it."""
    among = selector()
    load(among, "tale", text=text)
    done(among.prefer("tale", client_id="A", times=1))
    choice = done(among.choose(f"payments/{endpoint}", "id", Request("A", {}, {})))
    if counts:
        assert ("set for client id A, 0 more calls", None, []) == (
            choice.reason,
            choice.hint,
            done(among.preferences()),
        )
    else:
        reason = f"set for client id A, 1 more calls, but it has no step for {endpoint}: this call does not count"
        assert (reason, f"scenario tale: {reason}") == (choice.reason, choice.hint)
        assert ("tale", Step(), [("A", "tale", 1)]) == (choice.scenario, choice.step, done(among.preferences()))


def test_a_payment_that_began_in_the_scenario_that_is_set_needs_no_hint() -> None:
    """The call plays in it as it would without the choice."""
    among = selector()
    done(among.prefer("first"))
    call = Request("A", {}, {})
    assert "scenario first: " in str(done(among.choose("payments/refund", "id", call, "plain")).hint)
    assert done(among.choose("payments/refund", "id", call, "first")).hint is None


def test_what_would_have_played_is_told_and_not_counted() -> None:
    """Of a scenario that the call names, or that is set; of none that does not exist or changes no such call."""
    among = selector()
    done(among.prefer("series", client_id="A", times=1))
    calls = [("id", {"mock-scenario": "late"}), ("late--1", {}), (None, {}), ("id", {"mock-scenario": "sries"})]
    told = [
        done(among.would_play(f"payments/{ENDPOINT}", request_id, Request("A", headers, {})))
        for request_id, headers in calls
    ]
    assert [
        "scenario late would have played (named by the mock-scenario header)",
        "scenario late would have played (paymentRequestId begins with late--)",
        "scenario series would have played (set for client id A)",
        None,
    ] == told
    assert done(among.would_play("payments/refund", None, Request("A", {}, {}))) is None
    assert done(among.would_play(f"payments/{ENDPOINT}", None, Request("B", {}, {}))) is None
    assert ("series", 0) == (done(among.preferences())[0][1], choose(among).nth)


SERIES = f"{ENDPOINT}: [{{result: RISK_REJECT}}, {{result: SUCCESS}}]"


@pytest.mark.parametrize("client_id", [None, "A"])
def test_a_scenario_that_is_loaded_again_begins_at_its_first_step(client_id: str | None) -> None:
    """For those for whom it was loaded, whatever the payment; other scenarios and clients go on where they are."""
    among = selector()
    for whose in "AB":
        for payment in ("series--1", "series--2", "by-client--1"):
            results(among, 1, payment, whose)
    load(among, "series", client_id, SERIES)
    again = ["RISK_REJECT", "SUCCESS"]
    assert [again, again] == [results(among, 2, f"series--{number}") for number in (1, 2)]
    assert (["PROCESS_FAIL"] if client_id else ["RISK_REJECT"]) == results(among, 1, "series--1", "B")
    assert [["PROCESS_FAIL"]] * 2 == [results(among, 1, "by-client--1", whose) for whose in "AB"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["series--1", "series--2"])), max_size=20))
def test_however_calls_are_mixed_each_payment_plays_its_own_series(calls: list[tuple[str, str]]) -> None:
    """The step depends on how often this client sent this id, and on nothing else."""
    among, sent = selector(), Counter[tuple[str, str]]()
    steps = ["UNKNOWN_EXCEPTION", "PROCESS_FAIL", "SUCCESS"]
    for call in calls:
        assert steps[min(sent[call], 2)] == choose(among, call[1], client_id=call[0]).step.result
        sent[call] += 1
