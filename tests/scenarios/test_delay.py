"""Delays by percentiles."""

from __future__ import annotations

import pytest

from mock_alipay.apis.ids import IdGenerator
from mock_alipay.scenarios.delay import LogNormal, Span


@pytest.mark.parametrize(("share", "seconds"), [(0.5, 0.12), (0.99, 2.0), (0.01, 0.0072), (0.0, 0.0), (1.0, 100.0)])
def test_a_log_normal_delay_has_its_percentiles(share: float, seconds: float) -> None:
    """Its logarithm is symmetric around the median, and it never exceeds the limit."""
    delay = LogNormal(0.12, 2.0, 100.0)
    assert seconds == pytest.approx(delay.at(share), abs=1e-4)


def test_the_delays_of_a_seed_have_the_percentiles() -> None:
    """Exactly these for seed 1."""
    delay, ids = LogNormal(0.12, 2.0, 3600.0), IdGenerator(1)
    drawn = sorted(delay.at(ids.share("order", number, "")) for number in range(10_000))
    assert [0.12, 2.0] == pytest.approx([drawn[5_000], drawn[9_900]], rel=0.1)


def test_equal_percentiles_are_a_fixed_delay() -> None:
    """Like a range of equal bounds."""
    for share in (0.0, 0.3, 1.0):
        assert 2.0 == pytest.approx(LogNormal(2.0, 2.0, 3600.0).at(share)) == Span(2.0, 2.0).at(share)
