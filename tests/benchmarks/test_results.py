"""The table and the plot of ``peers.py``: what is shown, and what is refused."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.benchmarks.results import BEGIN, COLUMNS, END, Round, Row, page, plot, row, table
from tests.benchmarks.timing import Timed
from tests.markdown import DOCS

HALF = Timed(1.0, [0.01] * 500)


def measured(*, before: float = 1000, after: float = 1000, refuses: bool = True) -> Round:
    """A round with half the rate of the reference."""
    return Round(before, after, HALF, HALF, 1.0, 2**20, refuses, signs=False)


def test_a_round_whose_reference_drifted_does_not_count() -> None:
    """The figures come from the other rounds, and the row says how many there are."""
    shown = row("Prism", "5", [measured(), measured(before=100, after=111), measured()], validates=True)
    assert ("0.50", "0.50", "10.0, 10.0", "yes", "no", "1.0", "1", "2 of 3") == shown.cells


def test_a_row_without_a_steady_reference_is_refused() -> None:
    """It has the reason instead of figures."""
    shown = row("Prism", "5", [measured(before=1200), measured(after=1120)], validates=False)
    assert Row("Prism", "5", "not shown: the reference drifted by 12% or more in each round") == shown


def test_a_server_that_accepts_a_wrong_body_is_refused_if_it_claims_to_validate() -> None:
    """A server without that claim is shown."""
    rounds = [measured(), measured(refuses=False)]
    assert row("Prism", "5", rounds, validates=True).refused
    assert not row("WireMock", "3", rounds, validates=False).refused


def test_table() -> None:
    """Each line has all columns."""
    text = table([row("moto", "5", [measured()], validates=False), Row("Prism", refused="not installed: npm failed")])
    assert {len(COLUMNS) + 1} == {line.count("|") for line in text.splitlines()}


def test_plot() -> None:
    """It is XML, and has two bars for each server with figures."""
    drawn = plot([row("A & B", "5", [measured()], validates=False), Row("Prism", refused="not installed")])
    texts = [each.text for each in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert ["A & B", "0.50", "0.50"] == texts[-3:]


def test_page() -> None:
    """Only the generated part is replaced, and docs/performance.md has one."""
    assert f"a\n{BEGIN}new{END}b" == page(f"a\n{BEGIN}old\n{END}b", "new")
    with pytest.raises(ValueError, match="the page needs the lines"):
        page("a page", "new")
    assert "new" in page((DOCS / "performance.md").read_text("utf-8"), "new")
