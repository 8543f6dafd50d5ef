"""Starts Chromium for tests."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The path of Chromium: MOCK_ALIPAY_CHROMIUM, or the first name on PATH. Without any, the test is skipped."""
    path = os.environ.get("MOCK_ALIPAY_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("Chromium is not installed; MOCK_ALIPAY_CHROMIUM may name it")
    return path


@contextlib.contextmanager
def started(*flags: str, mapped: str = "") -> Iterator[Browser]:
    """Run Playwright and a Chromium; the arguments are those of ``launched``.

    Playwright's event loop runs in this thread until the block ends, so ``asyncio.run`` is impossible inside of it.
    """
    chromium()
    with sync_playwright() as playwright, launched(playwright.chromium, *flags, mapped=mapped) as browser:
        yield browser


@contextlib.contextmanager
def launched(kind: BrowserType, *flags: str, mapped: str = "") -> Iterator[Browser]:
    """Run a Chromium that can reach this machine only. ``mapped``: other host rules, which come first."""
    rules = f"--host-resolver-rules={mapped}MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    browser = kind.launch(executable_path=chromium(), args=[*_FLAGS, rules, *flags])
    try:
        yield browser
    finally:
        browser.close()


def hosts(names: Iterable[str], port: int | None) -> str:
    """Rules by which these hosts are at a port of this machine."""
    return "".join(f"MAP {name} 127.0.0.1:{port}, " for name in names)
