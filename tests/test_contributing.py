"""What CONTRIBUTING.md has a contributor type is typed here into a copy of the project, and does what the text says."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.suite import Outcome, Suite

PROJECT = Path(__file__).parent.parent
TEXT = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")

FILES = re.findall(r"^`([\w./-]+)`\n```\w+\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
"""New files: path and text."""

CHANGES = [
    (path, part)
    for block in re.findall(r"^```diff\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    for path, components in re.findall(r"^\+\+\+ (\S+)\n(.*?)(?=^\+\+\+ |\Z)", block, re.DOTALL | re.MULTILINE)
    for part in components.split("@@\n")
]
"""Changed places: path and diff."""

GUARDS = [
    "tests/conformance/test_sdk_fields.py",
    "tests/web/admin/test_openapi.py::test_it_names_everything_there_is",
    "tests/apis/payments/endpoints/test_codes.py",
    "tests/apis/payments/endpoints/test_update_amount.py",
    "tests/contracts/test_replies.py",
    "tests/contracts/test_requests.py",
    "tests/test_scenarios.py",
    "tests/gateway/test_reply.py",
    "tests/contracts/test_schemas.py::TestEndpoints",
]
"""The tests that hold APIs, scenarios and faults to the same rules."""

MISSING = [
    "tests/apis/payments/endpoints/test_codes.py::test_everything_that_a_rule_yields_is_provoked",
    "tests/contracts/test_replies.py::test_every_reply_and_notification_is_looked_at",
    "tests/contracts/test_requests.py::test_there_is_a_body_for_every_endpoint",
    "tests/test_scenarios.py::test_the_shipped_scenarios_are_these",
]
"""Those that want an example of each."""

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
    wrong = AlipayUpdateAmountResponse(client.execute(request)).result
    assert ("PARAM_ILLEGAL", "amount: missing, it is required") == (wrong.result_code, wrong.result_message)
    request.amount = Amount("BRL", "150")
    right = AlipayUpdateAmountResponse(client.execute(request))
    assert ("SUCCESS", "150") == (right.result.result_code, right.amount.value)
    assert ["valid"] * 2 == [call.signature["verdict"] for call in mock_alipay.calls(endpoint="updateAmount")]


def test_scenario(client, mock_alipay):
    mock_alipay.scenario("captured-once")
    request = AlipayCaptureRequest()
    request.payment_id, request.capture_amount = opened(client, mock_alipay).payment_id, Amount("BRL", "1")
    codes = []
    for request.capture_request_id in ("c-1", "c-2"):
        codes.append(AlipayCaptureResponse(client.execute(request)).result.result_code)
    assert ["SUCCESS", "MULTI_CAPTURE_NOT_SUPPORTED"] == codes


def test_fault(mock_alipay_server):
    mock_alipay_server.load("raw", {"description": "A fault.", "consult": {"fault": "raw-signature"}})
    body = (Path(mock_alipay.__file__).parent / "contracts" / "samples" / "payments" / "consult.json").read_bytes()
    path, signatures = "/ams/sandbox/api/v1/payments/consult", []
    for scenario in ("success", "raw"):
        connection = http.client.HTTPConnection(mock_alipay_server.url.removeprefix("http://"), timeout=60)
        headers = {**signed_headers(body, path=path, client_id="SANDBOX_NOBODY"), "mock-scenario": scenario}
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        assert b'"SUCCESS"' in response.read()
        connection.close()
        signatures.append(response.getheader("signature"))
    usual, raw = signatures
    assert (True, True) == (usual.endswith("%3D%3D"), raw.endswith("=="))
"""
"""What comes of it, for merchants with the official SDK."""


LAYERS = [
    {Path(package).stem for package in re.findall(r"`([\w/]+)`", row)}
    for row in re.findall(r"^\| [^|`]+ \| (`.*) \|$", TEXT.partition("| layer |")[2].partition("\n\n")[0], re.MULTILINE)
]
"""The packages of each layer, from the top, as the table has them."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with everything typed in."""
    return typed(tmp_path_factory.mktemp("contributing"), lambda _: True)


def typed(folder: Path, wanted: Callable[[str], bool]) -> Path:
    """The project with what is typed into the files that are wanted."""
    for name in ("mock_alipay", "scenarios", "tests"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in FILES:
        assert not (folder / path).exists(), f"{path} is there already"
        (folder / path).write_text(text, "utf-8")
    for path, part in CHANGES:
        if wanted(path):
            change(folder / path, part)
    return folder


def change(file: Path, part: str) -> None:
    """Change a place in a file, which the lines that stay and those that go show."""
    lines = part.splitlines(keepends=True)
    assert {line[0] for line in lines} <= {" ", "-", "+"}, part
    before, after = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
    text = file.read_text("utf-8")
    assert 1 == text.count(before), f"{file} does not hold this just once:\n{before}"
    file.write_text(text.replace(before, after), "utf-8")


def outcome(folder: Path, *tests: str, package: Path) -> Outcome:
    """Run tests in a folder, with a copy's package in place of the one that is installed."""
    env = {"PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1"}
    return Suite(folder).run("-q", "--import-mode=importlib", *tests, env=env)


def test_what_is_typed_works(copy: Path, tmp_path: Path) -> None:
    """Merchants with the official SDK meet the API, which says what is wrong, the scenario and the fault."""
    found = outcome(Suite(tmp_path).write(test_use=USE).folder, package=copy)
    assert (0, 3) == (found.code, found.counts.get("passed")), found.output


def test_what_is_typed_is_whole(copy: Path) -> None:
    """The tests that hold all APIs, scenarios and faults to the same rules miss nothing, and the new ones pass."""
    found = outcome(copy, *GUARDS, package=copy)
    assert 0 == found.code, found.output
    assert 300 < found.counts["passed"]


def test_what_is_not_typed_is_missed(tmp_path: Path) -> None:
    """Without the changes in the tests, those that want an example say what they miss."""
    folder = typed(tmp_path, lambda path: not path.startswith("tests/") or path == "tests/conditions.json")
    found = outcome(folder, *MISSING, package=folder)
    assert {"failed": len(MISSING)}.items() <= found.counts.items(), found.output
    assert [] == [
        word for word in ("'updateAmount'", "'updateAmount.reply'", "captured-once") if word not in found.output
    ]


def test_the_layers_are_those_that_are_checked() -> None:
    """The table names the packages of each layer as pyproject.toml does, from the top."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["mock_alipay"])
    assert [set(layer.split(" | ")) for layer in layers] == LAYERS


def test_the_path_of_a_call_names_modules() -> None:
    """Each step of the drawing is a module or a package."""
    steps = re.findall(r"^ {2,40}([a-z]+/[a-z_/]+)", TEXT, re.MULTILINE)
    assert 15 < len(steps)
    package = PROJECT / "mock_alipay"
    assert [] == [step for step in steps if not ((package / step).is_dir() or (package / f"{step}.py").exists())]


def test_every_file_that_is_named_is_there() -> None:
    """Paths in the text lead somewhere, but for those that are typed in."""
    named = set(re.findall(r"\b((?:tests|mock_alipay|\.ci)/[\w./-]*\w|scenarios/[\w-]+\.yaml)", TEXT))
    assert 20 < len(named)
    assert [] == sorted(path for path in named - {path for path, _ in FILES} if not (PROJECT / path).exists())
