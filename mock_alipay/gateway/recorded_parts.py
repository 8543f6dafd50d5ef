"""Requests and replies as parts of the scenario that replays them, with secrets masked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mock_alipay.apis.family import Families
from mock_alipay.contracts.names import MAX_MESSAGE
from mock_alipay.contracts.result_codes import Result
from mock_alipay.contracts.schemas import Schemas
from mock_alipay.text.masking import mask_json, mask_text

_MAX_CONDITIONS = 20
"""Conditions in the match of a request without an id."""

_LONGEST = 200
"""Characters of a path in a condition."""

_OF_PAGES = ("paymentSessionId", "paymentSessionData", "normalUrl", "redirectActionForm", "schemeUrl", "applinkUrl")
"""Fields that lead to pages of the other gateway and expire: a replay has those of this gateway."""

_SECRET = re.compile(r"(?i)(?:token|secret|password|privatekey|authcode)$")
"""The names of fields that are masked, beside those of card data."""

_FIELD = re.compile(r"[^.\[\]]+")
"""Names that ``match`` and ``set`` can address."""


@dataclass(frozen=True, slots=True)
class RecordedParts:
    """Makes the ``match`` and the steps of scenarios."""

    families: Families
    schemas: Schemas
    results: Mapping[str, Result]

    def match(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The conditions by which this request is recognized."""
        return dict(_conditions(request, [family.id_field for family in self.families.values()]))

    def step(self, endpoint: str, request: Mapping[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
        """The step that gives this reply."""
        written = _without_secrets(mask_json(reply))
        result = written["result"]
        code, status, message = (result.get(f"result{part}") for part in ("Code", "Status", "Message"))
        step: dict[str, Any] = {}
        known = self.results.get(code) if isinstance(code, str) else None
        fixed = known is not None and known.status == status
        if fixed:
            step["result"] = code
        fields: dict[str, Any] = {}
        shown = {"resultCode": None, "resultStatus": None, "resultMessage": None, **result}
        if not fixed or len(shown) > 3 or code in self.families.endpoints[endpoint].plays:
            # The endpoint's own rules decide too, and may come to another result, or add fields.
            fields |= {f"result.{name}": _literal(value) for name, value in shown.items() if _FIELD.fullmatch(name)}
            fields |= dict.fromkeys(self._other_fields(endpoint, written))
        elif isinstance(message, str) and len(escaped := _literal(message)) <= MAX_MESSAGE:
            step["message"] = escaped
        else:
            fields["result.resultMessage"] = _literal(message)
        for name, value in written.items():
            if name != "result" and name not in _OF_PAGES and _FIELD.fullmatch(name) and value is not None:
                echoed = isinstance(value, str) and value == request.get(name)
                fields[name] = f"${{request.{name}}}" if echoed else _literal(value)
        return {**step, "set": fields} if fields else step

    def _other_fields(self, endpoint: str, reply: Mapping[str, Any]) -> Iterator[str]:
        """The documented fields of a reply that this one does not have."""
        schema = self.schemas.document(f"{endpoint}.reply.json")
        for name in schema.get("properties", {}):
            if name not in reply and name not in _OF_PAGES:
                yield name


def _conditions(request: Mapping[str, Any], id_fields: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The fields by which a request is recognized, with card numbers masked: a masked number is a glob that fits it."""
    masked = _without_secrets(mask_json(request))
    named = {name: value for name, value in masked.items() if _FIELD.fullmatch(name)}
    ids = {name: value for name, value in named.items() if name.endswith("Id") and isinstance(value, str)}
    if ids:
        found = iter(ids.items())
    else:
        # Otherwise it would also fit requests with an id and the same other fields.
        yield from ((field, {"present": False}) for field in id_fields)
        found = _leaves(masked, "")
    yield from ((path, value) for path, value in itertools.islice(found, _MAX_CONDITIONS) if len(path) < _LONGEST)


def _leaves(body: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in body.items():
        if not _FIELD.fullmatch(name):
            continue
        inner = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from _leaves(value, inner)
        elif isinstance(value, str | int | float):
            yield inner, value


def _without_secrets(value: Any) -> Any:
    """A body whose tokens, secrets and passwords are masked, and card numbers in names and texts."""
    if isinstance(value, dict):
        return {
            mask_text(name): "***" if _SECRET.search(name) and inner is not None else _without_secrets(inner)
            for name, inner in value.items()
        }
    return [_without_secrets(inner) for inner in value] if isinstance(value, list) else value


def _literal(value: Any) -> Any:
    """A value in which no text is a placeholder."""
    if isinstance(value, dict):
        return {name: _literal(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_literal(inner) for inner in value]
    return value.replace("${", "$${") if isinstance(value, str) else value
