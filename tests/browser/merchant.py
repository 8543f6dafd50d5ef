"""A merchant with a client id of its own at a running gateway: sessions, webhooks and pages."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from mock_alipay.client import Mock
from mock_alipay.errors import Unreachable
from tests.live import Live
from tests.shop import Shop

ORDER = "order-4711"

_FOLDER = Path(__file__).parent
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tea House</title>
<link rel="icon" href="data:,"><script src="/shop.js"></script>{head}</head>
<body><main><h1>{title}</h1><div id="payment"></div></main>{body}</body></html>"""
_BODY: dict[str, Any] = {
    "productCode": "CASHIER_PAYMENT",
    "paymentRequestId": ORDER,
    "order": {
        "referenceOrderId": ORDER,
        "orderDescription": "Two cups of tea",
        "orderAmount": {"currency": "USD", "value": "1000"},
        "merchant": {"referenceMerchantId": "tea", "merchantName": "Tea House"},
        "buyer": {"referenceBuyerId": "buyer-1"},
    },
    "paymentAmount": {"currency": "USD", "value": "1000"},
    "paymentMethod": {"paymentMethodType": "CARD"},
    "paymentFactor": {"isAuthorization": True},
    "settlementStrategy": {"settlementCurrency": "USD"},
}


@dataclass(frozen=True)
class Session:
    """The reply of createPaymentSession."""

    reply: dict[str, Any]

    @property
    def data(self) -> str:
        """What a merchant's page hands to the SDK."""
        return str(self.reply["paymentSessionData"])

    @property
    def id(self) -> str:
        """The paymentSessionId."""
        return str(self.reply["paymentSessionId"])

    @property
    def quoted(self) -> str:
        """The paymentSessionId as one part of a path."""
        return quote(self.id, safe="")


class Merchant:
    """A client id at a gateway, and its part of a shop. Its order is ``ORDER``, unless a test says otherwise.

    At the end of a ``with`` block the client id is reset.
    """

    def __init__(self, gateway: Live, shop: Shop, client_id: str) -> None:
        self.gateway, self.shop, self.client_id = gateway, shop, client_id
        self.mock = Mock(gateway.config.url, client_id=client_id)
        self.thanks = f"/thanks?order={ORDER}&merchant={client_id}"
        self._notify = f"/notify/{client_id}"
        script = (_FOLDER / "shop.js").read_bytes()
        shop.pages["/shop.js"] = ("text/javascript", script)
        shop.pages["/thanks"] = ("text/html", _PAGE.format(head="", title="Thank you", body="").encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(Unreachable):  # a test may have stopped it
            self.mock.reset()
        self.mock.close()

    def address(self, target: str) -> str:
        """A URL of the shop for browsers: another site than the gateway's."""
        return f"http://localhost:{self.shop.port}{target}"

    def page(self, head: str, *, body: str = "", path: str = "/shop") -> str:
        """The address of a page with this HTML in its head, and at the end of its body."""
        html = _PAGE.format(head=head, title="Your order", body=body)
        self.shop.pages[path] = ("text/html", html.encode())
        return self.address(path)

    def body(self, **changes: Any) -> dict[str, Any]:
        """The body of createPaymentSession; ``changes`` replace top-level fields, None removes them."""
        urls = {"paymentRedirectUrl": self.address(self.thanks), "paymentNotifyUrl": self.shop.url(self._notify)}
        body = {**copy.deepcopy(_BODY), **urls, **changes}
        if body.get("productScene") in ("ELEMENT_PAYMENT", "CHECKOUT_PAYMENT"):
            del body["paymentMethod"], body["paymentFactor"], body["settlementStrategy"]
        return {name: value for name, value in body.items() if value is not None}

    def session(self, scene: str | None = None, *, scenario: str | None = None, **changes: Any) -> Session:
        """Create a session by a signed call, for a productScene."""
        extra = {"mock-scenario": scenario} if scenario else {}
        answer = self.gateway.create(self.body(productScene=scene, **changes), extra=extra, client_id=self.client_id)
        assert "SUCCESS" == answer.code, answer.raw
        return Session(answer.body)

    def hosted(self, session: Session, page: str = "checkout") -> str:
        """The address of a session's page that needs no SDK."""
        return f"{self.gateway.config.url}/{page}/{session.quoted}"

    def webhooks(self) -> list[str]:
        """The result codes of the payment notifications so far, once all that were sent have arrived."""
        sent = self.mock.notifications()
        got = self.shop.wait(len(sent), self._notify) if sent else self.shop.got(self._notify)
        payments = [received.body for received in got if received.type == "PAYMENT_RESULT"]
        return [body["result"]["resultCode"] for body in payments]
