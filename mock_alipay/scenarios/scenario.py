"""A scenario as the gateway plays it: read from a checked document."""

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
"""The key of the steps for every endpoint that has none of its own."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named scenario: whom it claims, what each endpoint answers in it, what its buyer does, what is sent."""

    name: str
    origin: str
    description: str
    match: tuple[Condition, ...]
    count_by_client: bool
    steps: Mapping[str, tuple[Step, ...]]
    """By the ids of endpoints, or ``*``."""
    buyer: tuple[Act, ...] = ()
    notification_steps: NotificationSteps = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    """The endpoints with which what its buyer does, or what is sent, begins."""
    size: int = field(default=0, compare=False)
    """Bytes of memory that it takes, where it was loaded at run time."""

    @property
    def weight(self) -> tuple[int, int]:
        """How particular ``match`` is: the number of conditions first."""
        return len(self.match), sum(condition.weight for condition in self.match)

    @property
    def calls(self) -> list[str]:
        """The endpoints whose calls the scenario changes; ``*`` alone for all of them."""
        if ANY in self.steps:
            return [ANY]
        return list(dict.fromkeys([*self.opening, *self.steps]))

    def plays(self, endpoint: str) -> bool:
        """Whether the scenario changes calls of an endpoint."""
        calls = self.calls
        return endpoint in calls or ANY in calls

    @property
    def sets_result_code(self) -> bool:
        """Whether some step or notice makes up a result code of its own."""
        places = (("result",), ("result", "resultCode"))
        told: list[Step | NotificationStep] = [*chain(*self.steps.values()), *chain(*self.notification_steps.values())]
        return any(path in places for one in told for path, _ in one.set)


def build(name: str, document: Document, vocabulary: Vocabulary) -> Scenario:
    """The scenario in a document that fits the scenario schema; SetupError lists every problem."""
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
    told = {family_of(id_) for id_ in notification_steps}
    return Scenario(
        name=name,
        origin=document.origin,
        description=content["description"],
        match=match,
        count_by_client=content.get("count") == "client",
        steps=steps,
        buyer=acts,
        notification_steps=notification_steps,
        opening=tuple(id_ for id_ in vocabulary.opening if acts or family_of(id_) in told),
    )


def _match(document: Document, problems: list[str]) -> tuple[Condition, ...]:
    """The conditions of ``match``, each read by itself so that all that are wrong are told."""
    written: Mapping[str, Any] = document.value.get("match", {})
    sections = {source: written[source] for source in ("body", "headers") if source in written}
    alone = [
        (f"match.{source}", place, {source: {place: inner[place]}})
        for source, inner in sections.items()
        for place in inner
    ]
    if "clientId" in written:
        alone.append(("match", "clientId", {"clientId": written["clientId"]}))
    if len(alone) > MAX_CONDITIONS:
        problems.append(
            f"{document.at('match')}: match: expected at most {MAX_CONDITIONS} conditions, got {len(alone)}"
        )
        return ()
    found: list[Condition] = []
    for section, place, one in alone:
        try:
            found += conditions(one)
        except ValueError as error:
            problems.append(f"{document.at(f'{section}.{place}')}: {section}: {error}")
    return tuple(found)


def _keys(document: Document, vocabulary: Vocabulary, problems: list[str]) -> dict[str, str]:
    """The keys of steps and notices, by the ids that they stand for."""
    found: dict[str, str] = {}
    for key in document.value:
        id_ = ANY if key == ANY else vocabulary.keys.get(key)
        if id_ in found:
            problems.append(f"{document.at(key)}: {key}: the same as {found[id_]}; leave one of them out")
        elif id_ is not None:
            found[id_] = key
    return found
