"""A strict subset of YAML in which every scalar is what it looks like, and every value has its line.

It has none of YAML 1.1's surprises: ``NO``, ``012``, ``1.10``, ``1:30`` and dates are strings, a duplicate key is an
error, and anchors, aliases and tags are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from mock_alipay.errors import SetupError
from mock_alipay.scenarios.document import Document, Lines
from mock_alipay.text.wording import short

MAX_LENGTH = 256 * 1024
"""Maximum length of a document, in characters."""
MAX_DEPTH = 16
"""Maximum levels of nesting."""
MAX_NODES = 20_000
"""Maximum number of keys and values in a document. Each takes time and memory beyond its characters."""
MAX_KEY = 256
"""Maximum length of a key, in characters. Paths in messages consist of keys."""

TOO_MANY = f"more than {MAX_NODES} keys and values"
_DEEP = f"nested more than {MAX_DEPTH} levels deep"

_UNPRINTABLE = yaml.reader.Reader.NON_PRINTABLE
"""Characters that are not allowed in YAML (YAML 1.1, section 4.1.1). Compiling a pattern of its own takes 9 ms."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"": None, "null": None, "~": None, "true": True, "false": False}


def read(text: str, origin: str) -> Document:
    """Parse one YAML (or JSON) document; SetupError names file, line and reason."""
    if len(text) > MAX_LENGTH:
        raise SetupError(f"{origin}: longer than {MAX_LENGTH} characters")
    if match := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, match.start()) + 1
        problem = f"not YAML: the character U+{ord(match[0]):04X} is not allowed"
        raise SetupError(f"{origin}:{line}: {problem}; remove it, or write it as an escape in double quotes")
    reader = _Reader(origin, text)
    try:
        value, lines = reader.document()
    except RecursionError:
        raise _TooDeep(f"{origin}:{reader.line}: {_DEEP}") from None
    except yaml.YAMLError as error:
        raise _broken(text, origin, error) from None
    return Document(origin, value, lambda: lines)


def written(value: Any) -> str:
    """A document as YAML, with its keys in order."""
    text: str = yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Writer(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # chosen at run time
    """Writes a value that occurs twice twice, because ``read`` refuses aliases."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


class _TooDeep(SetupError):
    """A document is nested deeper than MAX_DEPTH."""


def _broken(text: str, origin: str, error: yaml.YAMLError) -> SetupError:
    """The error for a text that is not YAML. The parser's own message comes last, because it differs between versions.

    Parsers read ahead, and some limit nesting themselves: a parser may fail before it has reported all events up to
    the failure. So the text before the failure is read again, to see whether it is nested too deep.
    """
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        try:
            _Reader(origin, text[: mark.index]).document()
        except _TooDeep as too_deep:
            return too_deep
        except (SetupError, yaml.YAMLError):
            pass
    line = mark.line + 1 if mark else 1
    if text.splitlines()[line - 1 : line] and text.splitlines()[line - 1].lstrip().startswith("*"):
        return SetupError(f'{origin}:{line}: not YAML: a word that begins with * must be in quotes, such as "*"')
    reason = getattr(error, "problem", None)
    detail = f" [{reason}]" if reason else ""
    return SetupError(
        f"{origin}:{line}: not YAML: the text cannot be read beyond this line; "
        f"check its quotes, brackets, colons and indentation; tabs are not allowed there{detail}"
    )


class _Reader:
    """Builds values and their lines from the events of the parser."""

    def __init__(self, origin: str, text: str) -> None:
        self._origin = origin
        self._events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self._nodes = 0
        self.line = 1
        """The line of the latest value or key."""

    def document(self) -> tuple[Any, Lines]:
        next(self._events)  # StreamStart
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise SetupError(f"{self._origin}:1: the file is empty")
        event = next(self._events)
        content = self._value(event, _line(event), 0)
        next(self._events)  # DocumentEnd
        after: Any = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._error(after, "a second document; one file holds one scenario")
        return content

    def _value(self, event: Any, line: int, depth: int) -> tuple[Any, Lines]:
        """A value and its lines; ``line`` is the line reported for it, which is that of its key if it has one."""
        self._check(event)
        if depth > MAX_DEPTH:
            raise _TooDeep(f"{self._origin}:{_line(event)}: {_DEEP}")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event), line
        if isinstance(event, yaml.SequenceStartEvent):
            items, lines = self._items(depth + 1)
            return items, (line, lines)
        pairs, by_key = self._pairs(depth + 1)
        return pairs, (line, by_key)

    def _items(self, depth: int) -> tuple[list[Any], list[Lines]]:
        items, lines = [], []
        for event in self._until(yaml.SequenceEndEvent):
            item, line = self._value(event, _line(event), depth)
            items.append(item)
            lines.append(line)
        return items, lines

    def _pairs(self, depth: int) -> tuple[dict[str, Any], dict[str, Lines]]:
        pairs: dict[str, Any] = {}
        lines: dict[str, Lines] = {}
        for event in self._until(yaml.MappingEndEvent):
            self._check(event)
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be a plain word")
            key: str = event.value
            if len(key) > MAX_KEY:
                raise self._error(event, long_key(key))
            if key in pairs:
                raise self._error(event, f"{key} is given twice")
            pairs[key], lines[key] = self._value(next(self._events), _line(event), depth)
        return pairs, lines

    def _until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _check(self, event: Any) -> None:
        self.line = _line(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._error(event, TOO_MANY)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._error(event, "anchors and aliases are not used in scenarios")
        if event.tag and event.tag != "!":
            raise self._error(event, f"tags such as {short(event.tag)} are not used in scenarios")

    def _error(self, event: Any, reason: str) -> SetupError:
        return SetupError(f"{self._origin}:{_line(event)}: {reason}")


def long_key(key: str) -> str:
    """The error message for a key longer than MAX_KEY."""
    return f"the key {short(key)} has {len(key)} characters, expected at most {MAX_KEY}"


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line + 1


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.style:  # a quoted scalar or a block scalar
        return text
    if text in _WORDS:
        return _WORDS[text]
    number: int | float
    if _INTEGER.fullmatch(text):
        number = int(text)
    elif _DECIMAL.fullmatch(text):
        number = float(text)
    else:
        return text
    # 1.10 stays a string: as a number it would become 1.1.
    return number if str(number) == text else text
