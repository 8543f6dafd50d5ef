"""The names that scenarios may use, and the schema of scenarios with these names."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.names import bare, spoken_names

SCHEMA = str(Path(__file__).with_name("scenario.json"))
"""The file lists the names of the shipped families for editors, which read it as it is."""


class Vocabulary:
    """The endpoints and notifications of a contract, as scenarios name them."""

    def __init__(self, contract: Contract, opening: Iterable[str]) -> None:
        """``opening``: the ids of the endpoints that create an aggregate; the buyer's acts start there."""
        self.endpoints = contract.endpoints
        self.notifications = contract.notifications
        self.opening = tuple(opening)
        spoken = spoken_names((*self.endpoints, *self.notifications))
        self.keys: Mapping[str, str] = {**spoken, **{id_: id_ for id_ in spoken.values()}}
        """Ids of endpoints and notifications by key. A key is an id, or a name that only one family has."""
        self._spoken = {id_: name for name, id_ in spoken.items()}
        self.schemas = contract.schemas
        self.schemas.put(SCHEMA, self._with_names(self.schemas.document(SCHEMA)))

    def spoken(self, id_: str) -> str:
        """The shortest key for an endpoint or notification; ``*`` stays as it is."""
        return self._spoken.get(id_, id_)

    def _with_names(self, shipped: Mapping[str, Any]) -> dict[str, Any]:
        schema: dict[str, Any] = copy.deepcopy(dict(shipped))
        properties = schema["else"]["properties"]
        for name in set(map(bare, self.keys)) - self.keys.keys():
            properties.pop(name, None)  # Ambiguous: several families have this name.
        for key, id_ in self.keys.items():
            properties.setdefault(key, {"$ref": f"#/$defs/{'Notices' if id_ in self.notifications else 'Steps'}"})
        awaited = schema["$defs"]["Notice"]["properties"]["after"]
        notices = (key for key, id_ in self.keys.items() if id_ in self.notifications)
        awaited["enum"] = list(dict.fromkeys((*awaited["enum"], *notices)))
        return schema
