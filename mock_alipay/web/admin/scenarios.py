"""Admin calls about scenarios: list, load, choose and clear."""

from __future__ import annotations

from typing import Any

from mock_alipay.errors import Misuse, SetupError
from mock_alipay.scenarios import Story
from mock_alipay.scenarios.upload import read_posted
from mock_alipay.web.admin.context import Ask, Desk
from mock_alipay.web.admin.parameters import JSON, SCHEMA, YAML, wrong_media


async def list_scenarios(desk: Desk, ask: Ask) -> Any:
    """The stories that a client id can see; without one all there are."""
    chooser, client_id = desk.chooser, ask.client_id
    whose = {id(story): whom for whom, story in chooser.shelf.loaded()}
    chosen = [{"clientId": who, "scenario": name, "times": times} for who, name, times in chooser.preferences()]
    return {
        "scenarios": [
            story_view(story, loaded=id(story) in whose, client_id=whose.get(id(story)))
            for story in chooser.shelf.visible(client_id)
        ],
        "default": chooser.default,
        "chosen": [one for one in chosen if client_id is None or one["clientId"] in (None, client_id)],
    }


async def load_scenario(desk: Desk, ask: Ask) -> Any:
    """Load a story until reset."""
    if ask.media not in (JSON, *YAML):
        raise wrong_media(ask.media, [JSON, YAML[0]])
    try:
        story, client_id = await desk.clerk.do(lambda: _posted(desk, ask))
        desk.chooser.load(story, client_id)
    except UnicodeDecodeError:
        raise Misuse(400, "Bad scenario", "the body is not UTF-8 text") from None
    except SetupError as error:
        raise Misuse(400, "Bad scenario", "; ".join(error.problems), faults=list(error.problems)) from None
    return story_view(story, loaded=True, client_id=client_id)


async def choose_scenario(desk: Desk, ask: Ask) -> Any:
    """Play a story for the next calls, or until changed."""
    body = dict(ask.body)
    if "times" in body:
        # 2.0 is a whole number to JSON Schema.
        body["times"] = int(body["times"])
    desk.chooser.prefer(body["scenario"], client_id=ask.client_id, times=body.get("times"))
    return body


async def clear_scenario(desk: Desk, ask: Ask) -> Any:
    """Take back what was set."""
    desk.chooser.clear(ask.client_id)
    return {"status": "ok"}


def story_view(story: Story, *, loaded: bool, client_id: str | None) -> dict[str, Any]:
    """A scenario in a list; ``loaded``: at run time, for ``client_id`` or for all."""
    return {
        "name": story.name,
        "description": story.description,
        "endpoints": list(story.steps),
        "buyer": [act.action for act in story.buyer],
        "notifications": list(story.notices),
        "match": [condition.place for condition in story.match],
        "file": None if loaded else story.origin,
        "clientId": client_id,
    }


def _posted(desk: Desk, ask: Ask) -> tuple[Story, str | None]:
    posted = read_posted(
        ask.raw.decode(), desk.schemas, keys=f"{SCHEMA}#/$defs/LoadedScenario", is_json=ask.media == JSON
    )
    name, client_id = _one("name", ask, posted.name), _one("clientId", ask, posted.client_id)
    if name is None:
        raise Misuse(400, "No name", "a scenario needs a name: POST …/scenarios?name=NAME, or the key name in it")
    return posted.story(name), client_id


def _one(name: str, ask: Ask, in_body: str | None) -> str | None:
    in_query: str | None = ask.query.get(name)
    if None not in (in_query, in_body) and in_query != in_body:
        raise Misuse(400, "Bad field", f"{name} is {in_query} in the query and {in_body} in the body")
    return in_query or in_body
