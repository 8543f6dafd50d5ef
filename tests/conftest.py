"""Fixtures and settings of all tests."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.scenario_file import read_folder, shipped_folder
from mock_alipay.scenarios.vocabulary import Vocabulary
from tests.live import Live, live

collect_ignore = ["examples"]

# The time of an example depends on what else the machine does.
settings.register_profile("no deadline", settings.default, deadline=None)
settings.load_profile("no deadline")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine function, in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(scope="session")
def tls_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the certificate authority of this test run."""
    return tmp_path_factory.mktemp("home") / "tls"


@pytest.fixture(scope="session")
def gateway() -> Iterator[Live]:
    """A gateway with default settings for all tests of a process; each test uses its own client ids and ids."""
    with live() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def shipped_scenarios_are_read_once() -> Iterator[None]:
    """Keep what each vocabulary reads from the shipped folder: most tests make a gateway of their own."""
    shipped = shipped_folder()
    known: dict[tuple[str, ...], list[Scenario]] = {}

    def read(folder: Path, vocabulary: Vocabulary) -> list[Scenario]:
        if folder != shipped:
            return read_folder(folder, vocabulary)
        key = tuple(vocabulary.keys)
        if key not in known:
            known[key] = read_folder(folder, vocabulary)
        return list(known[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mock_alipay.scenarios.library.read_folder", read)
        yield
