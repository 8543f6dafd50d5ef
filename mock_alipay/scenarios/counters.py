"""How far each scenario has come, by client id and payment."""

from __future__ import annotations

from collections import OrderedDict

from mock_alipay.scenarios.scenario import Scenario

_MOST = 10_000

_Key = tuple[str, str, str]
"""Scenario, endpoint or notification, and paymentRequestId (empty when the scenario counts by client id)."""


class StepCounters:
    """Counts the steps that were played; bounded for all client ids together."""

    def __init__(self) -> None:
        self._counters: dict[str, OrderedDict[_Key, int]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def by_client(self) -> dict[str, int]:
        """How many are kept for each client id."""
        return {client_id: len(own) for client_id, own in self._counters.items()}

    def next(self, scenario: Scenario, what: str, client_id: str, payment_request_id: str) -> int:
        """The number of the step that is played now, from 0; ``what`` is an endpoint or a notification."""
        own = self._counters.setdefault(client_id, OrderedDict())
        key = (scenario.name, what, "" if scenario.count_by_client else payment_request_id)
        nth = own.pop(key, None)
        self._size += nth is None
        own[key] = (nth or 0) + 1
        if self._size > _MOST:
            # The client id that counts most makes room: no client id sets another's scenarios back.
            fullest = max(self._counters, key=lambda whom: len(self._counters[whom]))
            self._drop(fullest, next(iter(self._counters[fullest])))
        return nth or 0

    def restart(self, scenario: str, client_id: str | None) -> None:
        """Begin a scenario at its first step again, for one client id or all."""
        for whom in [whom for whom in self._counters if client_id in (None, whom)]:
            for key in [key for key in self._counters[whom] if key[0] == scenario]:
                self._drop(whom, key)

    def forget(self, client_id: str | None) -> None:
        """Drop the counters of one client id or of all."""
        for whom in [whom for whom in self._counters if client_id in (None, whom)]:
            self._size -= len(self._counters.pop(whom))

    def _drop(self, client_id: str, key: _Key) -> None:
        own = self._counters[client_id]
        del own[key]
        self._size -= 1
        if not own:
            del self._counters[client_id]
