"""``compare``: sends the same requests to this gateway and to another, and prints how the replies differ."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.compared_requests import chosen_requests
from mock_alipay.cli.completion import complete_endpoints, complete_files
from mock_alipay.cli.options import options, require_ports
from mock_alipay.cli.output import as_json as json_flag
from mock_alipay.cli.output import echo_json
from mock_alipay.cli.param_types import Word, seconds
from mock_alipay.cli.target import REACH, Place, place
from mock_alipay.config.config import TEST_CLIENT_ID, is_loopback
from mock_alipay.errors import SetupError, Unreachable, UsageError, under

if TYPE_CHECKING:
    from mock_alipay.comparison import Compared, Side

_REAL = (".alipay.com", ".antom.com", ".antglobal-us.com")
"""The endings of hosts where a client id without SANDBOX_ moves real money."""

_LONGEST_PATH = 400
"""Characters; a longer --key is more likely the key itself."""


@click.command(cls=Command)
@click.option("--against", required=True, metavar="URL", help="URL of the other gateway, such as the sandbox's.")
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
@click.option(
    "--timeout",
    type=seconds(0, 86400, open_=True),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait at most this long for bytes.",
)
@json_flag
@options(*REACH)
@click.argument("requests", nargs=-1, metavar="[REQUEST…]", shell_complete=complete_endpoints)
def compare(
    requests: tuple[str, ...],
    against: str,
    client_id: str | None,
    key: str | None,
    report: Path | None,
    as_json: bool,  # noqa: FBT001 - passed by name
    **flags: Any,
) -> None:
    """Compare the replies of this gateway with those of another.

    A REQUEST is an endpoint (its documented sample), a file whose name begins with an endpoint (refund-partial.json),
    ENDPOINT=FILE, or a call of the journal ('#12'). Without one, all samples are sent. Request ids are made unique.
    Exits with 0 if the replies do not differ, 1 if they do, 2 if they could not be compared.

    Example: mock-alipay compare --against https://open-sea-global.alipay.com --client-id SANDBOX_5X… --key key.pem
    """
    ignore, keep_ids, timeout = (flags.pop(name) for name in ("ignore", "keep_ids", "timeout"))
    with _as_trouble():
        _check_report(report)
        gateway = place(**flags)
        require_ports(port=gateway.port)
        with _sides(gateway, against, client_id, key, timeout=timeout, keep_ids=keep_ids) as (here, there):
            results = _compared(requests, gateway, here, there, ignore, as_json=as_json)
        urls = gateway.url, there.calls.url, here.client_id
        _publish(results, urls, report, as_json=as_json)
    if any(each.differences for each in results):
        raise click.exceptions.Exit(1)


@contextmanager
def _as_trouble() -> Iterator[None]:
    """End with 2, as ``diff`` does, when the comparison is impossible: 1 means a difference."""
    try:
        yield
    except SetupError as error:
        raise UsageError(*error.parts) from None


@contextmanager
def _sides(
    gateway: Place, against: str, client_id: str | None, key: str | None, *, timeout: float, keep_ids: bool
) -> Iterator[tuple[Side, Side]]:
    """Both gateways, with the ids of this run."""
    from mock_alipay.client.merchant_calls import MerchantCalls
    from mock_alipay.comparison import Side
    from mock_alipay.comparison.ids import FixedIds, Ids, new_run
    from mock_alipay.signing import Signer

    signer, name, run = Signer(_key(client_id, key)), client_id or TEST_CLIENT_ID, new_run()
    with under("--against: "):
        other = MerchantCalls(against, timeout=timeout)
    if not is_loopback(other.host):
        _refuse_production(other.host, name)
        other = MerchantCalls(against, timeout=timeout, proxies=True)
    own = MerchantCalls(gateway.url, timeout=timeout, ca_certificate=gateway.authority)
    with own, other:
        sides = [
            Side(calls, signer, name, FixedIds() if keep_ids else Ids(f"{run}{letter}"))
            for letter, calls in (("h", own), ("t", other))
        ]
        yield sides[0], sides[1]


def _key(client_id: str | None, key: str | None) -> Any:
    """The private key that signs; errors never repeat what may be the key itself."""
    from mock_alipay.signing import keys

    if client_id is not None and key is None:
        raise UsageError(f"--client-id {client_id}: expected its private key too: --key FILE")
    if key is None:
        return keys.shipped_merchant_key()
    if client_id is None:
        raise UsageError("--key: expected the client id of the key too: --client-id ID")
    if len(key) > _LONGEST_PATH or "PRIVATE KEY" in key or "\n" in key:
        raise UsageError("--key: expected the name of a file, got what looks like the key itself")
    with under("--key "):
        return keys.read_private_key(Path(key))


def _refuse_production(host: str, client_id: str) -> None:
    from mock_alipay.comparison.side import SANDBOX_PREFIX

    if host.lower().rstrip(".").endswith(_REAL) and not client_id.startswith(SANDBOX_PREFIX):
        expected = f"expected a client id that begins with {SANDBOX_PREFIX} at {host}, got {client_id}"
        raise UsageError(f"--client-id: {expected}: others create real payments there")


def _compared(
    written: tuple[str, ...], gateway: Place, here: Side, there: Side, ignore: tuple[str, ...], *, as_json: bool
) -> list[Compared]:
    """Send everything; each result is printed as it arrives."""
    from mock_alipay.comparison import compare as run

    results = []
    try:
        for each in run(chosen_requests(written, gateway), here, there, ignore):
            results.append(each)
            if not as_json:
                _show(each)
    except Unreachable as error:
        if error.url == here.calls.url:
            raise SetupError(gateway.message("no gateway answers", error.why, refused=error.refused)) from None
        raise SetupError(f"--against: no gateway answers at {error.url}: {error.why}") from None
    return results


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
        _write(report, as_markdown(results, *urls, datetime.now(UTC)))
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


def _write(report: Path, text: str) -> None:
    """Write a file whole or not at all."""
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=report.parent, delete=False) as file:
            temporary = file.name
            file.write(text)
        Path(temporary).replace(report)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise SetupError(f"--report: {report} cannot be written: {error.strerror}") from None
