"""Settings as Python programs pass them, checked and converted to a Config."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict
from urllib.parse import urlsplit

from mock_alipay.config.config import Config, NotificationTime, SignatureMode, is_loopback
from mock_alipay.config.table import SETTINGS, Setting
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import SettingName, SetupError, UsageError
from mock_alipay.text.masking import mask_password
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
    upstream: str | None
    upstream_key: tuple[str, AnyPath] | None
    record: AnyPath | None


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


def refuse_forwarding(config: Config) -> None:
    """Raise UsageError for settings that need an upstream without one, SetupError when forwarding would be unsafe."""
    upstream = SettingName("upstream")
    if config.upstream is None:
        for name in ("upstream_key", "record"):
            if getattr(config, name) is not None:
                raise UsageError((SettingName(name), " needs the gateway to forward to: ", upstream, " URL"))
        return
    url = urlsplit(config.upstream)
    port = url.port or (443 if url.scheme.lower() == "https" else 80)
    if is_loopback(url.hostname or "") and port in config.ports:
        raise UsageError((upstream, f" {config.upstream}: expected another gateway, found this one's own port"))
    if config.upstream_key is not None and config.signatures != "required" and not is_loopback(config.host):
        problem = ": other machines could have calls signed; verify theirs first ("
        raise SetupError((SettingName("upstream_key"), problem, SettingName("signatures"), " required)"))


def _unknown(name: str) -> str:
    meant = close(name, SETTINGS)
    hint = f"did you mean {meant}? " if meant else ""
    return f"unknown setting {name}; {hint}settings are {', '.join(SETTINGS)}"


def _described(value: Any, setting: Setting) -> str:
    if isinstance(value, str):
        value = mask_password(value)
    if isinstance(value, str | int | float | None):
        return described(value, secret=setting.kind.secret)
    return f"a {type(value).__name__}"
