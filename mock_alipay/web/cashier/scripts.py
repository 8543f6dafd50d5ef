"""The scripts that browsers load: the JavaScript modules of a folder as one file.

Nothing is read before a script is first asked for. The modules are concatenated in the order of their imports, in one
scope, so their names are unique in their folder; comments and indentation are left out, so a template literal ends in
its line. The forms that they may use:

    import { a, b } from "./other.js";      at the start of a line; no default, no other name, no cycle
    export const a, export class B, export function c
    export { a, B } from "./other.js";      what a script offers to those who load it
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from mock_alipay.version import __version__

Form = Literal["umd", "esm"]
"""A classic script with its exports on ``window``, or an ES module."""

_FOLDER = Path(__file__).parent
_DEPENDENCY = re.compile(r'^(?P<kind>import|export) \{(?P<names>[^}]*)\} from "\./(?P<file>[\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:const|class|function)\b)", re.MULTILINE)
_COMMENTS = re.compile(r"^ *(?://.*|/\*\*(?s:.*?)\*/)\n", re.MULTILINE)
_INDENTATION = re.compile(r"^\s+", re.MULTILINE)


class _Script(NamedTuple):
    """Modules as one text, and the names that the last of them, the entry, offers."""

    text: str
    names: list[str]


def bundle(folder: Path, entry: str) -> str:
    """The modules that ``entry`` needs, and ``entry`` as the last, as one text without imports, exports or comments.

    Raises ValueError for modules that import each other or have a form that does not fit into one text.
    """
    return _bundle(folder, entry).text


@cache
def page_script(name: str) -> str:
    """The script of a page, such as ``cashier.js``. Raises FileNotFoundError if there is none."""
    return f'(() => {{\n"use strict";\n{bundle(_FOLDER / "page", name)}}})();\n'


@cache
def drop_in(form: Form) -> str:
    """The script that merchants load instead of the gateway's front-end SDK."""
    return umd() if form == "umd" else esm()


def umd() -> str:
    """The drop-in as a classic script: all exports are on ``window``."""
    script = _drop_in()
    exports = ", ".join(script.names)
    return f'(() => {{\n"use strict";\n{script.text}Object.assign(window, {{ {exports} }});\n}})();\n'


def esm() -> str:
    """The drop-in as an ES module: named exports, and AMSCheckout as the default."""
    script = _drop_in()
    return f"{script.text}export {{ {', '.join(script.names)} }};\nexport default AMSCheckout;\n"


def _drop_in() -> _Script:
    script = _bundle(_FOLDER / "drop_in", "ams_checkout.js")
    return script._replace(text=script.text.replace("__VERSION__", __version__))


def _bundle(folder: Path, entry: str) -> _Script:
    sources: dict[str, str] = {}
    _read(folder, entry, sources, ())
    names = [
        name
        for dependency in _DEPENDENCY.finditer(sources[entry])
        if dependency["kind"] == "export"
        for name in re.findall(r"\w+", dependency["names"])
    ]
    return _Script("".join(_inlined(name, source) for name, source in sources.items()), names)


def _read(folder: Path, name: str, sources: dict[str, str], importing: tuple[str, ...]) -> None:
    """Add a module to ``sources`` after those that it needs."""
    if name in importing:
        raise ValueError(f"{folder.name}: modules import each other: {' -> '.join((*importing, name))}")
    if name in sources:
        return
    source = (folder / name).read_text("utf-8")
    for dependency in _DEPENDENCY.finditer(source):
        _read(folder, dependency["file"], sources, (*importing, name))
    sources[name] = source


def _inlined(name: str, source: str) -> str:
    text = _INDENTATION.sub("", _COMMENTS.sub("", _EXPORT.sub("", _DEPENDENCY.sub("", source))))
    for line in text.splitlines():
        if re.match(r"(?:import|export)\b", line) or line.count("`") % 2:
            raise ValueError(f"{name}: this form cannot be part of one script: {line}")
    return text
