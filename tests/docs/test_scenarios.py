"""What docs/scenarios.md shows is what happens."""

from __future__ import annotations

from pathlib import Path

from mock_alipay.scenarios import Library
from tests.docs.pages import blocks
from tests.memory import done, selector_of
from tests.scenarios.loading import VOCABULARY, Request

PAGE = "scenarios.md"


def test_templates(tmp_path: Path) -> None:
    """Each stands for the scenarios that the page lists, or names in its values."""
    refunds, broken = blocks(PAGE, "yaml")
    (tmp_path / "no-payout.yaml").write_text(refunds)
    (tmp_path / "broken.yaml").write_text(broken)
    own = {name: scenario for name, scenario in Library.load([tmp_path], VOCABULARY).items() if "-payout-" in name}
    (listed,) = blocks(PAGE, "console")
    shown = [line.removesuffix("  (no-payout.yaml)").split(maxsplit=1) for line in listed.splitlines()[2:-1]]
    assert shown == [[name, scenario.description] for name, scenario in own.items()]
    found = Library.load([tmp_path], VOCABULARY)["broken-capture"]
    assert ("The connection breaks, and the money is not captured.", ["payments/capture"]) == (
        found.description,
        list(found.steps),
    )


def test_the_reason_names_the_others(tmp_path: Path) -> None:
    """As the page shows it for a file that fits as well as a shipped one."""
    (tmp_path / "own.yaml").write_text("description: x.\nmatch: {body: {paymentAmount.value: '11'}}\n")
    among = selector_of(Library.load([tmp_path], VOCABULARY), "success")
    choice = done(among.choose("pay", "id", Request("A", {}, {"paymentAmount": {"value": "11"}})))
    assert ("own", blocks(PAGE, "text")) == (choice.scenario, [f"{choice.reason}\n"])
