"""The constraints that the README's test command installs with: whole, no more than needed, and within the bounds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parent
LINES = [line for line in (FOLDER / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
PINNED = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in LINES)}
PROJECT = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text("utf-8"))["project"]
BOUNDS = [Requirement(line) for line in (*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"])]

LINUX = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
"""Where the constraints are taken."""

SUPPORTED = [
    {**LINUX, "python_version": found[1], "python_full_version": f"{found[1]}.0"}
    for line in PROJECT["classifiers"]
    if (found := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line))
]
"""Some releases are needed by older versions of Python only, others by newer ones only."""


def needed(environments: Iterable[dict[str, str]]) -> set[str]:
    """The distributions that ``.[test]`` installs in these environments, by what the installed ones require."""
    found: set[str] = set()
    for environment in environments:
        seen: set[tuple[str, str]] = set()
        waiting = [("mock-alipay", "test"), ("mock-alipay", "")]
        while waiting:
            name, extra = waiting.pop()
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            waiting += required(name, extra, environment)
        found |= {name for name, _ in seen}
    return found - {"mock-alipay", "pip", "setuptools"}


def required(name: str, extra: str, environment: dict[str, str]) -> Iterable[tuple[str, str]]:
    """What one distribution requires there, with each of the extras that it asks for and without any."""
    try:
        lines = requires(name) or []
    except PackageNotFoundError:  # another version of Python needs it
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate({**environment, "extra": extra}):
            for inner in ("", *requirement.extras):
                yield canonicalize_name(requirement.name), inner


def test_every_line_is_one_version() -> None:
    """A name and its version, nothing else, and no name twice."""
    assert [] == [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]
    assert len(LINES) == len(PINNED)


def test_all_that_is_installed_is_pinned() -> None:
    """What the tests need with this version of Python has a version, whatever it is required by."""
    assert set() == needed([LINUX]) - PINNED.keys()


def test_nothing_else_is_pinned() -> None:
    """Whatever has a version is needed by some version of Python that the project supports."""
    assert len(SUPPORTED) > 1
    assert set() == PINNED.keys() - needed([LINUX, *SUPPORTED])


@pytest.mark.parametrize("bound", BOUNDS, ids=str)
def test_versions_are_within_the_bounds(bound: Requirement) -> None:
    """Of all that the project asks for itself."""
    assert bound.specifier.contains(PINNED[canonicalize_name(bound.name)], prereleases=True)
