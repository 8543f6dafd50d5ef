"""The documented wire contract: JSON Schemas by version, validation, fault messages, result codes, limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import SetupError

if TYPE_CHECKING:
    from mock_alipay.contracts.contract import Contract

CURRENT = "2024-04-26"
FOLDER = Path(__file__).parent
"""Contains one folder per version."""


def load(
    version: str = CURRENT,
    *,
    within: Path = FOLDER,
    types: TypeMode = "documented",
    required: RequiredMode = "documented",
) -> Contract:
    """Read a version of the contract. SetupError when ``within`` has no folder of that name."""
    # Imported late, so that users of this package's names do not load the schemas' libraries.
    from mock_alipay.contracts.contract import Contract

    folder = within / version
    if not folder.is_dir():
        raise SetupError(f"unknown contract {version}: expected a folder of that name in {within}")
    return Contract.read(folder, types, required)
