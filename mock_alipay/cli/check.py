"""``scenarios``, ``validate`` and ``check``: looking at scenarios and bodies without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.chosen_gateway import completed
from mock_alipay.cli.command import Command
from mock_alipay.cli.options import options
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import Refusal, SetupError, UsageError

if TYPE_CHECKING:
    from mock_alipay.scenarios.vocabulary import Vocabulary


@click.command(cls=Command)
@options("scenarios")
@click.option("--schema", is_flag=True, help="Print the file of their JSON Schema, for editors, instead.")
def scenarios(schema: bool, **flags: Any) -> None:  # noqa: FBT001 - click hands flags over by name
    """List what is loaded, one line each."""
    if schema:
        from mock_alipay.scenarios.vocabulary import SCHEMA

        click.echo(SCHEMA)
        return
    from mock_alipay.scenarios import Library, shipped_folder

    library = Library.load(completed(flags)[0]["scenarios"], _vocabulary())
    width = max(map(len, library))
    for name in library:
        scenario = library[name]
        shipped = Path(scenario.origin).parent == shipped_folder()
        click.echo(f"{name:<{width}}  {scenario.description}" + ("" if shipped else f"  ({scenario.origin})"))


@click.command(cls=Command)
@click.argument("files", nargs=-1, required=True, type=Path, metavar="FILE…")
def validate(files: tuple[Path, ...]) -> None:
    """Check scenario files: file:line and reason of everything wrong, and of fields that look misspelt."""
    from mock_alipay.scenarios.lint import lint
    from mock_alipay.scenarios.scenario_file import parse_scenarios, read_document

    vocabulary = _vocabulary()
    problems: list[str] = []
    for file in files:
        try:
            written = read_document(file)
            parse_scenarios(written, file.stem, vocabulary)
            for field in lint(written, vocabulary):
                click.echo(f"{field} (allowed)")
            click.echo(f"{file}: fine")
        except SetupError as error:
            problems.extend(error.problems)
    if problems:
        raise SetupError(*problems)


def _vocabulary() -> Vocabulary:
    from mock_alipay import contracts
    from mock_alipay.apis import FAMILIES
    from mock_alipay.scenarios.vocabulary import Vocabulary

    return Vocabulary(contracts.load(), FAMILIES.opening)


@click.command(cls=Command)
@options("types", "required")
@click.option("--endpoint", default="createPaymentSession", show_default=True, help="Whose contract to hold it to.")
@click.argument("file", metavar="FILE")
def check(file: str, endpoint: str, types: TypeMode, required: RequiredMode) -> None:
    """Hold a request body against the contract: every fault with its path. FILE - is standard input."""
    from mock_alipay import contracts
    from mock_alipay.apis import FAMILIES
    from mock_alipay.apis.context import Context
    from mock_alipay.apis.environment import Environment
    from mock_alipay.apis.fake_buyers import FakeBuyers
    from mock_alipay.apis.ids import IdGenerator
    from mock_alipay.clock.clocks import SystemClock
    from mock_alipay.contracts.names import Unresolved, resolve, spoken_names

    contract = contracts.load(types=types, required=required)
    try:
        endpoint_id = resolve(endpoint, contract.endpoints)
    except Unresolved as error:
        known = ", ".join(spoken_names(contract.endpoints))
        raise UsageError(f"--endpoint: {error}; known are {known}") from None
    raw = read_body(file)
    try:
        body = contract.check(endpoint_id, raw)
        for field in contract.unknown(endpoint_id, body):
            click.echo(f"{file}: {field} (ignored)")
        for note in contract.notes(endpoint_id, body):
            click.echo(f"{file}: {note} (accepted)")
        rules = FAMILIES.endpoints[endpoint_id]
        if rules.begins:
            # What the schema cannot say, such as times that must be near.
            environment = Environment(IdGenerator(0), FakeBuyers(0), contract, "")
            rules.decide(body, Context[Any](SystemClock().now(), "", None, environment, raw))
    except Refusal as refusal:
        lines = [fault.text for fault in refusal.faults] or [refusal.message or refusal.code]
        raise SetupError(*(f"{file}: {line}" for line in lines)) from None
    click.echo(f"{file}: {endpoint} accepts it")


def read_body(file: str) -> bytes:
    """A file's bytes, or standard input's for ``-``."""
    if file == "-" and sys.stdin is None:
        raise SetupError("-: cannot be read: standard input is closed")
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise SetupError(f"{file}: cannot be read: {error.strerror}") from None
