"""Which calls or notifications are meant: keyword arguments as query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from mock_alipay.client.records import camel
from mock_alipay.text.wording import close


class Filters(TypedDict, total=False):
    """Which calls: all that are given must fit."""

    client_id: str
    endpoint: str
    payment_request_id: str
    result_code: str
    scenario: str


class NotificationFilters(TypedDict, total=False):
    """Which notifications: all that are given must fit."""

    client_id: str
    notification: str
    payment_request_id: str
    status: str


def asked(filters: Mapping[str, Any], known: type) -> dict[str, Any]:
    """Filters in the wire's words; TypeError for one that ``known`` has not, with the name that was perhaps meant."""
    names = known.__annotations__
    for name in filters:
        if name not in names:
            meant = close(name, names)
            hint = f"; did you mean {meant}?" if meant else "."
            raise TypeError(f"there is no filter {name}{hint} Filters are {', '.join(names)}")
    return {camel(name): value for name, value in filters.items()}
