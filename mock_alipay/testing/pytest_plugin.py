"""The pytest plugin: one gateway for all tests, and a client id of its own for each test.

pytest imports this module at every start, so it imports the gateway only when a test uses a fixture.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from mock_alipay import AsyncMockAlipay, Mock

_URL = "MOCK_ALIPAY_URL"
_COMMAND = "MOCK_ALIPAY_COMMAND"
_TOKEN = "MOCK_ALIPAY_ADMIN_TOKEN"  # noqa: S105 - the name of an environment variable


class _Usage(NamedTuple):
    """The Mock that a test uses, and the id of the latest call before the test."""

    mock: Mock
    latest_call: str


_USAGE = pytest.StashKey[_Usage]()
"""In the test's stash: a suite may have another fixture of the same name."""

_REPORT_LIMIT = 20
"""Calls, and notifications, that the report of a failed test shows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--mock-alipay-url``, the URL of a running gateway."""
    parser.getgroup("mock-alipay").addoption(
        "--mock-alipay-url",
        metavar="URL",
        default=os.environ.get(_URL),
        help=f"use this running gateway instead of starting one ({_URL}; its token: {_TOKEN})",
    )
    parser.getgroup("mock-alipay").addoption(
        "--mock-alipay-command",
        metavar="COMMAND",
        default=os.environ.get(_COMMAND),
        help=f"start the gateway in another process with this command, such as 'uvx mock-alipay' ({_COMMAND})",
    )


@pytest.fixture(scope="session")
def mock_alipay_settings() -> dict[str, Any]:
    """Settings of the gateway: fields of Config. Override it in your conftest.py with scope="session"."""
    return {}


@pytest.fixture(scope="session")
def mock_alipay_server(pytestconfig: pytest.Config, mock_alipay_settings: dict[str, Any]) -> Iterator[Mock]:
    """A Mock for all client ids: of --mock-alipay-url, of --mock-alipay-command, or of a gateway in this process."""
    with _gateway(pytestconfig, mock_alipay_settings) as mock:
        mock.health()
        yield mock


def _gateway(config: pytest.Config, settings: dict[str, Any]) -> AbstractContextManager[Mock]:
    import mock_alipay
    from mock_alipay.testing import command

    # With a URL or a command only the client is imported: the gateway's dependencies may be missing.
    if url := config.getoption("--mock-alipay-url"):
        return mock_alipay.Mock(url, admin_token=os.environ.get(_TOKEN))
    if line := config.getoption("--mock-alipay-command"):
        return command.started(line, settings)
    return mock_alipay.serve(**settings)


@pytest.fixture
def mock_alipay_sdk() -> dict[str, Any]:
    """How the official Python SDK connects during a test; override it where tests need other values.

    port: in place of the port in the gateway's URL
    timeout: seconds, in place of the SDK's own 15
    """
    return {}


@pytest.fixture(scope="session")
def _mock_alipay_keys(mock_alipay_server: Mock) -> tuple[str, str]:
    """The private and public key of every test's merchant. Generating a pair takes 0.1 s, so they share one.

    The gateway generates it: cryptography may be missing here.
    """
    pair = mock_alipay_server.admin("POST", "/keys")
    return pair["privateKey"], pair["publicKey"]


@pytest.fixture
def mock_alipay(
    request: pytest.FixtureRequest,
    mock_alipay_server: Mock,
    _mock_alipay_keys: tuple[str, str],
    mock_alipay_sdk: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Mock]:
    """A Mock for a client id of this test's own. Tests are isolated: other tests neither see nor change its state."""
    private_key, public_key = _mock_alipay_keys
    client_id = _client_id(request.node.name)
    introduced = mock_alipay_server.introduced
    introduced.clear()  # those of the previous test
    mock_alipay_server.add_merchant(client_id, public_key)
    _connect_the_sdk(monkeypatch, **mock_alipay_sdk)
    _verify_webhooks(mock_alipay_server)
    mock = mock_alipay_server.for_client(client_id, merchant_private_key=private_key)
    latest = mock_alipay_server.calls(limit=1)
    request.node.stash[_USAGE] = _Usage(mock, latest[0].id if latest else "0")
    yield mock
    mock.webhooks.close()
    mock.reset()
    for merchant in set(introduced):
        mock.remove_merchant(merchant)


@pytest.fixture
def mock_alipay_async(mock_alipay: Mock) -> Iterator[AsyncMockAlipay]:
    """``mock_alipay`` for coroutines: the same client id. Any pytest plugin may run the test, in any event loop."""
    mock = mock_alipay.asynchronous()
    yield mock
    mock.webhooks.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the test's calls and notifications to the report of a failed test that uses the gateway."""
    report = yield
    usage = item.stash.get(_USAGE, None)
    if usage is not None and report.when != "teardown" and report.failed:
        report.sections.append(("mock-alipay", _journal_of(*usage)))
    return report


def _verify_webhooks(server: Mock) -> None:
    """Verify the signatures of webhooks, also those of a gateway elsewhere; mock-alipay-client has no cryptography."""
    if server.webhooks.verify is None:
        try:
            from mock_alipay.signing.webhook import verifier
        except ImportError:
            return
        server.webhooks.verify = verifier(lambda: str(server.env["gatewayPublicKey"]))


def _client_id(test: str) -> str:
    """A new client id; official SDKs use the sandbox path for its prefix."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", test)[:60].strip("_")
    # Without digits: the journal masks what looks like a card number.
    unique = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))[:12]
    return f"SANDBOX_{name}_{unique}"


def _journal_of(mock: Mock, latest_call: str) -> str:
    """The calls and notifications of the test's client ids; without a call, the client ids of others that called."""
    from mock_alipay.client import call_lines, notification_lines
    from mock_alipay.errors import MockAlipayError

    try:
        own, everyone = {*mock.introduced, str(mock.client_id)}, mock.for_client(None)
        calls = [call for name in own for call in mock.calls(client_id=name, after=latest_call, limit=_REPORT_LIMIT)]
        calls.sort(key=lambda call: int(call.id), reverse=True)
        count = "1 call" if len(calls) == 1 else f"{len(calls)} calls"
        lines = [f"client id {mock.client_id} at {mock.url}, {count}, newest first"]
        lines += [line for call in calls[:_REPORT_LIMIT] for line in call_lines(call)]
        sent = [notification for name in own for notification in everyone.notifications(client_id=name)]
        lines += [line for notification in sent[:_REPORT_LIMIT] for line in notification_lines(notification)]
        if not calls:
            others = sorted({call.client_id or "no client id" for call in everyone.calls(after=latest_call)})
            lines.append(f"other calls came from {', '.join(others)} only" if others else "no call came at all")
    except MockAlipayError as error:
        return f"the journal cannot be read: {error}"
    return "\n".join(lines)


def _connect_the_sdk(monkeypatch: pytest.MonkeyPatch, *, port: int | None = None, timeout: float | None = None) -> None:
    """Make the official Python SDK use scheme and port of its gateway URL; by itself it always uses TLS on port 443.

    For the duration of the test it replaces one function of global-open-sdk-python (net/default_http_rpc.py).
    """
    try:
        from com.alipay.ams.api.net import default_http_rpc
    except ImportError:
        return
    name = "__get_http_connection"
    original = getattr(default_http_rpc, name, None)
    if original is not None:
        monkeypatch.setattr(default_http_rpc, name, _following_the_url(original, port, timeout))


def _following_the_url(original: Callable[..., Any], port: int | None, timeout: float | None) -> Callable[..., Any]:
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    def connection(url: str, *arguments: Any) -> Any:
        parts = urlsplit(url)
        by_the_sdk = original(url, *arguments)
        by_the_sdk.timeout = timeout or by_the_sdk.timeout
        if parts.scheme == "http":
            return HTTPConnection(parts.hostname or "", port or parts.port, timeout=by_the_sdk.timeout)
        by_the_sdk.port = port or parts.port or by_the_sdk.port
        return by_the_sdk

    return connection
