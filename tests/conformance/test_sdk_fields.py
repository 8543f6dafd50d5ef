"""The schemas know every field that the official Python SDK knows."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from mock_alipay.contracts import load
from mock_alipay.contracts.schemas import Schemas
from tests.conformance.sdk import sdk_class
from tests.fields import read

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
"""Goods may contain goods without end."""


class Tree:
    """A body that has every field of its schema, and records which other fields are read."""

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
    """An empty body that records which fields are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: set[str] = set()

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return False


def known(schema: str) -> set[str]:
    """The top-level fields of a schema."""
    return set(read(f"payments/{schema}.json")["properties"])


@pytest.mark.parametrize("endpoint", REQUESTS)
def test_every_field_of_a_request_is_known(endpoint: str) -> None:
    """At every depth: the SDK's models read every field that they can send. So no rare field is reported as unknown."""
    cls = sdk_class("request.pay", REQUESTS[endpoint])
    request = cls()
    for name in [name for name in vars(request) if name.startswith(f"_{cls.__name__}__")]:
        setattr(request, name, "x")
    sent = set(request.to_ams_dict())
    assert (True, set()) == (len(sent) > 2, sent - known(endpoint))
    unknown: set[str] = set()
    cls().parse_rsp_body(Tree(load().schemas, {"$ref": f"payments/{endpoint}.json"}, "", endpoint, unknown))
    assert set() == unknown
    cls().parse_rsp_body(Tree(load().schemas, {"properties": {}}, "", endpoint, unknown))
    assert len(unknown) > 1


READ = [
    *(("response.pay", name, f"{endpoint}.reply", "response.alipay_response") for endpoint, name in RESPONSES.items()),
    *(("request.notify", name, notice, "request.notify.alipay_notify") for notice, name in NOTIFICATIONS.items()),
]


@pytest.mark.parametrize(("package", "cls", "schema", "parent"), READ)
def test_every_field_that_the_sdk_reads_is_known(
    package: str, cls: str, schema: str, parent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From replies and notifications. So scenarios may set it without a warning."""
    reader = Reader()
    json = SimpleNamespace(loads=lambda _: reader)
    monkeypatch.setattr(importlib.import_module(f"com.alipay.ams.api.{parent}"), "json", json)
    sdk_class(package, cls)("{}")
    assert "result" in reader.read
    assert set() == reader.read - known(schema)
