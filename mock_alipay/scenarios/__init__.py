"""Scenarios: stories loaded from YAML, checked strictly, and chosen call by call."""

from mock_alipay.scenarios.library import Library, shipped_folder
from mock_alipay.scenarios.notification_step import Notice
from mock_alipay.scenarios.scenario import Story
from mock_alipay.scenarios.selection import Choice, Chooser
from mock_alipay.scenarios.step import Step, Then

__all__ = ["Choice", "Chooser", "Library", "Notice", "Step", "Story", "Then", "shipped_folder"]
