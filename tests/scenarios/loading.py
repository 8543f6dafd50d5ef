"""Loads scenarios from short texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from mock_alipay.apis import FAMILIES
from mock_alipay.contracts import load
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import yaml_document
from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.scenario_file import parse_scenario
from mock_alipay.scenarios.vocabulary import Vocabulary

VOCABULARY = Vocabulary(load(), FAMILIES.opening)


class Request(NamedTuple):
    """A call as matchers see it."""

    client_id: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    id_field: str = "paymentRequestId"
    now: datetime = datetime(2026, 11, 22, tzinfo=UTC)


def read_text(name: str, text: str, origin: str, vocabulary: Vocabulary) -> Scenario:
    """The scenario in a text."""
    return parse_scenario(yaml_document.read(text, origin), name, vocabulary)


def scenario(text: str, name: str = "tale") -> Scenario:
    """The scenario in a text, with a description added as line 1."""
    return read_text(name, f"description: A test.\n{text}", f"{name}.yaml", VOCABULARY)


def problems(text: str, name: str = "tale") -> Sequence[str]:
    """All problems of the scenario in a text; its first line is line 2."""
    with pytest.raises(SetupError) as caught:
        scenario(text, name)
    return caught.value.problems


def check_problem(text: str, *expected: str) -> None:
    """Check that a text has one problem, which contains all ``expected`` parts."""
    (problem,) = problems(text)
    for part in expected:
        assert part in problem
