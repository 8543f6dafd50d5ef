"""Writes screenshots of every state of the pages and the dashboard: python -m tests.browser.screenshots FOLDER."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from tests.browser.buyer import Buyer
from tests.browser.chromium import started
from tests.browser.dashboard_states import DASHBOARD, fill
from tests.browser.merchant import Merchant
from tests.browser.states import STATES
from tests.live import live
from tests.shop import open_shop


def screenshots(folder: Path) -> None:
    """Write one file for each state, theme, language and width."""
    folder.mkdir(parents=True, exist_ok=True)
    looks = itertools.product(("light", "dark"), ("en-US", "zh-CN"), (1280, 390))
    with (
        live() as gateway,
        open_shop() as shop,
        Merchant(gateway, shop, "SANDBOX_screenshots") as merchant,
        started() as browser,
    ):
        for theme, language, width in looks:
            viewport = {"width": width, "height": 844}
            buyer = Buyer(browser, merchant, color_scheme=theme, locale=language, viewport=viewport)
            for name, state in STATES.items():
                page = buyer.context.new_page()
                state.open(merchant, page)
                page.screenshot(path=folder / f"{name} {theme} {language} {width}.png", full_page=True)
                page.close()
                merchant.mock.reset()
            fill(merchant)
            for name, view in DASHBOARD.items():
                page = view.open(buyer)
                page.screenshot(path=folder / f"dashboard, {name} {theme} {language} {width}.png")
                page.close()
            merchant.mock.reset()
            buyer.context.close()


if __name__ == "__main__":
    screenshots(Path(sys.argv[1]))
