"""Formats calls and notifications as log lines, text or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.notifications import Notification
from mock_alipay.text.masking import mask_cards, mask_text
from mock_alipay.text.wording import reasons

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Control characters, line separators, direction marks and invisible characters: Unicode categories Cc, Zl and Zp,
property Default_Ignorable_Code_Point, and blank letters."""


def text_line(entry: CallRecord) -> str:
    """``03:41:07 #12  createPaymentSession  F PARAM_ILLEGAL  [-]  0.9 ms  order: missing, …``"""
    reply = entry.reply
    name = entry.endpoint or f"{entry.call.method} {mask_text(entry.call.target)[:80]}"
    code = f"{entry.result_status} {entry.result_code}" if entry.result_code else f"HTTP {reply.status}"
    code += " (unverified)" if entry.verdict == "unverified" else ""
    scenario = f"{entry.scenario or '-'} +{reply.fault.kind}" if reply.fault else entry.scenario or "-"
    took = f"{entry.took * 1000:.1f} ms" + (f" +{reply.delay:.1f} s" if reply.delay else "")
    line = f"{_local_time(int(entry.call.received.timestamp()))} #{entry.id}  {name}  {code}  [{scenario}]  {took}"
    why = _why(entry)
    if why:
        line += f"  {mask_text(why)}"
    return one_line(line)


def json_line(entry: CallRecord) -> str:
    """A call as one JSON object."""
    reply = entry.reply
    line: dict[str, Any] = {
        "time": entry.call.received.isoformat(timespec="milliseconds"),
        "level": "info",
        "call": entry.id,
        "endpoint": entry.endpoint,
        "clientId": mask_cards(entry.client_id),
        entry.id_field: entry.request_id and mask_cards(entry.request_id),
        "httpStatus": entry.http_status,
        "resultStatus": entry.result_status,
        "resultCode": entry.result_code,
        "signature": entry.verdict,
        "scenario": entry.scenario,
        "fault": reply.fault.kind if reply.fault else None,
        "ms": round(entry.took * 1000, 1),
        "delayMs": round(reply.delay * 1000),
    }
    if why := _why(entry):
        line["why"] = mask_text(why)
    return in_json(line)


def notification_text(notification: Notification) -> str:
    """``03:41:07 !7  notifyPayment  ACCEPTED  [success]  3.1 ms  http://127.0.0.1:8000/notify``"""
    last = notification.attempts[-1] if notification.attempts else None
    took = f"{last.took * 1000:.1f} ms  " if last else ""
    time = _local_time(int(datetime.now(UTC).timestamp()))
    line = f"{time} !{notification.id}  {notification.name}  {notification.status}  [{notification.scenario or '-'}]  "
    line += f"{took}{mask_text(notification.url or '')}"
    if why := _complaint(notification):
        line += f"  {mask_text(why)}"
    return one_line(line.rstrip())


def notification_json(notification: Notification) -> str:
    """A notification as one JSON object."""
    last = notification.attempts[-1] if notification.attempts else None
    line: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "notificationId": notification.id,
        "notification": notification.name,
        "clientId": mask_cards(notification.client_id),
        notification.id_field: notification.request_id and mask_cards(notification.request_id),
        "status": notification.status,
        "attempt": len(notification.attempts),
        "url": notification.url and mask_text(notification.url),
        "httpStatus": last.http_status if last else None,
        "scenario": notification.scenario,
        "ms": round(last.took * 1000, 1) if last else None,
    }
    if why := _complaint(notification):
        line["why"] = mask_text(why)
    return in_json(line)


def _complaint(notification: Notification) -> str | None:
    last = notification.attempts[-1].complaint if notification.attempts else None
    return last or notification.problem


def one_line(line: str) -> str:
    """Escape line ends, terminal control sequences and invisible characters."""
    if line.isascii() and line.isprintable():
        return line
    return _INVISIBLE.sub(lambda match: ascii(match[0])[1:-1], line)


def in_json(line: Mapping[str, Any]) -> str:
    """Encode as JSON with invisible characters escaped."""
    text = orjson.dumps(line).decode()
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def _why(entry: CallRecord) -> str:
    """Reasons that the result code does not show; empty for a plain success."""
    if entry.result_status == "S" and entry.explanation is None:
        return ""
    message = "" if entry.result_status == "S" else entry.message
    return "; ".join(reasons((fault.text for fault in entry.faults), message, entry.explanation))


@lru_cache(maxsize=16)
def _local_time(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).astimezone().strftime("%H:%M:%S")
