"""Digests of the uvicorn code that ``mock_alipay.server`` overrides, copies or depends on, for each accepted release.

After an upgrade of uvicorn, compare the functions that the test names with ``mock_alipay/server``, adapt it if needed,
raise the cap in pyproject.toml, and accept the installed release. Accept several releases in ascending order:

    python -m tests.server.uvicorn_sources    # adds the installed release to uvicorn_sources.json
"""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import io
import json
import pkgutil
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from mock_alipay import server

TABLE = Path(__file__).with_suffix(".json")
"""``module:qualified name`` -> digest -> the first release that has it."""

_HTTP = "uvicorn.protocols.http.httptools_impl"
DEPENDED_ON = (
    "uvicorn.config:Config.load",
    "uvicorn.lifespan.off:LifespanOff",
    "uvicorn.protocols.http.flow_control:FlowControl",
    "uvicorn.server:Server._serve",
    "uvicorn.server:Server.serve",
    "uvicorn.server:ServerState",
    f"{_HTTP}:HttpToolsProtocol.__init__",
    f"{_HTTP}:HttpToolsProtocol._should_upgrade",
    f"{_HTTP}:HttpToolsProtocol.connection_lost",
    f"{_HTTP}:HttpToolsProtocol.on_header",
    f"{_HTTP}:HttpToolsProtocol.on_message_begin",
    f"{_HTTP}:HttpToolsProtocol.on_url",
    f"{_HTTP}:RequestResponseCycle.__init__",
    f"{_HTTP}:RequestResponseCycle.receive",
    f"{_HTTP}:RequestResponseCycle.run_asgi",
    f"{_HTTP}:RequestResponseCycle.send",
    f"{_HTTP}:STATUS_LINE",
    f"{_HTTP}:_get_status_line",
)
"""Functions and classes that are called or copied, but not overridden."""


def own_classes() -> Iterator[type]:
    """All classes of ``mock_alipay.server``."""
    for found in pkgutil.iter_modules(server.__path__, f"{server.__name__}."):
        for value in vars(import_module(found.name)).values():
            if isinstance(value, type) and value.__module__ == found.name:
                yield value


def overridden(classes: Iterable[type]) -> set[str]:
    """The uvicorn methods that these classes override."""
    return {
        f"{base.__module__}:{base.__qualname__}.{name}"
        for own in classes
        for base in own.__mro__
        if base.__module__.partition(".")[0] == "uvicorn"
        for name, value in vars(base).items()
        if name in vars(own) and (callable(value) or isinstance(value, property | staticmethod | classmethod))
    }


def watched() -> set[str]:
    """All names that are compared."""
    return overridden(own_classes()) | set(DEPENDED_ON)


@functools.cache
def parsed(module: str) -> tuple[str, ast.AST]:
    """The source of a module, as text and as a tree."""
    text = inspect.getsource(import_module(module))
    return text, ast.parse(text)


def digest(name: str) -> str:
    """The digest of the installed uvicorn's code of this name; "missing" without one."""
    module, _, path = name.partition(":")
    text, found = parsed(module)
    for part in path.split("."):
        inner = [node for node in ast.iter_child_nodes(found) if part in _names(node)]
        if not inner:
            return "missing"
        found = inner[-1]
    first = min(node.lineno for node in (found, *getattr(found, "decorator_list", ())))
    return digest_of("\n".join(text.splitlines()[first - 1 : found.end_lineno]))  # type: ignore[attr-defined]


def digest_of(source: str) -> str:
    """The digest of code without comments, docstrings, blank lines and indentation."""
    lines = inspect.cleandoc(f"\n{source}").splitlines()
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] = lines[token.start[0] - 1][: token.start[1]]
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.end_lineno:
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    kept = "\n".join(line.rstrip() for line in lines if line.strip())
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def changed(table: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Names whose code in the installed uvicorn differs from all accepted releases."""
    return [name for name in sorted(watched()) if digest(name) not in table.get(name, {})]


def accepted() -> dict[str, dict[str, str]]:
    """The digests of accepted releases by name."""
    table: dict[str, dict[str, str]] = json.loads(TABLE.read_text("utf-8"))
    return table


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
        case _:
            return []


def main() -> None:
    """Accept the installed release."""
    table = accepted() if TABLE.exists() else {}
    release = version("uvicorn")
    for name in watched():
        table.setdefault(name, {}).setdefault(digest(name), release)
    kept = {name: table[name] for name in sorted(watched())}
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(digests)}" for name, digests in kept.items())
    TABLE.write_text(f"{{\n{lines}\n}}\n", "utf-8")


if __name__ == "__main__":
    main()
