"""Known mistakes of signing clients: what they may have signed instead of what they sent."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from mock_alipay.clock.clocks import GATEWAY_ZONE
from mock_alipay.signing.parts import Changes, Parts

_LONGEST_BODY = 64 * 1024
"""The limit in bytes up to which bodies are re-serialised."""

_DEEPEST_BODY = 64
"""The limit on nesting up to which they are: indenting a few KiB of brackets would produce megabytes of blanks."""

OTHER_TIME = "another request time was signed than was sent ({time})"

_PRODUCTION_HOSTS = (
    # docs: api_fund, and the constants of the official SDKs
    *("open-sea-global.alipay.com", "open-na-global.alipay.com", "open-de-global.alipay.com"),
    # docs: api_fund, hosts of older integrations; open.antglobal-us.com: current live integrations
    *("open-sea.alipay.com", "open-na.alipay.com", "open.antglobal-us.com"),
)


def _urls(sent: Parts) -> Iterator[Changes]:
    name = sent.host.partition(":")[0]
    for prefix in dict.fromkeys(
        f"{scheme}{host}" for scheme in ("https://", "http://", "") for host in (sent.host, name)
    ):
        yield {"target": f"{prefix}{sent.target}"}


def _production_urls(sent: Parts) -> Iterator[Changes]:
    for scheme, host in itertools.product(("https://", ""), _PRODUCTION_HOSTS):
        yield {"target": f"{scheme}{host}{sent.target}", "host": host}


def _times(sent: Parts) -> Iterable[Changes]:
    return ({"time": form} for form in _forms_around(sent.time))


@lru_cache(maxsize=4)
def _forms_around(time: str) -> Sequence[str]:
    """Other notations of the time, and times up to two seconds away."""
    moment = _moment(time)
    if moment is None:
        return ()
    seconds = int(moment.timestamp())
    forms: list[str] = []
    for near in (0, -1, 1, -2, 2):
        for zone in dict.fromkeys((UTC, GATEWAY_ZONE, moment.tzinfo)):
            forms += _forms(datetime.fromtimestamp(seconds + near, zone))
        forms += str(seconds + near), str((seconds + near) * 1000)
    return tuple(dict.fromkeys([*forms, *_forms(moment, "milliseconds")]))


def near_times(sent: Parts) -> Iterator[Changes]:
    """Times close by in the same notation: the client read its clock twice, to sign and to send."""
    moment = _moment(sent.time)
    if moment is None:
        return
    if sent.time.isdigit():
        for shift in itertools.chain.from_iterable((-step, step) for step in range(1, 2001)):
            yield {"time": str(int(sent.time) + shift)}
        return
    for shift in itertools.chain.from_iterable((-step, step) for step in range(3, 61)):
        for form in _forms(moment + timedelta(seconds=shift)):
            yield {"time": form}


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


def _stringified(sent: Parts) -> Iterator[Changes]:
    """The body as a JSON string, as JavaScript, Python and PHP write it."""
    if len(sent.body) > _LONGEST_BODY:
        return
    text = sent.body.decode("utf-8", "surrogateescape")
    for ascii_only in (False, True):
        string = json.dumps(text, ensure_ascii=ascii_only)
        for escaped in dict.fromkeys((string, string.replace("/", "\\/"))):
            yield {"body": escaped.encode("utf-8", "surrogateescape")}


def _unstringified(sent: Parts) -> Iterator[Changes]:
    if sent.body.startswith(b'"') and isinstance(text := _parsed(sent.body), str):
        yield {"body": text.encode("utf-8", "surrogatepass")}


def _serialised(sent: Parts) -> Iterator[Changes]:
    value = _parsed(sent.body)
    if value is None:
        return
    shapes = ((None, (",", ":")), (None, (", ", ": ")), (2, None), (3, None), (4, None))
    texts = [
        json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, indent=indent, separators=separators)
        for ascii_only, sort, (indent, separators) in itertools.product((False, True), (False, True), shapes)
    ]
    for text in dict.fromkeys(texts):
        for escaped in dict.fromkeys((text, text.replace("/", "\\/"))):
            yield {"body": escaped.encode("utf-8", "surrogatepass")}


def _parsed(body: bytes) -> Any:
    """The body parsed as JSON; None when it is not JSON, too long or too deep."""
    if len(body) > _LONGEST_BODY or _depth(body) > _DEEPEST_BODY:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _depth(body: bytes) -> int:
    """The maximum number of open brackets; brackets inside strings count too."""
    return max(itertools.accumulate((byte in b"{[") - (byte in b"}]") for byte in body), default=0)


MISTAKES: Mapping[str, Callable[[Parts], Iterable[Changes]]] = {
    "the method was signed in lower case": lambda sent: [{"method": sent.method.lower()}],
    "the method was signed as GET": lambda _: [{"method": "GET"}],
    "the method is left out": lambda _: [{"method": ""}, {"method": "", "space": ""}],
    "the space between method and path is missing, sign one blank there": lambda _: [{"space": ""}],
    "the request line is missing, sign it before the client id: method, blank, path and a line feed": lambda _: [
        {"method": "", "space": "", "target": "", "newline": ""}
    ],
    "the whole URL was signed, not its path alone": _urls,
    "the production host {host} was signed, sign the path alone, from its first slash": _production_urls,
    "the path was signed without /sandbox, but sent with it": lambda sent: [
        {"target": sent.target.replace("/ams/sandbox/api", "/ams/api", 1)}
    ],
    "the path was signed with /sandbox, but sent without it": lambda sent: [
        {"target": sent.target.replace("/ams/api", "/ams/sandbox/api", 1)}
    ],
    "the gateway URL ends with a slash, so the path was sent with two": lambda sent: [
        {"target": re.sub("^/{2,}", "/", sent.target)}
    ],
    "the path was signed with single slashes, but sent with double ones": lambda sent: [
        {"target": re.sub("/{2,}", "/", sent.path) + sent.target[len(sent.path) :]}
    ],
    "the query string was not signed": lambda sent: [{"target": sent.path}],
    "the path was signed without the part before /ams": lambda sent: [
        {"target": sent.target[max(sent.path.find("/ams/"), 0) :]}
    ],
    "only the endpoint's name was signed as path": lambda sent: [{"target": sent.path.rpartition("/")[2]}],
    "the path was signed without /ams/api": lambda sent: [{"target": sent.path[max(sent.path.find("/v1/"), 0) :]}],
    "the path was signed without its first slash": lambda sent: [{"target": sent.path.lstrip("/")}],
    "the path is left out": lambda _: [{"target": ""}],
    "the line after the path ends in CRLF, sign a single line feed there": lambda _: [{"newline": "\r\n"}],
    "a backslash and an n were signed after the path, sign a line feed there (PHP: in double quotes)": lambda _: [
        {"newline": "\\n"}
    ],
    "the line end after the path is missing, sign a line feed there": lambda _: [{"newline": ""}],
    "the client id was signed without SANDBOX_": lambda sent: [{"client_id": sent.client_id.removeprefix("SANDBOX_")}],
    "the client id was signed with SANDBOX_": lambda sent: [{"client_id": "SANDBOX_" + sent.client_id}],
    "the client id was signed in lower case": lambda sent: [{"client_id": sent.client_id.lower()}],
    "the client id was signed without its blanks": lambda sent: [{"client_id": sent.client_id.strip()}],
    "the client id is left out": lambda _: [{"client_id": ""}],
    "the client id was signed as {client_id}": lambda sent: [{"client_id": other} for other in sent.client_ids],
    "the request time is left out": lambda _: [{"time": ""}],
    OTHER_TIME: _times,
    "the body is left out": lambda _: [{"body": b""}],
    "the body was signed without the white space around it": lambda sent: [{"body": sent.body.strip()}],
    "the body was signed with a line end after it": lambda sent: [{"body": sent.body + b"\n"}],
    "the body was signed with other line ends": lambda sent: [
        {"body": sent.body.replace(b"\n", b"\r\n")},
        {"body": sent.body.replace(b"\r\n", b"\n")},
    ],
    "the body was signed without its byte order mark": lambda sent: [{"body": sent.body.removeprefix(b"\xef\xbb\xbf")}],
    "the body was signed as a JSON string (stringified twice), sign the bytes that are sent": _stringified,
    "the body was sent as a JSON string (stringified twice), send the bytes that are signed": _unstringified,
    "the body was serialised again between signing and sending": _serialised,
}
"""The message for each mistake, and what it changes, in one or several variants. To add a mistake, add a line.

A message may contain changed parts in braces, but no semicolon, which separates two mistakes. A variant that changes
nothing is skipped. When two mistakes change the same part, the lower line is applied first: a path is cut, then becomes
a URL. The expensive lines are last, so that they are applied only to what was sent.
"""
