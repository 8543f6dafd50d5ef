"""Keeps card numbers and security codes out of the journal, the log and messages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

_NUMBERS = "cardno cardnumber cardnum pan primaryaccountnumber fundingpan creditcardnumber track1 track2 trackdata"
_CODES = """cvv cvv2 cvc cvc2 cvn cvn2 csc cav2 cid2 cvvcode cvccode cvvno cardcvv cardcvc securitycode cardsecuritycode
cardverificationcode cardverificationvalue verificationvalue"""
SECRET_NAMES = frozenset(f"{_NUMBERS} {_CODES}".split())
"""Names of fields whose values are masked: lower case, without separators."""

MAX_DEPTH = 64
"""Levels shown of a body: Python and JSON writers fail at about a thousand. Deeper bodies are refused, but shown."""

_BETWEEN_WORDS = str.maketrans("", "", "_. -")
_LONGEST_NAME = 60
"""The maximum length of a secret name, separators included."""
_VALUE = r'\\+"[^"\\]*(?:\\+")?|"(?:[^"\\]|\\.)*"?|[^\s,}\]]+'

_SEPARATOR = r"(?:[\xc2-\xef][\x80-\xbf]{1,2}|\\+(?:u[0-9a-fA-F]{4}|[bfnrt/])|%[0-9a-fA-F]{2}|[^\w\"*\[\]{}\\]|_)"
"""A separator of digits: any character, escaped or not, except letters and the characters that separate JSON values.

UTF-8 decoded as Latin-1, as in headers, is included."""
_DIGITS = re.compile(rf"\d(?>{_SEPARATOR}{{0,3}}\d){{12,}}")
"""A run of digits that may contain card numbers."""
_DIGIT = re.compile(rf"({_SEPARATOR}{{0,3}})(\d)")
_TIME = re.compile(
    r"20\d\d-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}(?:\d{3})?"
    r"(?:Z|[+-][01]\d:?[0-5]\d)?"
)
"""A time with milliseconds, ISO 8601. In the evening its digits can be those of a card number: 22:21:29.603+00:00."""
_SHORTEST, _LONGEST = 13, 19
"""The length of a card number in digits."""
_EXACT = 2**53
"""Floats above this have no exact last digits."""
_SCHEMES = re.compile("220[0-4]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720|[3-9]")
"""The first digits of card schemes. Ids that begin with a date, and milliseconds, begin differently."""


def mask_value(value: str) -> str:
    """The value with all but its first six and last four characters masked; a value under 13 is masked whole."""
    if len(value) < 13:
        return "*" * len(value)
    return value[:6] + "*" * (len(value) - 10) + value[-4:]


def is_secret(name: str) -> bool:
    """Whether a field of this name contains a card number or security code."""
    return len(name) <= _LONGEST_NAME and _is_secret(name)


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return name.lower().translate(_BETWEEN_WORDS) in SECRET_NAMES


def mask_json(value: Any, *, secret: bool = False, depth: int = MAX_DEPTH) -> Any:
    """A copy of a parsed body with masked secret fields (and all values in them), and masked card numbers everywhere.

    ``secret``: ``value`` is in a secret field. Values nested more than ``depth`` levels deep are replaced by ``…``.
    """
    if isinstance(value, dict | list) and depth == 0:
        return "…"
    if isinstance(value, dict):
        return {
            name if name.isalpha() else mask_cards(name): mask_json(
                inner, secret=secret or is_secret(name), depth=depth - 1
            )
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [mask_json(inner, secret=secret, depth=depth - 1) for inner in value]
    if secret and value is not None:
        return mask_value(str(value))
    if isinstance(value, str):
        return mask_text(value)
    return _masked_number(value) if isinstance(value, int | float) else value


def mask_text(text: str) -> str:
    """A text, JSON or not, with its secret fields and card numbers masked; the rest is unchanged."""
    if '"' in text or "=" in text:
        in_json, in_form = _fields()
        text = in_json.sub(lambda match: match[1] + _masked_literal(match[2]), text)
        text = in_form.sub(lambda match: match[1] + mask_value(match[2]), text)
    return mask_cards(text)


@cache
def _fields() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of secret fields: in JSON, also in a JSON string with escaped quotes; and in queries and forms.

    Compiled on first use, which takes some milliseconds.
    """
    names = "|".join("[_. -]?".join(name) for name in sorted(SECRET_NAMES, key=len, reverse=True))
    return (
        re.compile(rf'(?i)("(?:{names})\\*"\s*:\s*)({_VALUE})'),
        re.compile(rf"(?i)((?<![a-z0-9])(?:{names})=)([^&\s;,\"]+)"),
    )


def mask_password(url: str) -> str:
    """A URL, or a text instead of one, with the password before its host masked."""
    return re.sub(r"//([^/@:\s]*):[^/@\s]*@", r"//\1:***@", url)


def mask_cards(text: str) -> str:
    """A text with its card numbers masked: 13 to 19 digits, with or without separators.

    A card number is recognized by its first digits and its check digit (Luhn).
    """
    if len(text) < _SHORTEST or text.isalpha():
        return text
    if ":" not in text:
        return _masked_runs(text)
    shown, done = [], 0
    for time in _TIME.finditer(text):
        shown += [_masked_runs(text[done : time.start()]), time[0]]
        done = time.end()
    return "".join(shown) + _masked_runs(text[done:])


def _masked_runs(text: str) -> str:
    return _DIGITS.sub(lambda match: _masked_run(match[0]), text)


def _masked_run(run: str) -> str:
    """Digits with separators, with card numbers masked; overlapping card numbers are masked as one."""
    digits: list[int] = []
    places: list[int] = []
    groups: list[int] = []
    """The indices of the digits that begin a group without separators."""
    for match in _DIGIT.finditer(run):
        if match[1] or not digits:
            groups.append(len(digits))
        digits.append(int(match[2]))
        places.append(match.end() - 1)
    shown, done = [], 0
    for begin, end in _joined(_cards(digits, [*groups, len(digits)])):
        first, last = places[begin], places[end - 1] + 1
        shown += [run[done:first], mask_value(run[first:last])]
        done = last
    return "".join(shown) + run[done:]


def _cards(digits: Sequence[int], groups: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The start and end indices of card numbers, which begin and end at the borders of groups.

    The Luhn check doubles every other digit, counted from the last. Prefix sums with the odd or the even digits doubled
    make the check of each pair of borders take constant time.
    """
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits]
    mixed = [
        [two if at % 2 == odd else one for at, (one, two) in enumerate(zip(digits, doubled, strict=True))]
        for odd in (0, 1)
    ]
    sums = [[0, *itertools.accumulate(values)] for values in mixed]
    for number, begin in enumerate(groups):
        if not _SCHEMES.match("".join(map(str, digits[begin : begin + 4]))):
            continue
        for end in groups[number + 1 : number + 1 + _LONGEST]:
            total = sums[end % 2]
            if _SHORTEST <= end - begin <= _LONGEST and (total[end] - total[begin]) % 10 == 0:
                yield begin, end


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans in order, with overlapping ones joined."""
    before: tuple[int, int] | None = None
    for begin, end in spans:
        if before is not None and begin < before[1]:
            before = before[0], max(before[1], end)
            continue
        if before is not None:
            yield before
        before = begin, end
    if before is not None:
        yield before


def _masked_number(number: float) -> float | str:
    """A number, or the masked text of a card number. A large float counts as one by its first digits alone."""
    if not 10 ** (_SHORTEST - 2) <= abs(number) < 10**_LONGEST:
        return number
    whole = str(int(number))
    if isinstance(number, float) and abs(number) > _EXACT and _SCHEMES.match(whole):
        return mask_value(whole)
    for text in (whole, str(number)):
        if (masked := mask_cards(text)) != text:
            return masked
    return number


def _masked_literal(literal: str) -> str:
    if literal == "null":
        return literal
    content = literal.lstrip('\\"')
    quote = literal[: len(literal) - len(content)] or '"'
    return quote + mask_value(content.rstrip('\\"')) + quote
