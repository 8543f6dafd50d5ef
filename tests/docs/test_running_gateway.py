"""What docs/running-gateway.md shows is what is written and said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_alipay.cli import main
from mock_alipay.config.config import Config
from mock_alipay.server.state_file import state_file
from tests.docs.pages import blocks

PAGE = "running-gateway.md"


def test_state_file_and_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page shows every key of a state file, and the line that several gateways cause."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path))
    with state_file(Config(), None, {}):
        (file,) = (tmp_path / "gateways").iterdir()
        (shown,) = blocks(PAGE, "json")
        assert list(json.loads(file.read_text())) == list(json.loads(shown))
        with state_file(Config(port=3000), None, {}), pytest.raises(SystemExit):
            main(["env"])
    assert blocks(PAGE, "text") == [capsys.readouterr().err]
