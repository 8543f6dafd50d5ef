"""Settings as Python programs pass them, checked and converted to a Config."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from mock_alipay.config.config import Config, NotificationTime, SignatureMode
from mock_alipay.config.table import SETTINGS, Setting
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import SettingName, SetupError, UsageError
from mock_alipay.text.wording import close, described

AnyPath = str | os.PathLike[str]


class Settings(TypedDict, total=False):
    """The fields of Config, with the types that are convenient to write."""

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
    state: AnyPath | None


_OPEN, _TOKEN = SettingName("admin_open"), SettingName("admin_token")


def configured(config: Config, settings: Mapping[str, Any]) -> Config:
    """Return ``config`` with ``settings`` applied; UsageError lists every invalid or unknown setting."""
    problems: list[str | tuple[str, ...]] = [_unknown(name) for name in settings if name not in SETTINGS]
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        value = settings.get(name, getattr(config, name))
        try:
            values[name] = setting.check(value)
        except ValueError as expected:
            problems.append((SettingName(name), f": expected {expected}, got {_described(value, setting)}"))
    if problems:
        raise UsageError(*problems)
    return dataclasses.replace(config, **values)


def settled(config: Config, port: int, tls_port: int | None) -> Config:
    """Fill in what the start decides: the bound ports, a random seed, and an admin token if one is needed."""
    return dataclasses.replace(
        config,
        port=port,
        tls_port=tls_port,
        seed=secrets.randbelow(2**31) if config.seed is None else config.seed,
        admin_token=secrets.token_urlsafe(24) if config.needs_token else config.admin_token,
    )


def refuse_unguarded(config: Config) -> None:
    """Raise SetupError when other machines could reach an unprotected admin API; UsageError for contradictions."""
    if config.admin_open and config.admin_token:
        raise UsageError((_OPEN, " and ", _TOKEN, " exclude each other"))
    if config.needs_token:
        problem = f" {config.host}: other machines could reach the admin API; protect it with an admin token ("
        raise SetupError((SettingName("host"), problem, _TOKEN, ") or allow access without one (", _OPEN, ")"))


def _unknown(name: str) -> str:
    meant = close(name, SETTINGS)
    hint = f"did you mean {meant}? " if meant else ""
    return f"unknown setting {name}; {hint}settings are {', '.join(SETTINGS)}"


def _described(value: Any, setting: Setting) -> str:
    if isinstance(value, str | int | float | None):
        return described(value, secret=setting.kind.secret)
    return f"a {type(value).__name__}"
