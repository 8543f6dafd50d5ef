"""The ids of one gateway in a comparison, so that runs and gateways do not collide."""

from __future__ import annotations

import copy
import secrets
import string
from collections.abc import Mapping
from typing import Any

from mock_alipay.comparison.requests import Request

_MERCHANT_MADE = "RequestId"
"""The ending of fields whose ids the merchant makes; other top-level fields in ``Id`` have ids of the gateway."""

_MAX_ID = 64
"""The documented maximum of characters."""


def new_run() -> str:
    """A random name of a run: eight letters, because digits may look like a card number."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))


class Ids:
    """What the ids in requests become at one gateway, and back.

    Ids of the merchant get a suffix, which is that of the run and the gateway. Ids of the gateway become those of its
    own replies: the one that it gave for the same call of the journal, or the latest of that field.
    """

    def __init__(self, suffix: str) -> None:
        self._suffix = f"-{suffix}"
        self._latest: dict[str, str] = {}
        self._given: dict[str, str] = {}

    def put_in(self, request: Request) -> dict[str, Any]:
        """The body that this gateway gets."""
        body = copy.deepcopy(dict(request.body))
        for name, value in body.items():
            if not isinstance(value, str) or not name.endswith("Id"):
                continue
            if name.endswith(_MERCHANT_MADE):
                body[name] = value[: _MAX_ID - len(self._suffix)] + self._suffix
            else:
                latest = self._latest.get(name, value) if request.linked else value
                body[name] = self._given.get(value, latest)
        return body

    def learn(self, request: Request, reply: Any) -> None:
        """Note the ids in a reply of this gateway."""
        if not isinstance(reply, Mapping):
            return
        for name, value in reply.items():
            if isinstance(value, str) and name.endswith("Id") and not name.endswith(_MERCHANT_MADE):
                self._latest[name] = value
                before = request.reply.get(name)
                if isinstance(before, str):
                    self._given[before] = value

    def neutral(self, value: Any) -> Any:
        """A body in which the suffix of this run and gateway is left out."""
        if isinstance(value, dict):
            return {name: self.neutral(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.neutral(inner) for inner in value]
        return value.replace(self._suffix, "") if isinstance(value, str) else value


class FixedIds(Ids):
    """Sends requests as they are."""

    def __init__(self) -> None:
        super().__init__("")

    def put_in(self, request: Request) -> dict[str, Any]:
        """The body of the request."""
        return dict(request.body)

    def neutral(self, value: Any) -> Any:
        """The body itself."""
        return value
