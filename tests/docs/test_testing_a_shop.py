"""The examples of the page for people who test a shop, as a suite of tests."""

from __future__ import annotations

from pathlib import Path

from tests.live import SAMPLE_FILE, SANDBOX_PATH
from tests.markdown import blocks
from tests.suite import Suite

SHOP = f"""
import base64, json, pathlib, urllib.request, uuid
from cryptography.hazmat.primitives.serialization import load_der_private_key
from mock_alipay.signing import Signer, content

SAMPLE = json.loads(pathlib.Path({str(SAMPLE_FILE)!r}).read_text())
paid = set()


def checkout(gateway, notify_url=None, payment_request_id=None):
    credentials, order = gateway.credentials, payment_request_id or uuid.uuid4().hex
    changes = dict(paymentRequestId=order, paymentNotifyUrl=notify_url, paymentMethod=dict(paymentMethodType="GCASH"))
    changes["paymentAmount"] = dict(currency="USD", value="1000")
    body = json.dumps({{**SAMPLE, **changes, "paymentFactor": None}}).encode()
    signer = Signer(load_der_private_key(base64.b64decode(credentials["merchant_private_key"]), None))
    client_id, time = credentials["client_id"], "2026-11-22T01:07:10+00:00"
    signature = signer.header(content("POST", {SANDBOX_PATH!r}, client_id, time, body)).decode()
    headers = {{"content-type": "application/json", "client-id": client_id, "request-time": time}}
    headers["signature"] = signature
    while True:
        request = urllib.request.Request(gateway.url + {SANDBOX_PATH!r}, body, headers)
        with urllib.request.urlopen(request) as reply:
            if json.load(reply)["result"]["resultCode"] != "UNKNOWN_EXCEPTION":
                return order


def is_paid(order):
    return order in paid


def app(environ, start_response):
    body = json.load(environ["wsgi.input"])
    assert environ["PATH_INFO"] == "/antom/webhook"
    paid.add(body["paymentRequestId"])
    start_response("200 OK", [])
    return [b'{{"result":{{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}}}']
"""


def test_the_examples_run(tmp_path: Path) -> None:
    """Each test of the page passes with a small shop."""
    code = blocks("docs/testing-a-shop.md", "python")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "web.py").write_text(SHOP)
    suite = Suite(tmp_path).write(test_page="from shop.web import checkout, is_paid\n" + "\n\n".join(code))
    outcome = suite.run("-q", "--import-mode=prepend")
    assert (0, 5) == (outcome.code, outcome.counts.get("passed")), outcome.output
