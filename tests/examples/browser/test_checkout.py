import re

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(browser, shop, mock_alipay):
    page = browser.new_page()
    # The one statement: the page's script tag of Antom's SDK loads the drop-in.
    page.route(
        re.compile(r"/ams-checkout(\.min)?\.js"),
        lambda route: route.fulfill(status=302, headers={"location": f"{mock_alipay.url}/sdk/ams-checkout.js"}),
    )
    page.goto(shop.url)
    page.get_by_role("button", name="Check out").click()
    yield page
    page.close()


@pytest.fixture
def cashier(page):
    return page.frame_locator("[data-testid=antom-mock-frame]")


def test_a_card_pays(page, cashier, shop, mock_alipay):
    cashier.get_by_role("button", name="Pays").click()  # fills the form
    cashier.get_by_role("button", name="Pay USD 10.00").click()
    expect(page.get_by_role("heading")).to_have_text("Thank you")
    mock_alipay.notifications.wait(notification="notifyPayment")
    assert len(shop.paid) == 1


def test_a_card_is_declined(page, cashier, shop):
    cashier.get_by_label("Reason").select_option("RISK_REJECT")
    cashier.get_by_role("button", name="Decline payment").click()
    expect(page.get_by_role("alert")).to_have_text("Your payment was declined: RISK_REJECT")
    assert not shop.paid


def test_a_card_asks_for_3d_secure(page, cashier):
    cashier.get_by_role("button", name="Asks for 3-D Secure").click()
    cashier.get_by_role("button", name="Pay USD 10.00").click()
    cashier.get_by_label("One-time code").fill("123456")
    cashier.get_by_role("button", name="Submit code").click()
    expect(page.get_by_role("heading")).to_have_text("Thank you")


class TestWithoutAClick:
    @pytest.fixture(autouse=True)
    def scenario(self, mock_alipay):
        mock_alipay.scenario("pays-at-once")

    def test_a_scenario_pays(self, page):
        expect(page.get_by_role("heading")).to_have_text("Thank you")
