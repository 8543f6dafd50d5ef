"""The harness sets the limits, notices a gateway that has ended, and measures its process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.abuse.harness import Record, limited_gateway
from tests.raw import call, encoded, request

LIST = request("GET", "/__admin/calls?limit=1000", [])


def test_the_harness_limits_measures_and_checks_a_process(tmp_path: Path, record_property: Record) -> None:
    """Limits of memory and files, processor time and memory, and its end."""
    with limited_gateway(tmp_path, memory=2**30, files=100) as gateway:
        record_property("memory of a gateway after its start, MiB", gateway.resident() // 2**20)
        lines = Path(f"/proc/{gateway.process.pid}/limits").read_text().splitlines()
        limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
        assert ["100", "100"] == limits["Max open files"]
        assert int(limits["Max address space"][0]) >= 2**30
        for number in range(20):
            assert gateway.exchange(call(encoded(f"cost-{number}"))).status == 200
        once = gateway.cost(lambda: gateway.exchange(LIST))
        assert 0 < once < gateway.cost(lambda: [gateway.exchange(LIST) for _ in range(10)])
        gateway.check_alive()
        gateway.stop(signal.SIGKILL)
        with pytest.raises(AssertionError, match="the gateway has ended"):
            gateway.check_alive()
