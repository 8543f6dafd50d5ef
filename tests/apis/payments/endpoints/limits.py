"""A gateway with other limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.driver import Driver


def with_limits(driver: Driver, **limits: Any) -> Driver:
    """The driver, whose gateway has other limits from now on."""
    repository, contract = driver.components.repository, driver.components.contract
    changed = replace(contract, limits=contract.limits._replace(**limits))
    object.__setattr__(repository, "environment", repository.environment._replace(contract=changed))
    return driver
