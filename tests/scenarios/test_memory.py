"""The memory that scenarios take is measured, not guessed."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from mock_alipay.scenarios.memory import bytes_of
from tests.scenarios.test_upload import posted

COUNT = 4

WORST: dict[str, dict[str, Any]] = {
    "placeholders": {"pay": {"set": {"k": ["${now}"] * 5_000}}},
    "long text": {"pay": {"set": {"k": "x" * 200_000}}},
    "empty arrays": {"pay": {"set": {"k": [[]] * 5_000}}},
    "texts": {"pay": {"set": {"k": [f"text {n}" for n in range(5_000)]}}},
    "fields": {"pay": {"set": {f"k{n}": n for n in range(2_000)}}},
    "steps": {"pay": [{"message": "${now} ${clientId}", "delay": "3s"}] * 1_000},
    "globs": {"match": {"body": {f"k{n}": [f"*{n}x{m}" for m in range(40)] for n in range(100)}}},
    "words": {"match": {"body": {f"k{n}": [f"{n}x{m}" for m in range(40)] for n in range(100)}}},
    "template": {"each": {"c": list(range(100))}, "refund": {"message": "n ${each.c}", "set": {"a": ["${now}"] * 50}}},
}


@pytest.mark.parametrize("name", WORST)
def test_a_scenario_knows_what_it_takes(name: str) -> None:
    """As much as the process grows by when it is loaded, within a quarter."""
    text = json.dumps({"description": "x", **WORST[name]})
    posted(text).scenarios("warm")
    gc.collect()
    tracemalloc.start()
    loaded = [scenario for _ in range(COUNT) for scenario in posted(text).scenarios("tale")]
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown * 0.8 < sum(scenario.size for scenario in loaded) < grown * 1.25


def test_what_all_scenarios_share_is_not_counted() -> None:
    """Neither modules nor classes, to which every object leads."""
    assert bytes_of(lambda: json) < 1_000
