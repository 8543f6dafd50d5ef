"""tests/constraints.txt, with which the README's test command installs: complete, minimal, and within the bounds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.markdown import read

LINES = [line for line in read("tests/constraints.txt").splitlines() if not line.startswith("#")]
PINNED = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in LINES)}
PROJECT = tomllib.loads(read("pyproject.toml"))["project"]
OWN = [*PROJECT["dependencies"], *(f"{line}; extra == 'test'" for line in PROJECT["optional-dependencies"]["test"])]
PYTHONS = [found[1] for line in PROJECT["classifiers"] if (found := re.fullmatch(r".* :: (3\.\d+)", line))]


def needed(python: str | None = None) -> set[str]:
    """The distributions that ``.[test]`` installs on Linux, for this Python or another version."""
    linux = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}
    environment = {**linux, "python_version": python, "python_full_version": f"{python}.0"} if python else linux
    seen: set[tuple[str, str]] = set()
    waiting = [("mock-alipay", "test"), ("mock-alipay", "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in seen:
            seen.add((name, extra))
            waiting += required(name, {**environment, "extra": extra})
    return {name for name, _ in seen} - {"mock-alipay", "pip", "setuptools"}


def required(name: str, environment: dict[str, str]) -> Iterable[tuple[str, str]]:
    """The requirements of a distribution, with each extra and without."""
    try:
        lines = OWN if name == "mock-alipay" else requires(name) or []
    except PackageNotFoundError:  # needed by another version of Python
        return
    for requirement in map(Requirement, lines):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            for extra in ("", *requirement.extras):
                yield canonicalize_name(requirement.name), extra


def test_each_line_pins_one_version() -> None:
    """Each line is a name and its version, and no name comes twice."""
    assert [] == [line for line in LINES if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]
    assert len(LINES) == len(PINNED)


def test_everything_that_is_installed_is_pinned() -> None:
    """What the tests need is pinned, and nothing that no supported Python needs."""
    assert set() == needed() - PINNED.keys()
    assert set() == PINNED.keys() - needed().union(*map(needed, PYTHONS))


def test_versions_are_within_the_bounds() -> None:
    """The pinned versions satisfy the requirements of pyproject.toml."""
    pins = {bound: PINNED[canonicalize_name(bound.name)] for bound in map(Requirement, OWN)}
    assert [] == [str(bound) for bound, pin in pins.items() if not bound.specifier.contains(pin, prereleases=True)]
