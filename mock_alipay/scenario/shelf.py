"""The stories of files, and those loaded at run time, as each client id sees them."""

from __future__ import annotations

from mock_alipay.errors import SetupError
from mock_alipay.scenario.library import Library
from mock_alipay.scenario.story import Story

MOST_LOADED = 1_000
"""Stories that may be loaded at run time."""


class Shelf:
    """A library for all client ids, and one for each that has stories of its own; the latter override by name."""

    def __init__(self, filed: Library) -> None:
        self._filed = filed
        self._loaded: dict[str | None, dict[str, Story]] = {}
        self._libraries: dict[str | None, Library] = {None: filed}

    def library(self, client_id: str | None = None) -> Library:
        """What a client id sees, or all of them."""
        return self._libraries.get(client_id) or self._libraries[None]

    def loaded(self) -> list[tuple[str | None, Story]]:
        """The stories loaded at run time, each with the client id that it is for."""
        return [(client_id, story) for client_id, stories in self._loaded.items() for story in stories.values()]

    def refile(self, filed: Library) -> None:
        """Take over what files say now; SetupError, and nothing is changed, when a loaded story ties with them."""
        self._rebuild(filed, self._loaded.get(None, {}))

    def load(self, story: Story, client_id: str | None = None) -> None:
        """Add a story for one client id or all, in place of what had its name; SetupError when it ties with another."""
        stories = {**self._loaded.get(client_id, {}), story.name: story}
        others = sum(len(of_one) for whom, of_one in self._loaded.items() if whom != client_id)
        if others + len(stories) > MOST_LOADED:
            raise SetupError(f"{MOST_LOADED} scenarios are loaded already; a reset forgets them")
        if client_id is None:
            self._rebuild(self._filed, stories)
        else:
            self._libraries[client_id] = _joined(self._libraries[None], stories)
        self._loaded[client_id] = stories

    def forget(self, client_id: str | None = None) -> None:
        """Take away the stories loaded for one client id, or all that were loaded."""
        if client_id is None:
            self._loaded, self._libraries = {}, {None: self._filed}
        else:
            self._loaded.pop(client_id, None)
            self._libraries.pop(client_id, None)

    def _rebuild(self, filed: Library, for_all: dict[str, Story]) -> None:
        seen_by_all = _joined(filed, for_all)
        libraries: dict[str | None, Library] = {None: seen_by_all}
        for client_id, stories in self._loaded.items():
            if client_id is not None:
                libraries[client_id] = _joined(seen_by_all, stories)
        self._filed, self._libraries = filed, libraries


def _joined(library: Library, stories: dict[str, Story]) -> Library:
    return Library([*library.values(), *stories.values()]) if stories else library
