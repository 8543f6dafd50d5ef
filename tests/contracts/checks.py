"""Checks a request body against the contract."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.names import TypeMode
from mock_alipay.errors import Fault, Refusal
from tests.fields import CONTRACTS

SESSION = "payments/createPaymentSession"


def faults(
    body: Any, endpoint: str = SESSION, *, mode: TypeMode = "documented", contract: Contract | None = None
) -> list[Fault]:
    """The faults of a body, or of raw bytes; empty when it is accepted."""
    raw, refused = body if isinstance(body, bytes) else json.dumps(body).encode(), None
    try:
        (contract or CONTRACTS[mode]).check(endpoint, raw)
    except Refusal as refusal:
        refused = refusal
    if refused is None:
        return []
    assert ("PARAM_ILLEGAL", True) == (refused.code, bool(refused.faults))
    return list(refused.faults)


def texts(body: Any, endpoint: str = SESSION, **how: Any) -> list[str]:
    """The faults as users read them."""
    return [fault.text for fault in faults(body, endpoint, **how)]


def paths(body: Any, endpoint: str = SESSION, **how: Any) -> list[str]:
    """The paths of the faults."""
    return [fault.path for fault in faults(body, endpoint, **how)]


def without(body: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A copy of the body without the field at a dotted path."""
    changed = copy.deepcopy(dict(body))
    *parents, name = path.split(".")
    inner: Any = changed
    for parent in parents:
        inner = inner[parent]
    del inner[name]
    return changed
