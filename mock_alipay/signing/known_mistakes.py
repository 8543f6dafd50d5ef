"""The mistakes that signing clients are known to make: what they may have signed instead of what they sent."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from mock_alipay.clock.clocks import GATEWAY_ZONE

_LONGEST_BODY = 64 * 1024
"""Bodies beyond this many bytes are not re-serialised on suspicion."""
_DEEPEST_BODY = 64
"""Nor those that nest deeper: indenting a few KiB of brackets would make megabytes of blanks."""
_OTHER_TIME = "another request time was signed than was sent"

Variant = tuple[str, str]
"""A value that may have been signed, and the mistake it would be."""


def methods(method: str) -> Iterator[Variant]:
    """What may have been signed as the method."""
    yield method.lower(), "the method was signed in lower case"
    yield "GET", "the method was signed as GET"
    yield "", "the method is left out"


def targets(target: str, host: str) -> Iterator[Variant]:
    """What may have been signed as the path."""
    path, _, query = target.partition("?")
    for scheme, name in itertools.product(("https", "http"), (host, host.partition(":")[0])):
        yield f"{scheme}://{name}{target}", "the whole URL was signed, not its path alone"
    if "/ams/sandbox/api" in path:
        yield (
            target.replace("/ams/sandbox/api", "/ams/api", 1),
            "the path was signed without /sandbox, but sent with it",
        )
    else:
        yield (
            target.replace("/ams/api", "/ams/sandbox/api", 1),
            "the path was signed with /sandbox, but sent without it",
        )
    if path.startswith("//"):
        yield "/" + target.lstrip("/"), "the gateway URL ends with a slash, so the path was sent with two"
    collapsed = re.sub("/{2,}", "/", path)
    if collapsed != path:
        yield collapsed, "the path was signed with single slashes, but sent with double ones"
    if query:
        yield path, "the query string was not signed"
    start = path.find("/ams/")
    if start > 0:
        yield target[start:], "the path was signed without what stands before /ams"
    yield path.rpartition("/")[2], "only the endpoint's name was signed as path"
    yield path[path.find("/v1/") :] if "/v1/" in path else path, "the path was signed without /ams/api"
    yield path.lstrip("/"), "the path was signed without its first slash"
    yield "", "the path is left out"


def clients(client_id: str, others: Iterable[str]) -> Iterator[Variant]:
    """What may have been signed as the client id."""
    yield client_id.removeprefix("SANDBOX_"), "the client id was signed without SANDBOX_"
    yield "SANDBOX_" + client_id, "the client id was signed with SANDBOX_"
    yield client_id.lower(), "the client id was signed in lower case"
    yield client_id.strip(), "the client id was signed without its blanks"
    yield "", "the client id is left out"
    for other in others:
        yield other, f"the client id was signed as {other}"


def times(time: str) -> Iterator[Variant]:
    """What may have been signed as the request time: other forms of the moment, and moments close by."""
    yield "", "the request time is left out"
    moment = _moment(time)
    if moment is None:
        return
    seconds = int(moment.timestamp())
    for near in (0, -1, 1, -2, 2):
        for zone in dict.fromkeys((UTC, GATEWAY_ZONE, moment.tzinfo)):
            then = datetime.fromtimestamp(seconds + near, zone)
            for form in _forms(then):
                yield form, f"{_OTHER_TIME} ({form})"
        for number in (seconds + near, (seconds + near) * 1000):
            yield str(number), f"{_OTHER_TIME} ({number})"
    for form in _forms(moment, "milliseconds"):
        yield form, f"{_OTHER_TIME} ({form})"


def near_times(time: str) -> Iterator[Variant]:
    """Moments in the same form, close by: the clock was read twice, once to sign and once to send."""
    moment = _moment(time)
    if moment is None:
        return
    if time.isdigit():
        for shift in itertools.chain.from_iterable((-step, step) for step in range(1, 2001)):
            yield str(int(time) + shift), f"{_OTHER_TIME} ({int(time) + shift})"
        return
    for shift in itertools.chain.from_iterable((-step, step) for step in range(3, 61)):
        for form in _forms(moment + timedelta(seconds=shift)):
            yield form, f"{_OTHER_TIME} ({form})"


def _forms(moment: datetime, precision: str = "seconds") -> Iterator[str]:
    text = moment.isoformat(timespec=precision)
    yield text
    yield text[:-3] + text[-2:]
    if text.endswith("+00:00"):
        yield text[:-6] + "Z"


def _moment(time: str) -> datetime | None:
    try:
        if time.isdigit():
            return datetime.fromtimestamp(int(time) / (1000 if len(time) > 11 else 1), UTC)
        return datetime.fromisoformat(time)
    except (ValueError, OverflowError, OSError):
        return None


def bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    """What may have been signed as the body."""
    yield b"", "the body is left out"
    yield body.strip(), "the body was signed without the white space around it"
    yield body + b"\n", "the body was signed with a line end after it"
    yield body.replace(b"\n", b"\r\n"), "the body was signed with other line ends"
    yield body.replace(b"\r\n", b"\n"), "the body was signed with other line ends"
    yield body.removeprefix(b"\xef\xbb\xbf"), "the body was signed without its byte order mark"
    if len(body) > _LONGEST_BODY or _depth(body) > _DEEPEST_BODY:
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    words = "the body was serialised again between signing and sending"
    for ascii_only, sort, (indent, separators) in itertools.product(
        (False, True), (False, True), ((None, (",", ":")), (None, (", ", ": ")), (2, None), (3, None), (4, None))
    ):
        text = json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, indent=indent, separators=separators)
        yield text.encode("utf-8", "surrogatepass"), words
        if "/" in text:
            yield text.replace("/", "\\/").encode("utf-8", "surrogatepass"), words


def _depth(body: bytes) -> int:
    """How many brackets are open at most; those inside strings count too."""
    return max(itertools.accumulate((byte in b"{[") - (byte in b"}]") for byte in body), default=0)
