"""Texts that may have been signed in place of what was sent: known mistakes, one at a time and in pairs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mock_alipay.signing.known_mistakes import MISTAKES, OTHER_TIME, near_times
from mock_alipay.signing.parts import Changes, Parts

_TIME = 4
"""Where the request time stands among the pieces."""

Mistake = tuple[str, Changes]
"""Words of ``MISTAKES``, and what to fill in."""

Pieces = Sequence[tuple[bytes, Mistake | None]]
"""Bytes that may have been signed at one place, each with the mistake that it would be."""


class Batch(NamedTuple):
    """Texts that differ in one place: each is ``before``, a piece and ``after``; all have the ``other`` mistake."""

    before: bytes
    pieces: Pieces
    after: bytes
    other: Mistake | None = None


def batches(sent: Parts) -> Iterator[Batch]:
    """What may have been signed: no mistake, one, a clock that was read twice, two in two places, then two in one."""
    yield Batch(b"", [(sent.text, None)], b"")
    single: dict[str, list[tuple[Parts, Mistake]]] = {}
    places: dict[str, int] = {}
    pieces: list[list[tuple[bytes, Mistake]]] = [[] for _ in sent.pieces]
    bases: list[list[tuple[Parts, Mistake]]] = [[] for _ in sent.pieces]
    for words, variants in MISTAKES.items():
        single[words] = [(parts, (words, changes)) for parts, changes in _changed(sent, variants) if parts != sent]
        yield Batch(b"", [(parts.text, mistake) for parts, mistake in single[words]], b"")
        place = _place(sent, [parts for parts, _ in single[words]])
        if place is not None:
            places[words] = place
            pieces[place] += [(parts.pieces[place], mistake) for parts, mistake in single[words]]
            bases[place] += single[words]
    yield _put(sent, [(f"{near['time']}.".encode(), (OTHER_TIME, near)) for near in near_times(sent)], _TIME)
    for pair in itertools.combinations(range(len(pieces)), 2):
        # Mistakes in two places are independent, so the pieces are known already.
        few, many = sorted(pair, key=lambda place: len(pieces[place]))
        yield from (_put(base, pieces[many], many, mistake) for base, mistake in bases[few])
    made = [words for words in MISTAKES if single[words]]
    for one, other in itertools.combinations(made, 2):
        if one not in places or other not in places or places[one] == places[other]:
            for base, mistake in single[other]:
                changed = _changed(base, MISTAKES[one])
                yield Batch(b"", [(parts.text, (one, changes)) for parts, changes in changed], b"", mistake)


def _changed(parts: Parts, variants: Callable[[Parts], Iterable[Changes]]) -> Iterable[tuple[Parts, Changes]]:
    return ((parts._replace(**changes), changes) for changes in variants(parts))


def _place(sent: Parts, changed: Iterable[Parts]) -> int | None:
    """Which of the pieces a mistake changes; None when it is none or several."""
    own = sent.pieces
    places = {place for parts in changed for place, piece in enumerate(parts.pieces) if piece != own[place]}
    return places.pop() if len(places) == 1 else None


def _put(base: Parts, pieces: Pieces, place: int, other: Mistake | None = None) -> Batch:
    all_pieces = base.pieces
    return Batch(b"".join(all_pieces[:place]), pieces, b"".join(all_pieces[place + 1 :]), other)
