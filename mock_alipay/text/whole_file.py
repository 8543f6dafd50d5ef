"""Writes text files whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_whole(file: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a file under another name and rename it; OSError leaves what was there before.

    ``mode``: the permissions, from which the process's mask is taken.
    """
    temporary = file.parent / f".{file.name[:100]}-{secrets.token_hex(4)}.tmp"
    try:
        temporary.touch(mode)
        temporary.write_text(text, "utf-8")
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
