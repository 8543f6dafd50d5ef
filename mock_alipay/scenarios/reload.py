"""Reloads scenarios when their files change; a bad file keeps the old ones and says why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Selector, shipped_folder
from mock_alipay.scenarios.scenario_file import scenario_files
from mock_alipay.scenarios.vocabulary import Vocabulary

_FOLDER_CHECK = 0.5
"""Seconds between looks for a folder that is gone."""

_FILE_CHECK = 1.0
"""Seconds between looks at the files themselves: of a single file that is mounted into a container no event tells."""

logger = logging.getLogger("mock_alipay")


async def watch(
    selector: Selector, folders: Sequence[Path], vocabulary: Vocabulary, *, file_check: float = _FILE_CHECK
) -> None:
    """Watch until cancelled, also when a folder is taken away and put back."""
    from watchfiles import awatch

    watched = (shipped_folder(), *folders)
    pause = int(file_check * 1000)
    while True:
        known, stamps = await _look(watched)
        async for changes in awatch(*watched, step=50, debounce=200, rust_timeout=pause, yield_on_timeout=True):
            before, (found, stamps) = stamps, await _look(watched)
            changed = {Path(path) for _, path in changes} or {file for file, _ in before.items() ^ stamps.items()}
            if changed:
                await reload(selector, folders, vocabulary, ", ".join(sorted({path.name for path in changed})))
            if found != known:
                break
        while None in (await _look(watched))[0]:  # noqa: ASYNC110 - no event tells that it is back
            await asyncio.sleep(_FOLDER_CHECK)
        await reload(selector, folders, vocabulary, "a folder came back")


async def _look(folders: Sequence[Path]) -> tuple[list[int | None], dict[Path, tuple[int, int] | None]]:
    """The identities of folders and the stamps of their files; in a thread, as a file system may be slow to answer."""
    return await asyncio.to_thread(lambda: (_identities(folders), _stamps(folders)))


def _identities(folders: Sequence[Path]) -> list[int | None]:
    """What tells a folder from another that has taken its place; None for one that is gone."""
    return [folder.stat().st_ino if folder.is_dir() else None for folder in folders]


def _stamps(folders: Sequence[Path]) -> dict[Path, tuple[int, int] | None]:
    """When each scenario file was last modified, and its size; None for one that is gone or a broken link."""
    return {file: _stamp(file) for folder in folders for file in scenario_files(folder)}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


async def reload(selector: Selector, folders: Sequence[Path], vocabulary: Vocabulary, changed: str) -> None:
    """Read all folders again, in a thread, and take over what they say, or nothing of it."""
    try:
        library = await asyncio.to_thread(Library.load, folders, vocabulary)
        library.require(selector.default)
        selector.registry.replace_files(library)
    except SetupError as error:
        for problem in error.spelled(str):
            logger.warning("the scenarios stay as they were: %s", problem)
        return
    logger.info("scenarios reloaded (%s): %d loaded", changed, len(library))
    for client_id, name, _ in await selector.preferences():
        if name not in await selector.registry.library(client_id):
            logger.warning("scenario %s, which was set, is gone: calls play as if it had not been set", name)
