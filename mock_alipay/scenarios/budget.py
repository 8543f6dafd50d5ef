"""Limits how much work one call may cause in scenarios."""

from __future__ import annotations


class OverBudget(Exception):
    """Something would cost more than is left."""


class Budget:
    """What is left to spend, in a unit that its maker names."""

    __slots__ = ("_left",)

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, amount: int) -> None:
        """Take ``amount`` off; OverBudget when there is less, then and ever after for any amount."""
        self._left -= amount
        if self._left < 0:
            raise OverBudget
