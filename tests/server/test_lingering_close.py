"""A connection that is closed while its client is still sending."""

from __future__ import annotations

from unittest.mock import Mock, call

import pytest

from mock_alipay.server.lingering_close import LingeringTransport


@pytest.mark.parametrize(
    ("mid_request", "closed", "eof", "expected"),
    [
        (False, False, True, [call.close()]),
        (True, True, True, [call.close()]),
        (True, False, True, [call.write_eof(), call.resume_reading()]),
        (True, False, False, [call.resume_reading()]),
    ],
    ids=["between requests", "already closed", "within a request", "over TLS"],
)
def test_only_within_a_request_a_connection_lingers(
    mid_request: bool, closed: bool, eof: bool, expected: list[object]
) -> None:
    """The end is signalled (impossible over TLS), further input is read and ignored, and it is closed after 2 s."""
    transport, loop = Mock(), Mock()
    transport.is_closing.return_value, transport.can_write_eof.return_value = closed, eof
    lingering = LingeringTransport(transport, loop)
    lingering.mid_request = mid_request
    assert closed == lingering.is_closing()
    lingering.close()
    if expected[-1] == call.resume_reading():
        lingering.close()
        assert lingering.is_closing()
        loop.call_later.assert_called_once_with(2.0, transport.close)
    else:
        loop.call_later.assert_not_called()
    changes = [each for each in transport.mock_calls if each not in (call.is_closing(), call.can_write_eof())]
    assert expected == changes
