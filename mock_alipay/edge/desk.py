"""What admin calls work with, and the form in which they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from mock_alipay.clock import Clocks
from mock_alipay.contract import Contract
from mock_alipay.errors import Misuse
from mock_alipay.events import Events
from mock_alipay.journal import Journal
from mock_alipay.keys import KeyRing
from mock_alipay.scenario import Chooser
from mock_alipay.schema import Schemas
from mock_alipay.store import MemoryStore
from mock_alipay.timekeeper import Timekeeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the admin API can see and move."""

    journal: Journal
    chooser: Chooser
    store: MemoryStore
    contract: Contract
    schemas: Schemas
    clocks: Clocks
    timekeeper: Timekeeper
    events: Events
    keys: KeyRing
    endpoints: tuple[str, ...]
    result_codes: tuple[str, ...]
    env: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Ask:
    """An admin call, checked against ``schemas/admin.json``."""

    request: Request
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    media: str
    raw: bytes

    @property
    def client_id(self) -> str | None:
        """Whom the call is about; None for all client ids."""
        in_query: str | None = self.query.get("clientId")
        in_body: str | None = self.body.get("clientId", in_query)
        if in_query is not None and in_query != in_body:
            raise Misuse(400, "Two client ids", f"clientId is {in_query} in the query and {in_body} in the body")
        return in_body
