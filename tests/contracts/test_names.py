"""Which endpoint a user names."""

from __future__ import annotations

import pytest

from mock_alipay.contracts.names import Unresolved, resolve, spoken_names

IDS = ("payments/cancel", "payments/pay", "payments/inquiryPayment", "subscriptions/cancel")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("payments/cancel", "payments/cancel"), ("subscriptions/cancel", "subscriptions/cancel"), ("pay", "payments/pay")],
)
def test_an_id_or_an_unambiguous_name_is_resolved(written: str, expected: str) -> None:
    """A name needs its family only if several families have it."""
    assert expected == resolve(written, IDS)


@pytest.mark.parametrize(
    ("written", "expected", "candidates"),
    [
        ("cancel", "use one of payments/cancel, subscriptions/cancel", ["payments/cancel", "subscriptions/cancel"]),
        ("inquiryPaiment", "unknown endpoint 'inquiryPaiment' (did you mean inquiryPayment?)", []),
        ("payment/cancel", "unknown endpoint 'payment/cancel' (did you mean payments/cancel?)", []),
        ("", "unknown endpoint ''", []),
    ],
)
def test_an_unknown_or_ambiguous_name_is_refused(written: str, expected: str, candidates: list[str]) -> None:
    """The message says what to write instead."""
    with pytest.raises(Unresolved) as caught:
        resolve(written, IDS)
    assert candidates == list(caught.value.candidates)
    assert str(caught.value).endswith(expected)


def test_ids_are_shown_as_names_where_possible() -> None:
    """Names of several families keep their family."""
    assert ["payments/cancel", "pay", "inquiryPayment", "subscriptions/cancel"] == list(spoken_names(IDS))
