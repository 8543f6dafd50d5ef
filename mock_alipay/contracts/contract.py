"""One version of the wire contract, read from its folder."""

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
    """The schemas, result codes and limits of the gateway's API."""

    schemas: Schemas
    results: Mapping[str, Result]
    """Every documented result code."""
    limits: Limits
    payment_options: Sequence[Mapping[str, Any]]
    """The payment methods that consult lists."""
    endpoints: tuple[str, ...]
    """Ids of family and name: ``payments/cancel``."""
    notifications: tuple[str, ...]
    """Ids of family and name: ``payments/notifyPayment``."""

    @classmethod
    def read(cls, folder: Path, types: TypeMode, required: RequiredMode) -> Self:
        """The contract in a folder, which contains one folder per family.

        In a family's folder an endpoint has two schemas, of its requests and its replies; a notification has one.
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
        """The parsed body without nulls. PARAM_ILLEGAL with every fault when it is not valid."""
        body = parse(raw)
        if not self.schemas.accepts(endpoint, body):
            faults = self.schemas.explain(endpoint, body)
            raise Refusal("PARAM_ILLEGAL", faults=faults or [Fault("body", "a documented body", "another")])
        return body

    def unknown(self, endpoint: str, body: Any) -> list[str]:
        """One sentence for each undocumented field, with a suggestion if a known name is close; at most 100."""
        return self._sentences(unknown, endpoint, body)

    def notes(self, endpoint: str, body: Any) -> list[str]:
        """One sentence for each accepted field or value that deserves attention; at most 100."""
        return self._sentences(notes, endpoint, body)

    def _sentences(self, describe: Callable[[Part], Iterable[str]], endpoint: str, body: Any) -> list[str]:
        parts = walk(self.schemas, {"$ref": f"{endpoint}.json"}, "", body)
        return list(itertools.islice(itertools.chain.from_iterable(map(describe, parts)), MAX_FAULTS))
