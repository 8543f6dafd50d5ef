"""The request and the reply of ``call``, printed as text or JSON."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any

import click

from mock_alipay.text.json_text import parse_json


def show_request(url: str, headers: Mapping[str, str], body: bytes) -> None:
    """Print a request."""
    click.secho(f"POST {url}", bold=True)
    _show_headers(headers)
    click.echo(f"\n{body.decode('utf-8', 'replace').rstrip()}\n")


def show_reply(response: http.client.HTTPResponse, reply: bytes, took: float, *, head: bool) -> None:
    """Print a reply; ``head``: with its status and headers."""
    if head:
        click.secho(f"HTTP {response.status} {response.reason} in {took * 1000:.1f} ms", bold=True)
        _show_headers(dict(response.getheaders()))
        click.echo()
    body = _parsed(reply)
    click.echo(body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False))
    if head:
        click.echo()


def exchange(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    response: http.client.HTTPResponse,
    reply: bytes,
    verdict: str,
) -> dict[str, Any]:
    """A request and its reply as JSON."""
    return {
        "request": {"url": url, "headers": dict(headers), "body": _parsed(body)},
        "reply": {"status": response.status, "headers": dict(response.getheaders()), "body": _parsed(reply)},
        "signature": verdict,
    }


def result_status(reply: bytes) -> str:
    """The resultStatus of a reply; empty without one."""
    body = _parsed(reply)
    result = body.get("result") if isinstance(body, dict) else None
    return str(result.get("resultStatus", "")) if isinstance(result, dict) else ""


def _parsed(raw: bytes) -> Any:
    """The JSON of a body, or its text."""
    try:
        return parse_json(raw)
    except ValueError:
        return raw.decode("utf-8", "replace")


def _show_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        click.echo(f"{click.style(name, dim=True)}: {value}")
