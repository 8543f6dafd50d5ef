"""What ``serve`` prints when it is ready: a few lines for people, or one JSON object where the log is JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mock_alipay.config.config import TEST_CLIENT_ID, Config, address_of
from mock_alipay.version import __version__


def text_banner(
    config: Config, scenarios: int, authority: Path | None, *, made_up: bool, addresses: Sequence[str]
) -> str:
    """Where it serves, and what clients must be set up with; ``made_up``: the token is the gateway's own idea.

    ``addresses`` are those that it listens on; they are shown unless the URL says the same.
    """
    folders = ", ".join(["shipped", *map(str, config.scenarios)])
    client_ids = ", ".join(_client_ids(config))
    lines = [
        ("http", config.url),
        ("https", f"{config.tls_url}  (clients trust {authority})" if authority else "off"),
        *([] if list(addresses) == [config.reachable_host] else [("listens on", ", ".join(addresses))]),
        ("client id", f"{client_ids}; keys to configure: {_env_command(config)}, or {config.url}/__admin/env"),
        ("scenarios", f"{scenarios} ({folders}); {config.scenario} unless a call asks for another; seed {config.seed}"),
        ("journal", f"{config.url}/__admin/calls"),
    ]
    if config.notify_url:
        why = _unreachable(config)
        hint = f" (nothing will be sent there: {why})" if why else ""
        lines.append(("notify", f"{config.notify_url} unless a request names a URL{hint}"))
    if made_up:
        lines.append(
            ("token", f"{config.admin_token}  (admin calls carry it as Authorization: Bearer; see --admin-token)")
        )
    return "\n".join([f"mock-alipay {__version__}", *(f"  {name:<10} {text}" for name, text in lines)])


def json_banner(
    config: Config, scenarios: int, authority: Path | None, *, made_up: bool, addresses: Sequence[str]
) -> str:
    """The same as one JSON object."""
    banner: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "message": f"mock-alipay {__version__} is ready",
        "version": __version__,
        "url": config.url,
        "tlsUrl": config.tls_url,
        "addresses": list(addresses),
        "caCertificate": str(authority) if authority else None,
        "clientIds": _client_ids(config),
        "scenarios": scenarios,
        "folders": [str(folder) for folder in config.scenarios],
        "scenario": config.scenario,
        "seed": config.seed,
        "journal": f"{config.url}/__admin/calls",
    }
    if config.notify_url:
        banner |= {"notifyUrl": config.notify_url}
        if why := _unreachable(config):
            banner |= {"level": "warning", "why": f"nothing will be sent to {config.notify_url}: {why}"}
    if made_up:
        banner |= {"adminToken": config.admin_token}
    return json.dumps(banner, separators=(",", ":"))


def _env_command(config: Config) -> str:
    """The command that prints what a client is set up with; the port names this gateway among several."""
    return "mock-alipay env" if config.port == Config().port else f"mock-alipay env --port {config.port}"


def _client_ids(config: Config) -> list[str]:
    """The client ids that have keys."""
    return list(dict.fromkeys([TEST_CLIENT_ID, *(client_id for client_id, _ in config.merchants)]))


def _unreachable(config: Config) -> str | None:
    """Why nothing will be sent to the URL for notifications, as far as its spelling tells."""
    from mock_alipay.errors import AddressNotAllowed
    from mock_alipay.webhooks.address_policy import AddressPolicy
    from mock_alipay.webhooks.own_ports import OwnPorts
    from mock_alipay.webhooks.url import parse

    try:
        url = parse(config.notify_url or "")
        if address_of(url.host) is not None:
            AddressPolicy(config.notify_allow).check(url.host, [url.host])
            OwnPorts(config.ports).check(url.host, [url.host], url.port)
    except AddressNotAllowed as reason:
        return str(reason)
    return None


def forget_output() -> None:
    """Let go of what is still unwritten: Python would try again at its end, and complain in words of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
