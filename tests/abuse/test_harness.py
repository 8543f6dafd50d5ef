"""The harness measures what it says, and sees a gateway that is ill."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.abuse.harness import LONG_VARIABLE, LimitedGateway, Record, limited_gateway, size
from tests.raw import call, encoded, request

LIST = request("GET", "/__admin/calls?limit=1000", [])
HEALTH = request("GET", "/__admin/health", [])


def test_more_work_costs_more_processor_time(limited: LimitedGateway) -> None:
    """Showing many calls often costs the process more than showing them once."""
    for number in range(50):
        assert limited.exchange(call(encoded(f"cost-{number}"))).status == 200
    once = limited.cost(lambda: limited.exchange(LIST))
    assert 0 < once < limited.cost(lambda: [limited.exchange(LIST) for _ in range(10)])


def test_growth_is_what_the_process_keeps_and_peaks_are_what_it_held(limited: LimitedGateway) -> None:
    """Calls that stay in the journal make process and metric grow; a peak is no less than what is left of it."""
    body = b'{"filler": "%b"}' % (b"x" * 50_000)
    kept, grown = limited.kept_bytes(), limited.growth(lambda: [limited.exchange(call(body)) for _ in range(200)])
    assert limited.kept_bytes() - kept > 200 * 50_000
    assert grown > 200 * 40_000
    assert limited.peak_growth(lambda: limited.exchange(call(body))) >= 0


def test_figures_are_reported_by_the_long_run(
    limited: LimitedGateway, record_property: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The long run tries more, and prints what tests record."""
    monkeypatch.delenv(LONG_VARIABLE, raising=False)
    assert 1 == size(1, 2)
    monkeypatch.setenv(LONG_VARIABLE, "1")
    assert 2 == size(1, 2)
    record_property("memory of a gateway after its start, MiB", limited.resident() // 2**20)


def test_memory_and_files_have_limits(tmp_path: Path) -> None:
    """The limits of a process are those that were asked for."""
    with limited_gateway(tmp_path, memory=2**30, files=100) as gateway:
        limits = Path(f"/proc/{gateway.process.pid}/limits").read_text().splitlines()
        found = {line[:26].strip(): line[26:].split()[:2] for line in limits}
        assert ["100", "100"] == found["Max open files"]
        assert int(found["Max address space"][0]) >= 2**30
        gateway.check_alive()


def test_a_gateway_that_has_ended_is_noticed(tmp_path: Path) -> None:
    """The check at the end of each test fails when the process is gone."""
    with limited_gateway(tmp_path) as gateway:
        assert 200 == gateway.exchange(HEALTH).status
        gateway.stop(signal.SIGKILL)
        with pytest.raises(AssertionError, match="the gateway has ended"):
            gateway.check_alive()
