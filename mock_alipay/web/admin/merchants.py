"""Admin calls about merchants: add and remove public keys."""

from __future__ import annotations

from typing import Any

from mock_alipay.errors import Misuse, SetupError
from mock_alipay.signing import keys
from mock_alipay.web.admin.context import Ask, Desk


async def add_merchant(desk: Desk, ask: Ask) -> Any:
    """Add a public key for a client id."""
    client_id, text = ask.body["clientId"], ask.body["publicKey"]
    try:
        key = keys.parse_public_key(text.encode(), "publicKey")
    except SetupError as error:
        raise Misuse(400, "Bad field", "; ".join(error.problems)) from None
    try:
        return {"clientId": client_id, "keyVersion": desk.keys.add(client_id, key, lasting=False)}
    except SetupError as error:
        raise Misuse(409, "Too many keys", "; ".join(error.problems)) from None


async def remove_merchant(desk: Desk, ask: Ask) -> Any:
    """Take away the keys that were added at run time."""
    client_id = ask.body["clientId"]
    return {"clientId": client_id, "keysRemoved": desk.keys.remove(client_id)}
