"""Settings as Python programs write them: looked at one by one, and made what a Config holds."""

from __future__ import annotations

import dataclasses
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict, get_args

from mock_alipay.config.config import (
    HOST_NAME,
    HOST_NAME_TOLD,
    HTTP_URL,
    HTTP_URL_TOLD,
    VISIBLE_WORD,
    VISIBLE_WORD_TOLD,
    Config,
    NotificationTime,
    SignatureMode,
)
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import SetupError, UsageError
from mock_alipay.text.wording import close, described

AnyPath = str | os.PathLike[str]


class Settings(TypedDict, total=False):
    """The fields of Config, in the forms that are easy to write."""

    host: str
    port: int
    tls_port: int | None
    scenarios: AnyPath | Iterable[AnyPath]
    scenario: str
    signatures: SignatureMode
    merchants: Mapping[str, AnyPath] | Iterable[tuple[str, AnyPath]]
    gateway_key: AnyPath | None
    types: TypeMode
    required: RequiredMode
    seed: int | None
    max_body: int
    watch: bool
    admin_hosts: str | Iterable[str]
    admin_token: str | None
    admin_open: bool
    notify_url: str | None
    public_url: str | None
    notify_allow: str | Iterable[str]
    sandbox_retries: bool
    notification_time: NotificationTime


def configured(config: Config, settings: Mapping[str, Any]) -> Config:
    """``config`` with some settings changed and all of them checked; UsageError tells everything that is wrong."""
    problems = [_unknown(name) for name in settings if name not in _READERS]
    values: dict[str, Any] = {}
    for name, read in _READERS.items():
        value = settings.get(name, getattr(config, name))
        try:
            values[name] = read(value)
        except (ValueError, TypeError) as expected:
            found = described(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
            problems.append(f"setting {name}: expected {expected}, got {found}")
    if problems:
        raise UsageError(*problems)
    return dataclasses.replace(config, **values)


def settled(config: Config, port: int, tls_port: int | None) -> Config:
    """A config with what was left to chance: the ports that were free, the seed, and a token where one is needed."""
    return dataclasses.replace(
        config,
        port=port,
        tls_port=tls_port,
        seed=secrets.randbelow(2**31) if config.seed is None else config.seed,
        admin_token=secrets.token_urlsafe(24) if config.needs_token else config.admin_token,
    )


def refuse_unguarded(config: Config) -> None:
    """UsageError or SetupError when strangers could reach the admin API, or when it is not clear whether they may."""
    if config.admin_open and config.admin_token:
        raise UsageError("--admin-open and --admin-token exclude each other: the one says that no token is needed")
    if config.needs_token:
        raise SetupError(
            f"--host {config.host}: others than this machine could reach the admin API; "
            "guard it with an admin token (--admin-token), or say that it may be open (--admin-open)"
        )


@contextmanager
def python_errors() -> Iterator[None]:
    """Let problems that name flags name the settings of Python programs instead: ``scenario`` for ``--scenario``."""
    try:
        yield
    except SetupError as error:
        raise type(error)(*map(_with_settings, error.problems)) from None


def _with_settings(problem: str) -> str:
    told = _FLAG.sub(lambda found: _SETTING_OF[found[0]], problem)
    return f"setting {told}" if _FLAG.match(problem) else told


def _unknown(name: str) -> str:
    meant = close(name, _READERS)
    hint = f"did you mean {meant}? " if meant else ""
    return f"there is no setting {name}; {hint}settings are {', '.join(_READERS)}"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("True or False")
    return value


def _whole(least: int, most: float, expected: str) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(expected)
        return value

    return read


def _one_of(words: Iterable[str]) -> Callable[[Any], str]:
    known = tuple(words)

    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(" or ".join(known))
        return str(value)

    return read


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _path(value: Any) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise TypeError("a path")
    return Path(value)


def _paths(value: Any) -> tuple[Path, ...]:
    return (_path(value),) if isinstance(value, str | os.PathLike) else tuple(map(_path, _each(value, "paths")))


def _merchants(value: Any) -> tuple[tuple[str, Path], ...]:
    try:
        pairs = value.items() if isinstance(value, Mapping) else value
        return tuple((_text(client_id), _path(file)) for client_id, file in pairs)
    except (ValueError, TypeError):
        raise ValueError("client ids and the files of their public keys, as in {'ID': 'key.pem'}") from None


def _names(value: Any) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(map(_text, _each(value, "host names")))
    if not all(map(HOST_NAME.fullmatch, names)):
        raise ValueError(HOST_NAME_TOLD)
    return names


def _each(value: Any, expected: str) -> Iterable[Any]:
    if not isinstance(value, Iterable):
        raise TypeError(expected)
    return value


def _token(value: Any) -> str:
    if not isinstance(value, str) or (value and not VISIBLE_WORD.fullmatch(value)):
        raise ValueError(VISIBLE_WORD_TOLD)
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str) or not HTTP_URL.fullmatch(value):
        raise ValueError(HTTP_URL_TOLD)
    return value


_PORT = "a port from 0 to 65535"

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "host": _text,
    "port": _whole(0, 65535, _PORT),
    "tls_port": _or_none(_whole(0, 65535, f"{_PORT}, or None")),
    "scenarios": _paths,
    "scenario": _text,
    "signatures": _one_of(get_args(SignatureMode)),
    "merchants": _merchants,
    "gateway_key": _or_none(_path),
    "types": _one_of(get_args(TypeMode)),
    "required": _one_of(get_args(RequiredMode)),
    "seed": _or_none(_whole(-(2**63), 2**63, "a whole number, or None")),
    "max_body": _whole(1, float("inf"), "a whole number from 1"),
    "watch": _flag,
    "admin_hosts": _names,
    "admin_token": _or_none(_token),
    "admin_open": _flag,
    "notify_url": _or_none(_url),
    "public_url": _or_none(_url),
    "notify_allow": _names,
    "sandbox_retries": _flag,
    "notification_time": _one_of(get_args(NotificationTime)),
}

_REPEATED = {"--merchant": "merchants", "--admin-host": "admin_hosts"}
_SETTING_OF = {f"--{name.replace('_', '-')}": name for name in _READERS} | _REPEATED
_FLAG = re.compile(rf"(?<![^\s(])(?:{'|'.join(_SETTING_OF)})(?![^\s:;,)])")
