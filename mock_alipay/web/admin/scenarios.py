"""Admin API: list, load, choose and clear scenarios."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from mock_alipay.errors import SetupError
from mock_alipay.scenarios import Scenario
from mock_alipay.scenarios.upload import read_upload
from mock_alipay.text.masking import mask_cards, mask_json, mask_text
from mock_alipay.text.wording import plural
from mock_alipay.web.admin.context import AdminContext, AdminRequest, spoken_client
from mock_alipay.web.admin.parameters import SCHEMA
from mock_alipay.web.asgi.json_bodies import JSON, YAML, wrong_media
from mock_alipay.web.asgi.problems import HttpProblem

logger = logging.getLogger("mock_alipay")


async def list_scenarios(context: AdminContext, request: AdminRequest) -> Any:
    """List the scenarios that are visible to a client id, or without one all scenarios."""
    selector, client_id = context.selector, request.client_id
    owners = {id(scenario): owner for owner, scenario in selector.registry.loaded()}
    chosen = [{"clientId": owner, "scenario": name, "times": times} for owner, name, times in selector.preferences()]
    return {
        "scenarios": [
            scenario_view(
                scenario, context.vocabulary.spoken, loaded=id(scenario) in owners, client_id=owners.get(id(scenario))
            )
            for scenario in selector.registry.visible(client_id)
        ],
        "default": selector.default,
        "chosen": mask_json([each for each in chosen if client_id is None or each["clientId"] in (None, client_id)]),
    }


async def load_scenario(context: AdminContext, request: AdminRequest) -> Any:
    """Load a scenario, or all scenarios of a template, until reset."""
    if request.media not in (JSON, *YAML):
        raise wrong_media(request.media, [JSON, YAML[0]])
    try:
        scenarios, client_id = await context.worker.do(lambda: _posted(context, request))
        await context.selector.load(*scenarios, client_id=client_id)
    except UnicodeDecodeError:
        raise HttpProblem(400, "Bad scenario", "the body is not UTF-8 text") from None
    except SetupError as error:
        raise HttpProblem(400, "Bad scenario", "; ".join(error.problems), faults=list(error.problems)) from None
    views = [
        scenario_view(scenario, context.vocabulary.spoken, loaded=True, client_id=client_id) for scenario in scenarios
    ]
    return views[0] if len(views) == 1 else {"scenarios": views}


async def choose_scenario(context: AdminContext, request: AdminRequest) -> Any:
    """Set the scenario for the next calls, or until it is changed."""
    body = dict(request.body)
    if "times" in body:
        # 2.0 is a whole number to JSON Schema.
        body["times"] = int(body["times"])
    times = body.get("times")
    await context.selector.prefer(body["scenario"], client_id=request.client_id, times=times)
    calls = "" if times is None else f", next {plural(times, 'call')}"
    logger.info("scenario set: %s for %s%s", body["scenario"], spoken_client(request.client_id), calls)
    return body


async def clear_scenario(context: AdminContext, request: AdminRequest) -> Any:
    """Clear the scenario that was set for a client id, or without one all that were set."""
    await context.selector.clear(request.client_id)
    logger.info("scenario cleared for %s", spoken_client(request.client_id))
    return {"status": "ok"}


def scenario_view(
    scenario: Scenario, spoken: Callable[[str], str], *, loaded: bool, client_id: str | None
) -> dict[str, Any]:
    """A scenario as JSON; ``loaded``: at run time, for ``client_id`` or for all."""
    return {
        "name": scenario.name,
        "description": mask_text(scenario.description),
        "endpoints": [spoken(id_) for id_ in scenario.steps],
        "calls": [spoken(id_) for id_ in scenario.calls],
        "buyer": [act.action for act in scenario.buyer],
        "notifications": [spoken(id_) for id_ in scenario.notification_steps],
        "match": [mask_cards(condition.place) for condition in scenario.match],
        "file": None if loaded else scenario.origin,
        "clientId": client_id and mask_cards(client_id),
    }


def _posted(context: AdminContext, request: AdminRequest) -> tuple[list[Scenario], str | None]:
    upload = read_upload(
        request.raw.decode(),
        context.vocabulary,
        keys=f"{SCHEMA}#/$defs/LoadedScenario",
        is_json=request.media == JSON,
    )
    name, client_id = _one("name", request, upload.name), _one("clientId", request, upload.client_id)
    if name is None:
        raise HttpProblem(
            400, "No name", "name: missing; write POST …/scenarios?name=NAME, or the key name in the scenario"
        )
    return upload.scenarios(name), client_id


def _one(name: str, request: AdminRequest, in_body: str | None) -> str | None:
    in_query: str | None = request.query.get(name)
    if None not in (in_query, in_body) and in_query != in_body:
        raise HttpProblem(
            400, "Bad field", f"{name}: expected the same in query and body, got {in_query} and {in_body}"
        )
    return in_query or in_body
