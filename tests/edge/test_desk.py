"""Whom an admin call is about."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from mock_alipay.edge.desk import Ask
from mock_alipay.errors import Misuse


def ask(in_query: str | None, in_body: str | None) -> Ask:
    """A call that names client ids in these places."""
    query, body = ({} if name is None else {"clientId": name} for name in (in_query, in_body))
    return Ask(Request({"type": "http"}), query, body, "", b"")


@pytest.mark.parametrize(
    ("in_query", "in_body", "expected"), [(None, None, None), ("A", None, "A"), (None, "A", "A"), ("A", "A", "A")]
)
def test_client_id(in_query: str | None, in_body: str | None, expected: str | None) -> None:
    """The client id may stand in the query, in the body or in both; in neither it is all of them."""
    assert expected == ask(in_query, in_body).client_id


def test_two_client_ids() -> None:
    """Two different ones are a mistake: neither is taken."""
    with pytest.raises(Misuse) as caught:
        _ = ask("A", "B").client_id
    assert (400, "clientId is A in the query and B in the body") == (caught.value.status, caught.value.detail)
