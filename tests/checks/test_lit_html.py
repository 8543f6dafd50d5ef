"""The vendored lit-html is what its publisher released. Run ``npm ci --prefix tests/browser`` before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mock_alipay.web.dashboard import routes
from tests.markdown import PROJECT

VENDORED = Path(routes.__file__).with_name("static") / "lit-html"
PUBLISHED = PROJECT / "tests/browser/node_modules/lit-html"
FILES = ["lit-html.js", "directive.js", "directive-helpers.js", "directives/repeat.js", "LICENSE"]


@pytest.fixture(autouse=True)
def installed() -> None:
    """Skip where the package is not installed."""
    if not PUBLISHED.exists():
        pytest.skip("lit-html is not installed: npm ci --prefix tests/browser")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_the_published_one(name: str) -> None:
    """Byte for byte."""
    assert (PUBLISHED / name).read_bytes() == (VENDORED / name).read_bytes()


def test_nothing_else_is_vendored() -> None:
    """Besides the note of its origin, which names the version that the lock file pins."""
    files = {file.relative_to(VENDORED).as_posix() for file in VENDORED.rglob("*") if file.is_file()}
    assert {*FILES, "ORIGIN.md"} == files
    version = json.loads((PUBLISHED / "package.json").read_text("utf-8"))["version"]
    assert version in (VENDORED / "ORIGIN.md").read_text("utf-8")
