"""One version of the wire contract, as its folder has it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mock_alipay.contracts.fault_messages import MAX_FAULTS
from mock_alipay.contracts.limits import Limits
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.contracts.notes import Part, notes, unknown, walk
from mock_alipay.contracts.result_codes import Result, results
from mock_alipay.contracts.schemas import Schemas
from mock_alipay.contracts.validation import parse
from mock_alipay.errors import Fault, Refusal

_REPLY = ".reply"


@dataclass(frozen=True, slots=True)
class Contract:
    """What the gateway accepts and replies."""

    schemas: Schemas
    results: Mapping[str, Result]
    """Every documented result code."""
    limits: Limits
    payment_options: Sequence[Mapping[str, Any]]
    """The payment methods that a consultation knows."""
    endpoints: tuple[str, ...]
    """Their ids, family and name: ``payments/cancel``."""
    notifications: tuple[str, ...]
    """Those of what the gateway sends by itself: ``payments/notifyPayment``."""

    @classmethod
    def read(cls, folder: Path, types: TypeMode, required: RequiredMode) -> Self:
        """The contract in a folder, which has a folder for each family.

        There an endpoint has two schemas, for its requests and its replies, and a notification has one.
        """
        schemas = Schemas(folder, types, required)
        files = sorted(file.relative_to(folder).with_suffix("").as_posix() for file in folder.glob("*/*.json"))
        replied = {file.removesuffix(_REPLY) for file in files if file.endswith(_REPLY)}
        return cls(
            schemas,
            results(schemas.document("results.json")),
            Limits.read(schemas.document("figures.json")),
            schemas.document("paymentOptions.json")["methods"],
            endpoints=tuple(file for file in files if file in replied),
            notifications=tuple(file for file in files if file.removesuffix(_REPLY) not in replied),
        )

    def check(self, endpoint: str, raw: bytes) -> dict[str, Any]:
        """The parsed body, its nulls removed; PARAM_ILLEGAL with every fault when it is not valid."""
        body = parse(raw)
        if not self.schemas.accepts(endpoint, body):
            faults = self.schemas.explain(endpoint, body)
            raise Refusal("PARAM_ILLEGAL", faults=faults or [Fault("body", "what the documentation asks for", "less")])
        return body

    def unknown(self, endpoint: str, body: Any) -> list[str]:
        """The first hundred fields that the documentation does not know, each with the name that was perhaps meant."""
        return self._told(unknown, endpoint, body)

    def notes(self, endpoint: str, body: Any) -> list[str]:
        """The first hundred things in a body that pass, but that its author should know of."""
        return self._told(notes, endpoint, body)

    def _told(self, tell: Callable[[Part], Iterable[str]], endpoint: str, body: Any) -> list[str]:
        parts = walk(self.schemas, {"$ref": f"{endpoint}.json"}, "", body)
        return list(itertools.islice(itertools.chain.from_iterable(map(tell, parts)), MAX_FAULTS))
