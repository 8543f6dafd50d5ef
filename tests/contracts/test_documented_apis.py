"""Which API a user means, and which APIs the gateway does not implement."""

from __future__ import annotations

import pytest
from com.alipay.ams.api.model.antom_path_constants import AntomPathConstants

from mock_alipay.apis import FAMILIES
from mock_alipay.contracts.documented_apis import documented_apis, intended_api

ENDPOINTS = FAMILIES.endpoints


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("payments/cancel", "payments/cancel"),
        ("subscriptions/cancel/", "subscriptions/cancel"),
        ("subscriptions/cancle", "subscriptions/cancel"),
        ("payments/retrievePaymentSesion", "payments/retrievePaymentSession"),
        ("risk/payments/decide", "risk/payments/decide"),
        ("payments/createSession", "payments/createPaymentSession"),
        ("createVaultingSession", "vaults/createVaultingSession"),
        ("createVaultingSesion", "payments/createPaymentSession"),
        ("create", None),
        ("payments/zzz", None),
        ("", None),
    ],
)
def test_the_intended_api_is_found(written: str, expected: str | None) -> None:
    """By its id, by a misspelling within its family, or by its exact name."""
    assert expected == intended_api(written, ENDPOINTS)


def test_the_apis_of_the_official_sdk_are_known() -> None:
    """A call made with the SDK's constants never gets a suggestion of another API; our endpoints are known too."""
    paths = [str(constant.value).replace("//", "/") for constant in AntomPathConstants]
    ids = {path.removeprefix("/ams/api/").removeprefix("v1/") for path in paths}
    assert (True, set()) == (len(ids) > 40, (ids | set(ENDPOINTS)) - documented_apis())
