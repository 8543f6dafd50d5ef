"""The package as it is built and installed."""

from __future__ import annotations

import configparser
import email
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from mock_alipay import __version__

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build(PROJECT, folder, "wheel", "sdist")
    return folder


def build(project: Path, folder: Path, *targets: str) -> None:
    """Build what a project can be installed from."""
    wanted = [word for target in targets for word in ("-t", target)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *wanted, "-d", str(folder)],
        cwd=project,
        capture_output=True,
        timeout=60,
        check=True,
    )


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
    return sorted(file.relative_to(PROJECT / folder).as_posix() for file in (PROJECT / folder).glob(pattern))


def inside(wheel: list[str], folder: str) -> list[str]:
    """The files of a folder of the wheel, sorted."""
    return sorted(name.removeprefix(f"{folder}/") for name in wheel if name.startswith(f"{folder}/"))


@pytest.mark.parametrize(
    ("checkout", "pattern", "packed"),
    [
        ("scenarios", "*", "mock_alipay/scenarios/shipped"),
        ("mock_alipay/contracts/2024-04-26", "**/*.json", "mock_alipay/contracts/2024-04-26"),
        ("mock_alipay/signing/test_keys", "*", "mock_alipay/signing/test_keys"),
        ("mock_alipay/contracts/samples", "**/*.json", "mock_alipay/contracts/samples"),
    ],
)
def test_data_is_in_the_wheel(wheel: list[str], checkout: str, pattern: str, packed: str) -> None:
    """Every scenario, schema, key and sample of the checkout is in the wheel, and nothing else beside them."""
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
    ours = ("mock_alipay/signing/test_keys/", "mock_alipay/testing/")
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
            "console_scripts": {"mock-alipay": "mock_alipay.__main__:main"},
            "pytest11": {"mock_alipay": "mock_alipay.testing.pytest_plugin"},
        } == {group: dict(points[group]) for group in points.sections()}
        assert archive.read(f"{info}/licenses/LICENSE") == (PROJECT / "LICENSE").read_bytes()


def metadata(wheel: Path) -> Message:
    """What the wheel tells an index."""
    with zipfile.ZipFile(wheel) as archive:
        return email.message_from_bytes(archive.read(f"mock_alipay-{__version__}.dist-info/METADATA"))


def test_metadata_for_an_index(built: Path) -> None:
    """Which Pythons it is for, that it is typed, whose licence it has, and the README as its page."""
    (file,) = built.glob("*.whl")
    told = metadata(file)
    page = told.get_payload(decode=True)
    assert isinstance(page, bytes)
    pythons = {line.rpartition(" ")[2] for line in told.get_all("Classifier", []) if ":: Python :: 3." in line}
    assert {f"3.{minor}" for minor in range(11, 15)} == pythons
    assert "Typing :: Typed" in told.get_all("Classifier", [])
    assert (">=3.11", "MIT", "text/markdown", "LICENSE") == tuple(
        told[name] for name in ("Requires-Python", "License-Expression", "Description-Content-Type", "License-File")
    )
    assert (PROJECT / "README.md").read_bytes().strip() == page.strip()


def test_only_what_serves_is_required(built: Path) -> None:
    """The extras are for those who work on the project: without them nothing of theirs is installed."""
    (file,) = built.glob("*.whl")
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    required = metadata(file).get_all("Requires-Dist", [])
    assert sorted(project["dependencies"]) == sorted(line for line in required if "extra ==" not in line)
    assert {"pytest", "hypothesis", "mypy"} <= {line.partition(">")[0] for line in required if "extra ==" in line}


def test_sdist_is_whole(sdist: list[str]) -> None:
    """All that is needed to build, to check and to change it again is in the source distribution."""
    rooms = ("mock_alipay", "scenarios", "docs", "tests", ".ci", ".github")
    files = (file for room in rooms for file in (PROJECT / room).rglob("*") if file.is_file())
    needed = {name for file in files if "cache" not in (name := file.relative_to(PROJECT).as_posix())}
    needed |= {"pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", ".gitignore"}
    assert len(needed) > 300
    assert set() == needed - set(sdist)


def test_nothing_is_left_behind_in_the_sdist(sdist: list[str]) -> None:
    """No tool's folder, no environment, nothing compiled, nothing built before."""
    tools = {".git", ".venv", "dist", "build", ".hypothesis", "__pycache__"}
    components = {name: set(name.split("/")) for name in sdist}
    assert [] == [
        name for name, inner in components.items() if inner & tools or "cache" in name or name.endswith(".pyc")
    ]


def test_a_wheel_from_the_sdist_is_the_same(built: Path, tmp_path: Path) -> None:
    """Name by name and byte by byte: who builds it from the source distribution lacks nothing."""
    (source,) = built.glob("*.tar.gz")
    (file,) = built.glob("*.whl")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (project,) = tmp_path.iterdir()
    build(project, tmp_path / "again", "wheel")
    (again,) = (tmp_path / "again").glob("*.whl")
    assert contents(file) == contents(again)


def contents(wheel: Path) -> dict[str, bytes]:
    """The files of a wheel, but for the list of them."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_installed_wheel_serves_its_scenarios(built: Path, tmp_path: Path) -> None:
    """Unpacked elsewhere, the wheel's own scenarios are listed, not those of a checkout."""
    (file,) = built.glob("*.whl")
    zipfile.ZipFile(file).extractall(tmp_path)
    show = "from mock_alipay.scenarios import shipped_folder; print(shipped_folder())"
    result = subprocess.run(
        [sys.executable, "-c", show], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.strip() == str(tmp_path / "mock_alipay" / "scenarios" / "shipped")


SERVING = {
    *("starlette", "uvicorn", "httptools", "anyio", "h11", "watchfiles", "prometheus_client"),
    *("httpx2", "httpcore2", "jsonschema", "jsonschema_rs", "referencing", "faker", "trustme", "pytest"),
}
"""Libraries that take long to load: those of the server, of schemas, of clients, and of people who are made up."""
READING = {"cryptography", "orjson", "yaml", "platformdirs", "asyncio"}
"""Those that ``env`` needs for keys and settings."""
SPEAKING = {"click", "json", "http", "ssl", "logging"}
"""Those that the command line needs."""


@pytest.mark.parametrize(
    ("code", "left_out"),
    [
        ("import mock_alipay", SERVING | READING | SPEAKING),
        ("command('--version')", SERVING | READING),
        ("command('--help')", SERVING | READING),
        ("command('serve', '--help')", SERVING | READING),
        ("command('env', '--port', '1', '--tls-port', 'none')", SERVING),
    ],
)
def test_what_is_not_needed_is_not_loaded(code: str, left_out: set[str], tmp_path: Path) -> None:
    """Test suites import the package by the thousand, and shells ask for env: both are quick, as they load little."""
    lines = (
        "import contextlib, io, sys",
        "def command(*words):",
        "    from mock_alipay.cli import main",
        "    with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())), contextlib.suppress(SystemExit):",
        "        main(words)",
        code,
        "print(*{name.partition('.')[0] for name in sys.modules})",
    )
    result = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={"MOCK_ALIPAY_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    loaded = set(result.stdout.split())
    assert "mock_alipay" in loaded
    assert set() == left_out & loaded


def test_public_names() -> None:
    """What the package promises is there, and other names are refused as Python does."""
    show = (
        "import mock_alipay as m; print([callable(getattr(m, n)) for n in m.__all__ if n != '__version__']); m.nothing"
    )
    result = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, timeout=60, check=False)
    assert "False" not in result.stdout
    assert "module 'mock_alipay' has no attribute 'nothing'" in result.stderr


def test_version() -> None:
    """The command tells the version of the package."""
    result = subprocess.run(
        [Path(sys.executable).with_name("mock-alipay"), "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout == f"mock-alipay {__version__}\n"
