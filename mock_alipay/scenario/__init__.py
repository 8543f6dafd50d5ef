"""Scenarios: stories loaded from YAML, checked strictly, and chosen call by call."""

from mock_alipay.scenario.choice import Choice, Chooser
from mock_alipay.scenario.library import Library, shipped_folder
from mock_alipay.scenario.notice import Notice
from mock_alipay.scenario.step import Step, Then
from mock_alipay.scenario.story import Story

__all__ = ["Choice", "Chooser", "Library", "Notice", "Step", "Story", "Then", "shipped_folder"]
