"""The examples of CONTRIBUTING.md, typed into a copy of the project."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.markdown import PROJECT, read
from tests.suite import Suite

TEXT = read("CONTRIBUTING.md")

FILES = re.findall(r"^`([\w./-]+)`\n```\w+\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
"""New files: path and text."""

CHANGES = [
    (path, place)
    for diff in re.findall(r"^```diff\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    for path, places in re.findall(r"^\+\+\+ (\S+)\n(.*?)(?=^\+\+\+ |\Z)", diff, re.DOTALL | re.MULTILINE)
    for place in places.split("@@\n")
]

USE = """
import http.client
from pathlib import Path

import pytest
from com.alipay.ams.api.default_alipay_client import DefaultAlipayClient
from com.alipay.ams.api.model.amount import Amount
from com.alipay.ams.api.request.pay.alipay_capture_request import AlipayCaptureRequest
from com.alipay.ams.api.request.pay.alipay_update_amount_request import AlipayUpdateAmountRequest
from com.alipay.ams.api.response.pay.alipay_capture_response import AlipayCaptureResponse
from com.alipay.ams.api.response.pay.alipay_update_amount_response import AlipayUpdateAmountResponse

import mock_alipay
from tests.conformance.sdk import session_request
from tests.live import signed_headers


@pytest.fixture
def client(mock_alipay):
    return DefaultAlipayClient(mock_alipay.url, **mock_alipay.credentials)


def opened(client, mock_alipay):
    request = session_request("order-1")
    request.payment_factor.capture_mode = "MANUAL"
    client.execute(request)
    return mock_alipay.payment("order-1")


def test_api(client, mock_alipay):
    request = AlipayUpdateAmountRequest()
    request.update_request_id, request.payment_id = "u-1", opened(client, mock_alipay).pay().payment_id
    assert AlipayUpdateAmountResponse(client.execute(request)).result.result_code == "PARAM_ILLEGAL"
    request.amount = Amount("BRL", "150")
    reply = AlipayUpdateAmountResponse(client.execute(request))
    assert (reply.result.result_code, reply.amount.value) == ("SUCCESS", "150")


def test_scenario(client, mock_alipay):
    request = AlipayCaptureRequest()
    mock_alipay.scenario("captured-once")
    request.payment_id, request.capture_amount = opened(client, mock_alipay).payment_id, Amount("BRL", "1")
    codes = []
    for request.capture_request_id in ("c-1", "c-2"):
        codes.append(AlipayCaptureResponse(client.execute(request)).result.result_code)
    assert codes == ["SUCCESS", "MULTI_CAPTURE_NOT_SUPPORTED"]


def test_fault(mock_alipay_server):
    mock_alipay_server.load("raw", {"description": "A fault.", "consult": {"fault": "raw-signature"}})
    body = (Path(mock_alipay.__file__).parent / "contracts/samples/payments/consult.json").read_bytes()
    path, signatures = "/ams/sandbox/api/v1/payments/consult", []
    for scenario in ("success", "raw"):
        connection = http.client.HTTPConnection(mock_alipay_server.url.removeprefix("http://"), timeout=60)
        headers = {**signed_headers(body, path=path, client_id="SANDBOX_NOBODY"), "mock-scenario": scenario}
        connection.request("POST", path, body, headers)
        signatures.append(connection.getresponse().getheader("signature"))
        connection.close()
    assert [signature[-6:].count("%3D") for signature in signatures] == [2, 0]
    assert signatures[1].endswith("==")
"""


def change(file: Path, diff: str) -> None:
    """Apply a diff without line numbers, whose context is unique."""
    lines = diff.splitlines(keepends=True)
    before, after = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
    text = file.read_text("utf-8")
    assert 1 == text.count(before), f"{file} must contain this once:\n{before}"
    file.write_text(text.replace(before, after), "utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with everything typed in."""
    folder = tmp_path_factory.mktemp("contributing")
    for name in ("mock_alipay", "scenarios", "tests"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in FILES:
        assert not (folder / path).exists(), path
        (folder / path).write_text(text, "utf-8")
    for path, diff in CHANGES:
        change(folder / path, diff)
    return folder


def test_the_examples_work(copy: Path) -> None:
    """The new test passes, and merchants with the official SDK can use the API, the scenario and the fault."""
    (copy / "test_use.py").write_text(USE, "utf-8")
    env = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    new = [path for path, _ in FILES if path.startswith("tests/")]
    outcome = Suite(copy).run("-q", "--import-mode=importlib", "test_use.py", *new, env=env)
    assert (0, 4) == (outcome.code, outcome.counts.get("passed")), outcome.output


def test_the_layers() -> None:
    """The table has the packages of each layer in the order of pyproject.toml."""
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["mock_alipay"])
    table = TEXT.partition("| layer |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| [^|`]+ \| (`.*) \|$", table, re.MULTILINE)
    assert [set(layer.split(" | ")) for layer in layers] == [set(re.findall(r"`(\w+)/?`", row)) for row in rows]


def test_paths() -> None:
    """Each module in the diagrams and each path in the text exists."""
    steps = re.findall(r"^ {2,40}([a-z]+/[a-z_/]+)", TEXT, re.MULTILINE)
    assert len(steps) > 15
    package = PROJECT / "mock_alipay"
    assert [] == [step for step in steps if not ((package / step).is_dir() or (package / f"{step}.py").exists())]
    named = set(re.findall(r"\b((?:tests|mock_alipay|\.ci)/[\w./-]*\w|scenarios/[\w-]+\.yaml)", TEXT))
    assert [] == sorted(path for path in named - {path for path, _ in FILES} if not (PROJECT / path).exists())
