"""``--json`` of commands that print data."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Command
from tests.live import Live, letters, sample


def test_data_of_a_gateway(command: Command, gateway: Live) -> None:
    """The clock and a payment, as the admin API replies."""
    place, name = ("--url", gateway.config.url), f"json-{letters()}"
    gateway.create(sample(name))
    assert "now" in json.loads(command("clock", "--json", *place).out)
    assert "SUCCESS" == json.loads(command("act", "--json", *place, name, "pay").out)["paymentStatus"]


def test_data_without_a_gateway(command: Command) -> None:
    """Scenarios and the settings of a client."""
    assert "brownout" in [each["name"] for each in json.loads(command("scenarios", "--json").out)]
    assert "SANDBOX_MOCK_MERCHANT" == json.loads(command("env", "--json").out)["ALIPAY_CLIENT_ID"]


def test_a_checked_body(command: Command, tmp_path: Path) -> None:
    """Faults, unknown fields and notes; the exit code is that of the text."""
    file = tmp_path / "body.json"
    for changes, code in (({"extra": 1}, 0), ({"productCode": "x"}, 1)):
        file.write_text(json.dumps(sample("order", **changes)))
        ended = command("check", "--json", str(file))
        found = json.loads(ended.out)
        assert (code, code) == (ended.code, len(found["faults"]))
        assert (code == 0) == any("extra" in sentence for sentence in found["unknownFields"])
