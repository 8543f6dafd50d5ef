"""Names shared by the contract, scenarios and payments, and the lookup of endpoint names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from mock_alipay.text.wording import close, short

MAX_MESSAGE = 256
"""The maximum length of ``resultMessage`` in characters (PAGE)."""

TypeMode = Literal["documented", "strict"]
"""Whether documented Booleans and Integers may be native JSON values or strings, or strings only."""

RequiredMode = Literal["documented", "observed"]
"""Whether fields that the documentation requires, but official demos omit, are required or optional."""

BuyerAction = Literal["pay", "decline", "leave", "pending", "challenge"]
"""Buyer actions. ``pending``: the buyer has paid, the result is not known yet; ``challenge``: 3-D Secure begins."""

NotificationName = Literal["notifyPayment", "notifyCapture", "notifyRefund"]
"""The notifications that the gateway sends."""


class Act(NamedTuple):
    """A buyer action, and its delay after the previous one."""

    action: BuyerAction
    after: timedelta = timedelta()
    code: str = ""
    """The result code of a declined or pending payment; empty for the default code."""
    method: str = ""
    """The paymentMethodType that the buyer chose; empty for the one of the order."""


class Unresolved(LookupError):
    """A name is unknown, or ambiguous: then ``candidates`` has the ids with that name."""

    def __init__(self, problem: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.candidates = candidates


def resolve(written: str, ids: Iterable[str], noun: str = "endpoint") -> str:
    """The id for an id, or for a name that only one family has. Raises Unresolved."""
    spoken = spoken_names(ids)
    if written in spoken.values():
        return written
    if written in spoken:
        return spoken[written]
    if candidates := [id_ for id_ in spoken.values() if bare(id_) == written]:
        raise Unresolved(f"several families have {noun} '{written}': use one of {', '.join(candidates)}", candidates)
    meant = close(written, spoken)
    raise Unresolved(f"unknown {noun} '{short(written)}'" + (f" (did you mean {meant}?)" if meant else ""))


def spoken_names(ids: Iterable[str]) -> dict[str, str]:
    """The ids by the name that users see: the bare name, or the whole id when several families have that name."""
    known = list(ids)
    count = Counter(map(bare, known))
    return {bare(id_) if count[bare(id_)] == 1 else id_: id_ for id_ in known}


def family_of(id_: str) -> str:
    """The family of an endpoint or notification: ``payments`` of ``payments/cancel``."""
    return id_.rpartition("/")[0]


def bare(id_: str) -> str:
    """The name of an endpoint or notification without its family: ``cancel`` of ``payments/cancel``."""
    return id_.rpartition("/")[2]
