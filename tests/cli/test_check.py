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

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MISSPELLED = "match.body.order.gods: not documented, did you mean order.goods? (allowed)"


def file_with(folder: Path, content: str, name: str = "scenario.yaml") -> str:
    """A file, by its path as users write it."""
    (folder / name).write_text(content)
    return str(folder / name)


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_scenarios_lists_names_and_descriptions(command: Command) -> None:
    """Every shipped scenario has one line with its name and description."""
    ended = command("scenarios")
    lines = ended.out.splitlines()
    assert (0, "") == (ended.code, ended.err)
    assert list(Library.load([], VOCABULARY)) == [line.split()[0] for line in lines]
    assert any(line.startswith("slow ") and line.endswith("15 s and more.") for line in lines)


def test_scenarios_in_a_folder(command: Command, tmp_path: Path) -> None:
    """The user's scenarios are listed with their file; one with a shipped name replaces it."""
    for name in ("slow", "zebra"):
        file_with(tmp_path, f"description: Our {name}.\n", f"{name}.yaml")
    lines = command("scenarios", "--scenarios", str(tmp_path)).out.splitlines()
    assert len(Library.load([], VOCABULARY)) + 1 == len(lines)
    for name in ("slow", "zebra"):
        (line,) = [line for line in lines if line.split()[0] == name]
        assert line.endswith(f"  Our {name}.  ({tmp_path / name}.yaml)")


def test_scenarios_prints_the_path_of_the_schema(command: Command) -> None:
    """``--schema`` prints a file that editors can read."""
    assert "$schema" in json.loads(Path(command("scenarios", "--schema").out.strip()).read_text())


# --- validate ---------------------------------------------------------------------------------------------------------


def test_validate_accepts_the_shipped_scenarios(command: Command) -> None:
    """Each good file has a line."""
    files = sorted(map(str, SCENARIOS.glob("*.yaml")))
    assert (0, [f"{file}: fine" for file in files]) == (
        (ended := command("validate", *files)).code,
        ended.out.split("\n")[:-1],
    )


def test_validate_reports_misspelled_fields(command: Command, tmp_path: Path) -> None:
    """A field that looks misspelled is reported once with its line, for templates too, and the file is accepted."""
    text = "each: {code: [A, B]}\ndescription: ${each.code}.\nmatch: {body: {order.gods: x}}\n"
    file = file_with(tmp_path, text)
    assert (0, f"{file}:3: {MISSPELLED}\n{file}: fine\n", "") == command("validate", file)
    file = file_with(tmp_path, "description: x.\nmatch: {body: {order.gods: x}}\n")
    assert (0, f"{file}:2: {MISSPELLED}\n{file}: fine\n", "") == command("validate", file)


def test_validate_reports_every_error(command: Command, tmp_path: Path) -> None:
    """All errors of all files are reported with file, line and reason; good files have their line too."""
    good = file_with(tmp_path, "description: x\n", "good.yaml")
    bad = file_with(tmp_path, "description: 5\ncreatePaymentSession:\n  result: SUCCES\n  fault: no\n", "bad.yaml")
    empty = file_with(tmp_path, "", "empty.yaml")
    ended = command("validate", bad, good, str(tmp_path / "gone.yaml"), empty)
    places = [line.removeprefix(f"mock-alipay: {tmp_path}/").split(": ")[0] for line in ended.err.splitlines()]
    assert (1, f"{good}: fine\n") == (ended.code, ended.out)
    assert ["bad.yaml:1", "bad.yaml:3", "bad.yaml:4", "empty.yaml:1", "gone.yaml"] == sorted(places)
    assert "did you mean SUCCESS?" in ended.err


# --- check ------------------------------------------------------------------------------------------------------------


def changed(**changes: Any) -> bytes:
    """The sample with other top-level fields."""
    return json.dumps(sample("checked", **changes)).encode()


def test_check_accepts_the_sample(command: Command) -> None:
    """A good body is accepted, from a file or standard input, whether the endpoint has its family or not."""
    assert (0, f"{SAMPLE_FILE}: createPaymentSession accepts it\n", "") == command("check", str(SAMPLE_FILE))
    ended = command("check", "--endpoint", "payments/createPaymentSession", "-", given=SAMPLE_FILE.read_bytes())
    assert (0, "-: payments/createPaymentSession accepts it\n", "") == ended


def test_check_reports_every_fault(command: Command) -> None:
    """Each fault has one line with its path."""
    ended = command("check", "-", given=changed(productCode="X", order=None, paymentRedirectUrl=5))
    paths = [line.removeprefix("mock-alipay: -: ").split(": ")[0] for line in ended.err.splitlines()]
    assert (1, "", ["order", "paymentRedirectUrl", "productCode"]) == (ended.code, ended.out, sorted(paths))


def test_check_rejects_what_is_not_json(command: Command) -> None:
    """A body that is not JSON is reported with the place."""
    ended = command("check", "-", given=b"{")
    assert (1, "", True) == (ended.code, ended.out, "line 1, column 2" in ended.err)


@pytest.mark.parametrize(
    ("flags", "changes", "code", "message"),
    [
        ((), {"settlementStrategy": None}, 1, "--required observed accepts its absence"),
        (("--required", "observed"), {"settlementStrategy": None}, 0, "settlementStrategy is absent: documented as"),
        ((), {"paymentFactor": {"isAuthorization": True}}, 0, "accepts it"),
        (("--types", "strict"), {"paymentFactor": {"isAuthorization": True}}, 1, "paymentFactor.isAuthorization: "),
        ((), {"paymentSessionExpiryTime": "2020-01-01T00:00:00Z"}, 1, "paymentSessionExpiryTime: expected a time"),
        (
            (),
            {"paymentNotifyUrl": None, "paymentNotifyURL": "https://a"},
            0,
            "unknown field, did you mean paymentNotifyUrl?",
        ),
    ],
)
def test_check_applies_the_rules_of_the_gateway(
    command: Command, flags: tuple[str, ...], changes: dict[str, Any], code: int, message: str
) -> None:
    """``--required`` and ``--types`` apply, and so do rules beyond the schema; unknown fields are ignored."""
    ended = command("check", *flags, "-", given=changed(**changes))
    assert (code, True) == (ended.code, message in (ended.err if code else ended.out)), ended


def test_check_of_an_endpoint_without_rules_for_new_payments(command: Command) -> None:
    """The body of a cancellation is held to its schema only."""
    assert 0 == command("check", "--endpoint", "cancel", "-", given=b'{"paymentId": "2026"}').code


@pytest.mark.parametrize(
    ("endpoint", "message"),
    [
        ("subscriptions/create", "mock-alipay does not implement subscriptions/create; it implements cancel, "),
        ("createVaultingSession", "mock-alipay does not implement vaults/createVaultingSession; "),
        ("createPaymentSesion", "(did you mean createPaymentSession?); known are "),
        ("payNow", "; known are cancel, capture"),
    ],
)
def test_check_of_an_unknown_endpoint(command: Command, endpoint: str, message: str) -> None:
    """A documented API that is not implemented is reported as such; for others the closest name is suggested."""
    ended = command("check", "--endpoint", endpoint, "-", given=b"{}")
    assert (2, "", True) == (ended.code, ended.out, message in ended.err), ended.err
    assert ended.err.startswith("mock-alipay: --endpoint: ")


def test_check_does_not_repeat_secrets(command: Command) -> None:
    """A card's security code is not repeated in a fault."""
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cvv": "98765432109876543210"}}
    ended = command("check", "-", given=changed(paymentMethod=method))
    assert "paymentMethod.paymentMethodMetaData.cvv: " in ended.err
    assert "98765" not in ended.out + ended.err


def test_check_with_closed_standard_input(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """``-`` without a standard input is an error."""
    monkeypatch.setattr(sys, "stdin", None)
    assert (1, "", "mock-alipay: -: cannot be read: standard input is closed\n") == command("check", "-")
