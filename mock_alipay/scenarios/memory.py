"""Measures the memory of a scenario."""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_SHARED = (type, ModuleType, CodeType, BuiltinFunctionType)
"""Types of objects that all scenarios share; they are not counted."""


def bytes_of(value: Any) -> int:
    """The bytes of an object and of everything it refers to, including the closures of its functions.

    The length of the text says little: 200 KB of YAML may take 200 KB or 8 MiB, because each placeholder becomes a
    function.
    """
    seen: set[int] = set()
    pending, total = [value], 0
    while pending:
        current = pending.pop()
        if id(current) in seen or isinstance(current, _SHARED):
            continue
        seen.add(id(current))
        total += sys.getsizeof(current)
        # Only the closure of a function: its other referents include the globals of its module.
        pending += (current.__closure__,) if isinstance(current, FunctionType) else gc.get_referents(current)
    return total
