"""Reloads scenarios when their files change; a bad file keeps the old ones and says why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from mock_alipay.contracts.schemas import Schemas
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Library, Selector, shipped_folder

_FOLDER_CHECK = 0.5
"""Seconds between looks for a folder that is gone."""

logger = logging.getLogger("mock_alipay")


async def watch(selector: Selector, folders: Sequence[Path], schemas: Schemas) -> None:
    """Watch until cancelled, also when a folder is taken away and put back."""
    from watchfiles import awatch

    watched = (shipped_folder(), *folders)
    while True:
        known = _identities(watched)
        async for changes in awatch(*watched, step=50, debounce=200):
            reload(selector, folders, schemas, ", ".join(sorted({Path(path).name for _, path in changes})))
            if _identities(watched) != known:
                break
        while None in _identities(watched):  # noqa: ASYNC110 - no event tells that it is back
            await asyncio.sleep(_FOLDER_CHECK)
        reload(selector, folders, schemas, "a folder came back")


def _identities(folders: Sequence[Path]) -> list[int | None]:
    """What tells a folder from another that has taken its place; None for one that is gone."""
    return [folder.stat().st_ino if folder.is_dir() else None for folder in folders]


def reload(selector: Selector, folders: Sequence[Path], schemas: Schemas, changed: str) -> None:
    """Read all folders again and take over what they say, or nothing of it."""
    try:
        library = Library.load(folders, schemas)
        library.require(selector.default)
        selector.layers.replace_files(library)
    except SetupError as error:
        for problem in error.problems:
            logger.warning("the scenarios stay as they were: %s", problem)
        return
    logger.info("scenarios reloaded (%s): %d loaded", changed, len(library))
    for client_id, name, _ in selector.preferences():
        if name not in selector.layers.library(client_id):
            logger.warning("scenario %s, which was set, is gone: calls play as if it had not been set", name)
