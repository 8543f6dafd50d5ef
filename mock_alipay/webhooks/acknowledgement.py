"""Whether a merchant's answer to a notification is the documented one, and if not, why not."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from mock_alipay.text.wording import described, not_json

_EXPECTED = (("resultCode", "SUCCESS"), ("resultStatus", "S"))
"""With HTTP status 200 these two make an acknowledgement (the notify pages; TPL: the status counts too)."""

_ACKNOWLEDGEMENT = '{"result": {"resultCode": "SUCCESS", "resultStatus": "S", ...}}'


class Answer(NamedTuple):
    """A reply's status and the beginning of its body; ``truncated``: there was more of it."""

    status: int
    body: bytes
    truncated: bool


def complaint(status: int, body: bytes, *, truncated: bool = False) -> str | None:
    """What keeps an answer from being an acknowledgement, as a sentence; None when it is one."""
    if status != 200:
        return f"the HTTP status was {status}, expected 200"
    if truncated:
        return "the body was longer than 64 KiB"
    if not body.strip():
        return f"the body was empty, expected {_ACKNOWLEDGEMENT}"
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return f"the body was {not_json(error)}; expected {_ACKNOWLEDGEMENT}"
    result = answer.get("result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        return f"result was {_found(result)}, expected an object" if isinstance(answer, dict) else _no_object(answer)
    for name, expected in _EXPECTED:
        if result.get(name) != expected:
            return f"{name} was {_found(result.get(name))}, expected '{expected}'"
    return None


def _found(value: Any) -> str:
    if value is None:
        return "missing"
    return f"'{value[:80]}'" if isinstance(value, str) else described(value)


def _no_object(answer: Any) -> str:
    return f"the body was {described(answer)}, expected an object"
