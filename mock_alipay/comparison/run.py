"""Sends every request to both gateways and compares the replies."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mock_alipay.comparison.differences import Difference, body_differences, header_differences, texts
from mock_alipay.comparison.requests import Request
from mock_alipay.comparison.side import Exchange, Side

MAX_DIFFERENCES = 100
"""Differences that are shown of one request; more say little more."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A request with the replies of both gateways and their differences.

    ignored: how many differences the user ignores
    complete: whether these are all differences
    """

    request: Request
    here: Exchange
    there: Exchange
    differences: Sequence[Difference]
    ignored: int
    complete: bool


async def compare(
    requests: Iterable[Request], here: Side, there: Side, ignore: Sequence[str] = ()
) -> AsyncIterator[Compared]:
    """Compare request by request, in order. ``ignore``: patterns of paths, such as ``headers.x-*``.

    Unreachable when one of the gateways accepts no connection.
    """
    for request in requests:
        exchanges = await here.send(request), await there.send(request)
        shown: list[Difference] = []
        ignored = 0
        for difference in itertools.islice(_differences(*exchanges), MAX_DIFFERENCES * 100):
            if any(fnmatchcase(difference.path, pattern) for pattern in ignore):
                ignored += 1
            else:
                shown.append(difference)
        complete = len(shown) <= MAX_DIFFERENCES
        yield Compared(request, *exchanges, shown[:MAX_DIFFERENCES], ignored, complete)


def _differences(here: Exchange, there: Exchange) -> Iterator[Difference]:
    if here.http.failure or there.http.failure:
        if here.http.failure != there.http.failure:
            yield Difference("reply", "reply", here.failure or here.result, there.failure or there.result)
        return
    if here.http.status != there.http.status:
        yield Difference("status", "status", str(here.http.status), str(there.http.status))
    yield from header_differences(here.http.headers, there.http.headers)
    if here.reply is None or there.reply is None:
        if here.failure != there.failure:
            yield Difference("reply", "reply", here.failure or here.result, there.failure or there.result)
        return
    sent = texts(here.sent) | texts(there.sent)
    yield from body_differences(here.reply, there.reply, sent)
