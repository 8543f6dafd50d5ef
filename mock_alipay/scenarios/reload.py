"""Reloads scenarios when their files change; after a bad change the old scenarios stay and the problems are logged."""

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
"""Seconds between checks for a missing folder."""

_FILE_CHECK = 1.0
"""Seconds between checks of the files themselves: a single file mounted into a container causes no events."""

logger = logging.getLogger("mock_alipay")


async def watch(
    selector: Selector, folders: Sequence[Path], vocabulary: Vocabulary, *, file_check: float = _FILE_CHECK
) -> None:
    """Watch the shipped folder and ``folders`` until cancelled; a folder may be removed and created again."""
    from watchfiles import awatch

    watched = (shipped_folder(), *folders)
    pause = int(file_check * 1000)
    while True:
        identities, stamps = await _state(watched)
        async for changes in awatch(*watched, step=50, debounce=200, rust_timeout=pause, yield_on_timeout=True):
            before, (current, stamps) = stamps, await _state(watched)
            changed = {Path(path) for _, path in changes} or {file for file, _ in before.items() ^ stamps.items()}
            if changed:
                await reload(selector, folders, vocabulary, ", ".join(sorted({path.name for path in changed})))
            if current != identities:
                break
        while None in (await _state(watched))[0]:  # noqa: ASYNC110 - no event says that a folder is back
            await asyncio.sleep(_FOLDER_CHECK)
        await reload(selector, folders, vocabulary, "a folder came back")


async def _state(folders: Sequence[Path]) -> tuple[list[int | None], dict[Path, tuple[int, int] | None]]:
    """The identities of folders and the stamps of their files; read in a thread, because file systems may be slow."""
    return await asyncio.to_thread(lambda: (_identities(folders), _stamps(folders)))


def _identities(folders: Sequence[Path]) -> list[int | None]:
    """The inode of each folder, which changes when the folder is replaced; None for a missing folder."""
    return [folder.stat().st_ino if folder.is_dir() else None for folder in folders]


def _stamps(folders: Sequence[Path]) -> dict[Path, tuple[int, int] | None]:
    """The modification time (in ns) and size (in bytes) of each scenario file; None for a missing file."""
    return {file: _stamp(file) for folder in folders for file in scenario_files(folder)}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


async def reload(selector: Selector, folders: Sequence[Path], vocabulary: Vocabulary, changed: str) -> None:
    """Load all folders again, in a thread, and use the result if all files are valid."""
    try:
        library = await asyncio.to_thread(Library.load, folders, vocabulary)
        library.require(selector.default)
        selector.registry.replace_files(library)
    except SetupError as error:
        for problem in error.spelled(str):
            logger.warning("scenarios not reloaded: %s", problem)
        return
    logger.info("scenarios reloaded (%s): %d loaded", changed, len(library))
    for client_id, name, _ in selector.preferences():
        if name not in selector.registry.library(client_id):
            logger.warning("scenario %s is set but no longer exists: calls ignore the setting", name)
