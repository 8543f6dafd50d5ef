"""The wire's result codes, their statuses and messages: ``results.json`` as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.contracts.names import MAX_MESSAGE
from mock_alipay.text.wording import short


@dataclass(frozen=True, slots=True)
class Result:
    """One row: a code and what goes with it."""

    code: str
    status: str
    message: str

    def composed(self, message: str | None = None) -> dict[str, str]:
        """The ``result`` object of a reply, with its own message or another, cut to length."""
        text = self.message if message is None else message
        return {"resultCode": self.code, "resultMessage": short(text, MAX_MESSAGE), "resultStatus": self.status}


def results(content: Mapping[str, Any]) -> Mapping[str, Result]:
    """Every documented code, from the content of the file."""
    rows = content["results"].items()
    return {code: Result(code, row["resultStatus"], row["resultMessage"]) for code, row in rows}
