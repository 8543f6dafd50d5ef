"""The state of a call while it is processed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mock_alipay.apis.aggregate import Aggregate
from mock_alipay.errors import Fault
from mock_alipay.journal.exchange import Call, Verdict
from mock_alipay.scenarios import Choice
from mock_alipay.storage import Key


@dataclass(slots=True)
class CallState:
    """The state of a call, filled in step by step and recorded in the journal."""

    id: str
    call: Call
    began: float
    client_id: str
    now: datetime
    """The time by the client's clock."""
    id_field: str
    """The name of the request id's field."""
    endpoint: str | None = None
    """Family and name, such as ``payments/cancel``."""
    request_id: str | None = None
    about: Key | None = None
    """The key of the aggregate that the call refers to, if it names one."""
    aggregate: Aggregate | None = None
    """That aggregate as it was loaded, if it exists."""
    body: Mapping[str, Any] = field(default_factory=dict)
    verdict: Verdict = "unchecked"
    explanation: str | None = None
    faults: tuple[Fault, ...] = ()
    choice: Choice | None = None

    def explain(self, text: str | None) -> None:
        """Append to the explanation for the merchant's engineer."""
        if text:
            self.explanation = f"{self.explanation}; {text}" if self.explanation else text

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the call."""
        return self.call.headers
