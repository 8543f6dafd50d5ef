"""Limits on how many clients do something at the same time."""

from __future__ import annotations

import contextlib

import pytest

from mock_alipay.web.asgi.concurrency_limit import ConcurrencyLimit
from mock_alipay.web.asgi.problems import HttpProblem


def test_a_limit_refuses_when_no_slot_is_free() -> None:
    """A slot is free again after its block, also after an exception."""
    limit = ConcurrencyLimit(1, "guests")
    with contextlib.suppress(ZeroDivisionError), limit.held():
        with pytest.raises(HttpProblem) as caught, limit.held():
            pass
        raise ZeroDivisionError
    assert (503, "Too many guests", 0) == (caught.value.status, caught.value.title, limit.taken)
