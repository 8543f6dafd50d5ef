"""The memory of a scenario is measured as the process allocates it."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from mock_alipay.scenarios.memory import bytes_of
from tests.scenarios.test_upload import posted

COUNT = 2

LARGE: dict[str, dict[str, Any]] = {
    "placeholders": {"pay": {"set": {"k": ["${now}"] * 2_000}}},
    "long text": {"pay": {"set": {"k": "x" * 100_000}}},
    "steps": {"pay": [{"message": "${now} ${clientId}", "delay": "3s"}] * 300},
    "globs": {"match": {"body": {f"k{n}": [f"*{n}x{m}" for m in range(20)] for n in range(50)}}},
}


@pytest.mark.parametrize("name", LARGE)
def test_the_size_of_a_scenario_is_what_the_process_grows_by(name: str) -> None:
    """Within a quarter."""
    text = json.dumps({"description": "x", **LARGE[name]})
    posted(text).scenarios("warm")
    gc.collect()
    tracemalloc.start()
    loaded = [scenario for _ in range(COUNT) for scenario in posted(text).scenarios("tale")]
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert growth * 0.8 < sum(scenario.size for scenario in loaded) < growth * 1.25


def test_shared_objects_are_not_counted() -> None:
    """Neither modules nor classes, which every object refers to."""
    assert bytes_of(lambda: json) < 1_000
