"""What flags hold, read or refused."""

from __future__ import annotations

import click
import pytest

from mock_alipay.cli.param_types import seconds


@pytest.mark.parametrize(("written", "expected"), [("1", 1.0), ("0.5", 0.5), ("1e1", 10.0)])
def test_seconds(written: str, expected: float) -> None:
    """Any number within the bounds."""
    assert expected == seconds(0, 10).convert(written, None, None)


@pytest.mark.parametrize("written", ["abc", "", "nan", "10s"])
def test_no_seconds(written: str) -> None:
    """What is no number is shown, and what to write."""
    with pytest.raises(click.BadParameter) as caught:
        seconds(0).convert(written, None, None)
    assert f"expected seconds, such as 10 or 0.5, at least 0, got '{written}'" == caught.value.message
