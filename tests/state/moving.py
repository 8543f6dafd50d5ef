"""Documents of gateways without a network, and what happens when one is changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from mock_alipay.state import State, text
from tests.driver import Driver, pay_body, result_of
from tests.memory import done

Document = dict[str, Any]
Path = tuple[str | int, ...]

TALE = "capture: [{result: PROCESS_FAIL}, {result: SUCCESS}]\n"


def document_of(driver: Driver, client_id: str | None = None) -> Document:
    """The document that a gateway exports."""
    document: Document = json.loads(text(done(driver.components.transfer.export(client_id))))
    return document


def loaded(driver: Driver, document: Any, client_id: str | None = None) -> State:
    """Load a document into a gateway that is empty; SetupError when it is refused."""
    components = driver.components
    state = components.state(document, client_id)
    done(components.transfer.check(state, client_id))
    done(components.transfer.load(state))
    return state


def busy() -> Driver:
    """A gateway with payments in every state, and with everything else that a document has."""
    driver = Driver()
    driver.load_scenario(TALE)
    driver.open("expired")
    driver.open("cancelled")
    driver.call("cancel", {"paymentRequestId": "cancelled"})
    driver.wait(hours=2)
    driver.call("pay", pay_body("processing", method="ALIPAY_CN"))
    driver.act(driver.open("pending", method="ALIPAY_CN"), "pending")
    driver.act(driver.open("failed"), "decline", "DO_NOT_HONOR")
    held = driver.paid("held", manual=True)
    driver.capture(held, "captured", 400)
    driver.refund(held, "refunding", 100, scenario="refund-in-process")
    driver.refund(driver.paid("paid", method="ALIPAY_CN"), "refunded", 300, refundReason="worn")
    driver.open("scripted", scenario="pays-late")
    assert "PROCESS_FAIL" == result_of(driver.capture(held, "second", 100, scenario="tale"))
    components = driver.components
    done(components.clocks.advance(timedelta(hours=1), "OTHER"))
    done(components.selector.prefer("tale", client_id="OTHER", times=2))
    return driver


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """The path of everything in a document."""
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from places(item, (*at, name))


def changed(document: Document, at: Path, value: Any) -> Document:
    """A document with another value at a path; without the value if that is ``...``."""
    result = copy.deepcopy(document)
    inner: Any = result
    for step in at[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[at[-1]]
    else:
        inner[at[-1]] = value
    return result
