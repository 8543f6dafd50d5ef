"""Reloads scenarios when their files change; a bad file keeps the old ones and says why."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from mock_alipay.errors import SetupError
from mock_alipay.scenario import Chooser, Library, shipped_folder
from mock_alipay.schema import Schemas

logger = logging.getLogger("mock_alipay")


async def watch(chooser: Chooser, folders: Sequence[Path], schemas: Schemas) -> None:
    """Watch until cancelled."""
    from watchfiles import awatch

    async for changes in awatch(shipped_folder(), *folders, step=50, debounce=200):
        reload(chooser, folders, schemas, ", ".join(sorted({Path(path).name for _, path in changes})))


def reload(chooser: Chooser, folders: Sequence[Path], schemas: Schemas, changed: str) -> None:
    """Read all folders again and take over what they say, or nothing of it."""
    try:
        library = Library.load(folders, schemas)
        library.require(chooser.default)
    except SetupError as error:
        for problem in error.problems:
            logger.warning("the scenarios stay as they were: %s", problem)
        return
    chooser.library = library
    logger.warning("scenarios reloaded (%s): %d stories", changed, len(library))
