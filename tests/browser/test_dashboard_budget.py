"""What the dashboard loads at first, and what it keeps of a long journal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Request, expect

from mock_alipay.config.config import Config
from tests.benchmarks.load import drive, unsigned
from tests.browser.buyer import Buyer
from tests.browser.dashboard import Dashboard
from tests.browser.fixtures import NewBuyer
from tests.browser.merchant import Merchant
from tests.live import live
from tests.shop import Shop

MANY = 10_000


@pytest.fixture
def long_journal(new_buyer: NewBuyer, shop: Shop) -> Iterator[Buyer]:
    """A browser at a gateway with as many calls as it keeps."""
    with live(Config(signatures="off", seed=1)) as gateway, Merchant(gateway, shop, "SANDBOX_long_journal") as merchant:
        drive(gateway.config.port, itertools.islice(unsigned(), MANY))
        buyer = new_buyer()
        buyer.merchant, buyer.own = merchant, {merchant.address(""), gateway.config.url}
        yield buyer
        buyer.context.close()


def test_the_first_view(buyer: Buyer) -> None:
    """At most eight files of ours beside the four of lit-html, and 120 kB together, uncompressed."""
    Dashboard(buyer).open()
    own = f"{buyer.merchant.gateway.config.url}/"
    files = [
        request
        for request in buyer.requests
        if not urlsplit(request.url).path.startswith("/__admin/") or "/ui/" in request.url
    ]
    assert len(files) == len({request.url for request in files})
    assert all(request.url.startswith(own) for request in files if not request.url.startswith("data:"))
    files = [request for request in files if not request.url.startswith("data:")]
    assert 4 == sum("/lit-html/" in request.url for request in files)
    assert 8 >= sum("/lit-html/" not in request.url for request in files), [request.url for request in files]
    sizes = [len(request.response().body()) for request in files if request.response()]  # type: ignore[union-attr]
    assert 120_000 >= sum(sizes)


def lists(requests: list[Request]) -> list[int]:
    """How many rows each request for a list asked for."""
    found = (urlsplit(request.url) for request in requests)
    return [int(parse_qs(parts.query)["limit"][0]) for parts in found if parts.path == "/__admin/calls"]


SCROLLED = """([top, id]) => {
    document.querySelector(".scroll").scrollTop = top;
    return document.querySelector(`[data-testid=call-row][data-id="${id}"]`);
}"""


def test_a_long_journal(long_journal: Buyer) -> None:
    """The list is usable after one request of at most 200 rows, and holds fewer than 1,000 elements at any depth."""
    board = Dashboard(long_journal, everyone=True)
    board.page.goto(board.address())
    expect(board.rows().first).to_be_visible()
    (limit,) = lists(long_journal.requests)
    assert 200 >= limit
    expect(board.counted).to_have_text(f"{MANY:,} calls")
    newest = int(board.ids()[0])
    for depth in (0, 150, 1_000, 1_700):
        board.page.wait_for_function(SCROLLED, arg=[depth * 60, str(newest - depth)])
        assert 1000 > board.region().locator("*").count()
    board.filter.fill("createPaymentSession status:S")
    expect(board.counted).to_have_text(f"{MANY:,} of {MANY:,} calls")
    board.filter.fill("no-such-order")
    expect(board.counted).to_have_text(f"0 of {MANY:,} calls")
