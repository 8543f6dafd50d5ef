"""What the dashboard's scripts repeat of the gateway's data, because a page cannot import it."""

from __future__ import annotations

import re
from pathlib import Path

import pycountry

from mock_alipay.apis.payments.currencies import major_units
from mock_alipay.contracts import load
from mock_alipay.web.cashier.session_view import REASONS
from mock_alipay.web.dashboard import routes

PAYMENT = (Path(routes.__file__).with_name("static") / "payment.js").read_text("utf-8")


def test_the_reasons_are_those_of_the_cashier_page() -> None:
    """Those with which a payment can be declined; the page's others leave it pending or are not offered."""
    listed = re.findall(r'"(\w+)"', PAYMENT.partition("const REASONS = [")[2].partition("]")[0])
    declining = [code for code in REASONS if load().results[code].status == "F"]
    assert listed == [code for code in declining if code != "SYSTEM_ERROR"]


def test_amounts_have_the_digits_of_their_currencies() -> None:
    """As on the cashier page."""
    rows = re.findall(r'^  (\d): "([A-Z ]+)"', PAYMENT.partition("const DIGITS = {")[2].partition("}")[0], re.MULTILINE)
    shown = {currency: int(digits) for digits, currencies in rows for currency in currencies.split()}
    known = {each.alpha_3: len(major_units(each.alpha_3, 0).partition(".")[2]) for each in pycountry.currencies}
    assert {currency: digits for currency, digits in known.items() if digits != 2} == shown
