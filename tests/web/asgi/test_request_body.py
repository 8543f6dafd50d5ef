"""Request bodies, and the limit of their size."""

from __future__ import annotations

import pytest
from starlette.types import Message

from mock_alipay.web.asgi.problems import HttpProblem
from mock_alipay.web.asgi.request_body import read_body


async def read(*pieces: bytes, length: bytes | None = None, ends: bool = True) -> bytes | None:
    """A body that comes in these pieces, with a limit of six bytes; without its end the client disconnects."""
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages[-1:] = [{**messages[-1], "more_body": False}] if ends else [messages[-1], {"type": "http.disconnect"}]

    async def receive() -> Message:
        return messages.pop(0)

    headers = [] if length is None else [(b"content-length", length)]
    return await read_body({"type": "http", "headers": headers}, receive, 6)


@pytest.mark.parametrize("pieces", [(b"123456",), (b"123", b"456"), (b"123456", b"")])
async def test_a_body_has_at_most_the_bytes_of_the_limit(pieces: tuple[bytes, ...]) -> None:
    """In one piece or in several."""
    assert b"123456" == await read(*pieces)
    with pytest.raises(HttpProblem) as caught:
        await read(*pieces[:-1], pieces[-1] + b"7")
    assert 413 == caught.value.status
    assert None is await read(*pieces, ends=False)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (b"7", "at most 6 bytes"),
        (b"0" * 20 + b"2", "at most 20 digits, got 21"),
        (b"9" * 5_000, "at most 20 digits, got 5000"),
    ],
    ids=["over", "21 digits", "5000 digits"],
)
async def test_an_announced_length_is_refused_before_the_body_comes(length: bytes, words: str) -> None:
    """Some leading zeros are accepted."""
    with pytest.raises(HttpProblem, match=words):
        await read(b"{}", length=length)
    assert b"{}" == await read(b"{}", length=b"0" * 19 + b"2")
