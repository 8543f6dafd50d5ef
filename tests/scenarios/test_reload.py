"""A change of scenario files is used as a whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.scenarios import Library, Selector
from mock_alipay.scenarios.reload import reload, watch
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, scenario


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """The gateway's log, whatever another test did to its logger."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    caplog.set_level(logging.INFO, logger="mock_alipay")
    return caplog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "tale.yaml").write_text("description: old.\n")
    return folder


def selector(folder: Path, default: str = "success") -> Selector:
    return selector_of(Library.load([folder], VOCABULARY), default)


def description(selector: Selector, name: str = "tale", client_id: str | None = None) -> str | None:
    """The description of a scenario, None if it does not exist."""
    library = selector.registry.library(client_id)
    return library[name].description if name in library else None


def test_a_valid_change_is_used(folder: Path, log: pytest.LogCaptureFixture) -> None:
    """Scenarios loaded at run time stay; a scenario that is set but removed is logged."""
    changed = selector(folder)
    count = len(changed.registry.library())
    done(changed.registry.load(scenario("", "mine"), client_id="A"))
    for name, client_id in (("tale", "A"), ("success", "B")):
        done(changed.prefer(name, client_id=client_id))
    (folder / "tale.yaml").rename(folder / "two.yaml")
    (folder / "success.yaml").write_text("description: my own.\n")
    asyncio.run(reload(changed, [folder], VOCABULARY, "two.yaml"))
    assert [None, "old.", "my own."] == [description(changed, name) for name in ("tale", "two", "success")]
    assert "A test." == description(changed, "mine", "A")
    assert [
        f"scenarios reloaded (two.yaml): {count} loaded",
        "scenario tale is set but no longer exists: calls ignore the setting",
    ] == log.messages
    assert [("A", "tale", None), ("B", "success", None)] == changed.preferences()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: (folder / "bad.yaml").write_text("count: x\n"), "/bad.yaml:1: count"),
        (lambda folder: (folder / "tale.yaml").rename(folder / "tail.yaml"), "no scenario 'tale'; did you mean tail?"),
    ],
    ids=["invalid file", "no default scenario"],
)
def test_an_invalid_change_keeps_the_old_scenarios(
    folder: Path, log: pytest.LogCaptureFixture, change: Callable[[Path], object], expected: str
) -> None:
    """The reason is logged."""
    kept = selector(folder, "tale")
    (folder / "new.yaml").write_text("description: new.\n")
    change(folder)
    asyncio.run(reload(kept, [folder], VOCABULARY, "new.yaml"))
    assert ["old.", None] == [description(kept), description(kept, "new")]
    assert log.messages[0].startswith("scenarios not reloaded: ")
    assert expected in log.text


async def test_files_are_read_in_a_thread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop runs while a file is slow to read."""
    begun, go_on, load = threading.Event(), threading.Event(), Library.load

    def slow(*arguments: Any) -> Library:
        begun.set()
        assert go_on.wait(60)
        return load(*arguments)

    reloaded = selector(folder)
    monkeypatch.setattr(Library, "load", slow)
    task = asyncio.create_task(reload(reloaded, [folder], VOCABULARY, "tale.yaml"))
    assert await asyncio.to_thread(begun.wait, 60)
    assert not task.done()
    go_on.set()
    await task


async def until(fulfilled: Callable[[], bool], again: Callable[[], object] = lambda: None) -> None:
    """Wait for a condition; ``again`` is called once a second, because the watcher does not say when it has started."""
    async with asyncio.timeout(60):
        for turn in range(10_000):
            if fulfilled():
                break
            if turn % 100 == 0:
                again()
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def watching(watched: Selector, folder: Path, file_check: float = 60.0) -> AsyncIterator[None]:
    task = asyncio.create_task(watch(watched, [folder], VOCABULARY, file_check=file_check))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_folder_is_watched(folder: Path, log: pytest.LogCaptureFixture) -> None:
    """A folder may be removed and created again; the old scenarios stay meanwhile."""
    watched = selector(folder)

    def write(text: str = "new") -> None:
        folder.mkdir(exist_ok=True)
        (folder / "tale.yaml").write_text(f"description: {text}.\n")

    async with watching(watched, folder):
        await until(lambda: description(watched) == "new.", write)
        assert "scenarios reloaded (tale.yaml)" in log.text
        shutil.rmtree(folder)
        await until(lambda: "no such folder" in log.text)
        assert "new." == description(watched)
        write("newest")
        await until(lambda: description(watched) == "newest.")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
async def test_files_without_events_are_checked(folder: Path, log: pytest.LogCaptureFixture) -> None:
    """A file that is mounted, or linked as here, causes no event when it changes; unchanged files are not read."""
    elsewhere = (folder / "tale.yaml").rename(folder.parent / "elsewhere.yaml")
    (folder / "tale.yaml").symlink_to(elsewhere)
    watched = selector(folder)
    async with watching(watched, folder, file_check=0.01):
        await until(lambda: "scenarios reloaded (tale.yaml)" in log.text, elsewhere.touch)
        count = len(log.messages)
        await asyncio.sleep(0.1)
        assert count == len(log.messages)
        elsewhere.write_text("description: another one.\n")
        await until(lambda: description(watched) == "another one.")
        elsewhere.unlink()
        await until(lambda: "scenarios not reloaded" in log.text)
        assert "another one." == description(watched)
