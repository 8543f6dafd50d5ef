"""Errors as problem JSON (RFC 9457). This module alone maps domain errors to HTTP statuses."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from mock_alipay import errors
from mock_alipay.errors import DomainError
from mock_alipay.journal.exchange import Reply
from mock_alipay.text.masking import mask_json

logger = logging.getLogger("mock_alipay")

STATUSES: Mapping[type[DomainError], int] = {
    errors.NoSuchPath: 404,
    errors.UnknownScenario: 400,
    errors.ScenarioFailed: 500,
    errors.TooManyClientIds: 409,
    errors.TooManyAttempts: 409,
    errors.NoSuchAggregate: 404,
    errors.NotPossibleNow: 409,
}


class HttpProblem(DomainError):
    """An error of the HTTP layer, such as an invalid request or a reached limit."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail, **extra)
        self.status = status
        self.title = title
        self.headers = headers

    @property
    def content(self) -> dict[str, Any]:
        """The JSON body."""
        content = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        masked: dict[str, Any] = mask_json(content)
        return masked


def problem_of(error: DomainError) -> HttpProblem:
    """A domain error as HttpProblem, with its own status or that of ``STATUSES``."""
    if isinstance(error, HttpProblem):
        return error
    status = error.status if isinstance(error, errors.UpstreamFailed) else STATUSES[type(error)]
    return HttpProblem(status, error.title, error.detail, **error.extra)


async def problem_response(request: Request, error: Exception) -> Response:
    """Starlette's handler for every exception."""
    if not isinstance(error, DomainError):
        logger.error("internal error in %s %s", request.method, request.url.path, exc_info=error)
        error = HttpProblem(500, "Internal error", "this is a bug in mock-alipay; its log has the traceback")
    problem = problem_of(error)
    return json_response(problem.content, problem.status, problem.headers, "application/problem+json")


def json_response(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Indented JSON."""
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(body, status, headers, media_type)


def problem_reply(error: DomainError, call_id: str) -> Reply:
    """An error as the reply to a merchant's call."""
    problem = problem_of(error)
    body = orjson.dumps(problem.content)
    head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nmock-call-id: %b\r\n"
    return Reply(problem.status, head % (len(body), call_id.encode()), body)
