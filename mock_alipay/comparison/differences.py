"""The differences between two replies. Pure functions; values are shown with secrets masked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any, Literal, NamedTuple

from mock_alipay.text.masking import is_secret, mask_json
from mock_alipay.text.wording import short

Kind = Literal["reply", "status", "result", "field", "type", "value", "format", "header"]
"""No reply; HTTP status; result code or status; a field of one reply only; its JSON type; its value; form; header."""

ABSENT = "absent"

_OWN_ENDINGS = ("Id", "Time", "Url", "URL", "Data", "Message", "Token", "No", "codeValue", "parameters", "_links")
"""The endings of fields whose values every gateway makes itself: ids, times, URLs, words. Their types are compared."""

_SERVERS = """connection keep-alive date server via vary age transfer-encoding content-length
content-encoding cache-control pragma expires set-cookie strict-transport-security timing-allow-origin
tracerid traceid eagleeye-traceid"""
TRANSPORT_HEADERS = frozenset(_SERVERS.split())
"""Headers of servers and proxies, which are not compared. Nor are those that begin with ``mock-``."""

_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


class Difference(NamedTuple):
    """One difference; ``here`` is this gateway, ``there`` the other one.

    path: of a field, such as ``result.resultCode`` or ``paymentOptions.0.logo``;
        or ``headers.NAME``, ``status``, ``reply``
    """

    kind: Kind
    path: str
    here: str
    there: str


def body_differences(here: Any, there: Any, sent: Set[str], path: str = "") -> Iterator[Difference]:
    """The differences of two parsed bodies. ``sent``: the texts in the request, which replies may have to echo."""
    one, other = _TYPES[type(here)], _TYPES[type(there)]
    if one != other:
        yield Difference("type", path or "body", one, other)
    elif one == "object":
        for key in [*here, *(key for key in there if key not in here)]:
            inner = f"{path}.{key}".lstrip(".")
            if key in here and key in there:
                yield from body_differences(here[key], there[key], sent, inner)
            else:
                yield Difference("field", inner, _presence(here, key), _presence(there, key))
    elif one == "array":
        if len(here) != len(there):
            yield Difference("value", f"{path}.length".lstrip("."), str(len(here)), str(len(there)))
        for at, pair in enumerate(zip(here, there, strict=False)):
            yield from body_differences(*pair, sent, f"{path}.{at}".lstrip("."))
    elif here != there:
        yield from _of_values(here, there, sent, path)


def header_differences(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Difference]:
    """The differences of headers, except those of servers and proxies; names are in lower case."""
    for name in sorted(set(here) | set(there)):
        if name in TRANSPORT_HEADERS or name.startswith("mock-"):
            continue
        one, other = (_form(name, headers[name]) if name in headers else ABSENT for headers in (here, there))
        if one != other:
            yield Difference("header", f"headers.{name}", short(one, 80), short(other, 80))


def texts(value: Any) -> set[str]:
    """All texts in a body."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return set().union(*map(texts, inner))
    return {value} if isinstance(value, str) else set()


def _of_values(here: Any, there: Any, sent: Set[str], path: str) -> Iterator[Difference]:
    name = path.rpartition(".")[2]
    if path in ("result.resultCode", "result.resultStatus"):
        yield Difference("result", path, str(here), str(there))
    elif name.endswith(_OWN_ENDINGS) and not {here, there} & sent:
        if name.endswith("Time") and _time_form(here) != _time_form(there):
            yield Difference("format", path, _shown(name, here), _shown(name, there))
    else:
        yield Difference("value", path, _shown(name, here), _shown(name, there))


def _presence(body: Mapping[str, Any], key: str) -> str:
    return _shown(key, body[key]) if key in body else ABSENT


def _shown(name: str, value: Any) -> str:
    masked = mask_json(value, secret=is_secret(name))
    return short(masked if isinstance(masked, str) else json.dumps(masked, ensure_ascii=False), 80)


def _time_form(value: Any) -> str:
    """A time with its digits replaced by 0 and its offset's sign by +."""
    return re.sub(r"[+-](?=0\d:?\d\d$|00:?00$)", "+", re.sub(r"\d", "0", str(value)))


def _form(name: str, value: str) -> str:
    """What is compared of a header: the value, or its form where values must differ."""
    match name:
        case "response-time":
            return _time_form(value)
        case "signature":
            return re.sub(r"(?i)(signature=)[^,\s]+", r"\1…", value)
        case "content-type":
            return value.replace(" ", "").lower()
        case _:
            return mask_json(value, secret=is_secret(name))  # type: ignore[no-any-return] # a text remains one
