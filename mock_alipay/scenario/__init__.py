"""Scenarios: stories loaded from YAML, checked strictly, and chosen call by call."""

from mock_alipay.scenario.choice import Choice, Chooser
from mock_alipay.scenario.library import Library, shipped_folder
from mock_alipay.scenario.story import Step, Story

__all__ = ["Choice", "Chooser", "Library", "Step", "Story", "shipped_folder"]
