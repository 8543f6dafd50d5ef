"""The fields that the official Python SDK knows, against the schemas: none of them may be a stranger here."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from mock_alipay.contracts import load
from mock_alipay.contracts.schemas import Schemas
from tests.fields import read

PACKAGE = "com.alipay.ams.api"
REQUESTS = {
    "createPaymentSession": "AlipayPaymentSessionRequest",
    "pay": "AlipayPayRequest",
    "consult": "AlipayPayConsultRequest",
    "inquiryPayment": "AlipayPayQueryRequest",
    "cancel": "AlipayPayCancelRequest",
    "capture": "AlipayCaptureRequest",
    "refund": "AlipayRefundRequest",
    "inquiryRefund": "AlipayInquiryRefundRequest",
}
RESPONSES = {name: cls.replace("Request", "Response") for name, cls in REQUESTS.items()}
NOTIFICATIONS = {
    "notifyPayment": "AlipayPayResultNotify",
    "notifyCapture": "AlipayCaptureResultNotify",
    "notifyRefund": "AlipayRefundNotify",
}
DEEPEST = 9
"""Goods may cross-sell goods without end."""


class Tree:
    """A body that has every field that its schema knows, and notes which others it is asked for."""

    def __init__(self, schemas: Schemas, rule: dict[str, Any], file: str, path: str, unknown: set[str]) -> None:
        self.rule, self.file = schemas.resolve(rule, file)
        self.schemas, self.path, self.unknown = schemas, path, unknown

    def __contains__(self, name: object) -> bool:
        known = name in self.rule.get("properties", ())
        if not known and not self.rule.get("additionalProperties"):
            self.unknown.add(f"{self.path}.{name}")
        return known and self.path.count(".") < DEEPEST

    def __getitem__(self, name: str) -> Tree:
        return Tree(self.schemas, self.rule["properties"][name], self.file, f"{self.path}.{name}", self.unknown)

    def __iter__(self) -> Iterator[Tree]:
        yield Tree(self.schemas, self.rule.get("items", {}), self.file, f"{self.path}[]", self.unknown)


class Reader(dict[str, Any]):
    """An empty body that notes which fields it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return False


def found(room: str, cls: str) -> Any:
    """A class, which stands in a module of the same name."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in cls).lstrip("_")
    return getattr(importlib.import_module(f"{PACKAGE}.{room}.{snake}"), cls)


def asked_for(cls: Any, parent: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The fields that an object asks a body for when it is made of one, which the module ``parent`` parses."""
    reader = Reader()
    json = SimpleNamespace(loads=lambda _: reader)
    monkeypatch.setattr(importlib.import_module(f"{PACKAGE}.{parent}"), "json", json)
    cls("{}")
    return reader.asked


def known(schema: str) -> set[str]:
    """The fields at the top level of a schema."""
    return set(read(f"payments/{schema}.json")["properties"])


@pytest.mark.parametrize("endpoint", REQUESTS)
def test_every_field_that_can_be_sent_is_known(endpoint: str) -> None:
    """So that nobody is told of an unknown field whose only fault is to be rare."""
    request = found("request.pay", REQUESTS[endpoint])()
    for name in list(vars(request)):
        if name.startswith(f"_{REQUESTS[endpoint]}__"):
            setattr(request, name, "x")
    sent = set(request.to_ams_dict())
    assert len(sent) > 2
    assert set() == sent - known(endpoint)


@pytest.mark.parametrize("endpoint", REQUESTS)
def test_every_field_within_what_can_be_sent_is_known(endpoint: str) -> None:
    """However deep: the SDK's models read a body, and ask for all the fields that they could send."""
    unknown: set[str] = set()
    request = found("request.pay", REQUESTS[endpoint])()
    request.parse_rsp_body(Tree(load().schemas, {"$ref": f"payments/{endpoint}.json"}, "", endpoint, unknown))
    assert set() == unknown
    request.parse_rsp_body(Tree(load().schemas, {"properties": {}}, "", endpoint, unknown))
    assert len(unknown) > 1


@pytest.mark.parametrize("endpoint", RESPONSES)
def test_every_field_that_is_read_from_a_reply_is_known(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a scenario can set it, and our own replies are checked when they have it."""
    asked = asked_for(found("response.pay", RESPONSES[endpoint]), "response.alipay_response", monkeypatch)
    assert "result" in asked
    assert set() == asked - known(f"{endpoint}.reply")


@pytest.mark.parametrize("name", NOTIFICATIONS)
def test_every_field_that_is_read_from_a_notification_is_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of replies."""
    asked = asked_for(found("request.notify", NOTIFICATIONS[name]), "request.notify.alipay_notify", monkeypatch)
    assert {"notifyType", "result"} < asked
    assert set() == asked - known(name)
