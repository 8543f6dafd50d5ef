"""Writes the replies of another gateway as scenario files that replay them."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mock_alipay.apis.family import Families
from mock_alipay.contracts.names import MAX_MESSAGE, bare
from mock_alipay.contracts.result_codes import Result
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.text.files import write_whole
from mock_alipay.text.masking import mask_json, mask_text

logger = logging.getLogger("mock_alipay")

MAX_FILES = 1_000
"""Files of one run; the replies to further requests are not recorded."""

MAX_STEPS = 100
"""Replies of one endpoint in one file; further ones are not recorded."""

MAX_LENGTH = 16 * 1024 * 1024
"""Characters of all files of one run; the replies beyond are not recorded."""

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


class Recorder:
    """One scenario file for all requests with the same top-level ids; the replies are the steps of its endpoints.

    A request without an id is recognized by its other fields. Several files would not do: of two that match equally
    well only one plays, even if it has no step for the endpoint. The first reply of a run replaces the file of an
    earlier one. Files are written whole or not at all. Safe to use from threads.
    """

    def __init__(
        self, folder: Path, origin: str, *, families: Families, vocabulary: Vocabulary, results: Mapping[str, Result]
    ) -> None:
        """``folder`` is created; SetupError if it cannot be written. ``origin``: the other gateway's host."""
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass  # Now, not at the first reply.
        except FileNotFoundError:
            raise SetupError(f"{folder}: expected a folder in one that exists; create {folder.parent} first") from None
        except OSError as error:
            raise SetupError(f"{folder}: expected a folder that can be written: {error.strerror}") from None
        self._folder = folder
        self._origin = origin
        self._families = families
        self._vocabulary = vocabulary
        self._results = results
        self._files: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._lengths: dict[str, int] = {}
        self._lock = threading.Lock()

    def record(self, endpoint: str, request: Mapping[str, Any], status: int, reply: Mapping[str, Any]) -> str:
        """Record a reply; returns a sentence for the journal, also when it could not be recorded.

        ``reply``: the body if the HTTP ``status`` is 200, else empty.
        """
        match = dict(_conditions(request, [family.id_field for family in self._families.values()]))
        step = self._step(endpoint, request, reply) if status == 200 else {"fault": {"status": status}}
        name, key = _name(endpoint, match), self._vocabulary.spoken(endpoint)
        with self._lock:
            try:
                self._add(name, match, key, step)
            except SetupError as error:
                logger.warning("a reply was not recorded: %s", error)
                return f"not recorded: {error}"
        return f"recorded in {name}.yaml"

    def _add(self, name: str, match: Mapping[str, Any], key: str, step: dict[str, Any]) -> None:
        """Add a step to a file; SetupError when a limit is reached, or the file cannot be written."""
        endpoints = self._files.get(name, {})
        steps = [*endpoints.get(key, ()), step]
        if name not in self._files and len(self._files) >= MAX_FILES:
            raise SetupError(f"this run has written {MAX_FILES} files")
        if len(_without_repeats(steps)) > MAX_STEPS:
            raise SetupError(f"{name}.yaml has {MAX_STEPS} replies of {key}")
        endpoints = {**endpoints, key: steps[: MAX_STEPS + 1]}
        text = self._text(name, match, endpoints)
        lengths = {**self._lengths, name: len(text)}
        if sum(lengths.values()) > MAX_LENGTH:
            raise SetupError(f"the files of this run would have more than {MAX_LENGTH} characters")
        write_whole(self._folder / f"{name}.yaml", text)
        self._files[name], self._lengths = endpoints, lengths

    def _text(self, name: str, match: Mapping[str, Any], endpoints: Mapping[str, list[dict[str, Any]]]) -> str:
        """The content of a file; SetupError when the scenario would not be valid."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        description = f"What {self._origin} replied to {', '.join(endpoints)}; recorded at {now}."
        steps = {key: _without_repeats(steps) for key, steps in endpoints.items()}
        document = {"description": description, "match": {"body": dict(match)}, **steps}
        text = yaml_document.written(document)
        read = yaml_document.read(text, name)
        if read.value != document:
            raise SetupError(f"{name}: the reply has values that YAML cannot keep")
        parse_scenarios(read, name, self._vocabulary)
        return text

    def _step(self, endpoint: str, request: Mapping[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
        """The step that gives this reply."""
        written = _without_secrets(mask_json(reply))
        result = written["result"]
        code, status, message = (result.get(f"result{part}") for part in ("Code", "Status", "Message"))
        step: dict[str, Any] = {}
        known = self._results.get(code) if isinstance(code, str) else None
        fixed = known is not None and known.status == status
        if fixed:
            step["result"] = code
        fields: dict[str, Any] = {}
        if not fixed or code in self._families.endpoints[endpoint].plays:
            # The endpoint's own rules decide too, and may come to another result, or add fields.
            shown = {"resultCode": None, "resultStatus": None, "resultMessage": None, **result}
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
        schema = self._vocabulary.schemas.document(f"{endpoint}.reply.json")
        for name in schema.get("properties", {}):
            if name not in reply and name not in _OF_PAGES:
                yield name


def _without_repeats(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps without repeats at the end: the last step of a scenario repeats anyway."""
    count = len(steps)
    while count > 1 and steps[count - 1] == steps[count - 2]:
        count -= 1
    return steps[:count]


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


def _name(endpoint: str, match: Mapping[str, Any]) -> str:
    """A name that is safe as a file's name, whatever the request contains, and the same for the same conditions."""
    digest = hashlib.blake2b(json.dumps(match).encode(), digest_size=4).hexdigest()
    first = next((value for value in match.values() if isinstance(value, str)), "")
    slug = re.sub("[^a-z0-9]+", "-", first.lower())[:40].strip("-")
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", bare(endpoint)).lower()
    named = kebab if any(isinstance(value, dict) for value in match.values()) else slug
    return "-".join(filter(None, ("recorded", named, digest)))


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
