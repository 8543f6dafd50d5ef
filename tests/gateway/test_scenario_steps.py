"""How the chosen scenario changes a call: selection, results, messages, delays, set fields and faults."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.gateway.assembly import Components
from mock_alipay.journal.exchange import Call, Reply
from mock_alipay.journal.log_lines import json_line, text_line
from mock_alipay.web.admin.call_views import whole_call_view
from tests.calls import ask, code, header, latest, parts_of, result, signed_call, with_scenario
from tests.gateway.test_gateway import is_signed, payments
from tests.live import SANDBOX_PATH, sample
from tests.memory import done
from tests.scenarios.loading import scenario


def test_an_unknown_scenario_in_the_header_is_http_400() -> None:
    """With the known names; nothing is created, and the call is recorded."""
    components = parts_of()
    reply = ask(components, signed_call(sample("order-1"), extra={"mock-scenario": "Success"}))
    problem, entry = json.loads(reply.body), latest(components)
    assert (400, "application/problem+json") == (reply.status, header(reply, "content-type"))
    assert (True, True) == ("'Success'" in problem["detail"], "card-not-supported" in problem["known"])
    assert (None, "order-1", "valid") == (entry.result_code, entry.request_id, entry.verdict)
    assert [] == payments(components)


def test_a_refused_call_explains_which_scenario_would_have_played() -> None:
    """It is not recorded as played, is not counted, and its delay does not apply."""
    components = parts_of()
    for body, extra in ((sample("slow--1", order=None), {}), (sample(order=None), {"mock-scenario": "slow"})):
        reply = ask(components, signed_call(body, extra=extra))
        entry = latest(components)
        assert ("PARAM_ILLEGAL", 0.0, None) == (code(reply), reply.delay, entry.scenario)
        assert "scenario slow would have played" in str(entry.explanation)
    done(components.selector.prefer("slow", times=1))
    ask(components, signed_call(sample(order=None)))
    assert [(None, "slow", 1)] == components.selector.preferences()
    ask(components, signed_call(sample()))
    assert [] == components.selector.preferences()


def test_a_scenario_without_a_step_for_the_endpoint_is_not_used_up() -> None:
    """The journal explains that the call does not count."""
    components = parts_of()
    done(components.selector.prefer("refund-merchant-balance", times=1))
    path = SANDBOX_PATH.replace("createPaymentSession", "cancel")
    assert "ORDER_NOT_EXIST" == code(ask(components, signed_call({"paymentId": "1"}, path=path)))
    entry = latest(components)
    assert "refund-merchant-balance" == entry.scenario
    assert "it has no step for cancel" in str(entry.reason)
    assert str(entry.reason) in str(entry.explanation)
    assert [(None, "refund-merchant-balance", 1)] == components.selector.preferences()


async def test_a_scenario_set_for_some_calls_plays_for_exactly_as_many_concurrent_calls() -> None:
    """Large bodies, which are validated in a thread, included; other client ids use up none."""
    components = parts_of()
    done(components.selector.prefer("process-fail", client_id=TEST_CLIENT_ID, times=10))

    def call(number: int) -> Call:
        padding = "x" * (20_000 if number % 3 == 0 else 1)
        client_id = "SANDBOX_OTHER" if number % 5 == 0 else TEST_CLIENT_ID
        return signed_call(sample(f"order-{number}", padding=padding), client_id=client_id)

    replies = await asyncio.gather(*(components.gateway.answer(call(number)) for number in range(25)))
    codes = [code(reply) for reply in replies]
    assert {"SUCCESS": 15, "PROCESS_FAIL": 10} == Counter(codes)
    assert ({"SUCCESS"}, []) == (set(codes[::5]), components.selector.preferences())


@pytest.fixture(scope="module")
def shared() -> Components:
    """A gateway for tests that only look at the reply and its entry."""
    return parts_of()


def play(components: Components, steps: str, body: Any = None, **headers: str) -> Reply:
    """The reply to a call in a scenario with these steps for createPaymentSession."""
    done(components.selector.load(scenario(f"createPaymentSession: {steps}", "tale")))
    return ask(components, signed_call(body, extra={**headers, "mock-scenario": "tale"}))


def test_a_forced_failure_creates_nothing() -> None:
    """The next call with the same id may succeed."""
    components, body = parts_of(), sample("order-1")
    reply = play(components, "[{result: PROCESS_FAIL, message: not today}, {}]", body)
    failure = {"resultCode": "PROCESS_FAIL", "resultMessage": "not today", "resultStatus": "F"}
    assert ({"result": failure}, []) == (json.loads(reply.body), payments(components))
    reply = ask(components, signed_call(body, extra={"mock-scenario": "tale"}))
    assert ("SUCCESS", ["order-1"]) == (code(reply), payments(components))


@pytest.mark.parametrize("text", ["Hi, order-1", "Hi, ${request.paymentRequestId}"])
@pytest.mark.parametrize("outcome", ["SUCCESS", "PROCESS_FAIL"])
def test_a_scenario_sets_the_message(shared: Components, outcome: str, text: str) -> None:
    """Of successes and failures, with placeholders or without; reply and journal name the scenario."""
    steps = f"{{result: {outcome}, message: '{text}'}}"
    reply, entry = play(shared, steps, sample("order-1")), latest(shared)
    assert (outcome, "Hi, order-1") == (code(reply), result(reply)["resultMessage"])
    assert ("tale", "tale", "named by the mock-scenario header") == (
        *(header(reply, "mock-scenario"), entry.scenario),
        entry.reason,
    )


def test_a_fixed_delay_applies_to_refusals_by_the_endpoint_too(shared: Components) -> None:
    """Such as a repeated id with another body."""
    bodies = [sample("delayed", productScene=scene) for scene in (None, "EASY_PAY")]
    replies = [play(shared, "{delay: 300ms}", body) for body in bodies]
    assert [("SUCCESS", 0.3), ("REPEAT_REQ_INCONSISTENT", 0.3)] == [(code(r), r.delay) for r in replies]


def test_a_random_delay_depends_on_seed_call_and_id(tmp_path: Path) -> None:
    """It is within its range, and the same for the same seed."""

    def delays(seed: int, *names: str) -> list[float]:
        components = with_scenario(tmp_path, "createPaymentSession: {delay: {min: 1s, max: 2s}}", seed=seed)
        return [ask(components, signed_call(sample(name))).delay for name in names]

    first = delays(1, "a", "a", "b")
    assert all(1 <= delay <= 2 for delay in first)
    assert (3, True, False) == (len(set(first)), first[:1] == delays(1, "a"), first[:1] == delays(2, "a"))


FIELDS = """
  set:
    normalUrl: https://shop.example/${request.paymentRequestId}?by=${clientId}
    echo.deep.session: ${reply.paymentSessionId}
    echo.shop: ${header.X-Shop}
    paymentSessionData: null
    result.resultMessage: set by ${clientId}
"""


def test_reply_fields_are_set(shared: Components) -> None:
    """From the request, the usual reply, the headers and the client id; null removes a field. The reply is signed."""
    reply = play(shared, FIELDS, sample("fields"), **{"x-shop": "berlin"})
    body = json.loads(reply.body)
    assert is_signed(reply)
    assert {
        "paymentSessionExpiryTime": "2026-11-22T10:07:10+08:00",
        "paymentSessionId": body["paymentSessionId"],
        "normalUrl": f"https://shop.example/fields?by={TEST_CLIENT_ID}",
        "echo": {"deep": {"session": body["paymentSessionId"]}, "shop": "berlin"},
        "result": {"resultCode": "SUCCESS", "resultMessage": f"set by {TEST_CLIENT_ID}", "resultStatus": "S"},
    } == body


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("result.resultCode: NEW_CODE", ("NEW_CODE", "S", "success.")),
        ("result.resultMessage: {a: 1}", ("SUCCESS", "S", "{'a': 1}")),
        ("result: text", (None, None, "")),
    ],
)
def test_a_set_result_is_recorded_as_sent(shared: Components, written: str, expected: tuple[str | None, ...]) -> None:
    """Whatever its type, it is signed, shown and logged."""
    reply, entry = play(shared, f"{{set: {{{written}}}}}"), latest(shared)
    assert (True, expected) == (is_signed(reply), (entry.result_code, entry.result_status, entry.message))
    assert json.loads(reply.body) == whole_call_view(entry, shared.contract)["reply"]
    assert text_line(entry)
    assert json_line(entry)


def test_placeholders_that_expand_too_much_are_an_error(shared: Components) -> None:
    """A plain HTTP error, recorded with the scenario."""
    fields = ", ".join(f"f{n}: '${{request.more}}'" for n in range(2_000))
    reply = play(shared, f"{{set: {{{fields}}}}}", {**sample("order-1"), "more": "x" * 600})
    problem, entry = json.loads(reply.body), latest(shared)
    assert (500, "tale", problem["detail"]) == (reply.status, entry.scenario, entry.message)
    assert "f1747" in problem["detail"]


@pytest.mark.parametrize(
    ("fault", "expected"), [("bad-signature", ("bad-signature", 0)), ("{status: 502}", ("status", 502))]
)
def test_an_injected_fault_does_not_undo_the_call(shared: Components, fault: str, expected: tuple[str, int]) -> None:
    """The session is created, and the fault is applied to its reply."""
    reply = play(shared, f"{{fault: {fault}}}", sample(f"faulty-{expected[1]}"))
    assert reply.fault is not None
    assert expected == (reply.fault.kind, reply.fault.status)
    assert f"faulty-{expected[1]}" in payments(shared)
    assert (expected[0] != "bad-signature") == is_signed(reply)
