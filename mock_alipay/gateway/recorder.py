"""Writes the replies of another gateway as scenario files that replay them."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import tempfile
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mock_alipay.apis.family import Families
from mock_alipay.contracts.names import bare
from mock_alipay.contracts.result_codes import Result
from mock_alipay.errors import SetupError
from mock_alipay.gateway.recorded_parts import RecordedParts
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.scenario_file import parse_scenarios
from mock_alipay.scenarios.vocabulary import Vocabulary
from mock_alipay.text.whole_file import write_whole

logger = logging.getLogger("mock_alipay")

MAX_FILES = 1_000
"""Files of one run; the replies to further requests are not recorded."""

MAX_STEPS = 100
"""Replies of one endpoint in one file; further ones are not recorded."""

MAX_LENGTH = 16 * 1024 * 1024
"""Characters of all files of one run; the replies beyond are not recorded."""


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
        self._vocabulary = vocabulary
        self._parts = RecordedParts(families, vocabulary.schemas, results)
        self._files: dict[str, dict[str, list[dict[str, Any]]]] = {}
        self._lengths: dict[str, int] = {}
        self._lock = threading.Lock()

    def record(self, endpoint: str, request: Mapping[str, Any], status: int, reply: Mapping[str, Any]) -> str:
        """Record a reply; returns a sentence for the journal, also when it could not be recorded.

        ``reply``: the body if the HTTP ``status`` is 200, else empty.
        """
        match = self._parts.match(request)
        step = self._parts.step(endpoint, request, reply) if status == 200 else {"fault": {"status": status}}
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
        before = endpoints.get(key, ())
        # A repeat is kept as the same object: MAX_LENGTH does not count it.
        steps = [*before, before[-1] if before and before[-1] == step else step]
        if name not in self._files and len(self._files) >= MAX_FILES:
            raise SetupError(f"this run has written {MAX_FILES} files")
        if len(_without_repeats(steps)) > MAX_STEPS:
            raise SetupError(f"{name}.yaml has {MAX_STEPS} replies of {key}")
        endpoints = {**endpoints, key: steps[: MAX_STEPS + 1]}
        text = self._text(name, match, endpoints)
        lengths = {**self._lengths, name: len(text)}
        if sum(lengths.values()) > MAX_LENGTH:
            raise SetupError(f"the files of this run would have more than {MAX_LENGTH} characters")
        try:
            write_whole(self._folder / f"{name}.yaml", text)
        except OSError as error:
            raise SetupError(f"{self._folder}: cannot be written: {error.strerror}") from None
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


def _without_repeats(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps without repeats at the end: the last step of a scenario repeats anyway."""
    count = len(steps)
    while count > 1 and steps[count - 1] == steps[count - 2]:
        count -= 1
    return steps[:count]


def _name(endpoint: str, match: Mapping[str, Any]) -> str:
    """A name that is safe as a file's name, whatever the request contains, and the same for the same conditions."""
    digest = hashlib.blake2b(json.dumps(match).encode(), digest_size=4).hexdigest()
    first = next((value for value in match.values() if isinstance(value, str)), "")
    slug = re.sub("[^a-z0-9]+", "-", first.lower())[:40].strip("-")
    kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", bare(endpoint)).lower()
    named = kebab if any(isinstance(value, dict) for value in match.values()) else slug
    return "-".join(filter(None, ("recorded", named, digest)))
