"""Scenarios from request bodies: the keys of a scenario file, and the name of the scenario."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import orjson

from mock_alipay.contracts.schemas import nesting
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.document import Document, Lines, unknown_lines
from mock_alipay.scenarios.memory import bytes_of
from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.text.wording import not_json, short

_ORIGIN = "body"
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded scenario whose content is not checked yet."""

    name: str | None
    client_id: str | None
    written: Document
    vocabulary: Vocabulary

    def scenarios(self, name: str) -> list[Scenario]:
        """The scenario, or those of a template; SetupError lists every problem with line and reason."""
        return loaded_from(self.written, name, self.vocabulary)


def loaded_from(written: Document, name: str, vocabulary: Vocabulary) -> list[Scenario]:
    """The scenario of a document, or those of a template, as loaded at run time."""
    return [
        dataclasses.replace(scenario, origin=f"{scenario.name} (loaded)", size=bytes_of(scenario))
        for scenario in parse_scenarios(written, name, vocabulary)
    ]


def read_upload(text: str, vocabulary: Vocabulary, *, keys: str, is_json: bool) -> Upload:
    """Parse the text of a body; ``keys`` is the schema of the keys that do not belong to the scenario.

    SetupError when the text is not JSON or YAML, or when these keys are invalid.
    """
    written = _json(text) if is_json else yaml_document.read(text, _ORIGIN)
    if not isinstance(written.value, dict):
        raise SetupError(f"{written.at('')}: expected the keys of a scenario, such as description: ...")
    scenario = dict(written.value)
    own = {key: value for key in ("name", "clientId") if (value := scenario.pop(key, None)) is not None}
    if faults := vocabulary.schemas.explain(keys, own):
        raise SetupError(*(f"{written.at(fault.path)}: {fault.text}" for fault in faults))
    return Upload(own.get("name"), own.get("clientId"), dataclasses.replace(written, value=scenario), vocabulary)


def _json(text: str) -> Document:
    if len(text) > yaml_document.MAX_LENGTH:
        raise SetupError(f"{_ORIGIN}: longer than {yaml_document.MAX_LENGTH} characters")
    # Checked before parsing: the parser's own limit differs between Python versions.
    if nesting(text) > yaml_document.MAX_DEPTH:
        raise SetupError(f"{_ORIGIN}: nested more than {yaml_document.MAX_DEPTH} levels deep")
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_int=_integer, parse_float=_decimal, parse_constant=_decimal
        )
    except json.JSONDecodeError as error:
        raise SetupError(f"{_ORIGIN}:{error.lineno}: {not_json(error)}") from None
    if _nodes(value) > yaml_document.MAX_NODES:
        raise SetupError(f"{_ORIGIN}: {yaml_document.TOO_MANY}")
    try:
        orjson.dumps(value)
    except TypeError:
        raise SetupError(f"{_ORIGIN}: a string holds half of a surrogate pair; write both halves") from None
    return Document(_ORIGIN, value, cache(partial(_lines, text)))


def _lines(text: str) -> Lines:
    """The lines of a JSON text, which is also YAML except for rare escapes; with those, lines are unknown."""
    try:
        return yaml_document.read(text, _ORIGIN).lines()
    except SetupError:
        return unknown_lines()


def _nodes(value: Any) -> int:
    """The number of keys and values, counted as for YAML."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_nodes, value.values()))
    return 1 + sum(map(_nodes, value)) if isinstance(value, list) else 1


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if len(key) > yaml_document.MAX_KEY:
            raise SetupError(f"{_ORIGIN}: {yaml_document.long_key(key)}")
        if key in content:
            raise SetupError(f"{_ORIGIN}: {key} is given twice")
        content[key] = value
    return content


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise SetupError(f"{_ORIGIN}: the number {short(digits)} has too many digits; write it as a string")
    return int(digits)


def _decimal(written: str) -> float:
    if not math.isfinite(number := float(written)):
        raise SetupError(f"{_ORIGIN}: not JSON: {short(written)} is not a finite number")
    return number
