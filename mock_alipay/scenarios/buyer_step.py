"""One action of a scenario's buyer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_alipay.contracts.names import Act
from mock_alipay.scenarios.delay import length
from mock_alipay.scenarios.parsing import At


def read(written: Mapping[str, Any], at: At) -> Act:
    """Parse one act; ``at`` collects the problems of each key."""
    after = timedelta()
    if "after" in written:
        with at("after"):
            after = length(written["after"])
    return Act(written["action"], after, written.get("code", ""))
