"""The results of a comparison as JSON and as a Markdown report, with secrets masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mock_alipay.comparison.run import Compared
from mock_alipay.comparison.side import Exchange
from mock_alipay.text.masking import mask_json, mask_text
from mock_alipay.version import __version__


def as_data(results: Sequence[Compared], here: str, there: str, client_id: str) -> dict[str, Any]:
    """The results as JSON; ``here`` and ``there`` are URLs."""
    return {
        "here": here,
        "there": there,
        "clientId": client_id,
        "requests": [
            {
                "name": each.request.name,
                "endpoint": each.request.endpoint,
                "request": mask_json(each.here.sent),
                "here": _reply(each.here),
                "there": _reply(each.there),
                "differences": [difference._asdict() for difference in each.differences],
                "ignored": each.ignored,
                "complete": each.complete,
            }
            for each in results
        ],
        "differences": sum(len(each.differences) for each in results),
    }


def as_markdown(results: Sequence[Compared], here: str, there: str, client_id: str, time: datetime) -> str:
    """The results as a Markdown document."""
    count = sum(len(each.differences) for each in results)
    lines = [
        "# Comparison of two gateways",
        "",
        f"- this gateway: mock-alipay {__version__} at {here}",
        f"- the other gateway: {there}",
        f"- client id: {_cell(client_id)}",
        f"- time: {time.isoformat(timespec='seconds')}",
        f"- result: {len(results)} requests, {count} differences",
        "",
        "| request | endpoint | this gateway | the other | differences | ignored |",
        "|---|---|---|---|---|---|",
    ]
    for each in results:
        counts = f"{_count(each)} | {each.ignored}"
        named = f"{_cell(each.request.name)} | {_cell(each.request.endpoint)}"
        lines.append(f"| {named} | {_cell(each.here.result)} | {_cell(each.there.result)} | {counts} |")
    for each in results:
        if each.differences:
            lines += _section(each)
    return "\n".join(lines) + "\n"


def _section(each: Compared) -> list[str]:
    rows = [f"| {d.kind} | {_cell(d.path)} | {_cell(d.here)} | {_cell(d.there)} |" for d in each.differences]
    more = [] if each.complete else ["", f"Only the first {len(each.differences)} differences are listed."]
    sent = json.dumps(mask_json(each.here.sent), indent=2, ensure_ascii=False)
    return [
        "",
        f"## {_cell(each.request.name)}",
        "",
        "| kind | where | this gateway | the other |",
        "|---|---|---|---|",
        *rows,
        *more,
        "",
        "The request, without what makes its ids unique:",
        "",
        *(f"    {line}" for line in sent.splitlines()),
    ]


def _reply(exchange: Exchange) -> dict[str, Any]:
    return {
        "status": exchange.http.status or None,
        "result": exchange.result,
        "failure": exchange.failure,
        "body": mask_json(exchange.reply),
        "tookMs": round(exchange.http.took * 1000, 1),
    }


def _count(each: Compared) -> str:
    return f"{len(each.differences)}{'' if each.complete else '+'}"


def _cell(text: str) -> str:
    """A text that cannot end a cell of a table or begin other markup."""
    flat = " ".join(mask_text(text).split())
    return f"`{flat.replace('`', chr(39)).replace('|', chr(92) + '|')}`" if flat else ""
