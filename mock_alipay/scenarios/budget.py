"""Limits the work that scenarios do for one call."""

from __future__ import annotations


class OverBudget(Exception):
    """The budget is exhausted."""


class Budget:
    """A limited amount of work, in a unit that the creator of the budget chooses."""

    __slots__ = ("_left",)

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, amount: int) -> None:
        """Subtract ``amount``; OverBudget when less is left. An exhausted budget stays exhausted."""
        self._left -= amount
        if self._left < 0:
            raise OverBudget
