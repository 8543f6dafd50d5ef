"""Scenarios: loaded from YAML, checked strictly, and selected for each call."""

from mock_alipay.scenarios.library import Library
from mock_alipay.scenarios.notification_step import NotificationStep
from mock_alipay.scenarios.scenario import Scenario
from mock_alipay.scenarios.scenario_file import shipped_folder
from mock_alipay.scenarios.selection import Choice, Selector
from mock_alipay.scenarios.step import Step, Then

__all__ = ["Choice", "Library", "NotificationStep", "Scenario", "Selector", "Step", "Then", "shipped_folder"]
