"""``scenarios``, ``validate`` and ``check``: checks of scenarios and request bodies without a gateway."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mock_alipay.cli.chosen_gateway import completed
from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_endpoints, complete_files
from mock_alipay.cli.endpoints import known_endpoint
from mock_alipay.cli.options import options
from mock_alipay.cli.output import as_json, echo_json
from mock_alipay.contracts.names import RequiredMode, TypeMode
from mock_alipay.errors import Refusal, SetupError

if TYPE_CHECKING:
    from mock_alipay.scenarios.vocabulary import Vocabulary


@click.command(cls=Command)
@options("scenarios")
@click.option("--schema", is_flag=True, help="Print the path of the JSON Schema for editors instead.")
@as_json
def scenarios(*, schema: bool, as_json: bool, **flags: Any) -> None:
    """List the scenarios, one line each."""
    if schema:
        from mock_alipay.scenarios.vocabulary import SCHEMA

        click.echo(SCHEMA)
        return
    from mock_alipay.scenarios import Library, shipped_folder

    library = Library.load(completed(flags)[0]["scenarios"], _vocabulary())
    if as_json:
        listed = [library[name] for name in library]
        echo_json([{"name": s.name, "description": s.description, "origin": s.origin} for s in listed])
        return
    width = max(map(len, library))
    for name in library:
        scenario = library[name]
        shipped = Path(scenario.origin).parent == shipped_folder()
        click.echo(f"{name:<{width}}  {scenario.description}" + ("" if shipped else f"  ({scenario.origin})"))


@click.command(cls=Command)
@click.argument("files", nargs=-1, required=True, type=Path, metavar="FILE…", shell_complete=complete_files)
def validate(files: tuple[Path, ...]) -> None:
    """Check scenario files.

    Prints file, line and reason of every error, and of fields that look misspelled.

    Example: mock-alipay validate scenarios/*.yaml
    """
    from mock_alipay.scenarios.lint import lint
    from mock_alipay.scenarios.scenario_file import parse_scenarios, read_document

    vocabulary = _vocabulary()
    problems: list[str] = []
    for file in files:
        if file.is_dir():
            hint = f"mock-alipay validate {shlex.quote(str(file))}/*.yaml"
            problems.append(f"{file}: expected a scenario file, found a folder; check its files with {hint}")
            continue
        try:
            document = read_document(file)
            parse_scenarios(document, file.stem, vocabulary)
            for field in lint(document, vocabulary):
                click.secho(f"{field} (allowed)", fg="yellow")
            click.secho(f"{file}: fine", fg="green")
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
@click.option(
    "--endpoint",
    default="createPaymentSession",
    show_default=True,
    metavar="ENDPOINT",
    shell_complete=complete_endpoints,
    help="Endpoint that the body is for.",
)
@as_json
@options("types", "required")
@click.argument("file", metavar="FILE", shell_complete=complete_files)
def check(
    *,
    file: str,
    endpoint: str,
    types: TypeMode,
    required: RequiredMode,
    as_json: bool,
) -> None:
    """Check a request body against the contract.

    Prints every fault with the path of its field. FILE is the body, - means standard input.

    Example: mock-alipay check --endpoint pay body.json
    """
    from mock_alipay import contracts
    from mock_alipay.apis import FAMILIES
    from mock_alipay.apis.context import Context
    from mock_alipay.apis.environment import Environment
    from mock_alipay.apis.fake_buyers import FakeBuyers
    from mock_alipay.apis.ids import IdGenerator
    from mock_alipay.clock.clocks import SystemClock

    endpoint_id = known_endpoint(endpoint, "--endpoint")
    contract = contracts.load(types=types, required=required)
    raw = read_body(file)
    unknown: list[str] = []
    notes: list[str] = []
    try:
        body = contract.check(endpoint_id, raw)
        unknown, notes = contract.unknown(endpoint_id, body), contract.notes(endpoint_id, body)
        rules = FAMILIES.endpoints[endpoint_id]
        if rules.begins:
            # Rules that the schema cannot express, such as times that must be in the future.
            environment = Environment(IdGenerator(0), FakeBuyers(0), contract, "")
            rules.decide(body, Context[Any](SystemClock().now(), "", None, environment, raw))
        faults: list[str] = []
    except Refusal as refusal:
        faults = [fault.text for fault in refusal.faults] or [refusal.message or refusal.code]
    if as_json:
        echo_json({"endpoint": endpoint_id, "faults": faults, "unknownFields": unknown, "notes": notes})
        raise click.exceptions.Exit(1 if faults else 0)
    for sentence, effect in [*((field, "ignored") for field in unknown), *((note, "accepted") for note in notes)]:
        click.secho(f"{file}: {sentence} ({effect})", fg="yellow")
    if faults:
        raise SetupError(*(f"{file}: {fault}" for fault in faults), *_assumed(file, endpoint))
    click.secho(f"{file}: {endpoint} accepts it", fg="green")


def _assumed(file: str, endpoint: str) -> list[str]:
    """A hint at the endpoint that the body was checked for, unless it was given."""
    source = click.get_current_context().get_parameter_source("endpoint")
    given = source is not ParameterSource.DEFAULT
    return [] if given else [f"{file}: checked as a body of {endpoint}; --endpoint ENDPOINT chooses another"]


def read_body(file: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    if file == "-" and sys.stdin is None:
        raise SetupError("-: cannot be read: standard input is closed")
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise SetupError(f"{file}: cannot be read: {error.strerror}") from None
