"""Paths into JSON values: ``order.goods[0].goodsName``, or ``order.goods[].goodsName`` for any element."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from mock_alipay.scenarios.budget import Budget

Path = tuple[str | int | None, ...]
"""Keys, array indices, and None for any element."""

MISSING: Final = object()

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]{0,6})\]")
_WHOLE = re.compile(r"[^.\[\]]+(?:\[[0-9]{0,6}\])*(?:\.[^.\[\]]+(?:\[[0-9]{0,6}\])*)*")


def parse(text: str) -> Path:
    """Split a path into its steps; ValueError when it is not a path."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"'{text}' is not a path; write for example order.goods[0].goodsName")
    steps = _STEP.finditer(text)
    return tuple(step[1] or (int(step[2]) if step[2] else None) for step in steps)


def find(value: Any, path: Path, budget: Budget) -> Any:
    """The first value at ``path``, or MISSING; spends the same as ``find_all``."""
    return next(iter(find_all(value, path, budget)), MISSING)


def find_all(value: Any, path: Path, budget: Budget) -> Sequence[Any]:
    """All values at ``path``. Array steps spend the number of elements that they look at; OverBudget beyond that."""
    # Not a generator: every matcher calls this for every call, and most paths have one value or none.
    for at, step in enumerate(path):
        if isinstance(value, dict):
            if step not in value:
                return ()
            value = value[step]
        elif isinstance(step, str):
            return ()
        elif isinstance(value, list):
            items = value if step is None else value[step : step + 1]
            budget.spend(len(items))
            return [match for item in items for match in find_all(item, path[at + 1 :], budget)]
        else:
            return ()
    return (value,)


def put(target: dict[str, Any], path: Path, value: Any) -> None:
    """Set the value at ``path`` and create missing objects above it; None removes the field.

    Objects along the path are copied, because a placeholder may have put the same object in several places.
    """
    *parents, last = path
    for step in parents:
        inner = target.get(str(step))
        if isinstance(inner, dict):
            inner = dict(inner)
        elif value is None:
            return
        else:
            inner = {}
        target[str(step)] = inner
        target = inner
    if value is None:
        target.pop(str(last), None)
    else:
        target[str(last)] = value
