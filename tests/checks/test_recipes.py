"""The recipes of the documentation, run as they are.

Python uses its official SDK, and curl needs none. PHP, Go and Java use stand-ins for their SDKs that reproduce recorded
bytes; each signs, verifies and connects with the libraries of its language. The request of .NET is replayed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mock_alipay.config.config import Config
from tests.checks.recipes import Outcome, Recipe, prepared
from tests.conformance.other_sdks import DOTNET_UNSET_FIELDS, SDK, check, entry, merchant_of, send
from tests.live import Live, letters, live

MINIMAL: dict[str, Any] = {
    "productCode": "CASHIER_PAYMENT",
    "order": {
        "referenceOrderId": "order-1",
        "orderDescription": "a cup of tea",
        "orderAmount": {"currency": "USD", "value": "100"},
    },
    "paymentAmount": {"currency": "USD", "value": "100"},
    "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
    "settlementStrategy": {"settlementCurrency": "USD"},
    "paymentRedirectUrl": "https://shop.example/thanks",
}
"""The request of every recipe, without its paymentRequestId."""


@pytest.fixture
def recipe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """A recipe, built once for all processes of a test run."""
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        shared = shared.parent
    folder = shared / "recipes"
    folder.mkdir(exist_ok=True)
    return prepared(request.param, folder)


def variables(gateway: Live, url: str | None = None, *, trusted: bool = True) -> dict[str, str]:
    """The variables of ``mock-alipay env``; ``url`` replaces both URLs, and SSL_CERT_FILE is set if ``trusted``."""
    env = gateway.components.env
    named = {
        "ALIPAY_CLIENT_ID": str(env["clientId"]),
        "ALIPAY_MERCHANT_PRIVATE_KEY": str(env["merchantPrivateKey"]),
        "ALIPAY_PUBLIC_KEY": str(env["gatewayPublicKey"]),
        "ALIPAY_GATEWAY_URL": url or str(env["url"]),
        "ALIPAY_GATEWAY_TLS_URL": url or str(env["tlsUrl"]),
        "PORT": str(gateway.config.tls_port),
    }
    return {**named, "SSL_CERT_FILE": str(env["caCertificate"])} if trusted else named


def calls(gateway: Live) -> list[dict[str, Any]]:
    """All calls since the last reset, newest first."""
    entries: list[dict[str, Any]] = gateway.admin("GET", "/calls").body["calls"]
    return entries


@pytest.fixture(scope="module")
def secure(tls_folder: Path) -> Iterator[Live]:
    """A gateway with HTTPS."""
    with live(Config(seed=1), tls_folder=tls_folder) as running:
        yield running


@pytest.fixture
def fresh(secure: Live) -> Live:
    """The gateway after a reset."""
    secure.admin("POST", "/reset", {})
    return secure


def refused(outcome: Outcome) -> bool:
    """Whether the program failed with a message and without a result."""
    return outcome.code != 0 and bool(outcome.errors + outcome.output) and "SUCCESS" not in outcome.output


@pytest.mark.parametrize(
    ("recipe", "scheme"),
    [("php", "http"), ("go", "https"), ("java", "https"), ("python", "https"), ("curl", "http")],
    indirect=["recipe"],
)
def test_a_recipe_creates_a_session(fresh: Live, recipe: Recipe, scheme: str) -> None:
    """It needs only the variables of ``mock-alipay env``, and prints the session's id."""
    ports = {"http": fresh.config.port, "https": fresh.config.tls_port}
    url = f"{scheme}://127.0.0.1:{ports[scheme]}"
    outcome = recipe.run(variables(fresh, url))

    assert 0 == outcome.code, outcome.errors
    (seen,) = calls(fresh)
    call = fresh.admin("GET", f"/calls/{seen['id']}").body
    assert ("SUCCESS", "valid", []) == (call["resultCode"], call["signature"]["verdict"], call["unknownFields"])
    assert MINIMAL == {name: value for name, value in call["request"].items() if name != "paymentRequestId"}
    assert call["reply"]["paymentSessionId"] in outcome.output
    if recipe.name != "curl":  # prints the whole reply
        assert f"SUCCESS {call['reply']['paymentSessionId']}" == outcome.output.strip()
    port = "" if recipe.name == "python" else f":{ports[scheme]}"
    assert f"127.0.0.1{port}" == call["requestHeaders"]["host"]


@pytest.mark.parametrize("recipe", ["curl"], indirect=True)
def test_the_output_of_env_configures_a_recipe(fresh: Live, recipe: Recipe, tls_folder: Path) -> None:
    """The recipe works after ``eval "$(mock-alipay env)"``."""
    ports = ["--port", str(fresh.config.port), "--tls-port", str(fresh.config.tls_port)]
    evaluated = 'eval "$("$1" -m mock_alipay env "${@:2:4}")" && exec "${@:6}"'
    command = ("bash", "-c", evaluated, "bash", sys.executable, *ports, *recipe.command)
    outcome = dataclasses.replace(recipe, command=command).run({"MOCK_ALIPAY_HOME": str(tls_folder.parent)})

    assert 0 == outcome.code, outcome.errors
    assert ["valid"] == [call["signature"]["verdict"] for call in calls(fresh)]


@pytest.mark.parametrize("recipe", ["php", "go", "java"], indirect=True)
@pytest.mark.parametrize("scenario", ["forged-reply", "unsigned-reply"])
def test_a_false_reply_is_refused(fresh: Live, recipe: Recipe, scenario: str) -> None:
    """But Java and PHP accept a reply without a signature, which is why the gateway signs every reply."""
    fresh.admin("PUT", "/scenario", {"scenario": scenario})
    outcome = recipe.run(variables(fresh))
    assert (scenario == "unsigned-reply" and recipe.name != "go") == outcome.output.startswith("SUCCESS "), outcome
    assert refused(outcome) != outcome.output.startswith("SUCCESS "), outcome
    assert [scenario] == [call["scenario"] for call in calls(fresh)]


@pytest.mark.parametrize("recipe", ["php", "curl"], indirect=True)
def test_php_and_curl_use_proxies_of_the_environment(fresh: Live, recipe: Recipe) -> None:
    """They need NO_PROXY."""
    proxied = variables(fresh) | dict.fromkeys(["http_proxy", "https_proxy"], "http://127.0.0.1:9")
    outcome = recipe.run(proxied)
    assert (True, []) == (refused(outcome), calls(fresh)), outcome

    outcome = recipe.run(proxied | {"NO_PROXY": "127.0.0.1"})
    assert 0 == outcome.code, outcome
    assert ["SUCCESS"] == [call["resultCode"] for call in calls(fresh)]


@pytest.mark.parametrize("recipe", ["php", "go", "java", "curl"], indirect=True)
def test_go_and_curl_check_the_authority_of_the_certificate(fresh: Live, recipe: Recipe) -> None:
    """PHP and Java accept any authority."""
    outcome = recipe.run(variables(fresh, str(fresh.components.env["tlsUrl"]), trusted=False))

    if recipe.name in {"go", "curl"}:
        assert (True, []) == (refused(outcome), calls(fresh)), outcome
    else:
        assert outcome.output.startswith("SUCCESS "), outcome


def test_the_dotnet_recipe_creates_a_session(fresh: Live) -> None:
    """The SDK sends null for unset fields, and the first value of an unset enum. The recipe itself is not compiled."""
    unset = dict.fromkeys([*DOTNET_UNSET_FIELDS.split(), "paymentFactor", "env", "paymentNotifyUrl"])
    method = {**MINIMAL["paymentMethod"], "paymentMethodId": None, "funding": "CREDIT", "customerId": None}
    order = {**MINIMAL["order"], "merchant": None, "goods": None, "buyer": None, "env": None}
    body = {**unset, **MINIMAL, "order": order, "paymentMethod": method, "paymentRequestId": f"net-{letters()}"}
    compact = partial(json.dumps, separators=(",", ":"))
    merchant = merchant_of(fresh)
    received = send(fresh, SDK["dotnet"]._replace(json=compact), merchant, body)

    check(SDK["dotnet"], merchant, received)
    assert "SUCCESS" == received.result["resultCode"]
    assert ("valid", []) == (entry(fresh, received)["signature"]["verdict"], entry(fresh, received)["unknownFields"])
