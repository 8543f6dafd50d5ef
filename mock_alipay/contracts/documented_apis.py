"""The APIs of AMS, so that a call to one that the gateway does not implement gets a reply that says so.

The paths are in ``documented_apis.json``; each group there names its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import orjson

from mock_alipay.contracts.names import bare, family_of, spoken_names
from mock_alipay.text.wording import close

_FILE = Path(__file__).with_suffix(".json")


def intended_api(written: str, implemented: Iterable[str]) -> str | None:
    """The id of the API that a user means, implemented or not, such as ``subscriptions/create``; None when unclear.

    ``written`` is an id (what follows ``/ams/api/v1/`` in a path) or a name without its family, perhaps misspelled.
    ``implemented`` are the ids of the gateway's endpoints. An API that the gateway does not implement is looked for in
    the family that is written; without a family, its name must be exact and no other such API may have it.
    """
    written = written.strip("/")
    family, name = family_of(written), bare(written)
    known = sorted(implemented)
    others = documented_apis().difference(known)
    if family:
        candidates = [id_ for id_ in others if family_of(id_) == family]
    else:
        namesakes = [id_ for id_ in others if bare(id_) == name]
        candidates = namesakes if len(namesakes) == 1 else []
    # Of APIs with the same name, the one of the written family comes last and wins, or else an implemented one.
    candidates = sorted([*candidates, *known], key=lambda id_: family_of(id_) == family)
    by_name = {bare(id_): id_ for id_ in candidates}
    meant = close(name, by_name)
    return by_name[meant] if meant else None


def not_implemented(api: str, implemented: Iterable[str]) -> str:
    """The sentence that says that the gateway does not implement an API, and which ones it implements."""
    return f"mock-alipay does not implement {api}; it implements {', '.join(sorted(spoken_names(implemented)))}"


@cache
def documented_apis() -> frozenset[str]:
    """The ids of all AMS APIs in the official SDKs and documentation, such as ``subscriptions/create``."""
    sources = orjson.loads(_FILE.read_bytes())
    return frozenset(
        f"{family}/{name}"
        for source, families in sources.items()
        if source != "$comment"
        for family, names in families.items()
        for name in names
    )
