"""Admin calls about the journal: list, count and show merchants' calls."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mock_alipay.errors import Misuse
from mock_alipay.journal.calls import FILTERS, Entry, wanted
from mock_alipay.web.admin import call_views
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.parameters import unknown


async def list_calls(desk: Desk, ask: Ask) -> Any:
    """The journal, newest first."""
    found = list(itertools.islice(_found_by(desk, ask), ask.query["limit"]))
    return {"calls": await shown(desk, found)}


async def count_calls(desk: Desk, ask: Ask) -> Any:
    """How many calls fit the filters."""
    return {"count": sum(1 for _ in _found_by(desk, ask))}


async def get_call(desk: Desk, ask: Ask) -> Any:
    """One call whole."""
    call_id = ask.request.path_params["id"]
    entry = desk.journal.get(call_id)
    if entry is None:
        raise Misuse(404, "No such call", f"the journal has no call '{call_id[:40]}'; it keeps the latest only")
    return await desk.clerk.do(lambda: call_views.whole_call_view(entry, desk.contract))


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


def _found_by(desk: Desk, ask: Ask) -> Iterable[Entry]:
    """The exchanges that a call's filters pick, newest first."""
    return desk.journal.newest_first(wanted(filters_of(desk, ask.query)), after=ask.query["after"])


def _known(name: str, filters: Mapping[str, str], words: Collection[str], desk: Desk) -> None:
    value = filters.get(name)
    if value is None or value in words:
        return
    # What is gone now may have been there when a call came.
    if not any(FILTERS[name](entry) == value for entry in desk.journal):
        raise unknown(name, value, sorted(words))
