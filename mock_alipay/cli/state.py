"""``export`` and ``import``: the state of a running gateway as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from mock_alipay.cli.check import read_body
from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_files
from mock_alipay.cli.output import as_json as json_flag
from mock_alipay.cli.output import echo_json
from mock_alipay.cli.target import at_a_gateway, gateway
from mock_alipay.errors import AdminError, SetupError
from mock_alipay.text.json_text import parse_json, refuse_infinite
from mock_alipay.text.whole_file import write_whole
from mock_alipay.text.wording import not_json, plural


@click.command(cls=Command)
@at_a_gateway
@click.argument("file", shell_complete=complete_files)
def export(file: str, **flags: Any) -> None:
    """Write the state of the gateway to a file.

    FILE may be - for standard output. The state has payments, clocks, positions in scenarios, and the scenarios that
    are set or loaded; not the journal and no notifications. Requests are in it as received, card numbers too.

    Example: mock-alipay export state.json
    """
    with gateway(**flags) as mock:
        state = mock.admin("GET", "/state", query={"clientId": mock.client_id})
    text = json.dumps(state, indent=2, ensure_ascii=False) + "\n"
    if file == "-":
        click.echo(text, nl=False)
        return
    try:
        write_whole(Path(file), text, mode=0o600)
    except OSError as error:
        raise SetupError(f"{file}: cannot be written: {error.strerror}") from None
    count = len(state.get("aggregates", {}).get("payments", ()))
    click.echo(f"{file}: the state of {flags['client_id'] or 'all client ids'}, {plural(count, 'payment')}")


@click.command("import", cls=Command)
@json_flag
@at_a_gateway
@click.argument("file", shell_complete=complete_files)
def import_(*, file: str, as_json: bool, **flags: Any) -> None:
    """Replace the state of the gateway by that in a file.

    FILE may be - for standard input. What reset deletes is deleted first. A file that is refused changes nothing.

    Example: mock-alipay import state.json
    """
    try:
        state = parse_json(read_body(file))
        refuse_infinite(state)
    except ValueError as error:
        raise SetupError(f"{file}: {not_json(error)}") from None
    with gateway(**flags) as mock:
        try:
            loaded = mock.admin("PUT", "/state", query={"clientId": mock.client_id}, body=state)
        except AdminError as error:
            if error.status != 400:
                raise
            raise SetupError(f"{file}: {error}") from None
    if as_json:
        echo_json(loaded)
        return
    counts = ", ".join(plural(count, kind[:-1]) for kind, count in loaded.items())
    click.echo(f"{file}: loaded for {flags['client_id'] or 'all client ids'}: {counts}")
