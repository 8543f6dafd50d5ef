"""Filters for calls and notifications: keyword arguments that become query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mock_alipay.client.names import EndpointName, NotificationName, NotificationStatus, Scenario
from mock_alipay.client.records import camel
from mock_alipay.text.wording import close


class Filters(TypedDict, total=False):
    """Filters for calls; a call must match all that are given."""

    client_id: str
    endpoint: EndpointName
    payment_request_id: str
    result_code: str
    scenario: Scenario


class NotificationFilters(TypedDict, total=False):
    """Filters for notifications; a notification must match all that are given."""

    client_id: str
    notification: NotificationName
    payment_request_id: str
    status: NotificationStatus


def filter_query(filters: Mapping[str, Any], allowed: type) -> dict[str, Any]:
    """The query parameters of filters. TypeError for a name that ``allowed`` does not have, with a suggestion."""
    names = allowed.__annotations__
    for name in filters:
        if name not in names:
            suggestion = close(name, names)
            hint = f"; did you mean {suggestion}?" if suggestion else "."
            raise TypeError(f"unknown filter {name}{hint} Filters are {', '.join(names)}")
    return {camel(name): value for name, value in filters.items()}
