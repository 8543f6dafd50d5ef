"""Fields that a scenario names and no documented body has."""

from __future__ import annotations

from pathlib import Path

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
        ("match: {body: {'order.goods[0].goodName': x}}", "did you mean order.goods[0].goodsName?"),
        ("match: {body: {foo: x}}", "match.body.foo: not documented"),
        (
            "pay: {set: {result.resultCod: x}}",
            "pay.set.result.resultCod: not documented, did you mean result.resultCode?",
        ),
        ("pay: [{}, {set: {paymentTme: x}}]", "pay[1].set.paymentTme: not documented, did you mean paymentTime?"),
        ("notifyPayment: {set: {paymentTme: x}}", "notifyPayment.set.paymentTme: not documented, did you mean"),
        (
            "pay: {set: {own: ['x ${request.paymentAmount.valu}']}}",
            "pay.set.own: ${request.paymentAmount.valu}: not documented, did you mean paymentAmount.value?",
        ),
        (
            "refund: {message: 'No ${request.paymentMethod}.'}",
            "refund.message: ${request.paymentMethod}: not documented",
        ),
        ("'*': {set: {paymentTme: x}}", "*.set.paymentTme: not documented, did you mean paymentTime?"),
        ("pay: {message: '${reply.paymentIdd}'}", "${reply.paymentIdd}: not documented, did you mean paymentId?"),
    ],
)
def test_a_field_that_nobody_documents(text: str, expected: str) -> None:
    """It is told with its line, and the name that was perhaps meant."""
    scenario(text)
    (told,) = lint(read(f"description: x.\n{text}", "tale.yaml"), VOCABULARY)
    assert told.startswith("tale.yaml:2: ")
    assert expected in told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "match: {body: {'order.goods[].goodsName': x, refundAmount.value: x, captureId: x}}",
        "match: {headers: {x-anything: y}, clientId: z}",
        "pay: {set: {own: '${clientId} ${now} ${header.foo} ${request.order.buyer.referenceBuyerId} $${request.foo}'}}",
        "pay: {set: {surprise.deep: 1}, message: 'Paid ${request.paymentAmount.value}, ${reply.paymentId}.'}",
        "'*': {message: '${request.refundAmount.value} ${request.paymentAmount.value} ${reply.captureId}'}",
        "notifyRefund: {set: {surprise: '${request.paymentRequestId}'}}",
    ],
)
def test_what_is_documented_or_added_is_not_told(text: str) -> None:
    """A match looks at requests of every kind, and replies may be given fields that look like no other."""
    scenario(text)
    assert [] == lint(read(f"description: x.\n{text}", "tale.yaml"), VOCABULARY)


@pytest.mark.parametrize("file", sorted(shipped_folder().glob("*.yaml")), ids=lambda file: file.stem)
def test_the_shipped_scenarios_have_none(file: Path) -> None:
    """Not one misspelling among them."""
    assert [] == lint(read_document(file), VOCABULARY)


def test_several_are_told_by_line() -> None:
    """Whatever order they are found in."""
    text = "pay: {set: {paymentTme: x}}\ndescription: x.\nmatch: {body: {foo: x, bar: y}}\n"
    told = lint(read(text, "tale.yaml"), VOCABULARY)
    assert ["tale.yaml:1", "tale.yaml:3", "tale.yaml:3"] == [line.partition(": ")[0] for line in told]
