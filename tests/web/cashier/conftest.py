"""A buyer's page without a browser: the requests that it sends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.live import Answer, Live, letters, sample


@dataclass(frozen=True)
class Page:
    """The page of a session."""

    gateway: Live
    created: Answer
    name: str

    @property
    def id(self) -> str:
        """The session's id."""
        return str(self.created.body["paymentSessionId"])

    @property
    def path(self) -> str:
        """The path of its requests."""
        return f"/cashier/sessions/{quote(self.id, safe='')}"

    def view(self) -> dict[str, Any]:
        """The session as the page sees it."""
        return self.gateway.request("GET", self.path).body

    def post(self, verb: str, body: Any, media: str = "application/json") -> Answer:
        """Send a request of the page."""
        return self.gateway.request("POST", f"{self.path}/{verb}", json.dumps(body).encode(), {"content-type": media})

    def act(self, action: str, **more: str) -> dict[str, Any]:
        """Act as the buyer; returns the session after it."""
        answer = self.post("act", {"action": action, **more})
        assert 200 == answer.status, answer.body
        return answer.body

    def act_by_admin(self, action: str, **more: str) -> None:
        """Act as the buyer by the admin API."""
        answer = self.gateway.admin("POST", f"/payments/{self.name}/act", {"action": action, **more})
        assert 200 == answer.status, answer.body


def open_page(gateway: Live, scenario: str = "success", **changes: Any) -> Page:
    """The page of a new session."""
    name = f"page-{letters()}"
    created = gateway.create(sample(name, **changes), extra={"mock-scenario": scenario})
    assert "SUCCESS" == created.code, created.body
    return Page(gateway, created, name)


@pytest.fixture
def page(gateway: Live) -> Page:
    """The page of a session by card."""
    return open_page(gateway)
