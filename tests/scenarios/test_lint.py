"""Warnings about fields that are not documented."""

from __future__ import annotations

import pytest

from mock_alipay.scenarios import shipped_folder
from mock_alipay.scenarios.lint import lint
from mock_alipay.scenarios.scenario_file import read_document
from mock_alipay.scenarios.yaml_document import read
from tests.scenarios.loading import VOCABULARY, scenario


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("match: {body: {order.gods: x}}", "match.body.order.gods: not documented, did you mean order.goods?"),
        ("match: {body: {'order.goods[].goodName': x}}", "did you mean order.goods[].goodsName?"),
        ("match: {body: {foo: x}}", "match.body.foo: not documented"),
        ("pay: [{}, {set: {result.resultCod: x}}]", "pay[1].set.result.resultCod: not documented, did you mean result"),
        ("pay: {set: {own: ['x ${request.order.gods}']}}", "pay.set.own: ${request.order.gods}: not documented, did"),
        ("refund: {message: '${request.paymentMethod}'}", "refund.message: ${request.paymentMethod}: not documented"),
        ("pay: {message: '${reply.paymentIdd}'}", "${reply.paymentIdd}: not documented, did you mean paymentId?"),
    ],
)
def test_an_undocumented_field_causes_a_warning(text: str, expected: str) -> None:
    """It has its line, and a similar name if there is one."""
    scenario(text)
    (warning,) = lint(read(f"description: x.\n{text}", "tale.yaml"), VOCABULARY)
    assert warning.startswith("tale.yaml:2: ")
    assert expected in warning


@pytest.mark.parametrize(
    "text",
    [
        "match: {body: {'order.goods[].goodsName': x, refundAmount.value: x, captureId: x}}",
        "pay: {set: {own: '${clientId} ${now} ${header.foo} ${request.order.buyer.referenceBuyerId} $${request.foo}'}}",
        "pay: {set: {surprise.deep: 1}, message: 'Paid ${request.paymentAmount.value}, ${reply.paymentId}.'}",
        "'*': {message: '${request.refundAmount.value} ${request.paymentAmount.value} ${reply.captureId}'}",
        "notifyRefund: {set: {surprise: '${request.paymentRequestId}'}}",
    ],
)
def test_documented_and_added_fields_cause_no_warning(text: str) -> None:
    """A match applies to the requests of all endpoints, and a reply may have any new field."""
    scenario(text)
    assert [] == lint(read(f"description: x.\n{text}", "tale.yaml"), VOCABULARY)


def test_the_shipped_scenarios_cause_no_warning() -> None:
    """Templates are checked too."""
    assert [] == [
        warning for file in shipped_folder().glob("*.yaml") for warning in lint(read_document(file), VOCABULARY)
    ]


def test_warnings_are_sorted_by_line() -> None:
    """In a template, all scenarios together have one warning per field."""
    text = "pay: {set: {paymentTme: x}}\ndescription: '${each.n}'\nmatch: {body: {foo: x, bar: y}}\neach: {n: [1, 2]}\n"
    warnings = lint(read(text, "tale.yaml"), VOCABULARY)
    assert ["tale.yaml:1", "tale.yaml:3", "tale.yaml:3"] == [line.partition(": ")[0] for line in warnings]
