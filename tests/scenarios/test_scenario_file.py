"""Which files are read, and what keeps one from being read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import shipped_folder
from mock_alipay.scenarios.scenario_file import MAX_PROBLEMS, read_document, read_folder
from tests.scenarios.loading import VOCABULARY


def test_a_name_with_two_dashes_is_refused(tmp_path: Path) -> None:
    """It could never be told from a paymentRequestId that names a scenario."""
    (tmp_path / "a--b.yaml").write_text("description: x.\n")
    with pytest.raises(SetupError, match=r"a--b\.yaml: a scenario's name is"):
        read_folder(tmp_path, VOCABULARY)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Latin-1 is not UTF-8."""
    file = tmp_path / "a.yaml"
    file.write_bytes("description: ä".encode("latin-1"))
    with pytest.raises(SetupError, match=r"a\.yaml: not UTF-8 text"):
        read_document(file)


def test_a_long_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """That it is no text after a mebibyte stays unknown."""
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * 1024 * 1024 + b"\xff")
    with pytest.raises(SetupError, match=r"a\.yaml: longer than 262144 characters"):
        read_document(file)


@pytest.mark.parametrize("count", [MAX_PROBLEMS, MAX_PROBLEMS + 1, MAX_PROBLEMS + 300])
def test_of_many_problems_the_first_are_told(tmp_path: Path, count: int) -> None:
    """And how many there are beside them."""
    (tmp_path / "a.yaml").write_text("description: x\n" + "".join(f"k{n}: 1\n" for n in range(count)))
    with pytest.raises(SetupError) as caught:
        read_folder(tmp_path, VOCABULARY)
    told = [problem.split(": ")[0] for problem in caught.value.problems]
    more = [f"{tmp_path}/a.yaml"] * (count > MAX_PROBLEMS)
    assert [f"{tmp_path}/a.yaml:{n + 2}" for n in range(MAX_PROBLEMS)] + more == told
    assert not more or f"and {count - MAX_PROBLEMS} more problems" in caught.value.problems[-1]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(SetupError, match=r"gone\.yaml: cannot be read: "):
        read_document(tmp_path / "gone.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders there")
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "device", "folder"])
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A folder of scenarios is read without waiting for whoever writes to a pipe, or for a device to end."""
    file = tmp_path / "a.yaml"
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "link to a pipe":
            os.mkfifo(tmp_path / "pipe")
            file.symlink_to(tmp_path / "pipe")
        case "device":
            file.symlink_to("/dev/zero")
        case "folder":
            file.mkdir()
    with pytest.raises(SetupError, match=r"a\.yaml: expected a regular file, found a pipe, device or folder"):
        read_folder(tmp_path, VOCABULARY)


@pytest.mark.parametrize(
    ("one", "other", "line", "scenario"),
    [("b.yaml", "b.yml", 1, "b"), ("a-x.yaml", "a.yaml", 2, "a-x"), ("a-x.yml", "a.yml", 2, "a-x")],
)
def test_two_files_of_a_folder_never_have_a_scenario_of_one_name(
    tmp_path: Path, one: str, other: str, line: int, scenario: str
) -> None:
    """Whether by their own names or by what a template makes: both are told, the template with its line."""
    (tmp_path / one).write_text("description: x.\n")
    each = "each: {code: [X, Y]}\npay: {message: '${each.code}'}\n" if other.startswith("a.") else ""
    (tmp_path / other).write_text(f"description: x.\n{each}")
    with pytest.raises(SetupError) as caught:
        read_folder(tmp_path, VOCABULARY)
    expected = f"{tmp_path}/{other}:{line}: the scenario {scenario} is in {tmp_path}/{one} too; rename one"
    assert (expected,) == caught.value.problems


def test_the_shipped_folder_holds_scenarios() -> None:
    """Also in an editable installation."""
    assert (shipped_folder() / "success.yaml").is_file()
