"""A shared gateway with limits, and the report of recorded figures."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.abuse.harness import LONG_VARIABLE, LimitedGateway, limited_gateway, size

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]  # /proc and prlimit are Linux's


@pytest.fixture(scope="session")
def shared_limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LimitedGateway]:
    """A gateway with limits and default settings for all tests that need no other."""
    with limited_gateway(tmp_path_factory.mktemp("home")) as gateway:
        yield gateway


@pytest.fixture
def limited(shared_limited: LimitedGateway) -> Iterator[LimitedGateway]:
    """The same, reset before the test and checked after it."""
    assert shared_limited.request("POST", "/__admin/reset").status == 200
    yield shared_limited
    shared_limited.check_alive()


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the recorded figures of a long run."""
    if not size(bounded=False, long=True):
        return
    terminalreporter.section(f"figures ({LONG_VARIABLE})")
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
