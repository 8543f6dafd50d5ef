"""A buyer's browser whose requests and console are watched, and the merchant's page in it."""

from __future__ import annotations

import difflib
import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Frame,
    FrameLocator,
    Locator,
    Page,
    Request,
    expect,
)

from tests.browser.merchant import Merchant, Session

FRAME = (
    "iframe[id^='ams-checkout-component'], iframe[id^='antom-sdk-web-app'], iframe#antom-checkout-page-sub-page-iframe"
)
DROP_IN = '<script src="{}/sdk/ams-checkout.js"></script>'
Trace = list[list[Any]]


class Buyer:
    """A browser context; ``complaints`` has each external request, console error and uncaught error."""

    def __init__(self, browser: Browser, merchant: Merchant, **options: Any) -> None:
        self.merchant = merchant
        self.complaints: list[str] = []
        self.requests: list[Request] = []
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(10_000)
        self.context.on("request", self._requested)
        self.context.on("console", self._logged)
        self.context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        self.own = {merchant.address(""), merchant.gateway.config.url}

    def open(self, address: str) -> Page:
        """Open an address in a new tab."""
        page = self.context.new_page()
        page.goto(address)
        return page

    def shop(self, head: str | None = None) -> Checkout:
        """Open the merchant's page, with the drop-in or other HTML in its head."""
        script = DROP_IN.format(self.merchant.gateway.config.url)
        return Checkout(self.open(self.merchant.page(script if head is None else head)))

    def _requested(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" not in self.own:
            self.complaints.append(f"external request: {request.url}")

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")


class Cashier:
    """The cashier page, or the wallet, in a page or a frame."""

    def __init__(self, root: Page | FrameLocator) -> None:
        self.root = root
        self.main = root.locator("main[data-state]")

    def part(self, test_id: str) -> Locator:
        """An element by its test id."""
        return self.root.get_by_test_id(test_id)

    def state(self, expected: str) -> None:
        """Wait until the page is in this state."""
        expect(self.main).to_have_attribute("data-state", expected)

    def act(self, steps: str) -> None:
        """Click, in order, the test ids of ``steps``; ``outcome=decline`` selects, and ``code=123456`` fills."""
        for step in steps.split():
            test_id, _, value = step.partition("=")
            if test_id == "code":
                self.root.get_by_label("One-time code").fill(value)
            elif value:
                self.part(test_id).select_option(value)
            else:
                self.part(test_id).click()


class Checkout:
    """The merchant's page, or a frame with it."""

    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        self.page, self._document = page, frame or page
        self.cashier = Cashier(self._document.frame_locator(FRAME))

    def create(self, component: str, **options: Any) -> None:
        """Make a component of a class with recording callbacks."""
        self._document.evaluate("([name, options]) => shop.create(name, options)", [component, options])

    def call(self, method: str, *parameters: Any) -> None:
        """Call a method of the component; the trace gets its outcome."""
        self._document.evaluate("([method, parameters]) => void shop.call(method, ...parameters)", [method, parameters])

    def mount(self, component: str, session: Session, **parameters: Any) -> None:
        """Make a component and mount it in the page."""
        if component == "AMSElement":
            self.create(component, sessionData=session.data)
            self.call("mount", {"type": "payment", **parameters}, "#payment")
        else:
            self.create(component)
            self.call("mountComponent", {"sessionData": session.data, **parameters}, "#payment")

    def act(self, steps: str) -> None:
        """As ``Cashier.act``; ``submit`` is the merchant's own button of the Element."""
        for step in steps.split():
            if step == "submit":
                self.call("submitPayment")
            else:
                self.cashier.act(step)

    @property
    def trace(self) -> Trace:
        """What happened so far: callbacks, outcomes of promises, and later pages of the shop."""
        trace: Trace = self._document.evaluate("shop.trace")
        return trace

    def traces(self, expected: Trace) -> None:
        """Wait until the trace is this one. It also shows what came too much."""
        script = "text => typeof shop === 'object' && JSON.stringify(shop.trace) === text"
        text = json.dumps(expected, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        try:
            self._document.wait_for_function(script, arg=text)
        except Error as error:
            got, wanted = ([json.dumps(entry, sort_keys=True) for entry in trace] for trace in (self.trace, expected))
            raise AssertionError("\n".join(difflib.ndiff(wanted, got))) from error
