"""Measures the memory that a scenario takes."""

from __future__ import annotations

import gc
import sys
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_SHARED = (type, ModuleType, CodeType, BuiltinFunctionType)
"""What objects refer to and all of them share."""


def bytes_of(value: Any) -> int:
    """Bytes of an object and all that only such objects hold: what is in it, and what its functions have enclosed.

    A text of 200 KB may take 200 KB or 8 MiB: the functions that fill in its placeholders are objects, too.
    """
    seen: set[int] = set()
    found, total = [value], 0
    while found:
        one = found.pop()
        if id(one) in seen or isinstance(one, _SHARED):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        # A function also refers to its module's globals.
        found += (one.__closure__,) if isinstance(one, FunctionType) else gc.get_referents(one)
    return total
