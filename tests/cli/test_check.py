"""``scenarios``, ``validate`` and ``check``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.scenarios import Library
from tests.cli.conftest import Command
from tests.live import SAMPLE_FILE, sample
from tests.scenarios.loading import VOCABULARY

NOTE = "match.body.order.gods: not documented, did you mean order.goods? (allowed)"
CVV = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cvv": "98765432109876543210"}}
CHECKS: list[tuple[str, dict[str, Any], int, str]] = [
    # flags, changes of the sample, exit code, a text of the output or of standard error
    ("--endpoint payments/createPaymentSession", {}, 0, "-: payments/createPaymentSession accepts it"),
    ("--endpoint cancel", {"paymentId": "2026"}, 0, "-: cancel accepts it"),
    ("--required observed", {"settlementStrategy": None}, 0, "settlementStrategy is absent: documented as"),
    ("--types strict", {"paymentFactor": {"isAuthorization": True}}, 1, "paymentFactor.isAuthorization: "),
    ("", {"paymentSessionExpiryTime": "2020-01-01T00:00:00Z"}, 1, "paymentSessionExpiryTime: expected a time"),
    ("", {"paymentNotifyUrl": None, "paymentNotifyURL": "x"}, 0, "unknown field, did you mean paymentNotifyUrl?"),
    ("", {"paymentMethod": CVV}, 1, "paymentMethod.paymentMethodMetaData.cvv: "),
    ("--endpoint subscriptions/create", {}, 2, "--endpoint: mock-alipay does not implement subscriptions/create; it "),
    ("--endpoint createPaymentSesion", {}, 2, "(did you mean createPaymentSession?); known are "),
]


def file_with(folder: Path, content: str, name: str = "scenario.yaml") -> str:
    """A file, by its path as users write it."""
    (folder / name).write_text(content)
    return str(folder / name)


def test_scenarios(command: Command, tmp_path: Path) -> None:
    """Each scenario has a line with its description; the user's have their file, and replace shipped ones by name."""
    for name in ("slow", "zebra"):
        file_with(tmp_path, f"description: Our {name}.\n", f"{name}.yaml")
    lines = command("scenarios", "--scenarios", str(tmp_path)).out.splitlines()
    assert list(Library.load([tmp_path], VOCABULARY)) == [line.split()[0] for line in lines]
    ours = [line.split(maxsplit=1) for line in lines if line.endswith(".yaml)")]
    assert [[name, f"Our {name}.  ({tmp_path / name}.yaml)"] for name in ("slow", "zebra")] == ours
    assert "$schema" in json.loads(Path(command("scenarios", "--schema").out.strip()).read_text())


def test_validate(command: Command, tmp_path: Path) -> None:
    """Good files have a line, every error and every misspelled field one with file, line and reason."""
    template = "each: {code: [A, B]}\ndescription: ${each.code}.\nmatch: {body: {order.gods: x}}\n"
    good, odd = file_with(tmp_path, "description: x\n", "good.yaml"), file_with(tmp_path, template, "odd.yaml")
    fine = f"{good}: fine\n{odd}:3: {NOTE}\n{odd}: fine\n"
    assert (0, fine, "") == command("validate", good, odd)
    hint = (
        f"{tmp_path}: expected a scenario file, found a folder; check its files with mock-alipay validate {tmp_path}/*"
    )
    command("validate", str(tmp_path)).expect(1, (), hint)
    bad = file_with(tmp_path, "description: 5\ncreatePaymentSession:\n  result: SUCCES\n  fault: no\n", "bad.yaml")
    ended = command("validate", bad, good, str(tmp_path / "gone.yaml"), odd)
    assert (1, fine, True) == (ended.code, ended.out, "did you mean SUCCESS?" in ended.err)
    places = [line.removeprefix(f"mock-alipay: {tmp_path}/").split(": ")[0] for line in ended.err.splitlines()]
    assert ["bad.yaml:1", "bad.yaml:3", "bad.yaml:4", "gone.yaml"] == sorted(places)


@pytest.mark.parametrize(("flags", "changes", "code", "text"), CHECKS)
def test_check(command: Command, flags: str, changes: dict[str, Any], code: int, text: str) -> None:
    """Flags, rules beyond the schema and unknown endpoints have their effect; secrets are not repeated."""
    body = changes if "paymentId" in changes else sample("checked", **changes)
    ended = command("check", *flags.split(), "-", given=json.dumps(body).encode())
    ended.expect(code, () if code else text, text if code else ())
    assert "98765" not in ended.err


def test_check_of_a_file(command: Command, tmp_path: Path) -> None:
    """Lines begin with the file; every fault has one with its path, and a body that is not JSON one with the place."""
    assert (0, f"{SAMPLE_FILE}: createPaymentSession accepts it\n", "") == command("check", str(SAMPLE_FILE))
    file = file_with(tmp_path, json.dumps(sample(productCode="X", order=None, paymentRedirectUrl=5)))
    ended = command("check", "--endpoint", "createPaymentSession", file)
    paths = [line.removeprefix(f"mock-alipay: {file}: ").split(": ")[0] for line in ended.err.splitlines()]
    assert (1, "", ["order", "paymentRedirectUrl", "productCode"]) == (ended.code, ended.out, sorted(paths))
    command("check", file_with(tmp_path, "{")).expect(1, err="line 1, column 2")


def test_check_with_closed_standard_input(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` without a standard input is an error."""
    monkeypatch.setattr(sys, "stdin", None)
    assert (1, "", "mock-alipay: -: cannot be read: standard input is closed\n") == command("check", "-")


def test_check_says_which_endpoint_it_assumed(command: Command) -> None:
    """When there are faults and no ``--endpoint``."""
    hint = "-: checked as a body of createPaymentSession; --endpoint ENDPOINT chooses another\n"
    command("check", "-", given=b"{}").expect(1, (), hint)
    assert hint not in command("check", "--endpoint", "refund", "-", given=b"{}").err
