"""Limits how many clients can do something at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mock_alipay.web.asgi.problems import HttpProblem


class ConcurrencyLimit:
    """Limits how many clients can do something at the same time."""

    def __init__(self, most: int, noun: str) -> None:
        self.most = most
        self._noun = noun
        self.taken = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take a slot within the block; HttpProblem (503) when none is free."""
        if self.taken >= self.most:
            raise HttpProblem(
                503, f"Too many {self._noun}", f"{self.most} are open, which is the limit; close some of them"
            )
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
