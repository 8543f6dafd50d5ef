"""``listen``: a shop that prints, verifies and acknowledges every notification."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mock_alipay.cli.command import Command
from mock_alipay.cli.options import options
from mock_alipay.cli.output import as_json
from mock_alipay.cli.param_types import Value
from mock_alipay.config.kinds import whole
from mock_alipay.errors import SetupError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_ACKNOWLEDGEMENT = json.dumps(
    {"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"}}
).encode()
_MAX_BODY = 1024 * 1024


@click.command(cls=Command)
@click.option(
    "--listen-port",
    type=Value(whole(0, 65535, "a port from 0 to 65535, where 0 picks a free one")),
    default=0,
    help="Port to listen on; a free one if omitted.",
)
@as_json
@options("gateway_key")
def listen(listen_port: int, as_json: bool, gateway_key: Path | None) -> None:  # noqa: FBT001 - passed by name
    """Print and verify notifications as a shop receives them.

    Prints its URL first: use it as paymentNotifyUrl, or as --notify-url of the gateway. Every notification is
    acknowledged. Ctrl-C ends it.

    Example: mock-alipay listen --listen-port 8000
    """
    from mock_alipay.signing import keys

    public_key = keys.gateway_key(gateway_key).public_key()
    try:
        server = ThreadingHTTPServer(("127.0.0.1", listen_port), _handler(public_key, as_json=as_json))
    except OSError as error:
        raise SetupError(f"--listen-port {listen_port}: cannot listen on 127.0.0.1: {error.strerror}") from None
    with server:
        click.echo(f"http://127.0.0.1:{server.server_port}/notify", err=as_json)
        server.serve_forever()


def _handler(public_key: RSAPublicKey, *, as_json: bool) -> type[BaseHTTPRequestHandler]:
    from mock_alipay.signing.webhook import webhook_verdict

    class Handler(BaseHTTPRequestHandler):
        """Answers one request."""

        def do_POST(self) -> None:
            """Print a notification and acknowledge it."""
            length = self.headers.get("content-length", "0")
            size = int(length) if length.isascii() and length.isdigit() and len(length) < 10 else _MAX_BODY + 1
            if size > _MAX_BODY:
                self.send_error(413)
                return
            body = self.rfile.read(size)
            headers = {name.lower(): value for name, value in self.headers.items()}
            _show(self, body, webhook_verdict(public_key, self.path, headers, body), as_json=as_json)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(_ACKNOWLEDGEMENT)))
            self.end_headers()
            self.wfile.write(_ACKNOWLEDGEMENT)

        def log_message(self, *_: Any) -> None:
            """Print nothing: every notification has its own lines."""

    return Handler


def _show(request: BaseHTTPRequestHandler, body: bytes, verdict: str, *, as_json: bool) -> None:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = body.decode("utf-8", "replace")
    if as_json:
        line = {"path": request.path, "headers": dict(request.headers), "signature": verdict, "body": parsed}
        click.echo(json.dumps(line, ensure_ascii=False))
        return
    result = parsed.get("result", {}).get("resultCode", "") if isinstance(parsed, dict) else ""
    click.secho(f"POST {request.path}  {result}  signature: {verdict}", fg="green" if verdict == "valid" else "red")
    click.echo(f"{json.dumps(parsed, indent=2)}\n")
