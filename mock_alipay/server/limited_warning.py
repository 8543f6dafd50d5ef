"""A warning that is not logged again for a while."""

from __future__ import annotations

import logging
import time

logger = logging.getLogger("mock_alipay")


class LimitedWarning:
    """Logs a warning at most once per ``interval`` seconds."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._logged_at = -interval

    def log(self, message: str, *values: object) -> None:
        """Log ``message % values``, unless the last warning is too recent."""
        now = time.monotonic()
        if now - self._logged_at >= self._interval:
            self._logged_at = now
            logger.warning(message, *values)
