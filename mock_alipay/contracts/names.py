"""The closed sets of names that the contract, scenarios and payments share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

from mock_alipay.text.wording import close, short

MAX_MESSAGE = 256
"""Characters of ``resultMessage`` (PAGE)."""

TypeMode = Literal["documented", "strict"]
"""Whether documented Booleans and Integers may be native JSON, or strings only."""

RequiredMode = Literal["documented", "observed"]
"""Whether fields that documentation requires and official demos leave out must be there, or may be absent."""

BuyerAction = Literal["pay", "decline", "leave", "pending", "challenge"]
"""What a buyer can do; ``pending``: done, but the outcome is not known yet; ``challenge``: faces 3-D Secure."""

NotificationName = Literal["notifyPayment", "notifyCapture", "notifyRefund"]
"""What the gateway tells a merchant by itself."""


class Act(NamedTuple):
    """Something a buyer does, so long after what happened before it."""

    action: BuyerAction
    after: timedelta = timedelta()
    code: str = ""
    """Why a payment is declined; the empty text for the usual reason."""


class Unresolved(LookupError):
    """What a user wrote is no endpoint or notification, or several: then ``candidates`` are their ids."""

    def __init__(self, problem: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(problem)
        self.candidates = candidates


def resolve(written: str, ids: Iterable[str], what: str = "endpoint") -> str:
    """The id that a user means: an id, or the name alone where one family has it; Unresolved when there is none."""
    spoken = spoken_names(ids)
    if written in spoken.values():
        return written
    if written in spoken:
        return spoken[written]
    if candidates := [id_ for id_ in spoken.values() if bare(id_) == written]:
        raise Unresolved(f"several families have {what} '{written}': write one of {', '.join(candidates)}", candidates)
    meant = close(written, spoken)
    raise Unresolved(f"there is no {what} '{short(written)}'" + (f" (did you mean {meant}?)" if meant else ""))


def spoken_names(ids: Iterable[str]) -> dict[str, str]:
    """The ids, each under what users call it: its name, or the whole id where several families have that name."""
    known = list(ids)
    count = Counter(map(bare, known))
    return {bare(id_) if count[bare(id_)] == 1 else id_: id_ for id_ in known}


def family_of(id_: str) -> str:
    """The family of an endpoint or notification: ``payments`` of ``payments/cancel``."""
    return id_.rpartition("/")[0]


def bare(id_: str) -> str:
    """The name of an endpoint or notification without its family: ``cancel`` of ``payments/cancel``."""
    return id_.rpartition("/")[2]
