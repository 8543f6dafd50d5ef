"""Makes the fixtures known to the tests here."""

from __future__ import annotations

from tests.browser.fixtures import browser, buyer, merchant, new_buyer, shop

__all__ = ["browser", "buyer", "merchant", "new_buyer", "shop"]
