"""Paths into JSON values, as users write them: ``order.goods[0].goodsName``, ``goods[]`` for any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from mock_alipay.scenarios.budget import Budget

Path = tuple[str | int | None, ...]
"""Names, indices, and None for any element."""

MISSING: Final = object()

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]{0,6})\]")
_WHOLE = re.compile(r"[^.\[\]]+(?:\[[0-9]{0,6}\])*(?:\.[^.\[\]]+(?:\[[0-9]{0,6}\])*)*")


def parse(text: str) -> Path:
    """The steps of a path; ValueError when it is not one."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"'{text}' is no path; write for example order.goods[0].goodsName")
    steps = _STEP.finditer(text)
    return tuple(step[1] or (int(step[2]) if step[2] else None) for step in steps)


def find(value: Any, path: Path, budget: Budget) -> Any:
    """The first value at ``path``, or MISSING; costs what ``find_all`` does."""
    return next(iter(find_all(value, path, budget)), MISSING)


def find_all(value: Any, path: Path, budget: Budget) -> Sequence[Any]:
    """Every value at ``path``: several where it says ``[]``, which costs the length of the array."""
    # No generator: matchers look at each call with this, and most paths lead to one value or none.
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
            return [found for item in items for found in find_all(item, path[at + 1 :], budget)]
        else:
            return ()
    return (value,)


def put(target: dict[str, Any], path: Path, value: Any) -> None:
    """Set what ``path`` names, making the objects on the way; None takes it out.

    Objects on the way are copied: one may stand in other places too, such as where a placeholder has put it.
    """
    *way, last = path
    for step in way:
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
