"""Deeply nested JSON from outside is an error of each command, or is shown as text; none fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.conftest import Command

DEEP = "[" * 100_000
TOO_DEEP = ("JSON nested more than ", " levels deep")


@contextmanager
def answering(body: bytes) -> Iterator[str]:
    """The URL of a server that answers one request."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        thread.join()


@pytest.mark.parametrize("flag", ["-i", "--json", "--fail"])
def test_a_deep_reply_is_shown_as_text(command: Command, flag: str) -> None:
    """It is not signed, which is an error."""
    with answering(DEEP.encode()) as url:
        ended = command("call", flag, "--url", url, "createPaymentSession")
    assert (1, True) == (ended.code, DEEP in ended.out), ended.err


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("trigger notifyPayment --body FILE --to http://127.0.0.1:9/", 1),
        ("call createPaymentSession FILE --set a=1", 1),
        (f"call createPaymentSession --set a:={DEEP}", 2),
        ("compare --against http://127.0.0.1:9 FILE", 2),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_deep_body_is_refused(command: Command, tmp_path: Path, line: str, code: int) -> None:
    """Before anything is sent."""
    file = tmp_path / "pay.json"
    file.write_text(DEEP)
    command(*line.replace("FILE", str(file)).split()).expect(code, (), TOO_DEEP)
