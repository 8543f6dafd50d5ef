"""Finds records by the words of a filter, as people type them.

Words must all appear, in any case, in what a list shows of a record. A word such as ``status:F`` compares a field.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from mock_alipay.apis.payments.model import Payment
from mock_alipay.journal.calls import CallRecord
from mock_alipay.journal.notifications import Notification
from mock_alipay.storage import Journal
from mock_alipay.text.masking import mask_cards, mask_text
from mock_alipay.web.admin.context import AdminContext

Record = TypeVar("Record")
Kept = TypeVar("Kept", CallRecord, Notification)

Fields = Mapping[str, Callable[[Any], str | None]]
"""The fields that a word can compare, by name; the word ``NAME:VALUE`` compares one."""


class Searched(NamedTuple):
    """What a filter looks at in a kind of record."""

    fields: Fields
    text: Callable[[Any], str]
    """Everything in which other words are searched."""


async def journaled(
    context: AdminContext,
    journal: Journal[Kept],
    fits: Callable[[Kept], bool],
    query: Mapping[str, Any],
    searched: Searched,
    limit: int | None,
) -> list[Kept]:
    """The newest ``limit`` records that ``fits`` accepts, between ``after`` and ``before``, and that have the words."""
    words, after, before = query.get("q", ""), query.get("after", 0), query.get("before", 0)
    fitting = await journal.newest_first(fits, after=after, before=before, limit=None if words else limit)
    return await found(context, fitting, words, searched, limit)


async def found(
    context: AdminContext, records: list[Record], words: str, searched: Searched, limit: int | None
) -> list[Record]:
    """The first ``limit`` records that have the words; searched in a thread, so that merchants' calls don't wait."""
    if not words:
        return records[:limit]
    fits = matcher(words, searched)
    return await context.worker.do(lambda: list(itertools.islice(filter(fits, records), limit)))


def matcher(words: str, searched: Searched) -> Callable[[Any], bool]:
    """A predicate that is true for records in which all words appear."""
    tests = [_test(word, searched) for word in words.lower().split()]
    return lambda record: all(test(record) for test in tests)


def _test(word: str, searched: Searched) -> Callable[[Any], bool]:
    name, colon, value = word.partition(":")
    if colon and name in searched.fields:
        field = searched.fields[name]
        return lambda record: mask_cards(field(record) or "").lower() == value
    if not any(map(str.isdigit, word)):
        return lambda record: word in searched.text(record).lower()

    def appears(record: Any) -> bool:
        # Only texts with the word are masked: masking takes longer than everything else.
        text = searched.text(record)
        return word in text.lower() and word in mask_text(text).lower()

    return appears


def _call_text(record: CallRecord) -> str:
    fault = record.reply.fault
    texts = (
        record.endpoint,
        record.request_id,
        record.result_code,
        record.scenario,
        record.message,
        fault.kind if fault else None,
        *(fault.text for fault in record.faults),
    )
    return "\n".join(filter(None, texts))


def _payment_text(payment: Payment) -> str:
    order = payment.order
    texts = (
        payment.payment_request_id,
        payment.payment_id,
        payment.state,
        payment.code,
        order.method,
        payment.scenario,
    )
    return "\n".join(filter(None, texts))


def _notification_text(notification: Notification) -> str:
    last = notification.attempts[-1].complaint if notification.attempts else None
    texts = (
        notification.name,
        notification.request_id,
        notification.status,
        notification.scenario,
        notification.fault,
        notification.problem,
        last,
    )
    return "\n".join(filter(None, texts))


CALLS = Searched(
    {
        "status": lambda record: record.result_status,
        "endpoint": lambda record: record.endpoint,
        "code": lambda record: record.result_code,
        "scenario": lambda record: record.scenario,
    },
    _call_text,
)
PAYMENTS = Searched(
    {
        "status": lambda payment: payment.state,
        "code": lambda payment: payment.code,
        "scenario": lambda payment: payment.scenario,
        "method": lambda payment: payment.order.method,
    },
    _payment_text,
)
NOTIFICATIONS = Searched(
    {
        "status": lambda notification: notification.status,
        "endpoint": lambda notification: notification.name,
        "scenario": lambda notification: notification.scenario,
    },
    _notification_text,
)
