"""Calls and notifications as lines of text, for terminals and test reports."""

from __future__ import annotations

from mock_alipay.client.records import CallRecord, NotificationRecord
from mock_alipay.text.wording import reasons


def call_lines(call: CallRecord) -> list[str]:
    """The call in one line, and below it, further in, everything that was wrong with it or done to it."""
    status = f"{call.result_status} {call.result_code}" if call.result_code else f"HTTP {call.http_status}"
    status += " (unverified)" if call.signature["verdict"] == "unverified" else ""
    scenario = f"{call.scenario}: {call.reason}" if call.scenario else "no scenario"
    at = call.time.astimezone().strftime("%H:%M:%S")
    first = f"{at} #{call.id} {call.endpoint or 'no endpoint'} {status}  [{scenario}]  {call.payment_request_id or ''}"
    message = "" if call.result_status == "S" else call.result_message
    details = reasons((fault.text for fault in call.faults), message, call.explanation)
    if call.fault:
        details.append(f"the reply was spoilt on its way out: {call.fault}")
    details += (*call.unknown_fields, *call.notes)
    return [_plain(first.rstrip()), *(f"    {_plain(detail)}" for detail in details)]


def notification_lines(notification: NotificationRecord) -> list[str]:
    """A notification in one line, and below it what keeps it from being accepted."""
    last = notification.attempts[-1] if notification.attempts else None
    at = (last.time if last else notification.created).astimezone().strftime("%H:%M:%S")
    number = f", attempt {notification.attempt_count}" if notification.attempt_count > 1 else ""
    scenario = f"[{notification.scenario or 'by hand'}]  {notification.payment_request_id or ''}"
    first = f"{at} !{notification.id} {notification.notification} {notification.status}{number}  {scenario}"
    why = (last.why if last else None) or notification.problem
    return [_plain(first.rstrip()), *([f"    {_plain(why)}"] if why else [])]


def _plain(text: str) -> str:
    """A text that cannot steer a terminal."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
