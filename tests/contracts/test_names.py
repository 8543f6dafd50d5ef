"""Which endpoint a user means."""

from __future__ import annotations

import pytest

from mock_alipay.contracts.names import Unresolved, resolve, spoken_names

IDS = ("payments/cancel", "payments/pay", "payments/inquiryPayment", "subscriptions/cancel")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("payments/cancel", "payments/cancel"),
        ("subscriptions/cancel", "subscriptions/cancel"),
        ("payments/pay", "payments/pay"),
        ("pay", "payments/pay"),
    ],
)
def test_an_id_or_a_name_that_one_family_has(written: str, expected: str) -> None:
    """Whoever writes the whole id is understood, and so is a name that is no other family's."""
    assert expected == resolve(written, IDS)


@pytest.mark.parametrize(
    ("written", "expected", "candidates"),
    [
        (
            "cancel",
            "several families have endpoint 'cancel': use one of payments/cancel, subscriptions/cancel",
            ["payments/cancel", "subscriptions/cancel"],
        ),
        ("inquiryPaiment", "unknown endpoint 'inquiryPaiment' (did you mean inquiryPayment?)", []),
        ("payment/cancel", "unknown endpoint 'payment/cancel' (did you mean payments/cancel?)", []),
        ("", "unknown endpoint ''", []),
    ],
)
def test_what_is_none_or_several_is_told(written: str, expected: str, candidates: list[str]) -> None:
    """With what may be written instead."""
    with pytest.raises(Unresolved) as caught:
        resolve(written, IDS)
    assert (expected, candidates) == (str(caught.value), list(caught.value.candidates))


def test_users_call_an_endpoint_by_its_name_alone_where_they_can() -> None:
    """Those that share a name are told apart by their family."""
    assert ["payments/cancel", "pay", "inquiryPayment", "subscriptions/cancel"] == list(spoken_names(IDS))
