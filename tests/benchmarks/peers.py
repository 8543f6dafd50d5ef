"""The gateway beside other mock servers: ``python -m tests.benchmarks.peers [--rounds N] [--out DIR] [--publish]``.

Installs Prism, Mockoon, WireMock and moto's server with npm and pip, and sends each the same request
(see ``peer_servers.py``). The server has one core, the clients another. In each round each server is started anew and
measured for its first two seconds (cold), and until its rate no longer rises (warm). Before and after it the same
clients measure the ``plain`` server of ``reference.py``, and all rates are relative to that.

A round whose reference drifted by more than a tenth does not count. A server without a round, or one that claims to
validate and accepts a wrong body, is a row with the reason. So is one that cannot be installed or started.

``--publish`` rewrites the generated part of docs/performance.md, and its plot.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import itertools
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from mock_alipay.signing import content, fits, keys, parse, raw_signature
from tests.benchmarks.load import TARGET, Server, free_port, pin, reference, running, session, unsigned
from tests.benchmarks.peer_servers import SERVERS, Peer, UnavailableError
from tests.benchmarks.results import Round, Row, page, plot, row, table
from tests.benchmarks.timing import Timed, reply_to, timed

DOCS = Path(__file__).parents[2] / "docs"
CONNECTIONS = 32
COLD_SECONDS, WINDOW_SECONDS, REFERENCE_SECONDS = 2.0, 1.0, 1.0
LAST_WINDOWS, MOST_WINDOWS, RISE = 3, 12, 1.02
PREPARED = {"mock-alipay": 1_500}
"""Signed requests of a second, prepared before it; others are made as they are sent."""
READY_SECONDS = 60.0
WRONG = [(b'"order": {', b'"odrer": {'), (b'"value": "100"', b'"value": 100'), (b'"BRL"', b'"BR"')]
"""What makes the request wrong: a required field is missing, a type, a currency."""


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description="Compare the gateway with other mock servers.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=[*SERVERS], default=[*SERVERS], help="measure only these")
    parser.add_argument("--cache", type=Path, help="install the servers here, and use those that are here")
    parser.add_argument("--out", type=Path, help="write the table and the plot into this folder")
    parser.add_argument("--publish", action="store_true", help="rewrite docs/performance.md and its plot")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.cache or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        rows = _measured(folder, arguments.only, arguments.rounds)
    text = f"{_circumstances(arguments.rounds)}\n\n{table(rows)}"
    print(text)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "performance.md").write_text(text)
        (arguments.out / "performance.svg").write_text(plot(rows))
    if arguments.publish:
        path = DOCS / "performance.md"
        path.write_text(page(path.read_text(), text))
        (DOCS / "images" / "performance.svg").write_text(plot(rows))


def _measured(folder: Path, names: list[str], count: int) -> list[Row]:
    peers, rounds, refused = {}, {name: list[Round]() for name in names}, {}
    for name in names:
        try:
            peers[name] = SERVERS[name](folder)
        except UnavailableError as error:
            refused[name] = Row(name, refused=str(error))
    pin(0, 1)
    port = free_port()
    with running(reference(port, "plain"), port) as plain:
        _reference(plain)
        for number, name in itertools.product(range(count), names):
            if name in refused:
                continue
            try:
                rounds[name].append(_round(peers[name], plain))
                print(f"round {number + 1}: {name}, drift {rounds[name][-1].drift:.0%}", file=sys.stderr)
            except (OSError, RuntimeError) as error:
                reason = str(error).partition(": ")[0]
                refused[name] = Row(name, peers[name].version, f"not measured: {reason}")
                print(f"{name}: {error}", file=sys.stderr)
    return [
        refused.get(name) or row(name, peers[name].version, rounds[name], validates=peers[name].validates)
        for name in names
    ]


def _round(peer: Peer, plain: Server) -> Round:
    before = _reference(plain)
    requests = _prepared(peer, COLD_SECONDS)
    with _started(peer) as (server, ready):
        cold = _window(peer, requests, COLD_SECONDS)
        warm = _warm(peer)
        memory = server.resident_bytes()
        refuses = all(peer.expected not in reply_to(peer.port, _wrong(peer, *change)) for change in WRONG)
        signs = _signed(reply_to(peer.port, next(peer.requests(session))))
    return Round(before, _reference(plain), cold, warm, ready, memory, refuses, signs)


def _wrong(peer: Peer, right: bytes, wrong: bytes) -> bytes:
    """A request whose body has something wrong."""
    return next(peer.requests(lambda number: session(number).replace(right, wrong)))


def _signed(reply: bytes) -> bool:
    """Whether the reply has a signature that fits: Prism invents one."""
    head, _, body = reply.partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
    headers = {name.lower(): value for name, _, value in lines}
    try:
        signature = raw_signature(parse(headers["signature"]).value)
        signed = content("POST", TARGET, headers["client-id"], headers["response-time"], body)
    except (KeyError, ValueError):
        return False
    return fits(keys.shipped_gateway_key().public_key(), signature, signed)


def _reference(plain: Server) -> float:
    return timed(plain.port, unsigned(), connections=CONNECTIONS, seconds=REFERENCE_SECONDS).rate


def _warm(peer: Peer) -> Timed:
    """The last windows together, when none of them is faster than those before."""
    windows: list[Timed] = []
    while len(windows) < MOST_WINDOWS:
        windows.append(_window(peer, _prepared(peer, WINDOW_SECONDS), WINDOW_SECONDS))
        rates = [each.rate for each in windows]
        earlier, last = rates[:-LAST_WINDOWS], rates[-LAST_WINDOWS:]
        if earlier and max(last) <= RISE * max(earlier):
            break
    final = windows[-LAST_WINDOWS:]
    return Timed(sum(each.seconds for each in final), [wait for each in final for wait in each.waits])


def _window(peer: Peer, requests: Iterator[bytes], seconds: float) -> Timed:
    return timed(peer.port, requests, connections=CONNECTIONS, seconds=seconds, expected=peer.expected)


def _prepared(peer: Peer, seconds: float) -> Iterator[bytes]:
    """Requests; those that take long to make are made now."""
    count = PREPARED.get(peer.name)
    return (
        peer.requests(session)
        if count is None
        else iter(list(itertools.islice(peer.requests(session), int(count * seconds))))
    )


@contextlib.contextmanager
def _started(peer: Peer) -> Iterator[tuple[Server, float]]:
    """The server on one core with all of its threads, and the seconds until it replied."""
    request, environment = next(peer.requests(session)), {**os.environ, **peer.environment}
    pin(0, 0)
    began = time.monotonic()
    process = subprocess.Popen(
        peer.command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    pin(0, 1)
    try:
        while True:
            with contextlib.suppress(ConnectionError):
                if peer.expected in reply_to(peer.port, request):
                    break
            if process.poll() is not None or time.monotonic() - began > READY_SECONDS:
                raise RuntimeError(f"it did not start: {peer.command}")
            time.sleep(0.01)
        yield Server(process, peer.port), time.monotonic() - began
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _circumstances(rounds: int) -> str:
    """When, where and with what was measured."""
    versions = {"Python": platform.python_version(), "cryptography": version("cryptography")}
    for tool, flag in (("node", "--version"), ("java", "-version")):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run([tool, flag], capture_output=True, text=True, check=True, timeout=20)
            found = re.search(r"[\d.]+", done.stdout + done.stderr)
            versions[tool.title()] = found[0] if found else "unknown"
    with contextlib.suppress(OSError):
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        versions["processor"] = model[1] if model else platform.machine()
    date = dt.datetime.now(dt.UTC).date()
    used = ", ".join(f"{name} {value}" for name, value in versions.items())
    command = f"`python -m tests.benchmarks.peers --rounds {rounds}`"
    return f"Measured on {date} with {command}, on a machine with {os.cpu_count()} cores: {used}."


if __name__ == "__main__":
    main()
