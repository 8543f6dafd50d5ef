"""Scenario files that change are taken over whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from mock_alipay.scenarios import Library, Scenario, Selector
from mock_alipay.scenarios import reload as _reload
from mock_alipay.scenarios.reload import reload, watch
from mock_alipay.scenarios.vocabulary import Vocabulary
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request, read_text


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    """What the gateway logs, whatever another test did to its logger."""
    monkeypatch.setattr(logging.getLogger("mock_alipay"), "propagate", True)
    caplog.set_level(logging.INFO, logger="mock_alipay")
    return caplog


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one scenario."""
    (tmp_path / "tale.yaml").write_text("description: old.\n")
    return tmp_path


def selector(folder: Path, default: str = "success") -> Selector:
    """A chooser with the scenarios of a folder."""
    return selector_of(Library.load([folder], VOCABULARY), default)


def test_a_good_change_is_taken_over(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """Changed, new and removed scenarios; the log says what changed and how many there are now."""
    among = selector(folder)
    count = len(done(among.registry.library()))
    (folder / "tale.yaml").unlink()
    (folder / "two.yaml").write_text("description: two.\n")
    (folder / "success.yaml").write_text("description: my own.\n")
    asyncio.run(reload(among, [folder], VOCABULARY, "two.yaml"))
    assert "tale" not in done(among.registry.library())
    assert ("two.", "my own.") == (
        done(among.registry.library())["two"].description,
        done(among.registry.library())["success"].description,
    )
    assert [f"scenarios reloaded (two.yaml): {count} loaded"] == told.messages


def test_a_bad_file_keeps_the_old_scenarios_and_says_why(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """None of the change is taken over, however good the other files are."""
    among = selector(folder)
    before = done(among.registry.library())
    (folder / "tale.yaml").write_text("description: new.\n")
    (folder / "bad.yaml").write_text("description: x.\nreslut: SUCCESS\ncount: x\n")
    asyncio.run(reload(among, [folder], VOCABULARY, "bad.yaml"))
    assert done(among.registry.library()) is before
    assert before["tale"].description == "old."
    assert len(told.messages) == 2
    for line, message in zip((2, 3), sorted(told.messages, key=lambda text: "reslut" not in text), strict=True):
        assert message.startswith(f"scenarios not reloaded: {folder}/bad.yaml:{line}: ")
    (folder / "bad.yaml").unlink()
    asyncio.run(reload(among, [folder], VOCABULARY, "bad.yaml"))
    assert done(among.registry.library())["tale"].description == "new."


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders there")
async def test_a_pipe_blocks_nothing(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """It is refused like any bad file, though nobody writes to it."""
    among = selector(folder)
    os.mkfifo(folder / "pipe.yaml")
    await reload(among, [folder], VOCABULARY, "pipe.yaml")
    assert [f"scenarios not reloaded: {folder}/pipe.yaml: expected a regular file"] == [
        message.partition(",")[0] for message in told.messages
    ]


async def test_files_are_read_while_others_are_served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop goes on while a file is slow to read."""
    among, come, go_on = selector(folder), threading.Event(), threading.Event()
    load = Library.load

    def slow(folders: Sequence[Path], vocabulary: Vocabulary) -> Library:
        come.set()
        assert go_on.wait(60)
        return load(folders, vocabulary)

    monkeypatch.setattr(Library, "load", slow)
    task = asyncio.create_task(reload(among, [folder], VOCABULARY, "tale.yaml"))
    assert await asyncio.to_thread(come.wait, 60)
    assert not task.done()
    go_on.set()
    await task


def test_a_default_that_is_gone_keeps_the_old_scenarios(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """There must always be a scenario to play."""
    among = selector(folder, "tale")
    (folder / "tale.yaml").rename(folder / "tail.yaml")
    asyncio.run(reload(among, [folder], VOCABULARY, "tail.yaml"))
    assert "tale" in done(among.registry.library())
    assert "there is no scenario 'tale'; did you mean tail?" in told.messages[0]


def test_a_folder_that_is_gone_keeps_the_old_scenarios(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """It may be a mount that comes back."""
    among = selector(folder)
    before = done(among.registry.library())
    asyncio.run(reload(among, [folder / "gone"], VOCABULARY, "gone"))
    assert done(among.registry.library()) is before
    assert "no such folder" in told.messages[0]


def loaded(text: str, name: str) -> Scenario:
    """A scenario as it is loaded at run time."""
    return read_text(name, f"description: loaded.\n{text}", "body", VOCABULARY)


def test_scenarios_that_were_loaded_outlive_the_change(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """For all and for one client id, and still in place of the file that has their name."""
    among = selector(folder)
    done(among.registry.load(loaded("", "tale")))
    done(among.registry.load(loaded("", "mine"), client_id="A"))
    done(among.prefer("mine", client_id="A"))
    (folder / "tale.yaml").write_text("description: new.\n")
    (folder / "two.yaml").write_text("description: two.\n")
    asyncio.run(reload(among, [folder], VOCABULARY, "two.yaml"))
    of_all, of_one = done(among.registry.library()), done(among.registry.library("A"))
    assert ["loaded.", "two."] == [of_all[name].description for name in ("tale", "two")]
    assert ["loaded.", "two.", "loaded."] == [of_one[name].description for name in ("tale", "two", "mine")]
    assert "mine" not in of_all
    assert ["scenarios reloaded (two.yaml)"] == [message.partition(":")[0] for message in told.messages]
    done(among.registry.forget())
    assert "new." == done(among.registry.library("A"))["tale"].description


@pytest.mark.parametrize("client_id", [None, "A"])
def test_a_file_that_claims_what_a_loaded_scenario_does_is_taken_over(
    folder: Path, told: pytest.LogCaptureFixture, client_id: str | None
) -> None:
    """The loaded one goes first for those who see it, and the file's plays once that is gone."""
    among = selector(folder)
    done(among.registry.load(loaded("match: {clientId: '?'}", "mine"), client_id=client_id))
    (folder / "rival.yaml").write_text("description: rival.\nmatch: {clientId: '?'}\n")
    asyncio.run(reload(among, [folder], VOCABULARY, "rival.yaml"))
    assert ["scenarios reloaded (rival.yaml)"] == [message.partition(":")[0] for message in told.messages]

    def playing() -> list[str]:
        return [
            done(among.choose("payments/createPaymentSession", "id", Request(whose, {}, {}))).scenario for whose in "AB"
        ]

    assert ["mine", "rival" if client_id else "mine"] == playing()
    done(among.forget(client_id))
    assert ["rival", "rival"] == playing()


def test_a_scenario_that_was_set_and_is_gone_is_told(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """For whomever it was set; the choice itself stands, for the file may come back."""
    among = selector(folder)
    done(among.prefer("tale", client_id="A"))
    done(among.prefer("success"))
    (folder / "tale.yaml").unlink()
    asyncio.run(reload(among, [folder], VOCABULARY, "tale.yaml"))
    assert ["scenario tale is set but no longer exists: calls ignore the setting"] == told.messages[1:]
    assert [("A", "tale", None), (None, "success", None)] == done(among.preferences())


async def until(fulfilled: Callable[[], bool], again: Callable[[], object] = lambda: None) -> None:
    """Wait for something real, doing ``again`` once a second: the watcher says not when it has begun to look."""
    async with asyncio.timeout(60):
        while not fulfilled():
            again()
            for _ in range(20):
                await asyncio.sleep(0.05)
                if fulfilled():
                    break


@contextlib.asynccontextmanager
async def watching(among: Selector, folder: Path, file_check: float = 60.0) -> AsyncIterator[None]:
    """Watch a folder until the block ends."""
    task = asyncio.create_task(watch(among, [folder], VOCABULARY, file_check=file_check))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def test_files_are_watched(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """A real change on disk is taken over, a bad one is not, and a good one after it is."""
    among = selector(folder)

    def write(text: str) -> Callable[[], object]:
        return lambda: (folder / "tale.yaml").write_text(text)

    async def main() -> None:
        async with watching(among, folder):
            await until(
                lambda: done(among.registry.library())["tale"].description == "new.", write("description: new.\n")
            )
            await until(lambda: "scenarios not reloaded" in told.text, write("description: newer.\nfoo: 1\n"))
            assert done(among.registry.library())["tale"].description == "new."
            await until(
                lambda: done(among.registry.library())["tale"].description == "newest.", write("description: newest.\n")
            )

    asyncio.run(main())
    assert "scenarios reloaded (tale.yaml)" in told.text


def test_a_folder_may_be_taken_away_and_put_back(folder: Path, told: pytest.LogCaptureFixture) -> None:
    """The old scenarios hold meanwhile, and the watch goes on."""
    folder = folder / "inner"
    folder.mkdir()
    (folder / "tale.yaml").write_text("description: old.\n")
    among = selector(folder)

    async def main() -> None:
        async with watching(among, folder):
            touched = (folder / "tale.yaml").touch
            await until(lambda: "scenarios reloaded" in told.text, touched)
            shutil.rmtree(folder)
            await until(lambda: "no such folder" in told.text)
            assert done(among.registry.library())["tale"].description == "old."
            folder.mkdir()
            (folder / "tale.yaml").write_text("description: new.\n")
            await until(lambda: done(among.registry.library())["tale"].description == "new.")

    asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a permission there")
def test_a_file_of_which_no_event_tells(tmp_path: Path, told: pytest.LogCaptureFixture) -> None:
    """One that is mounted into the folder, or linked as here, changes elsewhere: the files themselves are looked at."""
    elsewhere, folder = tmp_path / "elsewhere.yaml", tmp_path / "folder"
    elsewhere.write_text("description: old.\n")
    folder.mkdir()
    (folder / "tale.yaml").symlink_to(elsewhere)
    among = selector(folder)

    async def main() -> None:
        async with watching(among, folder, file_check=0.01):
            elsewhere.write_text("description: new one.\n")
            await until(lambda: done(among.registry.library())["tale"].description == "new one.", elsewhere.touch)
            elsewhere.unlink()
            await until(lambda: "scenarios not reloaded" in told.text)
            elsewhere.write_text("description: newest of all.\n")
            await until(lambda: done(among.registry.library())["tale"].description == "newest of all.")

    asyncio.run(main())
    assert "scenarios reloaded (tale.yaml)" in told.text


def test_files_that_stay_are_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often they are looked at."""
    looks, read = [], []
    stamps = _reload._stamps

    def counted(folders: Sequence[Path]) -> dict[Path, tuple[int, int] | None]:
        looks.append(folders)
        return stamps(folders)

    monkeypatch.setattr(_reload, "_stamps", counted)
    monkeypatch.setattr(_reload, "reload", lambda *_: read.append(1))

    async def main() -> None:
        async with watching(selector(folder), folder, file_check=0.01):
            await until(lambda: len(looks) > 3)

    asyncio.run(main())
    assert [] == read
