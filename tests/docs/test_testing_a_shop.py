"""The files of the page for people who test a shop, as the suite that they make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.markdown import PROJECT, blocks
from tests.suite import Suite

SHOP, CONFTEST, *MORE = blocks("docs/testing-a-shop.md", "python")
SETTINGS = next(code for code in MORE if "mock_alipay_settings" in code)
FASTAPI, FASTAPI_TESTS = (code for code in MORE if "fastapi" in code)
TESTS = [code for code in MORE if code not in (SETTINGS, FASTAPI, FASTAPI_TESTS)]


def test_the_tests_pass(tmp_path: Path) -> None:
    """All but those of the FastAPI shop, which .ci/package runs."""
    suite = Suite(tmp_path).write(antom=SHOP, conftest=f"{CONFTEST}\n\n{SETTINGS}", test_shop="\n\n".join(TESTS))
    outcome = suite.run("-q", "--import-mode=prepend")
    assert (0, 4) == (outcome.code, outcome.counts.get("passed")), outcome.output


@pytest.mark.parametrize(
    ("code", "file"),
    [
        (SHOP, "antom.py"),
        (CONFTEST, "conftest.py"),
        (FASTAPI, "fastapi_shop.py"),
        (FASTAPI_TESTS, "test_fastapi.py"),
    ],
)
def test_the_files_are_those_of_the_examples(code: str, file: str) -> None:
    """Of tests only the first ones, and without the line that skips them where FastAPI is missing."""
    text = PROJECT.joinpath("tests", "examples", "webhooks", file).read_text("utf-8")
    assert re.sub(r"pytest\.importorskip.*\n\n", "", text).startswith(code)
