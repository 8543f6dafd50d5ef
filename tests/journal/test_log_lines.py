"""What the log says of a call or a notification: one line, in words or in JSON, masked."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
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


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ENTRY, "#12  createPaymentSession  S SUCCESS  [success]  0.9 ms"),
        (
            REFUSED,
            (
                "#12  createPaymentSession  F PARAM_ILLEGAL  [-]  0.9 ms  "
                "order: expected a JSON object, got a string; env: expected a JSON object, got null"
            ),
        ),
        (
            ENTRY._replace(reply=Reply(200, b"", b"{}", 3.0, WireFault("reset")), scenario="slow"),
            "#12  createPaymentSession  S SUCCESS  [slow +reset]  0.9 ms +3.0 s",
        ),
        (
            ENTRY._replace(result_code="UNKNOWN_EXCEPTION", result_status="U", message="unknown exception"),
            "#12  createPaymentSession  U UNKNOWN_EXCEPTION  [success]  0.9 ms  unknown exception",
        ),
        (
            ENTRY._replace(
                result_code="INVALID_SIGNATURE",
                result_status="F",
                message="the signature is invalid: another key",
                explanation="another key",
            ),
            "#12  createPaymentSession  F INVALID_SIGNATURE  [success]  0.9 ms  another key",
        ),
        (
            ENTRY._replace(verdict="unverified", explanation="client id X has no key here"),
            "#12  createPaymentSession  S SUCCESS (unverified)  [success]  0.9 ms  client id X has no key here",
        ),
        (
            REFUSED._replace(faults=REFUSED.faults[:1], explanation="scenario slow would have played"),
            (
                "#12  createPaymentSession  F PARAM_ILLEGAL  [-]  0.9 ms  "
                "order: expected a JSON object, got a string; scenario slow would have played"
            ),
        ),
        (
            ENTRY._replace(explanation="the path came with double slashes"),
            "#12  createPaymentSession  S SUCCESS  [success]  0.9 ms  the path came with double slashes",
        ),
        (
            ENTRY._replace(
                call=plain_call(target="/favicon.ico", method="GET"),
                reply=Reply(404, b"", b"{}"),
                endpoint=None,
                result_code=None,
                result_status=None,
                scenario=None,
                message="there is no such page",
            ),
            "#12  GET /favicon.ico  HTTP 404  [-]  0.9 ms  there is no such page",
        ),
    ],
)
def test_a_line_in_words(entry: CallRecord, expected: str) -> None:
    """The time, then id, endpoint, code, scenario, how long it took, and why it was refused."""
    time, _, rest = text_line(entry).partition(" ")
    assert re.fullmatch("[0-9]{2}:07:10", time) or re.fullmatch("[0-9]{2}:[0-9]{2}:10", time)
    assert expected == rest


def test_a_line_in_json() -> None:
    """The same as one object."""
    entry = ENTRY._replace(reply=Reply(200, b"", b"{}", 3.0, WireFault("reset")))
    assert json.loads(json_line(entry)) == {
        "time": "2026-11-22T01:07:10.000+00:00",
        "level": "info",
        "call": "12",
        "endpoint": "createPaymentSession",
        "clientId": "SANDBOX_A",
        "paymentRequestId": "order-1",
        "httpStatus": None,
        "resultStatus": "S",
        "resultCode": "SUCCESS",
        "signature": "valid",
        "scenario": "success",
        "fault": "reset",
        "ms": 0.9,
        "delayMs": 3000,
    }
    assert json.loads(json_line(ENTRY))["httpStatus"] == 200
    assert json.loads(json_line(REFUSED))["why"].endswith("; env: expected a JSON object, got null")


SECRETS: list[dict[str, Any]] = [
    {"explanation": f"the body held {CARD}"},
    {"faults": (Fault("x", "y", f'the string "{CARD}"'),)},
    {"faults": (Fault("x", "y", 'the string "4054 6927 6017 4822"'),)},
    {"message": f'text that is not JSON: "cardNo": "{CARD}"', "result_status": "F"},
    {"message": f"cardNo {CARD} is refused", "result_status": "U"},
]


@pytest.mark.parametrize("changes", SECRETS)
def test_card_numbers_are_masked(changes: dict[str, Any]) -> None:
    """In both formats, wherever they came from."""
    entry = ENTRY._replace(**changes)
    for line in (text_line(entry), json_line(entry)):
        assert CARD not in line
        assert "4054 6927 6017 4822" not in line
        assert re.search("4054 ?6[9*]+4822", line)


def test_security_codes_are_masked() -> None:
    """Not a digit of them is shown."""
    entry = REFUSED._replace(faults=(), message='not JSON: {"cvv": "987"')
    assert "987" not in text_line(entry) + json_line(entry)


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
    status="PENDING",
    due=NOW,
    attempts=(Attempt(NOW, 200, b"{}", "resultStatus was 'success', expected 'S'", 0.0031),),
)
DROPPED = SENT._replace(status="DROPPED", problem="the scenario drops it", attempts=())


@pytest.mark.parametrize(
    ("notification", "expected"),
    [
        (SENT, "!7  notifyPayment  ACCEPTED  [success]  3.1 ms  http://127.0.0.1:8000/notify"),
        (
            UNACCEPTED,
            (
                "!7  notifyPayment  PENDING  [success]  3.1 ms  http://127.0.0.1:8000/notify  "
                "resultStatus was 'success', expected 'S'"
            ),
        ),
        (DROPPED, "!7  notifyPayment  DROPPED  [success]  http://127.0.0.1:8000/notify  the scenario drops it"),
        (DROPPED._replace(url=None, scenario=None), "!7  notifyPayment  DROPPED  [-]    the scenario drops it"),
    ],
)
def test_a_notification_in_words(notification: Notification, expected: str) -> None:
    """The time, then id, name, status, scenario, how long it took, where it went, and why it was not accepted."""
    time, _, rest = notification_text(notification).partition(" ")
    assert re.fullmatch("[0-9]{2}:[0-9]{2}:[0-9]{2}", time)
    assert expected == rest


def test_a_notification_in_json() -> None:
    """The same as one object."""
    line = json.loads(notification_json(UNACCEPTED))
    del line["time"]
    assert {
        "level": "info",
        "notificationId": "7",
        "notification": "notifyPayment",
        "clientId": "SANDBOX_A",
        "paymentRequestId": "order-1",
        "status": "PENDING",
        "attempt": 1,
        "url": "http://127.0.0.1:8000/notify",
        "httpStatus": 200,
        "scenario": "success",
        "ms": 3.1,
        "why": "resultStatus was 'success', expected 'S'",
    } == line
    assert "why" not in json.loads(notification_json(SENT))


def test_a_notification_is_one_line_and_shows_no_card_number() -> None:
    """Whatever a shop answers, and whatever its URL holds."""
    strange = UNACCEPTED.attempts[0]._replace(complaint=f"resultCode was 'a\nb {CARD}', expected 'SUCCESS'")
    notification = SENT._replace(url=f"http://127.0.0.1/{CARD}", attempts=(strange,))
    for line in (notification_text(notification), notification_json(notification)):
        assert 1 == len(line.splitlines())
        assert CARD not in line


@pytest.mark.parametrize("line", [text_line, json_line])
def test_ids_that_are_card_numbers_are_masked(line: Callable[[CallRecord], str]) -> None:
    """Of the client and of the payment, where the line has them."""
    told = line(ENTRY._replace(client_id=CARD, request_id=f"order {CARD}", endpoint=None))
    assert CARD not in told
    assert (line is json_line) == (f'"clientId":"{MASKED}"' in told and f'"order {MASKED}"' in told)


UNSEEN = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Zl", "Zp")]
BIDIRECTIONAL = [chr(code) for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
BLANK = [
    chr(code) for code in (0xAD, 0x34F, 0x115F, 0x180E, 0x200B, 0x200D, 0x2060, 0x2800, 0x3164, 0xFE0F, 0xFEFF, 0xFFA0)
]
FAR = ["\U000e0001", "\U000e0041", "\U000e0100", "\U0001d173", "\U0001bca0"]


@pytest.mark.parametrize("hidden", ["".join(UNSEEN), "".join(BIDIRECTIONAL), "".join(BLANK), "".join(FAR)])
def test_what_is_not_seen_is_escaped(hidden: str) -> None:
    """In words as Python does, in JSON as JSON does; other scripts and blanks are shown as they are."""
    entry = REFUSED._replace(faults=(), message=f"<{hidden}> \u5fae\u4fe1\u3000\u00e9", explanation=None)
    words, line = text_line(entry), json_line(entry)
    assert f"<{''.join(ascii(letter)[1:-1] for letter in hidden)}> \u5fae\u4fe1\u3000\u00e9" in words
    assert entry.message == json.loads(line)["why"]
    assert [] == [letter for letter in hidden if letter in words or letter in line]
