"""Errors as HTTP tells them: problem JSON (RFC 9457). Only here do errors of the domain get an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from mock_alipay import errors
from mock_alipay.errors import DomainError
from mock_alipay.journal.exchange import Reply

STATUSES: Mapping[type[DomainError], int] = {
    errors.NoSuchPath: 404,
    errors.NoCashierPage: 404,
    errors.UnknownScenario: 400,
    errors.TooManyClientIds: 409,
    errors.NoSuchAggregate: 404,
    errors.NotPossibleNow: 409,
}


class HttpProblem(DomainError):
    """An error that only HTTP knows: an odd request, a wrong field, too many at once."""

    def __init__(self, status: int, title: str, detail: str, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.status = status
        self.title = title

    @property
    def content(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail, **self.extra}


def problem_of(error: DomainError) -> HttpProblem:
    """An error with its HTTP status."""
    if isinstance(error, HttpProblem):
        return error
    return HttpProblem(STATUSES[type(error)], error.title, error.detail, **error.extra)


def problem_reply(error: DomainError, call_id: str) -> Reply:
    """The reply to the merchant's call with this id."""
    problem = problem_of(error)
    body = orjson.dumps(problem.content)
    head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nmock-call-id: %b\r\n"
    return Reply(problem.status, head % (len(body), call_id.encode()), body)
