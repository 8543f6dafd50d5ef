"""Admin API: list client ids, and add and remove their public keys."""

from __future__ import annotations

import asyncio
from typing import Any

from mock_alipay.errors import SetupError
from mock_alipay.signing import keys
from mock_alipay.text.masking import mask_cards
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.asgi.problems import HttpProblem


async def add_merchant(context: AdminContext, request: AdminRequest) -> Any:
    """Add a public key, or the next version of it, for a client id."""
    client_id, text = request.body["clientId"], request.body["publicKey"]
    try:
        key = keys.parse_public_key(text.encode(), "publicKey")
    except SetupError as error:
        raise HttpProblem(400, "Bad field", "; ".join(error.problems)) from None
    try:
        return {"clientId": mask_cards(client_id), "keyVersion": await context.keys.add(client_id, key)}
    except SetupError as error:
        raise HttpProblem(409, "Too many keys", "; ".join(error.problems)) from None


async def remove_merchant(context: AdminContext, request: AdminRequest) -> Any:
    """Remove the keys of a client id that were added at run time."""
    client_id = request.body["clientId"]
    return {"clientId": mask_cards(client_id), "keysRemoved": await context.keys.remove(client_id)}


async def new_key_pair(_context: AdminContext, _request: AdminRequest) -> Any:
    """Generate a key pair for a merchant of a test, as bare base64; the gateway does not keep it."""
    key = await asyncio.to_thread(keys.new_private_key)
    return {"privateKey": keys.bare_private_key(key), "publicKey": keys.bare_public_key(key.public_key())}


async def list_clients(context: AdminContext, _request: AdminRequest) -> Any:
    """List the client ids that have keys, calls or payments."""
    found = set(context.keys.ring().client_ids)
    found.update(record.client_id for record in await context.journal.newest_first())
    found.update(payment.client_id for payment in await context.repository.store.browse())
    return {"clientIds": sorted(mask_cards(client_id) for client_id in found if client_id)}
