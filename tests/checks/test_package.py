"""The wheel and the source distribution."""

from __future__ import annotations

import configparser
import email
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from mock_alipay import __version__
from tests.markdown import PROJECT

INFO = f"mock_alipay-{__version__}.dist-info"
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]


def build(project: Path, folder: Path, *targets: str) -> Path:
    """Build without a network."""
    wanted = [word for target in targets for word in ("-t", target)]
    command = [sys.executable, "-m", "hatchling", "build", *wanted, "-d", str(folder)]
    subprocess.run(command, cwd=project, capture_output=True, timeout=60, check=True)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    return build(PROJECT, tmp_path_factory.mktemp("dist"), "wheel", "sdist")


def wheel_of(folder: Path) -> dict[str, bytes]:
    """The files of the wheel."""
    (file,) = folder.glob("*.whl")
    assert file.name == f"mock_alipay-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def files(*places: str) -> set[str]:
    """The files of the project in these folders, without caches."""
    paths = (path for place in places for path in (PROJECT / place).rglob("*") if path.is_file())
    return {name for path in paths if "cache" not in (name := path.relative_to(PROJECT).as_posix())}


def test_wheel(built: Path) -> None:
    """The wheel has the package with its data, the scenarios inside of it, and its metadata; nothing else."""
    shipped = {name.replace("scenarios/", "mock_alipay/scenarios/shipped/") for name in files("scenarios")}
    assert files("mock_alipay") | shipped == {name for name in wheel_of(built) if not name.startswith(INFO)}


def test_metadata(built: Path) -> None:
    """The wheel installs the command and the plugin, and its page in an index is the README."""
    wheel = wheel_of(built)
    points = configparser.ConfigParser()
    points.read_string(wheel[f"{INFO}/entry_points.txt"].decode())
    assert {
        "console_scripts": {"mock-alipay": "mock_alipay.__main__:main"},
        "pytest11": {"mock_alipay": "mock_alipay.testing.pytest_plugin"},
    } == {group: dict(points[group]) for group in points.sections()}
    metadata = email.message_from_bytes(wheel[f"{INFO}/METADATA"])
    assert (PROJECT / "README.md").read_text("utf-8").strip() in wheel[f"{INFO}/METADATA"].decode()
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert sorted(PYPROJECT["dependencies"]) == sorted(required)
    assert (PROJECT / "LICENSE").read_bytes() == wheel[f"{INFO}/licenses/LICENSE"]


def test_source_distribution(built: Path, tmp_path: Path) -> None:
    """The source distribution has everything that builds, tests and documents; its wheel is the same."""
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    tops = {"pyproject.toml", "README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
    assert set() == (files("mock_alipay", "scenarios", "docs", "tests", ".ci", ".github") | tops) - names
    assert [] == [name for name in names if "cache" in name or name.startswith((".git/", ".venv/", ".hypothesis/"))]
    (project,) = tmp_path.iterdir()
    again = wheel_of(build(project, tmp_path / "again", "wheel"))
    first = wheel_of(built)
    assert first.keys() == again.keys()
    assert [] == [name for name in first if "RECORD" not in name and first[name] != again[name]]
