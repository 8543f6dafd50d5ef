"""The transport that sends head and body together."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from mock_alipay.server.cork import CorkedTransport

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Recorder:
    """A transport that remembers what was done to it."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def write(self, data: bytes) -> None:
        self.done.append(data)

    def close(self) -> None:
        self.done.append("close")

    def is_closing(self) -> bool:
        return "close" in self.done

    def get_extra_info(self, name: str) -> str:
        return f"info on {name}"

    def pause_reading(self) -> None:
        self.done.append("pause")


@pytest.fixture
def below() -> Recorder:
    return Recorder()


@pytest.fixture
def corked(below: Recorder) -> CorkedTransport:
    return CorkedTransport(cast("asyncio.Transport", below))


def test_head_and_body_are_one_write(corked: CorkedTransport, below: Recorder) -> None:
    """A head waits for its body, and both leave as one."""
    corked.write(HEAD)
    assert [] == below.done
    corked.write(b"{}")
    assert [HEAD + b"{}"] == below.done


def test_later_parts_of_a_body_are_not_held(corked: CorkedTransport, below: Recorder) -> None:
    """Only the head waits; what follows the first part leaves at once."""
    for data in (HEAD, b"{", b"}", b"more\r\n\r\n"):
        corked.write(data)
    assert [HEAD + b"{", b"}", b"more\r\n\r\n"] == below.done


def test_two_replies_are_two_writes(corked: CorkedTransport, below: Recorder) -> None:
    """The next reply is corked like the first."""
    for data in (HEAD, b"{}", HEAD, b"[]"):
        corked.write(data)
    assert [HEAD + b"{}", HEAD + b"[]"] == below.done


def test_an_interim_reply_leaves_at_once(corked: CorkedTransport, below: Recorder) -> None:
    """The client waits for 100 Continue before it sends anything more."""
    corked.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert [b"HTTP/1.1 100 Continue\r\n\r\n"] == below.done


def test_a_reply_in_one_piece_leaves_at_once(corked: CorkedTransport, below: Recorder) -> None:
    """What holds a body already waits for nothing."""
    corked.write(HEAD + b"{}")
    assert [HEAD + b"{}"] == below.done


def test_a_head_without_a_body_leaves_when_flushed(corked: CorkedTransport, below: Recorder) -> None:
    """The reply to HEAD is flushed once, and not again."""
    corked.write(HEAD)
    corked.flush()
    corked.flush()
    assert [HEAD] == below.done


def test_closing_loses_nothing(corked: CorkedTransport, below: Recorder) -> None:
    """What is held leaves before the connection is closed."""
    corked.write(HEAD)
    corked.close()
    assert [HEAD, "close"] == below.done
    assert corked.is_closing()


def test_everything_else_passes(corked: CorkedTransport, below: Recorder) -> None:
    """The rest of a transport's methods are the transport's own."""
    corked.pause_reading()
    assert ["pause"] == below.done
    assert "info on socket" == corked.get_extra_info("socket")
    with pytest.raises(AttributeError):
        corked.no_such_method()
