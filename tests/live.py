"""A gateway on real ports in a thread, and signed calls to it."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import http.client
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.contracts import FOLDER
from mock_alipay.gateway.assembly import Components
from mock_alipay.server.certificate import Certificate
from mock_alipay.signing import Signer, content, keys
from mock_alipay.testing.background import running

SAMPLE_FILE = FOLDER / "samples" / "payments" / "createPaymentSession.json"
PATH = "/ams/api/v1/payments/createPaymentSession"
SANDBOX_PATH = "/ams/sandbox/api/v1/payments/createPaymentSession"
TIME = "2026-11-22T01:07:10+00:00"


def letters() -> str:
    """A unique text without digits: the journal masks what looks like a card number."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


def sample(payment_request_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """The documented sample with a unique id; ``changes`` replace top-level fields, None removes them."""
    body: dict[str, Any] = json.loads(SAMPLE_FILE.read_text())
    body["paymentRequestId"] = payment_request_id or f"test-{letters()}"
    body.update(copy.deepcopy(changes))
    return {name: value for name, value in body.items() if value is not None}


def signed_headers(
    body: bytes,
    *,
    path: str = SANDBOX_PATH,
    client_id: str = TEST_CLIENT_ID,
    key: RSAPrivateKey | None = None,
    time: str = TIME,
    method: str = "POST",
) -> dict[str, str]:
    """The headers of a call, signed with the key of the test merchant or another one."""
    signer = Signer(key or keys.shipped_merchant_key())
    return {
        "content-type": "application/json; charset=UTF-8",
        "client-id": client_id,
        "request-time": time,
        "signature": signer.header(content(method, path, client_id, time, body)).decode(),
    }


@dataclass(frozen=True)
class Answer:
    """A reply as a client sees it."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The body, parsed."""
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed

    @property
    def code(self) -> str:
        """The result code."""
        return str(self.body["result"]["resultCode"])

    @property
    def message(self) -> str:
        """The result message."""
        return str(self.body["result"]["resultMessage"])


@dataclass(frozen=True)
class Live:
    """A running gateway."""

    config: Config
    components: Components
    certificate: Certificate | None

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """Send any request over plain HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.config.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def create(
        self, body: dict[str, Any] | bytes | None = None, *, extra: dict[str, str] | None = None, **how: Any
    ) -> Answer:
        """Send a signed createPaymentSession; ``how`` goes to ``signed_headers``, ``extra`` adds headers."""
        value = sample() if body is None else body
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        path = how.setdefault("path", SANDBOX_PATH)
        return self.request("POST", path, raw, {**signed_headers(raw, **how), **(extra or {})})

    def admin(self, method: str, path: str, body: Any = None) -> Answer:
        """Send an admin call; ``path`` follows ``/__admin``."""
        raw = b"" if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"content-type": "application/json"}
        return self.request(method, f"/__admin{path}", raw, headers)

    def entry(self, answer: Answer) -> dict[str, Any]:
        """The complete journal entry of the call with this reply."""
        return self.admin("GET", f"/calls/{answer.headers['mock-call-id']}").body


@contextlib.contextmanager
def live(
    config: Config | None = None, *, tls_folder: Path | None = None, tls_port: int = 0, **parts: Any
) -> Iterator[Live]:
    """Run a gateway on free ports until the block ends, with HTTPS if there is a ``tls_folder``.

    ``parts`` go to ``assemble``, for example a clock.
    """
    config = dataclasses.replace(config or Config(seed=1), port=0, tls_port=tls_port if tls_folder else None)
    with running(config, tls_folder=tls_folder, **parts) as gateway:
        yield Live(gateway.config, gateway.components, gateway.certificate)
