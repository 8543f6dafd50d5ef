"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.text.files import write_whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("private", [True, False])
def test_permissions(tmp_path: Path, *, private: bool) -> None:
    """A private file is for its owner only; another one as the process creates files."""
    (tmp_path / "plain").touch()
    write_whole(tmp_path / "file", "text", private=private)
    expected = 0o600 if private else (tmp_path / "plain").stat().st_mode & 0o777
    assert expected == (tmp_path / "file").stat().st_mode & 0o777


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    """The error names the file, and its place is unchanged."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(SetupError, match="folder: cannot be written: "):
        write_whole(tmp_path / "folder", "text")
    assert ["folder"] == [each.name for each in tmp_path.iterdir()]
