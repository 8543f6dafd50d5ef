"""The parts of a text to sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Parts(NamedTuple):
    """The parts of a text to sign; ``host`` and ``client_ids`` are further facts about the call."""

    method: str
    target: str
    client_id: str
    time: str
    body: bytes
    space: str = " "
    newline: str = "\n"
    host: str = ""
    client_ids: Sequence[str] = ()

    @property
    def text(self) -> bytes:
        """The bytes that are signed."""
        head = f"{self.method}{self.space}{self.target}{self.newline}{self.client_id}.{self.time}."
        return head.encode("latin-1") + self.body

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The same bytes in pieces."""
        heads = (f"{self.method}{self.space}", self.target, self.newline, f"{self.client_id}.", f"{self.time}.")
        return (*(head.encode("latin-1") for head in heads), self.body)

    @property
    def path(self) -> str:
        """The target without its query string."""
        return self.target.partition("?")[0]


Changes = Mapping[str, Any]
"""Changed parts by name."""
