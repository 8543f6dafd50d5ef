"""State files of running and killed gateways."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from mock_alipay.config.config import Config
from mock_alipay.errors import SetupError
from mock_alipay.server import state_file as module
from mock_alipay.server.state_file import running_gateways, state_file

CONFIG = Config(
    host="0.0.0.0",
    port=3000,
    tls_port=3001,
    scenarios=(Path("/ours"),),
    gateway_key=Path("/key.pem"),
    admin_token="a-token-of-ours",
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions and locks")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the state files, which does not exist yet."""
    monkeypatch.setenv("MOCK_ALIPAY_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "gateways"


def test_a_running_gateway_is_found(folder: Path) -> None:
    """Until the block ends, even with an error."""
    variables = {"MOCK_ALIPAY_HOST": "0.0.0.0"}
    with state_file(CONFIG, Path("/ca.pem"), variables):
        (found,) = running_gateways()
    assert (CONFIG, Path("/ca.pem"), variables) == (found.config, found.authority, found.variables)
    with pytest.raises(SetupError), state_file(CONFIG, None, {}):
        raise SetupError("it cannot start")
    assert ([], []) == (running_gateways(), list(folder.iterdir()))


def test_the_newest_gateway_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """By start time."""
    monkeypatch.setattr(module, "time", SimpleNamespace(time=iter([2, 3, 1]).__next__))
    first, second, third = (state_file(Config(port=port), None, {}) for port in (2, 3, 1))
    with first, second, third:
        assert [3, 2, 1] == [gateway.config.port for gateway in running_gateways()]


@posix
def test_the_file_is_json_for_its_owner_only(folder: Path) -> None:
    """It contains the token, so the permissions of the folder are corrected; paths are absolute."""
    folder.mkdir(parents=True, mode=0o755)
    config = Config(tls_port=None, scenarios=(Path("ours"),), gateway_key=Path("key.pem"))
    with state_file(config, None, {}):
        (file,) = folder.iterdir()
        assert (0o700, 0o600) == (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777)
        state = json.loads(file.read_text())
    assert ("http://127.0.0.1:2088", None, os.getpid()) == (state["url"], state["tlsUrl"], state["pid"])
    paths = [*state["scenarios"], state["gatewayKey"]]
    assert [str(Path(name).absolute()) for name in ("ours", "key.pem")] == paths


def killed(folder: Path, *starts: float) -> None:
    """Leave state files of killed gateways."""
    folder.mkdir(parents=True, exist_ok=True)
    for started in starts:
        text = json.dumps({"started": started, "url": f"http://127.0.0.1:{started:.0f}"})
        (folder / f"{started}.json").write_text(text)


@posix
def test_a_killed_gateway_is_not_found(folder: Path) -> None:
    """Its file has no lock and is renamed; the file of a running gateway stays."""
    with state_file(CONFIG, None, {}):
        (file,) = folder.iterdir()
        (folder / "old.json").write_bytes(file.read_bytes())
        assert 1 == len(running_gateways())
        assert {file.name, "old.killed"} == {each.name for each in folder.iterdir()}


@posix
@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize(
    ("starts", "words"), [((1795310174.6,), "cleanly: "), ((1, 1795310174.6, 2), "nor did 2 before")]
)
def test_the_next_start_logs_killed_gateways_once(
    folder: Path, caplog: pytest.LogCaptureFixture, renamed: bool, starts: tuple[float, ...], words: str
) -> None:
    """One line names the latest and counts the others; it does not matter whether other commands found them before."""
    killed(folder, *starts)
    (folder / "broken.killed").write_text('{"started": 1e400, "url": ""}')
    if renamed:
        assert [] == running_gateways()
    with state_file(CONFIG, None, {}), state_file(CONFIG, None, {}):
        assert 2 == len(list(folder.iterdir()))
    (message,) = caplog.messages
    start = "the gateway that started at 2026-11-22T01:16:14Z at http://127.0.0.1:1795310175 did not shut down cleanly"
    assert (True, True) == (message.startswith(start), words in message)


@posix
def test_a_start_after_a_clean_shutdown_logs_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor does a start beside another gateway, or one that is about to write its file."""
    folder.mkdir(parents=True)
    (folder / "new.json").touch()
    for _ in range(2):
        with state_file(CONFIG, None, {}), state_file(CONFIG, None, {}):
            assert 2 == len(running_gateways())
    assert ([], ["new.json"]) == (caplog.messages, [each.name for each in folder.iterdir()])


@pytest.mark.parametrize(
    "text", [b"{", b"\xff", b"[]", b"{}", b'{"machine": "%b", "host": "", "port": "many"}', b'{"machine": "elsewhere"}']
)
def test_unreadable_files_and_those_of_other_machines_are_ignored(folder: Path, text: bytes) -> None:
    """Machines and containers may share the folder; the file stays."""
    with state_file(CONFIG, None, {}):
        (file,) = folder.iterdir()
        file.write_bytes(text.replace(b"%b", socket.gethostname().encode()))
        assert [] == running_gateways()
        assert file.exists()


@posix
@pytest.mark.parametrize("failing", ["home", "parent", "chmod", "flock", "write"])
def test_without_a_state_file_the_gateway_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failing: str
) -> None:
    """The log says how to get one, and no file is left."""
    refuse = Mock(side_effect=SetupError("no home") if failing == "home" else PermissionError(1, "not permitted"))
    match failing:
        case "parent":
            folder.parent.write_text("")
        case "write":
            monkeypatch.setattr(module, "os", SimpleNamespace(getpid=os.getpid, close=os.close, write=refuse))
        case _:
            names = {"home": f"{module.__name__}.home", "chmod": "pathlib.Path.chmod", "flock": "fcntl.flock"}
            monkeypatch.setattr(names[failing], refuse)
    with state_file(CONFIG, None, {}):
        assert [] == running_gateways()
        assert [] == (list(folder.iterdir()) if folder.exists() else [])
    (message,) = caplog.messages
    assert message.startswith("cannot write the state file (")
    assert "set MOCK_ALIPAY_HOME to a writable folder" in message


@posix
def test_a_file_that_cannot_be_removed_is_left(folder: Path) -> None:
    """The shutdown continues."""
    with state_file(CONFIG, None, {}):
        (file,) = folder.iterdir()
        file.unlink()
        file.mkdir()
    assert file.is_dir()
