"""The result codes with their statuses and messages, read from ``results.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.contracts.names import MAX_MESSAGE
from mock_alipay.text.wording import short


@dataclass(frozen=True, slots=True)
class Result:
    """A result code with its status and default message."""

    code: str
    status: str
    message: str

    def composed(self, message: str | None = None) -> dict[str, str]:
        """The ``result`` object of a reply. ``message`` replaces the default message; long ones are cut."""
        text = self.message if message is None else message
        return {"resultCode": self.code, "resultMessage": short(text, MAX_MESSAGE), "resultStatus": self.status}


def results(content: Mapping[str, Any]) -> Mapping[str, Result]:
    """Every documented result code, from the content of ``results.json``."""
    rows = content["results"].items()
    return {code: Result(code, row["resultStatus"], row["resultMessage"]) for code, row in rows}
