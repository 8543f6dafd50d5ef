"""Which files of a folder are read, and why a file is refused."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.scenario_file import MAX_PROBLEMS, read_document, read_folder
from tests.scenarios.loading import VOCABULARY


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("description: ä".encode("latin-1"), "not UTF-8 text"),
        (b"#" * 1024 * 1024 + b"\xff", "longer than 262144 characters"),
        (None, "cannot be read: "),
    ],
    ids=["not text", "too long, not read to its end", "missing"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, expected: str) -> None:
    """The problem names the file."""
    file = tmp_path / "a.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SetupError, match=f"^{file}: {expected}"):
        read_document(file)


@pytest.mark.parametrize("more", [0, 1])
def test_at_most_a_hundred_problems_are_reported(tmp_path: Path, more: int) -> None:
    """Of the others only the number."""
    text = "description: x\n" + "".join(f"k{n}: 1\n" for n in range(MAX_PROBLEMS + more))
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(SetupError) as caught:
        read_folder(tmp_path, VOCABULARY)
    places = [f"{tmp_path}/a.yaml:{n + 2}" for n in range(MAX_PROBLEMS)]
    assert places == [problem.split(": ")[0] for problem in caught.value.problems[:MAX_PROBLEMS]]
    rest = (f"{tmp_path}/a.yaml: and {more} more problems",) if more else ()
    assert rest == caught.value.problems[MAX_PROBLEMS:]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders there")
@pytest.mark.parametrize("kind", ["pipe", "link to a pipe", "/dev/zero", "folder"])
def test_a_file_that_is_not_regular_is_refused(tmp_path: Path, kind: str) -> None:
    """Without waiting for a pipe or a device."""
    file, pipe = tmp_path / "a.yaml", tmp_path / "pipe"
    os.mkfifo(file if kind == "pipe" else pipe)
    if kind == "folder":
        file.mkdir()
    elif kind != "pipe":
        file.symlink_to(pipe if kind == "link to a pipe" else kind)
    with pytest.raises(SetupError, match=r"a\.yaml: expected a regular file"):
        read_folder(tmp_path, VOCABULARY)


@pytest.mark.parametrize(
    ("one", "other", "line", "scenario"), [("b.yaml", "b.yml", 1, "b"), ("a-x.yaml", "a.yaml", 2, "a-x")]
)
def test_two_scenarios_of_one_name_in_a_folder_are_refused(
    tmp_path: Path, one: str, other: str, line: int, scenario: str
) -> None:
    """By file name, or by a template's value; the problem names both files."""
    (tmp_path / one).write_text("description: x.\n")
    each = "each: {code: [X, Y]}\npay: {message: '${each.code}'}\n" if other.startswith("a.") else ""
    (tmp_path / other).write_text(f"description: x.\n{each}")
    with pytest.raises(SetupError) as caught:
        read_folder(tmp_path, VOCABULARY)
    expected = f"{tmp_path}/{other}:{line}: the scenario {scenario} is in {tmp_path}/{one} too; rename one"
    assert (expected,) == caught.value.problems
