"""The memory of a scenario is measured as the process allocates it."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import Any

import pytest

from mock_alipay.scenarios.memory import bytes_of
from tests.scenarios.test_upload import posted


@pytest.mark.parametrize(
    "content",
    [
        {"pay": {"set": {"k": ["${now}"] * 300}}},
        {"pay": {"set": {"k": "x" * 50_000}}},
        {"pay": [{"message": "${now} ${clientId}", "delay": "3s"}] * 50},
        {"match": {"body": {f"k{n}": [f"*{n}x{m}" for m in range(20)] for n in range(8)}}},
    ],
    ids=["placeholders", "long text", "steps", "globs"],
)
def test_the_size_of_a_scenario_is_what_the_process_grows_by(content: dict[str, Any]) -> None:
    """The measure is right within a quarter."""
    text = json.dumps({"description": "x", **content})
    posted(text).scenarios("warm")
    gc.collect()
    tracemalloc.start()
    (loaded,) = posted(text).scenarios("tale")
    gc.collect()
    growth = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert growth * 0.8 < loaded.size < growth * 1.25


def test_shared_objects_are_not_counted() -> None:
    """Every object refers to modules and classes."""
    assert bytes_of(lambda: json) < 1_000
