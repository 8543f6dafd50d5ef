"""Candidate texts that may have been signed instead of what was sent: known mistakes, alone and in pairs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mock_alipay.signing.known_mistakes import MISTAKES, OTHER_TIME, near_times
from mock_alipay.signing.parts import Changes, Parts

_TIME = 4
"""The index of the request time among the pieces."""

Mistake = tuple[str, Changes]
"""A message of ``MISTAKES``, and the values of its placeholders."""

Pieces = Sequence[tuple[bytes, Mistake | None]]
"""Candidates for one piece of the text, each with the mistake that it stands for."""


class Batch(NamedTuple):
    """Texts that differ in one piece: each is ``before``, a piece and ``after``; all contain the ``other`` mistake."""

    before: bytes
    pieces: Pieces
    after: bytes
    other: Mistake | None = None


def batches(sent: Parts) -> Iterator[Batch]:
    """Candidate texts, in this order.

    No mistake, one mistake, a request time read twice, two mistakes in different pieces, two in the same piece.
    """
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
        # Mistakes in different pieces are independent, so their pieces are known already.
        few, many = sorted(pair, key=lambda place: len(pieces[place]))
        yield from (_put(base, pieces[many], many, mistake) for base, mistake in bases[few])
    made = [words for words in MISTAKES if single[words]]
    for second, first in itertools.combinations(made, 2):
        if second not in places or first not in places or places[second] == places[first]:
            for base, mistake in single[first]:
                changed = _changed(base, MISTAKES[second])
                yield Batch(b"", [(parts.text, (second, changes)) for parts, changes in changed], b"", mistake)


def _changed(parts: Parts, variants: Callable[[Parts], Iterable[Changes]]) -> Iterable[tuple[Parts, Changes]]:
    return ((parts._replace(**changes), changes) for changes in variants(parts))


def _place(sent: Parts, changed: Iterable[Parts]) -> int | None:
    """The index of the piece that a mistake changes; None when it changes none or several."""
    own = sent.pieces
    places = {place for parts in changed for place, piece in enumerate(parts.pieces) if piece != own[place]}
    return places.pop() if len(places) == 1 else None


def _put(base: Parts, pieces: Pieces, place: int, other: Mistake | None = None) -> Batch:
    all_pieces = base.pieces
    return Batch(b"".join(all_pieces[:place]), pieces, b"".join(all_pieces[place + 1 :]), other)
