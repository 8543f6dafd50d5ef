"""Names that shells complete: scenarios and endpoints. No gateway is asked, and no contract is loaded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from mock_alipay import contracts
from mock_alipay.config.table import SETTINGS
from mock_alipay.contracts.names import spoken_names
from mock_alipay.errors import SetupError
from mock_alipay.server.state_file import running_gateways

Items = list[CompletionItem]

HELP = """\b
Shell completion, for commands, flags, scenarios and endpoints. Add this line to
~/.bashrc:
  eval "$(_MOCK_ALIPAY_COMPLETE=bash_source mock-alipay)"
~/.zshrc:
  eval "$(_MOCK_ALIPAY_COMPLETE=zsh_source mock-alipay)"
~/.config/fish/completions/mock-alipay.fish:
  _MOCK_ALIPAY_COMPLETE=fish_source mock-alipay | source
"""


def complete_endpoints(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Endpoints, with their family and without."""
    ids = endpoint_ids()
    return _items([*spoken_names(ids), *ids], incomplete)


def complete_scenarios(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Scenarios that are shipped, in folders of a flag or variable, or in folders of running gateways."""
    from mock_alipay.scenarios import shipped_folder

    folders = [shipped_folder(), *(ctx.params.get("scenarios") or ())]
    folders += map(Path, filter(None, os.environ.get(SETTINGS["scenarios"].variable, "").split(os.pathsep)))
    folders += (folder for gateway in running_gateways() for folder in gateway.config.scenarios)
    return _items([name for folder in folders for name in _scenario_names(folder)], incomplete)


def complete_files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Files, which the shell completes itself."""
    return [CompletionItem(incomplete, type="file")]


def endpoint_ids() -> list[str]:
    """The ids of all endpoints, such as ``payments/cancel``: those of which the contract describes the reply."""
    ending = ".reply.json"
    files = (contracts.FOLDER / contracts.CURRENT).glob(f"*/*{ending}")
    return sorted(f"{file.parent.name}/{file.name.removesuffix(ending)}" for file in files)


def _items(names: Iterable[str], incomplete: str) -> Items:
    return [CompletionItem(name) for name in sorted(set(names)) if name.startswith(incomplete)]


def _scenario_names(folder: Path) -> Iterator[str]:
    """The names in a folder. A file that cannot be read has none: completion reports no errors."""
    from mock_alipay.scenarios.scenario_file import read_document, scenario_files
    from mock_alipay.scenarios.template import EACH, expand, is_template

    for file in scenario_files(folder):
        try:
            if not file.is_file() or f"{EACH}:" not in file.read_text("utf-8"):
                yield file.stem
                continue
            # Only templates are parsed: parsing all files would take too long.
            document = read_document(file)
            yield from expand(document, file.stem) if is_template(document) else [file.stem]
        except (SetupError, OSError, ValueError, TypeError, AttributeError, KeyError):
            continue
