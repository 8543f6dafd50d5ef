"""``sdk``: writes the script that a merchant's page loads instead of Antom's front-end SDK."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.completion import complete_files
from mock_alipay.cli.param_types import Value
from mock_alipay.config.kinds import one_of
from mock_alipay.errors import SetupError

if TYPE_CHECKING:
    from mock_alipay.web.cashier.scripts import Form


@click.command(cls=Command)
@click.option(
    "--format",
    "form",
    type=Value(one_of("umd", "esm")),
    default="umd",
    show_default=True,
    help="umd: a classic script, its exports are on window. esm: an ES module, for bundlers and import maps.",
)
@click.option(
    "--out",
    type=Path,
    metavar="FILE",
    shell_complete=complete_files,
    help="File to write instead of standard output.",
)
def sdk(form: Form, out: Path | None) -> None:
    """Print or write the drop-in for Antom's front-end SDK.

    It is one file that works with every gateway: a session says where its gateway is.

    Example: mock-alipay sdk --format esm --out ams-checkout.mjs
    """
    from mock_alipay.web.cashier import scripts

    text = scripts.drop_in(form)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise SetupError(f"--out: {out}: cannot be written: {error.strerror}") from None
