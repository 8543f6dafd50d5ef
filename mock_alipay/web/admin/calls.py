"""Admin API: list, count and show the merchants' calls of the journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from mock_alipay.contracts.contract import Contract
from mock_alipay.contracts.names import Unresolved, bare, family_of, resolve, spoken_names
from mock_alipay.journal.calls import FILTERS, CallRecord, Readers, wanted
from mock_alipay.text.wording import short
from mock_alipay.web.admin import call_views, search
from mock_alipay.web.admin.context import AdminContext, AdminRequest
from mock_alipay.web.admin.curl import curl
from mock_alipay.web.admin.streamed import StreamedList
from mock_alipay.web.asgi.json_bodies import unknown
from mock_alipay.web.asgi.problems import HttpProblem


async def list_calls(context: AdminContext, request: AdminRequest) -> Any:
    """List the calls that fit the filters, newest first."""
    found = await found_by(context, request, request.query["limit"])
    view = call_views.call_summary if request.query.get("view") == "summary" else call_views.call_view
    return shown(context, [entry.id for entry in found], view)


async def count_calls(context: AdminContext, request: AdminRequest) -> Any:
    """Count the calls that fit the filters."""
    return {"count": len(await found_by(context, request))}


async def get_call(context: AdminContext, request: AdminRequest) -> Any:
    """Show one call with its headers and the signed texts."""
    call_id = request.http.path_params["id"]
    entry = await context.journal.get(call_id)
    if entry is None:
        raise HttpProblem(404, "No such call", f"there is no call '{short(call_id)}'; the oldest calls are evicted")
    url, now = str(request.http.base_url).rstrip("/"), context.clocks.real.now()
    return await context.worker.do(
        lambda: {**call_views.whole_call_view(entry, context.contract), "curl": curl(entry, context.config, url, now)}
    )


async def filters_of(context: AdminContext, query: Mapping[str, Any]) -> dict[str, str]:
    """The filters among the parameters; HttpProblem (400) for an unknown endpoint, code or scenario."""
    filters = named(context, FILTERS, query)
    scenarios = context.selector.registry.visible(filters.get("clientId"))
    await _known("scenario", filters, {scenario.name for scenario in scenarios}, context)
    if not any(scenario.sets_result_code for scenario in scenarios):
        await _known("resultCode", filters, context.gateway.results, context)
    return filters


def named(context: AdminContext, readers: Readers, query: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that are filters: those of ``readers``, and the request ids of the families.

    HttpProblem (400) for an endpoint or notification that is unknown, or that several families have.
    """
    names = {*readers, *(family.id_field for family in context.families.values())}
    filters = {name: query[name] for name in sorted(names) if name in query}
    for what, ids in (("endpoint", context.contract.endpoints), ("notification", context.contract.notifications)):
        if (written := filters.get(what)) is not None:
            id_ = _id_of(written, ids, what)
            filters |= {"family": family_of(id_), what: bare(id_)} if "/" in written else {}
    return filters


def _id_of(written: str, ids: Iterable[str], what: str) -> str:
    try:
        return resolve(written, ids, what)
    except Unresolved as error:
        if error.candidates:
            raise HttpProblem(400, f"Ambiguous {what}", str(error), allowed=list(error.candidates)) from None
        raise unknown(what, written, sorted(spoken_names(ids))) from None


def shown(
    context: AdminContext,
    ids: Iterable[str],
    view: Callable[[CallRecord, Contract], dict[str, Any]] = call_views.call_view,
    **members: Any,
) -> StreamedList:
    """A list of calls as the last member of the reply, after ``members``."""
    return StreamedList(
        context, "calls", ids, context.journal.get, lambda entry: view(entry, context.contract), members
    )


async def found_by(context: AdminContext, request: AdminRequest, limit: int | None = None) -> list[CallRecord]:
    """The calls that fit the filters of a request, newest first."""
    fits = wanted(await filters_of(context, request.query))
    return await search.journaled(context, context.journal, fits, request.query, search.CALLS, limit)


async def _known(name: str, filters: Mapping[str, str], words: Collection[str], context: AdminContext) -> None:
    value = filters.get(name)
    if value is None or value in words:
        return
    # A scenario that is no longer loaded may have been loaded when a call arrived.
    if not await context.journal.newest_first(lambda entry: FILTERS[name](entry) == value, limit=1):
        raise unknown(name, value, sorted(words))
