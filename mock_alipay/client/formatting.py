"""Calls and notifications as lines of text, for terminals and test reports."""

from __future__ import annotations

from mock_alipay.client.payment_records import NotificationRecord
from mock_alipay.client.records import CallRecord
from mock_alipay.text.wording import reasons


def call_lines(call: CallRecord) -> list[str]:
    """One line about the call, then an indented line for each fault and for everything else worth knowing."""
    status = f"{call.result_status} {call.result_code}" if call.result_code else f"HTTP {call.http_status}"
    status += " (unverified)" if call.signature["verdict"] == "unverified" else ""
    scenario = f"{call.scenario}: {call.reason}" if call.scenario else "no scenario"
    at = call.time.astimezone().strftime("%H:%M:%S")
    first = f"{at} #{call.id} {call.endpoint or 'no endpoint'} {status}  [{scenario}]  {call.payment_request_id or ''}"
    message = "" if call.result_status == "S" else call.result_message
    details = reasons((fault.text for fault in call.faults), message, call.explanation)
    if call.fault:
        details.append(f"fault injected: {call.fault}")
    details += (*call.unknown_fields, *call.notes)
    return [plain(first.rstrip()), *(f"    {plain(detail)}" for detail in details)]


def notification_lines(notification: NotificationRecord) -> list[str]:
    """One line about the notification, then an indented line with the problem of its latest attempt, if any."""
    last = notification.attempts[-1] if notification.attempts else None
    at = (last.time if last else notification.created).astimezone().strftime("%H:%M:%S")
    number = f", attempt {notification.attempt_count}" if notification.attempt_count > 1 else ""
    scenario = f"[{notification.scenario or 'by hand'}]  {notification.payment_request_id or ''}"
    first = f"{at} !{notification.id} {notification.notification} {notification.status}{number}  {scenario}"
    problem = (last.why if last else None) or notification.problem
    return [plain(first.rstrip()), *([f"    {plain(problem)}"] if problem else [])]


def plain(text: str) -> str:
    """The text with escapes for everything that could control a terminal."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
