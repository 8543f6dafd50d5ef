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


def file_with(folder: Path, content: str | bytes, name: str = "scenario.yaml") -> str:
    """A file, by its path as users write it."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_scenarios(command: Command) -> None:
    """Every shipped scenario has one line: its name and what it is about."""
    ended = command("scenarios")
    lines = ended.out.splitlines()
    assert (0, "") == (ended.code, ended.err)
    assert list(Library.load([], VOCABULARY)) == [line.split()[0] for line in lines]
    assert any(line.startswith("slow ") and line.endswith("15 s and more.") for line in lines)


def test_scenarios_of_ours(command: Command, tmp_path: Path) -> None:
    """Scenarios of the user's own are listed with their file; one of a shipped name takes its place."""
    ours = tmp_path / "ours"
    ours.mkdir()
    for name in ("slow", "zebra"):
        file_with(ours, f"description: Our {name}.\n", f"{name}.yaml")
    lines = command("scenarios", "--scenarios", str(ours)).out.splitlines()
    assert len(Library.load([], VOCABULARY)) + 1 == len(lines)
    for name in ("slow", "zebra"):
        (line,) = [line for line in lines if line.split()[0] == name]
        assert line.endswith(f"  Our {name}.  ({ours / name}.yaml)")


def test_scenarios_that_cannot_be_loaded(command: Command, tmp_path: Path) -> None:
    """A folder that is none is told so."""
    ended = command("scenarios", "--scenarios", str(tmp_path / "none"))
    assert (1, "", f"mock-alipay: --scenarios {tmp_path / 'none'}: no such folder\n") == ended


# --- validate ---------------------------------------------------------------------------------------------------------


def test_validate_the_shipped_ones(command: Command) -> None:
    """Good files are each told to be fine."""
    files = sorted(map(str, SCENARIOS.glob("*.yaml")))
    assert (0, [f"{file}: fine" for file in files], "") == (
        (ended := command("validate", *files)).code,
        ended.out.splitlines(),
        ended.err,
    )


def test_validate_a_template(command: Command, tmp_path: Path) -> None:
    """What is wrong with it is told once, by its line, though several scenarios come of it."""
    text = "each: {code: [A, B]}\ndescription: ${each.code}.\nmatch: {body: {order.gods: x}}\n"
    file = file_with(tmp_path, text)
    told = f"{file}:3: match.body.order.gods: not documented, did you mean order.goods? (allowed)\n{file}: fine\n"
    assert (0, told, "") == command("validate", file)
    ended = command("validate", file_with(tmp_path, f"{text}pay: {{result: '${{each.code}}'}}\n"))
    assert (1, 1) == (ended.code, len(ended.err.splitlines()))
    assert ended.err.startswith(f"mock-alipay: {file}:4: pay.result: expected a documented result code")


def test_validate_one_with_a_field_that_looks_misspelt(command: Command, tmp_path: Path) -> None:
    """It is told of, and the file is fine."""
    file = file_with(tmp_path, "description: x.\nmatch: {body: {order.gods: x}}\n", "gods.yaml")
    told = f"{file}:2: match.body.order.gods: not documented, did you mean order.goods? (allowed)\n{file}: fine\n"
    assert (0, told, "") == command("validate", file)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("description: x\ncreatePaymentSession:\n  result: SUCCES\n", 3, ["result", "did you mean SUCCESS?"]),
        (
            "description: x\ncreatePaymentSession:\n- result: SUCCESS\n- delay: {min: 2s, max: 1s}\n",
            4,
            ["more than max"],
        ),
        ("match: {}\n", 1, ["description: missing"]),
        ("description: x\nmatch: [\n", 3, ["not YAML"]),
        ("", 1, ["the file is empty"]),
    ],
)
def test_validate_tells_line_and_reason(
    command: Command, tmp_path: Path, content: str, line: int, words: list[str]
) -> None:
    """A bad file is told with its line and the reason."""
    file = file_with(tmp_path, content)
    ended = command("validate", file)
    assert (1, "") == (ended.code, ended.out)
    assert ended.err.startswith(f"mock-alipay: {file}:{line}: ")
    for word in words:
        assert word in ended.err


def test_validate_tells_everything(command: Command, tmp_path: Path) -> None:
    """All that is wrong in all files is told at once, and the good ones are named too."""
    good = file_with(tmp_path, "description: x\n", "good.yaml")
    bad = file_with(tmp_path, "description: 5\ncreatePaymentSession:\n  result: NO\n  fault: no\n", "bad.yaml")
    ended = command("validate", bad, good, str(tmp_path / "gone.yaml"))
    places = [line.removeprefix(f"mock-alipay: {tmp_path}/").split(": ")[0] for line in ended.err.splitlines()]
    assert (1, f"{good}: fine\n") == (ended.code, ended.out)
    assert ["bad.yaml:1", "bad.yaml:3", "bad.yaml:4", "gone.yaml"] == sorted(places)


# --- check ------------------------------------------------------------------------------------------------------------


def changed(**changes: Any) -> str:
    """The sample with other top-level fields."""
    return json.dumps(sample("checked", **changes))


def test_check_the_sample(command: Command) -> None:
    """The documented sample is accepted."""
    assert (0, f"{SAMPLE_FILE}: createPaymentSession accepts it\n", "") == command("check", str(SAMPLE_FILE))


def test_check_standard_input(command: Command) -> None:
    """``-`` is standard input, for good bodies and bad ones."""
    assert (0, "-: createPaymentSession accepts it\n", "") == command("check", "-", given=SAMPLE_FILE.read_bytes())
    named = ("--endpoint", "payments/createPaymentSession")
    assert 0 == command("check", *named, "-", given=SAMPLE_FILE.read_bytes()).code
    ended = command("check", "-", given=b"{}")
    assert (1, "") == (ended.code, ended.out)
    assert "mock-alipay: -: productCode: missing" in ended.err


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (changed(productCode=None), ["productCode: missing"]),
        (changed(productCode="CASHIER"), ["productCode", "CASHIER_PAYMENT", '"CASHIER"']),
        (changed(paymentRequestId=""), ["paymentRequestId", "at least 1 character", "got 0"]),
        (changed(paymentRequestId="x" * 65), ["paymentRequestId", "at most 64 characters", "got 65"]),
        (changed(paymentAmount={"currency": "BRL", "value": 100}), ["paymentAmount.value", "string", "number 100"]),
        (changed(paymentAmount="100"), ["paymentAmount", "a JSON object", '"100"']),
        (changed(paymentAmount={"currency": "brl", "value": "1"}), ["paymentAmount.currency", '"brl"']),
        ("{", ["body: expected a JSON object", "line 1, column 2"]),
        ("", ["an empty body"]),
        ("[]", ["an array"]),
        ('{"a": NaN}', ["NaN"]),
        ("\ufeff{}", ["a byte order mark"]),
        ("[" * 40 + "]" * 40, ["an array"]),
        ('{"a":' * 40 + "1" + "}" * 40, ["more than 32 levels deep"]),
        (b'{"a": "\xff"}', ["not UTF-8", "byte 7"]),
    ],
)
def test_check_tells_the_fault(command: Command, tmp_path: Path, body: str | bytes, words: list[str]) -> None:
    """A body that the contract refuses is told with the fault's path, what was expected and what was found."""
    file = file_with(tmp_path, body, "body.json")
    ended = command("check", file)
    assert (1, "") == (ended.code, ended.out)
    for line in ended.err.splitlines():
        assert line.startswith(f"mock-alipay: {file}: ")
    for word in words:
        assert word in ended.err


def test_check_tells_every_fault(command: Command, tmp_path: Path) -> None:
    """All faults are told, one line each."""
    file = file_with(tmp_path, changed(productCode="X", order=None, paymentRedirectUrl=5), "body.json")
    ended = command("check", file)
    paths = sorted(line.removeprefix(f"mock-alipay: {file}: ").split(": ")[0] for line in ended.err.splitlines())
    assert (1, ["order", "paymentRedirectUrl", "productCode"]) == (ended.code, paths)


def test_check_tells_strangers(command: Command, tmp_path: Path) -> None:
    """Unknown fields are ignored, but named with what was perhaps meant."""
    file = file_with(tmp_path, changed(paymentNotifyUrl=None, paymentNotifyURL="https://a.example"), "body.json")
    ended = command("check", file)
    assert (0, "") == (ended.code, ended.err)
    assert f"{file}: paymentNotifyURL: unknown field, did you mean paymentNotifyUrl?" in ended.out


@pytest.mark.parametrize(("flags", "code"), [((), 1), (("--required", "observed"), 0)])
def test_check_what_is_required(command: Command, tmp_path: Path, flags: tuple[str, ...], code: int) -> None:
    """What official demos leave out may be absent with ``--required observed``, which is noted."""
    file = file_with(tmp_path, changed(settlementStrategy=None), "body.json")
    ended = command("check", *flags, file)
    assert (code, bool(code)) == (ended.code, "--required observed accepts its absence" in ended.err)
    assert (not code) == ("settlementStrategy is absent: documented as REQUIRED" in ended.out)


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--types", "documented"), 0), (("--types", "strict"), 1)])
def test_check_types(command: Command, tmp_path: Path, flags: tuple[str, ...], code: int) -> None:
    """With strict types a native Boolean is a fault, else it is none."""
    file = file_with(tmp_path, changed(paymentFactor={"isAuthorization": True}), "body.json")
    ended = command("check", *flags, file)
    assert (code, bool(code)) == (ended.code, "paymentFactor.isAuthorization" in ended.err)


def test_check_beyond_the_schema(command: Command, tmp_path: Path) -> None:
    """What only the endpoint itself knows is checked too: a session cannot expire in the past."""
    file = file_with(tmp_path, changed(paymentSessionExpiryTime="2020-01-01T00:00:00Z"), "body.json")
    ended = command("check", file)
    assert (1, True) == (ended.code, "paymentSessionExpiryTime: expected a time from now" in ended.err)


def test_check_keeps_secrets(command: Command, tmp_path: Path) -> None:
    """A card's security code is not repeated in a fault."""
    method = {"paymentMethodType": "CARD", "paymentMethodMetaData": {"cvv": "98765432109876543210"}}
    ended = command("check", file_with(tmp_path, changed(paymentMethod=method), "body.json"))
    assert "paymentMethod.paymentMethodMetaData.cvv: " in ended.err
    assert "98765" not in ended.out + ended.err


def test_check_with_standard_input_closed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a standard input ``-`` is refused in words."""
    monkeypatch.setattr(sys, "stdin", None)
    assert (1, "", "mock-alipay: -: cannot be read: standard input is closed\n") == command("check", "-")
