"""``compare``: sends the same requests to this gateway and to another, and prints how the replies differ."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.compared_requests import chosen_requests
from mock_alipay.cli.completion import complete_endpoints, complete_files
from mock_alipay.cli.options import options, require_ports, timeout_flag
from mock_alipay.cli.output import as_json as json_flag
from mock_alipay.cli.output import echo_json
from mock_alipay.cli.param_types import Value, Word
from mock_alipay.cli.target import REACH, Place, place
from mock_alipay.config import kinds
from mock_alipay.config.config import TEST_CLIENT_ID
from mock_alipay.errors import SetupError, Unreachable, UsageError, under
from mock_alipay.text.whole_file import write_whole

if TYPE_CHECKING:
    from mock_alipay.comparison import Compared, Request, Side

_NOT_ACCEPTED = {"INVALID_SIGNATURE", "INVALID_CLIENT", "KEY_NOT_FOUND"}
"""The result codes of calls whose client id or signature is not accepted."""


@click.command(cls=Command)
@click.option(
    "--against", required=True, type=Value(kinds.UPSTREAM), help="URL of the other gateway, such as the sandbox's."
)
@click.option(
    "--client-id", type=Word(), metavar="ID", help="Client id to call both as; the shipped test merchant if omitted."
)
@click.option(
    "--key",
    metavar="FILE",
    shell_complete=complete_files,
    help="Private key of that client id; required with --client-id.",
)
@click.option(
    "--ignore", multiple=True, metavar="PATTERN", help="Ignore differences at these paths, such as 'headers.x-*'."
)
@click.option("--keep-ids", is_flag=True, help="Send request ids and payment ids as they are.")
@click.option("--report", type=Path, metavar="FILE", shell_complete=complete_files, help="Write a Markdown report.")
@timeout_flag("Wait at most this long for a reply.")
@json_flag
@options(*REACH)
@click.argument("requests", nargs=-1, metavar="[REQUEST…]", shell_complete=complete_endpoints)
def compare(
    *,
    requests: tuple[str, ...],
    against: str,
    client_id: str | None,
    key: str | None,
    report: Path | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Compare the replies of this gateway with those of another.

    A REQUEST is an endpoint (its documented sample), a file whose name begins with an endpoint (refund-partial.json),
    ENDPOINT=FILE, or a call of the journal ('#12'). Without one, all samples are sent. Request ids are made unique.
    Exits with 0 if the replies do not differ, 1 if they do, 2 if they could not be compared.

    Example: mock-alipay compare --against https://open-sea-global.alipay.com --client-id SANDBOX_5X… --key key.pem
    """
    # Imported here, so that other commands start quickly.
    import asyncio

    ignore, keep_ids, timeout = (flags.pop(name) for name in ("ignore", "keep_ids", "timeout"))
    with _as_trouble():
        _check_report(report)
        gateway = place(**flags)
        require_ports(port=gateway.port)
        chosen = chosen_requests(requests, gateway)
        sides = _sides(gateway, against, client_id, key, patience=timeout, keep_ids=keep_ids)
        results, urls = asyncio.run(_compared(chosen, gateway, sides, ignore, as_json=as_json))
        _publish(results, urls, report, as_json=as_json)
        _check_accepted(results, key or "the shipped key", urls)
    if any(each.differences for each in results):
        raise click.exceptions.Exit(1)


@contextmanager
def _as_trouble() -> Iterator[None]:
    """End with 2, as ``diff`` does, when the comparison is impossible: 1 means a difference."""
    try:
        yield
    except SetupError as error:
        raise UsageError(*error.parts) from None


@asynccontextmanager
async def _sides(
    gateway: Place, against: str, client_id: str | None, key: str | None, *, patience: float, keep_ids: bool
) -> AsyncIterator[tuple[Side, Side]]:
    """Both gateways, with the ids of this run."""
    from mock_alipay.client.merchant_calls import MerchantCalls, refuse_real_payments
    from mock_alipay.comparison import Side
    from mock_alipay.comparison.ids import FixedIds, Ids, new_run
    from mock_alipay.signing import Signer

    signer, name, run = Signer(_key(client_id, key)), client_id or TEST_CLIENT_ID, new_run()
    with under("--against: "):
        other = MerchantCalls(against, timeout=patience, proxies=None)
    with under("--client-id: "):
        refuse_real_payments(other.host, name)
    own = MerchantCalls(gateway.url, timeout=patience, ca_certificate=gateway.authority)
    async with own, other:
        sides = [
            Side(calls, signer, name, FixedIds() if keep_ids else Ids(f"{run}{letter}"))
            for letter, calls in (("h", own), ("t", other))
        ]
        yield sides[0], sides[1]


def _key(client_id: str | None, key: str | None) -> Any:
    """The private key that signs."""
    from mock_alipay.signing import keys

    if client_id is not None and key is None:
        raise UsageError(f"--client-id {client_id}: expected its private key too: --key FILE")
    if key is None:
        return keys.shipped_merchant_key()
    if client_id is None:
        raise UsageError("--key: expected the client id of the key too: --client-id ID")
    with under("--key: "):
        return keys.read_private_key(Path(key))


async def _compared(
    chosen: list[Request],
    gateway: Place,
    sides: AbstractAsyncContextManager[tuple[Side, Side]],
    ignore: tuple[str, ...],
    *,
    as_json: bool,
) -> tuple[list[Compared], tuple[str, str, str]]:
    """Compare everything, and print each result as it arrives; returns the URLs and the client id too."""
    from mock_alipay.comparison import compare as run

    results = []
    async with sides as (here, there):
        try:
            async for each in run(chosen, here, there, ignore):
                results.append(each)
                if not as_json:
                    _show(each)
        except Unreachable as error:
            if error.url == here.calls.url:
                raise SetupError(gateway.message("no gateway answers", error.why, refused=error.refused)) from None
            raise SetupError(f"--against: no gateway answers at {error.url}: {error.why}") from None
    return results, (here.calls.url, there.calls.url, here.client_id)


def _check_accepted(results: list[Compared], key: str, urls: tuple[str, str, str]) -> None:
    """Raise UsageError when a gateway has accepted no signature: then nothing but these refusals was compared."""
    here, there, client_id = urls
    for url, codes in (
        (here, {each.here.result for each in results}),
        (there, {each.there.result for each in results}),
    ):
        if codes and codes <= _NOT_ACCEPTED:
            refused = f"{url} refused every call with {', '.join(sorted(codes))}"
            raise UsageError(f"{refused}: expected the private key of {client_id} there, got {key}")


def _show(each: Compared) -> None:
    """Print a request and its differences."""
    here, there = each.here.result, each.there.result
    outcome = here if here == there else f"{here} here, {there} there"
    count = len(each.differences)
    more = "" if each.complete else " or more"
    ignored = f", {each.ignored} ignored" if each.ignored else ""
    words = f"{count}{more} difference{'s' if count != 1 else ''}" if count else "no differences"
    click.secho(f"{each.request.name}: {outcome}: {words}{ignored}", fg="red" if count else "green")
    for kind, path, one, other in each.differences:
        click.echo(f"  {kind:<6}  {path}: {one} here, {other} there")


def _publish(results: list[Compared], urls: tuple[str, str, str], report: Path | None, *, as_json: bool) -> None:
    from mock_alipay.comparison.report import as_data, as_markdown

    if report is not None:
        try:
            write_whole(report, as_markdown(results, *urls, datetime.now(UTC)))
        except OSError as error:
            raise SetupError(f"--report: {report} cannot be written: {error.strerror}") from None
    if as_json:
        echo_json(as_data(results, *urls))


def _check_report(report: Path | None) -> None:
    """Refuse a report that cannot be written before anything is sent."""
    if report is None:
        return
    if report.is_dir():
        raise UsageError(f"--report: expected a file, found the folder {report}")
    if not report.parent.is_dir():
        raise UsageError(f"--report: expected a file in a folder that exists, got {report}")
