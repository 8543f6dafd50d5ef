"""Which endpoint a user names."""

from __future__ import annotations

import pytest

from mock_alipay.contracts.names import Unresolved, resolve, spoken_names

IDS = ("payments/cancel", "payments/pay", "payments/inquiryPayment", "subscriptions/cancel")


def test_an_id_or_an_unambiguous_name_is_resolved() -> None:
    """A name needs its family only if several families have it; so names are shown."""
    shown = ["payments/cancel", "pay", "inquiryPayment", "subscriptions/cancel"]
    assert shown == list(spoken_names(IDS))
    assert list(IDS) == [resolve(name, IDS) for name in shown] == [resolve(id_, IDS) for id_ in IDS]


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
