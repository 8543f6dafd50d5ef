"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mock_alipay.text.whole_file import write_whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_permissions(tmp_path: Path) -> None:
    """Those given; by default as the process creates files."""
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "default", "text")
    write_whole(tmp_path / "private", "text", mode=0o600)
    plain, default, private = ((tmp_path / name).stat().st_mode & 0o777 for name in ("plain", "default", "private"))
    assert (plain, 0o600) == (default, private)


def test_a_folder_without_a_name_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the current one: the failure is an OSError like any other, and nothing is left."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError):  # noqa: PT011 - its text differs between systems
        write_whole(Path(), "text")
    assert [] == [*tmp_path.iterdir()]


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    """Its place is unchanged."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", "text")
    assert ["folder"] == [each.name for each in tmp_path.iterdir()]
