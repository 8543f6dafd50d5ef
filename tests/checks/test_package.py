"""The files of the wheel and of the source distribution; .ci/package installs and uses them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from mock_alipay import __version__
from tests.markdown import PROJECT

INFO = f"mock_alipay-{__version__}.dist-info"


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
    """The files of the project in these folders, without caches and installed packages."""
    paths = (path for place in places for path in (PROJECT / place).rglob("*") if path.is_file())
    names = {path.relative_to(PROJECT).as_posix() for path in paths}
    return {name for name in names if "cache" not in name and "node_modules/" not in name}


def test_wheel(built: Path) -> None:
    """The wheel has the package with its data, the scenarios inside of it, and nothing else."""
    shipped = {name.replace("scenarios/", "mock_alipay/scenarios/shipped/") for name in files("scenarios")}
    assert files("mock_alipay") | shipped == {name for name in wheel_of(built) if not name.startswith(INFO)}


def test_source_distribution(built: Path, tmp_path: Path) -> None:
    """The source distribution has everything that builds, tests and documents; its wheel is the same."""
    (source,) = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        archive.extractall(tmp_path, filter="data")
    tops = {"pyproject.toml", "README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
    assert set() == (files("mock_alipay", "scenarios", "docs", "tests", ".ci", ".github") | tops) - names
    unwanted = (".git/", ".venv/", ".hypothesis/", "tests/browser/node_modules/")
    assert [] == [name for name in names if "cache" in name or name.startswith(unwanted)]
    (project,) = tmp_path.iterdir()
    again = wheel_of(build(project, tmp_path / "again", "wheel"))
    first = wheel_of(built)
    assert first.keys() == again.keys()
    assert [] == [name for name in first if "RECORD" not in name and first[name] != again[name]]
