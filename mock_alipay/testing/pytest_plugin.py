"""The pytest plugin: a gateway for tests, with a client id of its own for each.

Loaded at every start of pytest, so nothing of the gateway is imported before a test asks for it.
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from mock_alipay import Mock

_URL = "MOCK_ALIPAY_URL"
_TOKEN = "MOCK_ALIPAY_ADMIN_TOKEN"  # noqa: S105 - a variable's name


class _Used(NamedTuple):
    """What a test was given, and the last call that had come by then."""

    mock: Mock
    before: str


_USED = pytest.StashKey[_Used]()
"""Kept with the test: a fixture of the same name may be somebody else's."""

_MOST_TOLD = 20
"""Calls of a failed test that its report shows."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one option: where a gateway runs already."""
    parser.getgroup("mock-alipay").addoption(
        "--mock-alipay-url",
        metavar="URL",
        default=os.environ.get(_URL),
        help=f"use the gateway that runs there instead of starting one ({_URL}; its token: {_TOKEN})",
    )


@pytest.fixture(scope="session")
def mock_alipay_settings() -> dict[str, Any]:
    """The gateway's settings, by the names of Config; override it in your conftest.py, with scope="session"."""
    return {}


@pytest.fixture(scope="session")
def mock_alipay_server(pytestconfig: pytest.Config, mock_alipay_settings: dict[str, Any]) -> Iterator[Mock]:
    """A gateway for all tests of this process, or the one that --mock-alipay-url names, for all client ids."""
    import mock_alipay

    # What a gateway needs is not imported for one that runs already, and may be missing here.
    url = pytestconfig.getoption("--mock-alipay-url")
    token = os.environ.get(_TOKEN)
    with mock_alipay.Mock(url, admin_token=token) if url else mock_alipay.serve(**mock_alipay_settings) as mock:
        mock.health()
        yield mock


@pytest.fixture(scope="session")
def _mock_alipay_keys() -> tuple[str, str]:
    """A merchant's key pair for all tests of this process: private, public. Making one takes a tenth of a second."""
    from mock_alipay.signing import keys

    key = keys.new_private_key()
    return keys.bare_private_key(key), keys.bare_public_key(key.public_key())


@pytest.fixture
def mock_alipay(
    request: pytest.FixtureRequest,
    mock_alipay_server: Mock,
    _mock_alipay_keys: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Mock]:
    """The gateway as a merchant of this test's own meets it: nothing that other tests do is seen or felt here."""
    private_key, public_key = _mock_alipay_keys
    client_id = _client_id(request.node.name)
    introduced = mock_alipay_server.introduced
    introduced.clear()
    mock_alipay_server.add_merchant(client_id, public_key)
    _let_the_sdk_in(monkeypatch)
    mock = mock_alipay_server.for_client(client_id, merchant_private_key=private_key)
    latest = mock_alipay_server.calls(limit=1)
    request.node.stash[_USED] = _Used(mock, latest[0].id if latest else "0")
    yield mock
    mock.reset()
    for known in set(introduced):
        mock.remove_merchant(known)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the journal to the report of a failed test that used the gateway."""
    report = yield
    used = item.stash.get(_USED, None)
    if used is not None and report.when != "teardown" and report.failed:
        report.sections.append(("mock-alipay", _journal_of(*used)))
    return report


def _client_id(test: str) -> str:
    """One that nobody has used before; its beginning sends official SDKs to the sandbox path."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", test)[:60].strip("_")
    return f"SANDBOX_{name}_{uuid.uuid4().hex[:12]}"


def _journal_of(mock: Mock, before: str) -> str:
    """The calls and notifications of the test's client ids; when no call came, whose came meanwhile."""
    from mock_alipay.client import call_lines, notification_lines
    from mock_alipay.errors import MockAlipayError

    try:
        own = {*mock.introduced, str(mock.client_id)}
        calls = [call for client_id in own for call in mock.calls(client_id=client_id, after=before, limit=_MOST_TOLD)]
        calls.sort(key=lambda call: int(call.id), reverse=True)
        count = "1 call" if len(calls) == 1 else f"{len(calls)} calls"
        lines = [f"client id {mock.client_id} at {mock.url}, {count}, newest first"]
        lines += [line for call in calls[:_MOST_TOLD] for line in call_lines(call)]
        sent = [one for client_id in own for one in mock.for_client(None).notifications(client_id=client_id)]
        lines += [line for one in sent[:_MOST_TOLD] for line in notification_lines(one)]
        if not calls:
            others = sorted({call.client_id or "nobody" for call in mock.for_client(None).calls(after=before)})
            lines.append(f"meanwhile calls came from {', '.join(others)} only" if others else "no call came at all")
    except MockAlipayError as error:
        return f"the journal cannot be read: {error}"
    return "\n".join(lines)


def _let_the_sdk_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the official Python SDK go where its gateway URL points: left alone, it goes to port 443, over TLS.

    For the length of a test one function of it is swapped (global-open-sdk-python, net/default_http_rpc.py).
    """
    try:
        from com.alipay.ams.api.net import default_http_rpc
    except ImportError:
        return
    name = "__get_http_connection"
    original = getattr(default_http_rpc, name, None)
    if original is not None:
        monkeypatch.setattr(default_http_rpc, name, _following_the_url(original))


def _following_the_url(original: Callable[..., Any]) -> Callable[..., Any]:
    from http.client import HTTPConnection
    from urllib.parse import urlsplit

    def connection(url: str, *more: Any) -> Any:
        parts = urlsplit(url)
        made = original(url, *more)
        if parts.scheme == "http":
            return HTTPConnection(parts.hostname or "", parts.port, timeout=made.timeout)
        made.port = parts.port or made.port
        return made

    return connection
