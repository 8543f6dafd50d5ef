"""A scenario as the gateway plays it, built from a checked document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

from mock_alipay.contracts.names import Act, bare, family_of
from mock_alipay.errors import SetupError
from mock_alipay.scenarios import buyer_step, notification_step, step
from mock_alipay.scenarios.document import Document
from mock_alipay.scenarios.matching import MAX_CONDITIONS, Condition, conditions
from mock_alipay.scenarios.notification_step import NotificationStep, NotificationSteps
from mock_alipay.scenarios.parsing import each
from mock_alipay.scenarios.step import Step
from mock_alipay.scenarios.vocabulary import Vocabulary

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
ANY = "*"
"""The key of the steps for all endpoints that have no steps of their own."""


_ENDING: Mapping[str, str] = {"pay": "has paid", "decline": "is declined"}
"""The actions after which a buyer can do nothing more."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named scenario: the calls it matches, its replies, the acts of its buyer, and its notifications."""

    name: str
    origin: str
    description: str
    match: tuple[Condition, ...]
    count_by_client: bool
    steps: Mapping[str, tuple[Step, ...]]
    """By endpoint id or ``*``."""
    buyer: tuple[Act, ...] = ()
    notification_steps: NotificationSteps = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    """The endpoints that create aggregates, if the scenario has acts of the buyer or notification steps."""
    content: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The scenario as it was written."""
    size: int = field(default=0, compare=False)
    """Memory in bytes, for a scenario loaded at run time."""

    @property
    def weight(self) -> tuple[int, int]:
        """How specific ``match`` is: the number of conditions, then the sum of their weights."""
        return len(self.match), sum(condition.weight for condition in self.match)

    @property
    def calls(self) -> list[str]:
        """The endpoints whose calls the scenario changes; only ``*`` if it changes all."""
        if ANY in self.steps:
            return [ANY]
        return list(dict.fromkeys([*self.opening, *self.steps]))

    def plays(self, endpoint: str) -> bool:
        """Whether the scenario changes calls of an endpoint."""
        calls = self.calls
        return endpoint in calls or ANY in calls

    @property
    def sets_result_code(self) -> bool:
        """Whether some step or notice sets a result code with ``set``."""
        places = (("result",), ("result", "resultCode"))
        steps: list[Step | NotificationStep] = [*chain(*self.steps.values()), *chain(*self.notification_steps.values())]
        return any(path in places for step in steps for path, _ in step.set)


def build(name: str, document: Document, vocabulary: Vocabulary) -> Scenario:
    """Build the scenario of a document that is valid by its schema; SetupError lists every problem."""
    problems: list[str] = []
    if not _NAME.fullmatch(name) or "--" in name:
        problems.append(f"{document.origin}: a scenario's name is 1 to 60 letters, digits, . _ or single -, not {name}")
    content: Mapping[str, Any] = document.value
    match = _match(document, problems)
    keys = _keys(document, vocabulary, problems)
    steps = {
        id_: each(document, key, problems, step.read)
        for id_, key in keys.items()
        if id_ not in vocabulary.notifications
    }
    acts = each(document, "buyer", problems, buyer_step.read) if "buyer" in content else ()
    problems += _never_played(document, acts)
    notification_steps = {
        id_: each(document, key, problems, partial(notification_step.read, id_))
        for id_, key in keys.items()
        if id_ in vocabulary.notifications
    }
    if circle := notification_step.circle(notification_steps):
        waiting = " waits for ".join(map(bare, [*circle, circle[0]]))
        problems.append(f"{document.at(f'{keys[circle[0]]}.after')}: {waiting}: none would ever be sent")
    if problems:
        raise SetupError(*problems)
    notifying = {family_of(id_) for id_ in notification_steps}
    return Scenario(
        name=name,
        origin=document.origin,
        description=content["description"],
        match=match,
        count_by_client=content.get("count") == "client",
        steps=steps,
        buyer=acts,
        notification_steps=notification_steps,
        opening=tuple(id_ for id_ in vocabulary.opening if acts or family_of(id_) in notifying),
        content=content,
    )


def _never_played(document: Document, acts: tuple[Act, ...]) -> list[str]:
    """The problem of an act that follows the end of the payment."""
    for index, act in enumerate(acts[:-1]):
        if act.action in _ENDING:
            did = _ENDING[act.action]
            problem = f"the buyer {did} in buyer[{index}], so this act never plays; remove it"
            return [f"{document.at(f'buyer[{index + 1}]')}: buyer[{index + 1}]: {problem}"]
    return []


def _match(document: Document, problems: list[str]) -> tuple[Condition, ...]:
    """The conditions of ``match``, each parsed separately so that every problem is reported."""
    written: Mapping[str, Any] = document.value.get("match", {})
    sections = {source: written[source] for source in ("body", "headers") if source in written}
    separate = [
        (f"match.{source}", place, {source: {place: inner[place]}})
        for source, inner in sections.items()
        for place in inner
    ]
    if "clientId" in written:
        separate.append(("match", "clientId", {"clientId": written["clientId"]}))
    if len(separate) > MAX_CONDITIONS:
        problems.append(
            f"{document.at('match')}: match: expected at most {MAX_CONDITIONS} conditions, got {len(separate)}"
        )
        return ()
    parsed: list[Condition] = []
    for section, place, condition in separate:
        try:
            parsed += conditions(condition)
        except ValueError as error:
            problems.append(f"{document.at(f'{section}.{place}')}: {section}: {error}")
    return tuple(parsed)


def _keys(document: Document, vocabulary: Vocabulary, problems: list[str]) -> dict[str, str]:
    """The keys of steps and notices, by the ids of their endpoints and notifications."""
    keys: dict[str, str] = {}
    for key in document.value:
        id_ = ANY if key == ANY else vocabulary.keys.get(key)
        if id_ in keys:
            problems.append(f"{document.at(key)}: {key}: the same as {keys[id_]}; remove one of them")
        elif id_ is not None:
            keys[id_] = key
    return keys
