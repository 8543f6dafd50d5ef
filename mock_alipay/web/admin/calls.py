"""Admin calls that look: at the journal, scenarios, payments, the clock."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from mock_alipay.apis.payments.model import Payment
from mock_alipay.errors import Misuse
from mock_alipay.journal.calls import FILTERS, Entry, wanted
from mock_alipay.version import __version__
from mock_alipay.web.admin import call_views, payment_views
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.parameters import unknown

_PORT = re.compile(r":[0-9]+$")


async def health(_desk: Desk, _ask: Ask) -> Any:
    """Whether the gateway is up."""
    return {"status": "ok", "version": __version__}


async def calls(desk: Desk, ask: Ask) -> Any:
    """The journal, newest first."""
    found = list(itertools.islice(found_by(desk, ask), ask.query["limit"]))
    return {"calls": await shown(desk, found)}


async def count(desk: Desk, ask: Ask) -> Any:
    """How many calls fit the filters."""
    return {"count": sum(1 for _ in found_by(desk, ask))}


async def call(desk: Desk, ask: Ask) -> Any:
    """One call whole."""
    call_id = ask.request.path_params["id"]
    entry = desk.journal.get(call_id)
    if entry is None:
        raise Misuse(404, "No such call", f"the journal has no call '{call_id[:40]}'; it keeps the latest only")
    return await desk.clerk.do(lambda: call_views.whole_call_view(entry, desk.contract))


async def scenarios(desk: Desk, ask: Ask) -> Any:
    """The stories that a client id can see; without one all there are."""
    chooser, client_id = desk.chooser, ask.client_id
    whose = {id(story): whom for whom, story in chooser.shelf.loaded()}
    chosen = [{"clientId": who, "scenario": name, "times": times} for who, name, times in chooser.preferences()]
    return {
        "scenarios": [
            call_views.story_view(story, loaded=id(story) in whose, client_id=whose.get(id(story)))
            for story in chooser.shelf.visible(client_id)
        ],
        "default": chooser.default,
        "chosen": [one for one in chosen if client_id is None or one["clientId"] in (None, client_id)],
    }


async def payments(desk: Desk, ask: Ask) -> Any:
    """The payments that the gateway knows, the latest change first."""
    found = [await _standing(desk, p) for p in (await desk.ledger.store.browse(ask.client_id))[: ask.query["limit"]]]
    return await desk.clerk.do(lambda: {"payments": [payment_views.payment_view(payment) for payment in found]})


async def payment(desk: Desk, ask: Ask) -> Any:
    """One payment."""
    found = await found_payment(desk, ask)
    return await desk.clerk.do(lambda: payment_views.payment_view(found))


async def found_payment(desk: Desk, ask: Ask) -> Payment:
    """The payment that a path names, as it stands; Misuse when there is none, or when it could be several."""
    return await payment_of(desk, ask.request.path_params["paymentRequestId"], ask.client_id)


async def payment_of(desk: Desk, payment_request_id: str, client_id: str | None) -> Payment:
    """The same by its paymentRequestId."""
    if client_id is None:
        found = [p for p in await desk.ledger.store.browse() if p.payment_request_id == payment_request_id]
    else:
        known = await desk.ledger.store.load(client_id, payment_request_id)
        found = [known] if known else []
    if not found:
        whose = f" by client id {client_id}" if client_id else ""
        detail = f"no session or payment was created{whose} with paymentRequestId '{payment_request_id[:64]}'"
        raise Misuse(404, "No such payment", detail)
    if len(found) > 1:
        clients = ", ".join(payment.client_id for payment in found)
        raise Misuse(409, "Several payments", f"several client ids used this id; add clientId, one of {clients}")
    return await _standing(desk, found[0])


async def _standing(desk: Desk, payment: Payment) -> Payment:
    """As it stands now, even where nobody sees to what is due (an app without its lifespan)."""
    now = desk.clocks.now(payment.client_id)
    return await desk.ledger.advance(payment, now) or payment


async def clock(desk: Desk, ask: Ask) -> Any:
    """The time of a client id, or of all."""
    return clock_of(desk, ask.client_id)


def clock_of(desk: Desk, client_id: str | None) -> dict[str, Any]:
    """How the clock of a client id, or of all, stands."""
    return call_views.clock_view(desk.clocks, client_id, desk.postman.under_way(client_id))


async def environment(desk: Desk, ask: Ask) -> Any:
    """What a client must be set up with; the URLs are those of the name under which it came."""
    reached = ask.request.headers.get("host")
    if reached is None:
        return desk.env
    own = "tlsUrl" if ask.request.url.scheme == "https" else "url"
    return {**desk.env, **{name: _called(desk.env[name], reached, whole=name == own) for name in ("url", "tlsUrl")}}


def _called(url: str | None, host: str, *, whole: bool) -> str | None:
    """A URL of this gateway with the host that a client calls it by, and with its port, too, where ``whole``."""
    if url is None:
        return None
    scheme, _, authority = url.partition("://")
    return f"{scheme}://{host}" if whole else f"{scheme}://{_PORT.sub('', host)}{''.join(_PORT.findall(authority))}"


async def certificate(desk: Desk, _ask: Ask) -> Any:
    """The certificate of the authority that clients trust over HTTPS, for those who cannot see its file."""
    file = desk.env["caCertificate"]
    if file is None:
        raise Misuse(404, "No certificate", "HTTPS is off here, or another server provides it")
    try:
        pem = await desk.clerk.do(Path(file).read_bytes)
    except OSError as error:
        raise Misuse(404, "No certificate", f"{file} cannot be read any more: {error.strerror}") from None
    return Response(pem, media_type="application/x-pem-file")


def found_by(desk: Desk, ask: Ask) -> Iterable[Entry]:
    """The exchanges that a call's filters pick, newest first."""
    return desk.journal.newest_first(wanted(filters_of(desk, ask.query)), after=ask.query["after"])


def filters_of(desk: Desk, query: Mapping[str, Any]) -> dict[str, str]:
    """The filters among the parameters; Misuse (400) for an endpoint, code or scenario that does not exist."""
    filters = {name: query[name] for name in FILTERS if name in query}
    stories = desk.chooser.shelf.visible(filters.get("clientId"))
    _known("endpoint", filters, desk.endpoints, desk)
    _known("scenario", filters, {story.name for story in stories}, desk)
    if not any(story.sets_result_code for story in stories):
        _known("resultCode", filters, desk.result_codes, desk)
    return filters


async def shown(desk: Desk, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Exchanges as lists show them."""
    return await desk.clerk.do(lambda: [call_views.call_view(entry, desk.contract) for entry in entries])


def _known(name: str, filters: Mapping[str, str], words: Collection[str], desk: Desk) -> None:
    value = filters.get(name)
    if value is None or value in words:
        return
    # What is gone now may have been there when a call came.
    if not any(FILTERS[name](entry) == value for entry in desk.journal):
        raise unknown(name, value, sorted(words))
