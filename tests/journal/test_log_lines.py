"""Log lines of calls and notifications, as text and JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from mock_alipay.errors import Fault
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.exchange import Reply
from mock_alipay.journal.faults import WireFault
from mock_alipay.journal.log_lines import json_line, notification_json, notification_text, text_line
from mock_alipay.journal.notifications import Attempt, Notification
from tests.calls import NOW, plain_call

CARD = "4054692760174822"
MASKED = "405469******4822"

ENTRY = CallRecord(
    id="12",
    time=NOW + timedelta(days=1),
    call=plain_call(),
    reply=Reply(200, b"", b"{}"),
    client_id="SANDBOX_A",
    family="payments",
    endpoint="createPaymentSession",
    id_field="paymentRequestId",
    request_id="order-1",
    result_code="SUCCESS",
    result_status="S",
    message="success.",
    verdict="valid",
    explanation=None,
    faults=(),
    scenario="success",
    reason="the default",
    took=0.0009,
)
REFUSED = ENTRY._replace(
    result_code="PARAM_ILLEGAL",
    result_status="F",
    message="order: expected a JSON object, got a string (and 1 more)",
    scenario=None,
    faults=(Fault("order", "a JSON object", "a string"), Fault("env", "a JSON object", "null")),
)
RESET = ENTRY._replace(reply=Reply(200, b"", b"{}", 3.0, WireFault("reset")))
NO_ENDPOINT: dict[str, Any] = {
    "call": plain_call(target="/x", method="GET"),
    "reply": Reply(404, b"", b"{}"),
    "endpoint": None,
    "result_code": None,
}
FAULTS = "order: expected a JSON object, got a string; env: expected a JSON object, got null"
ILLEGAL = "createPaymentSession  F PARAM_ILLEGAL  [-]  0.9 ms "


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ENTRY, "createPaymentSession  S SUCCESS  [success]  0.9 ms"),
        (REFUSED._replace(explanation="a hint"), f"{ILLEGAL} {FAULTS}; a hint"),
        (RESET, "createPaymentSession  S SUCCESS  [success +reset]  0.9 ms +3.0 s"),
        (
            REFUSED._replace(faults=(), message="wrong: another key", explanation="another key"),
            f"{ILLEGAL} another key",
        ),
        (ENTRY._replace(verdict="unverified"), "createPaymentSession  S SUCCESS (unverified)  [success]  0.9 ms"),
        (REFUSED._replace(**NO_ENDPOINT, faults=(), message="why"), "GET /x  HTTP 404  [-]  0.9 ms  why"),
    ],
    ids=["success", "refused", "injected fault", "reason once", "unverified", "no endpoint"],
)
def test_a_call_as_text(entry: CallRecord, expected: str) -> None:
    """Time, id, endpoint, code, scenario, duration and the reason of a refusal."""
    assert re.fullmatch(f"[0-9]{{2}}:[0-9]{{2}}:10 #12  {re.escape(expected)}", text_line(entry))


def test_a_call_as_json() -> None:
    """The keys are fixed; ``why`` is there for refusals only."""
    assert (
        '{"time":"2026-11-22T01:07:10.000+00:00","level":"info","call":"12","endpoint":"createPaymentSession",'
        '"clientId":"SANDBOX_A","paymentRequestId":"order-1","httpStatus":null,"resultStatus":"S",'
        '"resultCode":"SUCCESS","signature":"valid","scenario":"success","fault":"reset","ms":0.9,"delayMs":3000}'
    ) == json_line(RESET)
    refused = json.loads(json_line(REFUSED))
    assert (200, None, FAULTS) == (refused["httpStatus"], refused["fault"], refused["why"])


def test_card_numbers_in_reasons_are_masked() -> None:
    """Explanation, contract faults and message are masked in both formats."""
    faults = (Fault("x", "y", 'the string "4054 6927 6017 4822"'),)
    explained = ENTRY._replace(explanation=f"the body held {CARD}", faults=faults)
    for entry in (explained, REFUSED._replace(faults=(), message=f"cardNo {CARD} is refused")):
        for line in (text_line(entry), json_line(entry)):
            assert not re.search(CARD.replace("6", " ?6"), line)
            assert re.search("4054 ?6[9*]+4822", line)


def test_ids_and_security_codes_are_masked() -> None:
    """Client ids and request ids are in JSON lines only, and card numbers masked there; no CVV is in the log."""
    refused = REFUSED._replace(faults=(), message='not JSON: {"cvv": "987"')
    assert "987" not in text_line(refused) + json_line(refused)
    entry = ENTRY._replace(
        client_id=CARD, request_id=f"order {CARD}", call=plain_call(target=f"/{CARD}"), endpoint=None
    )
    assert f"/{MASKED}  S" in text_line(entry)
    line = json.loads(json_line(entry))
    assert (MASKED, f"order {MASKED}") == (line["clientId"], line["paymentRequestId"])


SENT = Notification(
    id="7",
    client_id="SANDBOX_A",
    family="payments",
    name="notifyPayment",
    id_field="paymentRequestId",
    request_id="order-1",
    created=NOW,
    url="http://127.0.0.1:8000/notify",
    body=b"{}",
    status="ACCEPTED",
    scenario="success",
    attempts=(Attempt(NOW, 200, b"{}", None, 0.0031),),
)
UNACCEPTED = SENT._replace(
    status="PENDING", due=NOW, attempts=(Attempt(NOW, 200, b"{}", "resultStatus was 'success', expected 'S'", 0.0031),)
)
DROPPED = SENT._replace(status="DROPPED", problem="the scenario drops it", attempts=())


@pytest.mark.parametrize(
    ("notification", "expected"),
    [
        (SENT, f"ACCEPTED  [success]  3.1 ms  {SENT.url}"),
        (UNACCEPTED, f"PENDING  [success]  3.1 ms  {SENT.url}  resultStatus was 'success', expected 'S'"),
        (DROPPED._replace(url=None, scenario=None), "DROPPED  [-]    the scenario drops it"),
    ],
    ids=["accepted", "not accepted", "dropped"],
)
def test_a_notification_as_text(notification: Notification, expected: str) -> None:
    """Time, id, name, status, scenario, duration, URL, and why it was not accepted."""
    assert re.fullmatch(r"\d\d:\d\d:\d\d !7  notifyPayment  " + re.escape(expected), notification_text(notification))


def test_a_notification_as_json() -> None:
    """The keys are fixed; ``why`` is there for failures only."""
    time, _, line = notification_json(UNACCEPTED).partition(",")
    assert time.startswith('{"time":"')
    assert (
        '"level":"info","notificationId":"7","notification":"notifyPayment","clientId":"SANDBOX_A",'
        '"paymentRequestId":"order-1","status":"PENDING","attempt":1,"url":"http://127.0.0.1:8000/notify",'
        '"httpStatus":200,"scenario":"success","ms":3.1,"why":"resultStatus was \'success\', expected \'S\'"}'
    ) == line
    assert "why" not in json.loads(notification_json(SENT))
    assert "the scenario drops it" == json.loads(notification_json(DROPPED))["why"]


def test_a_notification_is_one_line_without_card_numbers() -> None:
    """The shop's response and the URL are escaped and masked."""
    attempt = UNACCEPTED.attempts[0]._replace(complaint=f"resultCode was 'a\nb {CARD}', expected 'SUCCESS'")
    notification = SENT._replace(url=f"http://127.0.0.1/{CARD}", attempts=(attempt,), client_id=CARD, request_id=CARD)
    for line in (notification_text(notification), notification_json(notification)):
        assert 1 == len(line.splitlines())
        assert CARD not in line


CONTROLS = "".join(chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Zl", "Zp"))
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202e\u2066\u2069"
INVISIBLE = (
    "\xad\u034f\u115f\u180e\u200b\u200d\u2060\u2800\u3164\ufe0f\ufeff\uffa0\U000e0001\U000e0100\U0001d173\U0001bca0"
)


def test_invisible_characters_are_escaped() -> None:
    """Text lines use Python's escapes, JSON lines those of JSON; other scripts are not escaped."""
    hidden = CONTROLS + DIRECTIONS + INVISIBLE
    entry = REFUSED._replace(faults=(), message=f"<{hidden}> \u5fae\u4fe1\u3000\u00e9")
    text, line = text_line(entry), json_line(entry)
    assert f"<{''.join(ascii(letter)[1:-1] for letter in hidden)}> \u5fae\u4fe1\u3000\u00e9" in text
    assert entry.message == json.loads(line)["why"]
    assert not set(hidden) & (set(text) | set(line))
