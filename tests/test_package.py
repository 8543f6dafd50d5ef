"""The package as it is built and installed."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from mock_alipay import __version__

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> list[str]:
    """The names in the wheel."""
    (file,) = built.glob("*.whl")
    return zipfile.ZipFile(file).namelist()


@pytest.fixture(scope="module")
def sdist(built: Path) -> list[str]:
    """The names in the source distribution, without its top folder."""
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


def names(folder: str, pattern: str) -> list[str]:
    """The files of a folder of the checkout, sorted."""
    return sorted(file.name for file in (PROJECT / folder).glob(pattern))


def inside(wheel: list[str], folder: str) -> list[str]:
    """The files of a folder of the wheel, sorted."""
    return sorted(name.removeprefix(f"{folder}/") for name in wheel if name.startswith(f"{folder}/"))


@pytest.mark.parametrize(
    ("checkout", "pattern", "packed"),
    [
        ("scenarios", "*", "mock_alipay/scenarios"),
        ("mock_alipay/schemas", "*.json", "mock_alipay/schemas"),
        ("mock_alipay/test_keys", "*", "mock_alipay/test_keys"),
        ("mock_alipay/samples", "*", "mock_alipay/samples"),
    ],
)
def test_data_is_in_the_wheel(wheel: list[str], checkout: str, pattern: str, packed: str) -> None:
    """Every story, schema, key and sample of the checkout is in the wheel, and nothing else beside them."""
    expected = names(checkout, pattern)
    assert expected
    assert expected == inside(wheel, packed)


def test_modules_are_in_the_wheel(wheel: list[str]) -> None:
    """Every module is in the wheel, with the mark that says it is typed."""
    modules = {file.relative_to(PROJECT).as_posix() for file in (PROJECT / "mock_alipay").rglob("*.py")}
    packed = {name for name in wheel if name.endswith(".py")}
    assert (modules, True) == (packed, "mock_alipay/py.typed" in wheel)


def test_nothing_else_is_in_the_wheel(wheel: list[str]) -> None:
    """The wheel holds one package and its metadata: no tests, no folder named scenarios beside it, no caches."""
    assert {"mock_alipay", f"mock_alipay-{__version__}.dist-info"} == {name.partition("/")[0] for name in wheel}
    ours = ("mock_alipay/test_keys/", "mock_alipay/pytest_plugin.py")
    assert [] == [name for name in wheel if not name.startswith(ours) and ("test" in name or "cache" in name)]
    assert len(set(wheel)) == len(wheel)


def test_wheel_metadata(built: Path) -> None:
    """The wheel installs the command and the pytest plugin, carries the licence, and is pure Python."""
    (file,) = built.glob("*.whl")
    assert file.name == f"mock_alipay-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(file) as archive:
        info = f"mock_alipay-{__version__}.dist-info"
        points = configparser.ConfigParser()
        points.read_string(archive.read(f"{info}/entry_points.txt").decode())
        assert {
            "console_scripts": {"mock-alipay": "mock_alipay.cli:main"},
            "pytest11": {"mock_alipay": "mock_alipay.pytest_plugin"},
        } == {group: dict(points[group]) for group in points.sections()}
        assert archive.read(f"{info}/licenses/LICENSE") == (PROJECT / "LICENSE").read_bytes()


def test_sdist_is_whole(sdist: list[str]) -> None:
    """What is needed to build and to test again is in the source distribution; what tools left behind is not."""
    needed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "scenarios/success.yaml",
        "tests/live.py",
        "mock_alipay/py.typed",
    }
    assert set() == needed - set(sdist)
    assert [] == [name for name in sdist if "cache" in name or name.startswith((".git/", "dist/"))]


def test_installed_wheel_serves_its_stories(built: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, the wheel's own stories are listed, not those of a checkout."""
    (file,) = built.glob("*.whl")
    zipfile.ZipFile(file).extractall(tmp_path)
    show = "from mock_alipay.scenario import shipped_folder; print(shipped_folder())"
    result = subprocess.run(
        [sys.executable, "-c", show], cwd=tmp_path, capture_output=True, text=True, timeout=20, check=True
    )
    assert result.stdout.strip() == str(tmp_path / "mock_alipay" / "scenarios")


def test_import_is_light() -> None:
    """Importing the package, as test suites do by the thousand, loads none of the heavy libraries."""
    heavy = (
        "starlette",
        "uvicorn",
        "cryptography",
        "jsonschema",
        "jsonschema_rs",
        "yaml",
        "click",
        "orjson",
        "trustme",
        "httpx2",
        "pytest",
        "anyio",
    )
    show = f"import sys, mock_alipay; print([name for name in {heavy!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, timeout=20, check=True)
    assert result.stdout.strip() == "[]"


def test_public_names() -> None:
    """What the package promises is there, and other names are refused as Python does."""
    show = (
        "import mock_alipay as m; print([callable(getattr(m, n)) for n in m.__all__ if n != '__version__']); m.nothing"
    )
    result = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, timeout=20, check=False)
    assert "False" not in result.stdout
    assert "module 'mock_alipay' has no attribute 'nothing'" in result.stderr


def test_version() -> None:
    """The command tells the version of the package."""
    result = subprocess.run(
        [Path(sys.executable).with_name("mock-alipay"), "--version"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert result.stdout == f"mock-alipay {__version__}\n"
