"""Writes files whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from mock_alipay.errors import SetupError


def write_whole(file: Path, content: str, *, private: bool = False) -> None:
    """Replace a file; SetupError when that is impossible, and it stays as it was. ``private``: for its owner only."""
    temporary = file.with_name(f".{file.name[:100]}-{secrets.token_hex(4)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(content)
        temporary.replace(file)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SetupError(f"{file}: cannot be written: {error.strerror}") from None
