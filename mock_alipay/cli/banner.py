"""What ``serve`` prints when it is ready: lines of text, or one JSON object if the log is JSON."""

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
    config: Config, scenarios: int, authority: Path | None, *, generated_token: bool, addresses: Sequence[str]
) -> str:
    """The URLs and what clients need to be configured with.

    scenarios: the number of scenarios
    authority: the certificate that HTTPS clients trust; None without HTTPS
    generated_token: whether the gateway generated the admin token, which only the banner shows then
    addresses: those that the gateway listens on; shown unless the URL has the same
    """
    folders = ", ".join(["shipped", *map(str, config.scenarios)])
    client_ids = ", ".join(_client_ids(config))
    asks = "  (asks for the token)" if config.admin_token and not generated_token else ""
    lines = [
        ("http", config.url),
        ("https", f"{config.tls_url}  (clients trust {authority})" if authority else "off"),
        *([] if list(addresses) == [config.reachable_host] else [("listens on", ", ".join(addresses))]),
        ("client id", f"{client_ids}; keys to configure: {_env_command(config)}, or {config.url}/__admin/env"),
        ("scenarios", f"{scenarios} ({folders}); default {config.scenario}; seed {config.seed}"),
        ("dashboard", _dashboard(config, generated_token=generated_token) + asks),
    ]
    if config.upstream:
        recorded = f"; replies are recorded in {config.record}" if config.record else ""
        lines.append(("upstream", f"calls are forwarded to {config.upstream}{recorded}"))
    if config.notify_url:
        why = _undeliverable(config)
        hint = f" (notifications will not be sent there: {why})" if why else ""
        lines.append(("notify", f"{config.notify_url} unless a request names a URL{hint}"))
    if generated_token:
        lines.append(
            ("token", f"{config.admin_token}  (admin calls carry it as Authorization: Bearer; see --admin-token)")
        )
    return "\n".join([f"mock-alipay {__version__}", *(f"  {name:<10} {text}" for name, text in lines)])


def json_banner(
    config: Config, scenarios: int, authority: Path | None, *, generated_token: bool, addresses: Sequence[str]
) -> str:
    """The same as ``text_banner`` as one JSON object."""
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
        "dashboard": _dashboard(config, generated_token=generated_token),
    }
    if config.upstream:
        banner |= {"upstream": config.upstream, "record": str(config.record) if config.record else None}
    if config.notify_url:
        banner |= {"notifyUrl": config.notify_url}
        if why := _undeliverable(config):
            banner |= {"level": "warning", "why": f"notifications will not be sent to {config.notify_url}: {why}"}
    if generated_token:
        banner |= {"adminToken": config.admin_token}
    return json.dumps(banner, separators=(",", ":"))


def _dashboard(config: Config, *, generated_token: bool) -> str:
    """The dashboard's address; with the token if the banner shows it anyway, for a click in a terminal."""
    return f"{config.url}/" + (f"#token={config.admin_token}" if generated_token else "")


def _env_command(config: Config) -> str:
    """The command that prints a client's configuration; the port selects this gateway among several."""
    return "mock-alipay env" if config.port == Config().port else f"mock-alipay env --port {config.port}"


def _client_ids(config: Config) -> list[str]:
    """The client ids with a key."""
    return list(dict.fromkeys([TEST_CLIENT_ID, *(client_id for client_id, _ in config.merchants)]))


def _undeliverable(config: Config) -> str | None:
    """Why notifications cannot go to ``notify_url``, as far as its text shows; None if they can."""
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


def discard_output() -> None:
    """Discard unwritten output: Python would try again at exit, and print an error of its own."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
