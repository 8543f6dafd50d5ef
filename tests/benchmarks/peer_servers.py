"""The servers that ``peers.py`` measures: how each is installed and started.

npm and pip install them into a folder, where files with their settings are written too. Each answers the same
createPaymentSession request with a reply of the gateway; only moto has a request of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mock_alipay.version import __version__
from tests.benchmarks.load import TARGET, free_port, mock_alipay, running, signed, unsigned
from tests.benchmarks.timing import SUCCESS, reply_to

INSTALL_SECONDS = 300


class UnavailableError(Exception):
    """A server cannot be installed here; the text says why."""


@dataclass(frozen=True)
class Peer:
    """A server to measure.

    ``requests`` takes what makes a body from a number. ``validates``: it claims to refuse a wrong body.
    ``expected``: what a reply to the request contains.
    """

    name: str
    version: str
    command: list[str]
    port: int
    requests: Callable[[Callable[[int], bytes]], Iterator[bytes]] = unsigned
    validates: bool = False
    expected: bytes = SUCCESS
    environment: dict[str, str] = field(default_factory=dict)


def gateway(folder: Path) -> Peer:
    """The gateway with signatures off, as the peers cannot sign."""
    port = free_port()
    command = mock_alipay(port, "--signatures", "off")
    environment = {"MOCK_ALIPAY_HOME": str(folder)}
    return Peer("mock-alipay, unsigned", __version__, command, port, validates=True, environment=environment)


def signing_gateway(folder: Path) -> Peer:
    """The gateway, which verifies each request and signs each reply."""
    port = free_port()
    environment = {"MOCK_ALIPAY_HOME": str(folder)}
    return Peer("mock-alipay", __version__, mock_alipay(port), port, signed, validates=True, environment=environment)


def prism(folder: Path) -> Peer:
    """Prism with the operation of the gateway's own ``/openapi.json`` and an example reply."""
    modules = _npm(folder, "@stoplight/prism-cli")
    document, reply = _sample()
    document["paths"] = {TARGET: document["paths"][TARGET]}
    document["paths"][TARGET]["post"]["responses"]["200"]["content"]["application/json"]["example"] = json.loads(reply)
    path, port = folder / "openapi.json", free_port()
    path.write_text(json.dumps(document))
    command = [str(modules / ".bin" / "prism"), "mock", "--port", str(port), "--verboseLevel", "error", str(path)]
    return Peer("Prism", _version(modules / "@stoplight" / "prism-cli"), command, port, validates=True)


def mockoon(folder: Path) -> Peer:
    """Mockoon with one route that returns a constant."""
    modules = _npm(folder, "@mockoon/cli")
    headers = [{"key": "content-type", "value": "application/json"}]
    response = {"uuid": "reply", "body": _sample()[1], "statusCode": 200, "headers": headers, "default": True}
    response |= {"latency": 0, "bodyType": "INLINE", "rules": [], "disableTemplating": True, "label": ""}
    route = {"uuid": "route", "type": "http", "method": "post", "endpoint": TARGET[1:], "responses": [response]}
    port = free_port()
    environment = {"uuid": "environment", "lastMigration": 33, "name": "benchmark", "port": port}
    environment |= {"hostname": "127.0.0.1", "routes": [route], "rootChildren": [{"type": "route", "uuid": "route"}]}
    path = folder / "mockoon.json"
    path.write_text(json.dumps(environment))
    quiet = ["--disable-admin-api", "--disable-log-to-file"]
    command = [str(modules / ".bin" / "mockoon-cli"), "start", "--repair", "--data", str(path), *quiet]
    return Peer("Mockoon", _version(modules / "@mockoon" / "cli"), command, port)


def wiremock(folder: Path) -> Peer:
    """WireMock with one stub that returns a constant, without its journal and log of requests."""
    java = _tool("java")
    modules = _npm(folder, "wiremock")
    jar = next((modules / "wiremock" / "build").glob("*.jar"))
    mappings = folder / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    response = {"status": 200, "body": _sample()[1], "headers": {"content-type": "application/json"}}
    stub = {"request": {"method": "POST", "urlPath": TARGET}, "response": response}
    (mappings / "stub.json").write_text(json.dumps(stub))
    port = free_port()
    place = ["--port", str(port), "--bind-address", "127.0.0.1", "--root-dir", str(mappings.parent)]
    quick = ["--disable-banner", "--no-request-journal", "--disable-request-logging"]
    return Peer("WireMock", _version(modules / "wiremock"), [java, "-jar", str(jar), *place, *quick], port)


def moto(folder: Path) -> Peer:
    """The server of moto, which mocks AWS, with GetCallerIdentity."""
    home = folder / "moto"
    if not (home / "bin" / "moto_server").exists():
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(home / "bin" / "pip"), "install", "--quiet", "moto[server]"])
    script = "import importlib.metadata; print(importlib.metadata.version('moto'))"
    version = _run([str(home / "bin" / "python"), "-c", script]).strip()
    port = free_port()
    command = [str(home / "bin" / "moto_server"), "--host", "127.0.0.1", "--port", str(port)]
    return Peer("moto", version, command, port, _caller_identity, expected=b"GetCallerIdentityResult")


SERVERS = {
    "mock-alipay, unsigned": gateway,
    "mock-alipay": signing_gateway,
    "WireMock": wiremock,
    "Mockoon": mockoon,
    "Prism": prism,
    "moto": moto,
}


def _caller_identity(_: Callable[[int], bytes]) -> Iterator[bytes]:
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    scope = "Credential=benchmark/20261122/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=none"
    head = f"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: AWS4-HMAC-SHA256 {scope}\r\n"
    head += f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    while True:
        yield head.encode() + body


def _sample() -> tuple[dict[str, Any], str]:
    """The gateway's OpenAPI document, and the body of one of its replies."""
    port = free_port()
    with running(mock_alipay(port, "--signatures", "off"), port, core=None) as server:
        document = json.loads(server.request("GET", "/openapi.json"))
        return document, reply_to(port, next(unsigned())).partition(b"\r\n\r\n")[2].decode()


def _npm(folder: Path, package: str) -> Path:
    """Install a package, unless it is there; the folder of all packages."""
    modules = folder / "node_modules"
    if not (modules / package).exists():
        _run(
            [
                _tool("npm"),
                "install",
                "--no-audit",
                "--no-fund",
                "--loglevel",
                "error",
                "--prefix",
                str(folder),
                package,
            ]
        )
    return modules


def _version(package: Path) -> str:
    return str(json.loads((package / "package.json").read_text())["version"])


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise UnavailableError(f"not installed: {name} is not on the path")
    return path


def _run(command: list[str]) -> str:
    """What the command prints. If it fails, its errors are shown, but not published: they may name hosts."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(f"not installed: {Path(command[0]).name} took over {INSTALL_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        raise UnavailableError(f"not installed: {Path(command[0]).name} failed") from error
    return done.stdout
