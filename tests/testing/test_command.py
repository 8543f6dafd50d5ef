"""A gateway in another process, from a command."""

from __future__ import annotations

import shlex
import sys

import pytest

from mock_alipay.client import Mock
from mock_alipay.errors import SetupError, Unreachable
from mock_alipay.testing.command import started

COMMAND = shlex.join([sys.executable, "-m", "mock_alipay"])


def test_a_command_runs_a_gateway_with_settings_until_the_block_ends() -> None:
    """Also with a token, an empty list, and a setting of None."""
    settings: dict[str, object] = {
        "scenario": "risk-reject",
        "admin_token": "secret-token",
        "types": "strict",
        "scenarios": [],
        "notify_url": None,
    }
    with started(COMMAND, settings) as mock:
        health = mock.health()
        assert health
        assert len(mock.scenarios()) > 1
    with Mock(mock.url) as later, pytest.raises(Unreachable):
        later.health()


@pytest.mark.parametrize(
    ("command", "settings", "said"),
    [
        ("no-such-program-here", {}, "uvx mock-alipay"),
        ("", {}, "expected a command"),
        ("'", {}, "expected a command"),
        (shlex.join([sys.executable, "-c", "print('it broke')"]), {}, "it broke"),
        (COMMAND, {"scenario": "no-such-scenario"}, "no-such-scenario"),
    ],
)
def test_a_gateway_that_does_not_start_shows_its_output(command: str, settings: dict[str, str], said: str) -> None:
    """The error names the variable, and what was expected or printed."""
    with pytest.raises(SetupError, match=said) as raised:
        started(command, settings).__enter__()
    assert str(raised.value).startswith("MOCK_ALIPAY_COMMAND=")


def test_a_gateway_that_is_not_ready_in_time_is_ended() -> None:
    """The command runs without a banner."""
    sleeping = shlex.join([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(SetupError, match=r"not ready after 0.1 s"):
        started(sleeping, {}, timeout=0.1).__enter__()
