"""Errors as problem JSON."""

from __future__ import annotations

import json

import pytest

from mock_alipay.errors import (
    DomainError,
    NoSuchAggregate,
    NoSuchPath,
    UnknownScenario,
    UpstreamFailed,
)
from mock_alipay.web.asgi.problems import STATUSES, HttpProblem, problem_of, problem_reply
from tests.calls import header


def test_every_domain_error_has_a_status() -> None:
    """The table is complete."""
    assert set(DomainError.__subclasses__()) == {*STATUSES, HttpProblem, UpstreamFailed}


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (NoSuchPath("D", known=["a"]), 404, "No such page"),
        (UnknownScenario("D", known=["a"]), 400, "Unknown scenario"),
        (NoSuchAggregate("payment", "D"), 404, "No such payment"),
        (HttpProblem(413, "Body too large", "D", known=["a"]), 413, "Body too large"),
    ],
)
def test_an_error_is_problem_json(error: DomainError, status: int, title: str) -> None:
    """With the members of RFC 9457 and its own; a reply to a merchant is unsigned and has the call id."""
    expected = {"type": "about:blank", "title": title, "status": status, "detail": "D", **error.extra}
    reply = problem_reply(error, "7")
    assert (expected, status, expected) == (problem_of(error).content, reply.status, json.loads(reply.body))
    assert ("application/problem+json", "7", str(len(reply.body)), None) == tuple(
        header(reply, name) for name in ("content-type", "mock-call-id", "content-length", "signature")
    )
