"""State files: what they say, who may read them, and when they are gone."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

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


def only(folder: Path) -> Path:
    """The one state file."""
    (file,) = folder.iterdir()
    return file


def test_within_the_block(folder: Path) -> None:
    """Within the block it says how to reach the gateway; afterwards, also after an error, it is gone."""
    variables = {"MOCK_ALIPAY_HOST": "0.0.0.0"}
    with state_file(CONFIG, Path("/ca.pem"), variables):
        (found,) = running_gateways()
    assert (CONFIG, Path("/ca.pem"), variables) == (found.config, found.authority, found.variables)
    with pytest.raises(SetupError), state_file(CONFIG, None, {}):
        raise SetupError("it cannot start")
    assert ([], []) == (running_gateways(), list(folder.iterdir()))


@posix
def test_cannot_be_removed(folder: Path) -> None:
    """A file that cannot be removed at the end holds nothing up."""
    with state_file(CONFIG, None, {}):
        file = only(folder)
        file.unlink()
        file.mkdir()
    assert file.is_dir()


def test_for_people(folder: Path) -> None:
    """It is JSON that other programs can read too."""
    with state_file(Config(tls_port=None), None, {}):
        state = json.loads(only(folder).read_text())
    assert ("http://127.0.0.1:2088", None, os.getpid()) == (state["url"], state["tlsUrl"], state["pid"])


def test_paths_are_absolute() -> None:
    """Commands are run in other folders."""
    with state_file(Config(scenarios=(Path("ours"),), gateway_key=Path("key.pem")), None, {}):
        (found,) = running_gateways()
    assert (Path("ours").absolute(), Path("key.pem").absolute()) == (
        found.config.scenarios[0],
        found.config.gateway_key,
    )


@posix
def test_nobody_else_can_read_it(folder: Path) -> None:
    """The token in it is the user's own, whatever the folder was before."""
    folder.mkdir(parents=True, mode=0o755)
    with state_file(CONFIG, None, {}):
        assert (0o700, 0o600) == (folder.stat().st_mode & 0o777, only(folder).stat().st_mode & 0o777)


def test_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several the one that was started last comes first."""
    monkeypatch.setattr(module, "time", SimpleNamespace(time=iter([2, 3, 1]).__next__))
    with (
        state_file(Config(port=2), None, {}),
        state_file(Config(port=3), None, {}),
        state_file(Config(port=1), None, {}),
    ):
        assert [3, 2, 1] == [gateway.config.port for gateway in running_gateways()]


@posix
def test_left_over(folder: Path) -> None:
    """A file that nobody holds is set aside, whether or not a process has the id in it; one that is held stays."""
    with state_file(CONFIG, None, {}):
        file = only(folder)
        (folder / "old.json").write_bytes(file.read_bytes())
        assert 1 == len(running_gateways())
        assert {file.name, "old.killed"} == {one.name for one in folder.iterdir()}


@posix
def test_a_start_removes_what_is_left_over(folder: Path) -> None:
    """Nothing piles up, whatever is in it."""
    folder.mkdir(parents=True)
    (folder / "old.json").write_text("{}")
    (folder / "older.killed").write_text('{"started": 1e400, "url": ""}')
    with state_file(CONFIG, None, {}):
        assert only(folder).name.endswith(".json")


def left_over(folder: Path, **changes: object) -> None:
    """A state file as a killed gateway leaves it."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {"started": 1795310174.6, "url": "http://127.0.0.1:3000", **changes}
    (folder / f"{len(list(folder.iterdir()))}.json").write_text(json.dumps(state))


@posix
@pytest.mark.parametrize("looked", [False, True])
def test_a_start_after_a_kill_says_what_is_lost(folder: Path, caplog: pytest.LogCaptureFixture, looked: bool) -> None:
    """In one line with when and where that gateway started, once, though other commands have looked for gateways."""
    left_over(folder)
    if looked:
        assert [] == running_gateways()
    with state_file(CONFIG, None, {}), state_file(CONFIG, None, {}):
        (message,) = caplog.messages
    assert message.startswith(
        "the gateway that started at 2026-11-22T01:16:14Z at http://127.0.0.1:3000 did not shut down cleanly: "
        "its state is lost"
    )


@posix
def test_several_that_were_killed_are_one_line(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It names the latest of them, and counts the others."""
    for started in (1, 3, 2):
        left_over(folder, started=started)
    with state_file(CONFIG, None, {}):
        (message,) = caplog.messages
    assert "started at 1970-01-01T00:00:03Z" in message
    assert "did not shut down cleanly, nor did 2 before it: " in message


@posix
def test_a_start_after_a_clean_end_says_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor does one beside a gateway that runs."""
    with state_file(CONFIG, None, {}):
        pass
    with state_file(CONFIG, None, {}), state_file(CONFIG, None, {}):
        assert [] == caplog.messages


@posix
def test_empty(folder: Path) -> None:
    """An empty one says nothing yet, and stays: its gateway is about to hold and write it."""
    folder.mkdir(parents=True)
    (folder / "new.json").touch()
    assert ([], "new.json") == (running_gateways(), only(folder).name)


@pytest.mark.parametrize(
    "text", [b"{", b"\xff", b"[]", b"{}", b'{"machine": 1}', b'{"machine": "%b", "host": "", "port": "many"}']
)
def test_damaged(folder: Path, text: bytes) -> None:
    """One that cannot be understood is passed by."""
    with state_file(CONFIG, None, {}):
        only(folder).write_bytes(text.replace(b"%b", socket.gethostname().encode()))
        assert [] == running_gateways()
        assert only(folder)


def test_another_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway of another machine or container, which shares the folder, is not reached at the same address."""
    with state_file(CONFIG, None, {}):
        monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
        assert [] == running_gateways()
        assert only(folder)


def _no_home() -> Path:
    raise SetupError("no home")


def _refused(*_: object) -> None:
    raise PermissionError(1, "not yours")


@posix
@pytest.mark.parametrize("what", ["home", "parent", "chmod", "flock", "write"])
def test_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """Without a home, in a folder of somebody else, without locks or room the log says so, and nothing is left."""
    match what:
        case "home":
            monkeypatch.setattr(module, "home", _no_home)
        case "parent":
            folder.parent.write_text("")
        case "chmod":
            monkeypatch.setattr(Path, "chmod", _refused)
        case "flock":
            monkeypatch.setattr("fcntl.flock", _refused)
        case _:
            monkeypatch.setattr(module, "os", SimpleNamespace(getpid=os.getpid, close=os.close, write=_refused))
    with state_file(CONFIG, None, {}):
        assert [] == running_gateways()
        assert [] == (list(folder.iterdir()) if folder.exists() else [])
    (record,) = caplog.records
    assert "cannot write the state file" in record.getMessage()
    assert "set MOCK_ALIPAY_HOME to a writable folder" in record.getMessage()
