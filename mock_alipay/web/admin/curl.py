"""A call as a shell command that repeats it."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any

from mock_alipay.clock.clocks import wire_time
from mock_alipay.config.config import TEST_CLIENT_ID, Config
from mock_alipay.journal.calls import CallRecord
from mock_alipay.signing import Signer, content, keys
from mock_alipay.text.masking import mask_cards, mask_text
from mock_alipay.web.admin.call_views import masked_body

_SENT = ("content-type", "client-id", "request-time", "signature", "mock-scenario")
"""The headers that matter to the gateway."""


def curl(entry: CallRecord, config: Config, url: str, now: datetime) -> dict[str, Any]:
    """``command`` for a POSIX shell, with secrets masked; ``fresh``: whether its signature is made for it.

    Only calls of the test merchant are signed again, because its key is public, unless it is configured with another
    one. The signature of another merchant is that of the call, which fits as long as nothing was masked.
    """
    call, body = entry.call, masked_body(entry.call.body)
    path = mask_text(call.target)
    headers = {name: call.headers[name] for name in _SENT if name in call.headers}
    shipped_key = TEST_CLIENT_ID not in dict(config.merchants)
    fresh = shipped_key and call.headers.get("client-id") == TEST_CLIENT_ID and "signature" in headers
    if fresh:
        time = wire_time(now)
        signer = Signer(keys.shipped_merchant_key())
        signed = content(call.method, path, TEST_CLIENT_ID, time, body.encode())
        headers |= {"request-time": time, "signature": signer.header(signed).decode()}
    parts = ["curl", "-sS", "-X", call.method, f"{url}{path}"]
    for name, value in headers.items():
        parts += ["-H", f"{name}: {value if name == 'signature' else mask_cards(value)}"]
    return {"command": shlex.join([*parts, "--data-raw", body]), "fresh": fresh}
