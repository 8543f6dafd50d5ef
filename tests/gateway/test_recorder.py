"""Replies of another gateway as scenario files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_alipay.apis import FAMILIES
from mock_alipay.contracts import load
from mock_alipay.gateway import recorder as module
from mock_alipay.gateway.recorder import Recorder
from tests.markdown import block, read
from tests.scenarios.loading import VOCABULARY

SUCCESS = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."}
REFUSED = {"resultCode": "RISK_REJECT", "resultStatus": "F", "resultMessage": "no"}
PAY = "payments/pay"


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    """A recorder of the folder ``recorded``."""
    folder, results = tmp_path / "recorded", load().results
    return Recorder(folder, "sandbox.example", families=FAMILIES, vocabulary=VOCABULARY, results=results)


def written(tmp_path: Path) -> list[dict[str, Any]]:
    """The content of all files."""
    return [yaml.safe_load(file.read_text("utf-8")) for file in sorted((tmp_path / "recorded").iterdir())]


def step(recorder: Recorder, tmp_path: Path, reply: dict[str, Any], **request: Any) -> dict[str, Any]:
    """The last recorded step of pay."""
    assert recorder.record(PAY, {"paymentRequestId": "a", **request}, 200, reply).startswith("recorded in recorded-a-")
    (document,) = written(tmp_path)
    found: dict[str, Any] = document["pay"][-1]
    return found


def test_a_refusal(recorder: Recorder, tmp_path: Path) -> None:
    """Code and message; fields are set, and those of the request are placeholders."""
    reply = {"result": REFUSED, "paymentRequestId": "a", "paymentId": "1", "extra": {"deep": [1, True, None, "x"]}}
    assert {
        "result": "RISK_REJECT",
        "message": "no",
        "set": {
            "paymentRequestId": "${request.paymentRequestId}",
            "paymentId": "1",
            "extra": {"deep": [1, True, None, "x"]},
        },
    } == step(recorder, tmp_path, reply)


def test_an_unknown_code(recorder: Recorder, tmp_path: Path) -> None:
    """And a documented one with another status or more fields: all are set as fields."""
    for changes in ({"resultCode": "NEW_CODE"}, {"resultStatus": "U"}, {"more": "x"}):
        result = {**REFUSED, **changes}
        found = step(recorder, tmp_path, {"result": result})
        assert ("more" in changes) == ("result" in found)
        assert (
            result.items()
            <= {
                name.partition(".")[2]: value for name, value in found["set"].items() if name.startswith("result.")
            }.items()
        )


def test_fields_that_the_endpoint_would_add_are_removed(recorder: Recorder, tmp_path: Path) -> None:
    """Of a result that the endpoint itself decides; those of pages are its own."""
    found = step(recorder, tmp_path, {"result": SUCCESS, "normalUrl": "https://sandbox.example/x"})
    assert ("SUCCESS", None, "S") == (found["result"], found["set"]["paymentTime"], found["set"]["result.resultStatus"])
    assert "normalUrl" not in found["set"]


def test_secrets_are_masked(recorder: Recorder, tmp_path: Path) -> None:
    """Card data and tokens, in the request and in the reply, anywhere."""
    card = "4054692760174822"
    request = {"customId": card, "paymentRequestId": "a"}
    reply = {"result": REFUSED, "cardToken": "secret-1", "a": [{"cvv": "123", "text": f"card {card}"}], "b": {card: 1}}
    step(recorder, tmp_path, reply, **request)
    (file,) = (tmp_path / "recorded").iterdir()
    text = file.read_text()
    assert [] == [secret for secret in (card, "secret-1", "'123'", ": 123") if secret in text]


def test_texts_are_no_placeholders(recorder: Recorder, tmp_path: Path) -> None:
    """A reply that contains ${…} replays it; a long message is kept."""
    found = step(recorder, tmp_path, {"result": {**REFUSED, "resultMessage": "${now}"}, "a": "${reply.x}"})
    assert ("$${now}", "$${reply.x}") == (found["message"], found["set"]["a"])
    found = step(recorder, tmp_path, {"result": {**REFUSED, "resultMessage": "x" * 300}})
    assert "x" * 300 == found["set"]["result.resultMessage"]


def test_replies_to_the_same_request_are_steps(recorder: Recorder, tmp_path: Path) -> None:
    """All of them, but repeats at the end are one step; another request has another file."""
    for result in (REFUSED, REFUSED, SUCCESS, SUCCESS):
        said = recorder.record("payments/inquiryPayment", {"paymentRequestId": "a"}, 200, {"result": result})
        assert said.startswith("recorded in recorded-a-")
    recorder.record("payments/inquiryPayment", {"paymentRequestId": "b"}, 200, {"result": SUCCESS})
    assert [1, 3] == sorted(len(document["inquiryPayment"]) for document in written(tmp_path))


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b", "x" * 5000, "NAME--1", "*", "\u4e2d"])
def test_names_are_safe(recorder: Recorder, tmp_path: Path, name: str) -> None:
    """Whatever the request contains, the file is in the folder and its name is short."""
    recorder.record(PAY, {"paymentRequestId": name}, 200, {"result": REFUSED})
    for file in tmp_path.rglob("*.yaml"):
        assert (tmp_path / "recorded", True) == (file.parent, len(file.name) < 70)


def test_limits(recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of files and of steps; the journal says so."""
    monkeypatch.setattr(module, "MAX_FILES", 2)
    monkeypatch.setattr(module, "MAX_STEPS", 1)
    said = [recorder.record(PAY, {"paymentRequestId": name}, 200, {"result": REFUSED}) for name in "abc"]
    assert "not recorded: this run has written 2 files" == said[2]
    assert recorder.record(PAY, {"paymentRequestId": "a"}, 200, {"result": SUCCESS}).endswith(
        ".yaml has 1 replies of pay"
    )
    assert 2 == len(written(tmp_path))


def test_nothing_partial_is_left(recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a file cannot be replaced, the one before stays as it is, and no temporary file remains."""
    recorder.record(PAY, {"paymentRequestId": "a"}, 200, {"result": REFUSED})
    before = {file.name: file.read_bytes() for file in (tmp_path / "recorded").iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    said = recorder.record(PAY, {"paymentRequestId": "a"}, 200, {"result": SUCCESS})
    assert said == f"not recorded: {tmp_path / 'recorded'}: cannot be written: No space left on device"
    assert before == {file.name: file.read_bytes() for file in (tmp_path / "recorded").iterdir()}


def test_a_later_run_replaces_a_file(tmp_path: Path) -> None:
    """So that a recording can be repeated; other files stay."""
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / "mine.yaml").write_text("description: Mine.\n")
    for _ in range(2):
        results = load().results
        run = Recorder(
            tmp_path / "recorded", "sandbox.example", families=FAMILIES, vocabulary=VOCABULARY, results=results
        )
        run.record(PAY, {"paymentRequestId": "a"}, 200, {"result": REFUSED})
    assert [1, None] == sorted((len(each.get("pay", [])) or None for each in written(tmp_path)), key=str)


def test_the_example_of_the_documentation(recorder: Recorder, tmp_path: Path) -> None:
    """It is what is written, except the time and the host."""
    body = {"paymentRequestId": "order-4711"}

    def reply(code: str, status: str, message: str, **fields: Any) -> dict[str, Any]:
        return {"result": {"resultCode": code, "resultStatus": status, "resultMessage": message}, **fields}

    late = reply(
        "CANCEL_WINDOW_EXCEED", "F", "Cancel window exceeded.", **body, paymentId="20261201194010800100124426582155"
    )
    recorder.record("payments/cancel", body, 503, {})
    recorder.record("payments/cancel", body, 200, reply("UNKNOWN_EXCEPTION", "U", "Unknown exception."))
    recorder.record("payments/cancel", body, 200, late)
    (file,) = (tmp_path / "recorded").iterdir()
    _, _, rest = file.read_text().partition("\n")
    assert block("docs/recording.md", "yaml").partition("\n")[2] == rest
    assert file.stem in read("docs/recording.md")
