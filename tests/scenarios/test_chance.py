"""Steps that play for a share of the calls, and rates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mock_alipay.apis.ids import IdGenerator
from mock_alipay.scenarios import Choice, Library, Selector
from mock_alipay.storage import MemoryStorage
from tests.memory import done
from tests.scenarios.loading import Request, check_problem, problems, scenario

BROWNOUT = "pay: {probability: 0.3, result: UNKNOWN_EXCEPTION}"


def selector(text: str, seed: int = 1) -> Selector:
    """A selector whose default scenario has this text."""
    return Selector(Library([scenario(text)]), "tale", MemoryStorage(1_000), IdGenerator(seed).share)


def choice(
    chosen: Selector,
    request_id: str = "id",
    *,
    client_id: str = "A",
    endpoint: str = "pay",
    after: timedelta = timedelta(),
) -> Choice:
    call = Request(client_id, {}, {})
    return done(chosen.choose(f"payments/{endpoint}", request_id, call._replace(now=call.now + after)))


def test_a_step_plays_for_its_share_of_calls() -> None:
    """The other calls get the endpoint's own outcome; the reason has the draw."""
    chosen = selector(BROWNOUT)
    found = [choice(chosen, f"order-{number}") for number in range(1_000)]
    assert 288 == sum(each.step.result == "UNKNOWN_EXCEPTION" for each in found)
    assert "the default; step 1 does not play: drew 0.9" == found[0].reason[:43]
    assert found[0].reason.endswith(", probability 0.3")


def test_draws_depend_on_seed_request_and_repeat_only() -> None:
    """So a run can be repeated, whatever the client id, and a retry can succeed."""
    ids = [f"order-{number}" for number in range(50)]

    def results(seed: int, client_id: str) -> list[list[str | None]]:
        chosen = selector(BROWNOUT, seed)
        return [[choice(chosen, id_, client_id=client_id).step.result for id_ in ids] for _ in range(2)]

    assert results(1, "A") == results(1, "B")
    assert results(1, "A") != results(2, "A")
    first, again = results(1, "A")
    assert first != again


def test_the_next_step_plays_for_the_other_calls() -> None:
    """It may have a probability itself; the position in the list counts as always."""
    series = (
        "pay: [{probability: 0.5, result: UNKNOWN_EXCEPTION}, {probability: 0.5, result: PROCESS_FAIL}, {delay: 1s}]"
    )
    chosen = selector(series)
    first = [choice(chosen, f"order-{number}") for number in range(400)]
    shares = [
        sum(each.step.result == result for each in first) for result in ("UNKNOWN_EXCEPTION", "PROCESS_FAIL", None)
    ]
    assert [195, 106, 99] == shares
    assert all(each.step.delay for each in first if each.step.result is None)
    second = [choice(chosen, f"order-{number}").step.result for number in range(400)]
    assert "UNKNOWN_EXCEPTION" not in second


def test_calls_beyond_a_rate_get_its_result() -> None:
    """Per client id; a new window begins when the time is over, by the client's clock."""
    chosen = selector("'*': {rate: {limit: 2, per: 1s}}")
    found = [choice(chosen, f"order-{number}", endpoint=("pay", "refund")[number % 2]) for number in range(3)]
    assert [None, None, "REQUEST_TRAFFIC_EXCEED_LIMIT"] == [each.step.result for each in found]
    assert "the default; over its rate: call 3 in PT1S, limit 2" == found[2].reason
    assert choice(chosen, client_id="B").step.result is None
    second = timedelta(seconds=1)
    assert choice(chosen, after=second / 2).step.result is not None
    assert choice(chosen, after=second).step.result is None
    assert choice(chosen, after=second * 0).step.result is None  # the clock was set back


def test_a_reset_forgets_the_window() -> None:
    """Of one client id or of all."""
    chosen = selector("pay: {rate: {limit: 1, per: 1h, result: PROCESS_FAIL}}")
    for client_id in ("A", "B"):
        assert [None, "PROCESS_FAIL"] == [choice(chosen, client_id=client_id).step.result for _ in range(2)]
    done(chosen.forget("A"))
    assert [None, "PROCESS_FAIL"] == [choice(chosen, client_id=client_id).step.result for client_id in "AB"]


@pytest.mark.parametrize("written", ["0", "-0.1", "1.01", "30", "'0.3'", "30%", "true"])
def test_an_impossible_probability_is_refused(written: str) -> None:
    """With line and expected values."""
    check_problem(f"pay:\n  probability: {written}", "tale.yaml:3: pay.probability: ", "above 0 and at most 1")


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("{limit: 1}", ("rate.per", "missing")),
        ("{limit: -1, per: 1s}", ("rate.limit", "a whole number from 0")),
        ("{limit: 1, per: 0s}", ("rate.per", "expected more than 0")),
        ("{limit: 1, per: 1s, result: SUCCESS}", ("rate.result", "other than SUCCESS")),
        ("{limit: 1, per: fast}", ("rate.per", "a duration")),
        ("{limit: 1, per: 1s, burst: 2}", ("rate.burst", "unknown")),
    ],
)
def test_an_unusable_rate_is_refused(written: str, parts: tuple[str, ...]) -> None:
    """With line and expected values."""
    check_problem(f"pay:\n  rate: {written}", "tale.yaml:3: ", *parts)


@pytest.mark.parametrize(
    "written", ["{p50: 1s}", "{p99: 1s}", "{p50: 1s, max: 2s}", "{p50: 1s, p99: 61m}", "{min: 1s}"]
)
def test_an_incomplete_delay_is_refused(written: str) -> None:
    """With its line."""
    for problem in problems(f"pay:\n  delay: {written}"):
        assert problem.startswith("tale.yaml:3: pay.delay")


@pytest.mark.parametrize(("first", "did"), [("pay", "has paid"), ("decline", "is declined")])
def test_an_act_after_the_end_is_refused(first: str, did: str) -> None:
    """A buyer who has paid cannot decline."""
    check_problem(
        f"buyer:\n- action: {first}\n- action: decline", f"tale.yaml:4: buyer[1]: the buyer {did} in buyer[0]"
    )


def test_a_field_that_a_notification_lacks_is_refused() -> None:
    """If it is removed, or similar to one that it has; other fields are added."""
    check_problem(
        "notifyPayment:\n  set: {paymentTimes: now}", "tale.yaml:3: notifyPayment.set.paymentTimes: ", "paymentTime?"
    )
    check_problem("notifyRefund: [{}, {set: {color: null}}]", "notifyRefund[1].set.color: not documented")
    scenario("notifyPayment: {set: {paymentAmount.value: '1', color: red}}\npay: {set: {color: null}}")
