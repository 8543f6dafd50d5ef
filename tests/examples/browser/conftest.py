import os

import pytest
from playwright.sync_api import sync_playwright

from shop import Shop


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"))
        yield browser
        browser.close()


@pytest.fixture
def shop(mock_alipay):
    with Shop(mock_alipay.url, **mock_alipay.credentials) as shop:
        yield shop
