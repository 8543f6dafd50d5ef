"""``listen``: a shop that prints, verifies and acknowledges every notification."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
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

    from mock_alipay.client.webhook_server import WebhookHandler


@click.command(cls=Command)
@click.option(
    "--listen-port",
    type=Value(whole(0, 65535, "a port from 0 to 65535, where 0 picks a free one")),
    default=0,
    help="Port to listen on; a free one if omitted.",
)
@as_json
@options("gateway_key")
def listen(*, listen_port: int, as_json: bool, gateway_key: Path | None) -> None:
    """Print and verify notifications as a shop receives them.

    Prints its URL first (with --json on standard error): use it as paymentNotifyUrl, or as --notify-url of the gateway.
    Every notification is acknowledged. Ctrl-C ends it.

    Example: mock-alipay listen --listen-port 8000
    """
    from mock_alipay.signing import keys

    public_key = keys.gateway_key(gateway_key).public_key()
    try:
        server = _Server(("127.0.0.1", listen_port), _handler(public_key, as_json=as_json))
    except OSError as error:
        raise SetupError(f"--listen-port {listen_port}: cannot listen on 127.0.0.1: {error.strerror}") from None
    with server:
        click.echo(f"http://127.0.0.1:{server.server_port}/notify", err=as_json)
        server.serve_forever(poll_interval=0.1)
    if server.failure is not None:
        raise server.failure


class _Server(ThreadingHTTPServer):
    failure: OSError | None = None
    """Why standard output could not be written; the server stops then."""

    def printed(self, text: str) -> bool:
        """Print a text; False when that is impossible."""
        try:
            click.echo(text)
        except OSError as error:
            self.failure = error
            threading.Thread(target=self.shutdown).start()
        return self.failure is None

    def handle_error(self, *_: Any) -> None:
        """Do not print the traceback of a client that went away."""


def _handler(public_key: RSAPublicKey, *, as_json: bool) -> type[WebhookHandler]:
    from mock_alipay.client.webhook_server import ACKNOWLEDGEMENT, WebhookHandler
    from mock_alipay.signing.webhook import webhook_verdict

    class Handler(WebhookHandler):
        """Prints a notification and acknowledges it."""

        server: _Server

        def receive(self, headers: dict[str, str], body: bytes) -> None:
            verdict = webhook_verdict(public_key, self.path, headers, body)
            if self.server.printed((_line if as_json else _text)(self.path, headers, verdict, _shown(body))):
                self.respond(200, ACKNOWLEDGEMENT)

    return Handler


def _shown(body: bytes) -> Any:
    """The JSON of a body, or its text, with card numbers masked."""
    from mock_alipay.text.json_text import parse_json
    from mock_alipay.text.masking import mask_json, mask_text

    try:
        return mask_json(parse_json(body))
    except ValueError:
        return mask_text(body.decode("utf-8", "replace"))


def _line(path: str, headers: Mapping[str, str], verdict: str, body: Any) -> str:
    from mock_alipay.text.masking import mask_text

    shown = {name: mask_text(value) for name, value in headers.items()}
    return json.dumps({"path": mask_text(path), "headers": shown, "signature": verdict, "body": body})


def _text(path: str, _: Mapping[str, str], verdict: str, body: Any) -> str:
    from mock_alipay.client.formatting import plain
    from mock_alipay.text.masking import mask_text

    names = (body.get("notifyType"), body.get("paymentRequestId")) if isinstance(body, dict) else ()
    words = [f"POST {mask_text(path)}", *(str(name) for name in names if name), f"signature: {verdict}"]
    first = click.style(plain("  ".join(words)), fg="green" if verdict == "valid" else "red")
    lines = json.dumps(body, indent=2, ensure_ascii=False).split("\n")
    return "\n".join([first, *map(plain, lines), ""])
