"""Writes files whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mock_alipay.errors import SetupError


def write_whole(file: Path, content: str) -> None:
    """Replace a file, which only its owner can read; SetupError when that is impossible, and it stays as it was."""
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=f".{file.name}-", suffix=".tmp", delete=False
        ) as written:
            temporary = Path(written.name)
            written.write(content)
        temporary.replace(file)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise SetupError(f"{file}: cannot be written: {error.strerror}") from None
