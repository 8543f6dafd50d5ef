"""Notification URLs and their request targets."""

from __future__ import annotations

import pytest

from mock_alipay.errors import AddressNotAllowed
from mock_alipay.webhooks.url import parse, target_of

TARGETS = [
    ("http://shop", "/"),
    ("http://shop?x=1", "/?x=1"),
    ("http://shop/notify?", "/notify?"),
    ("http://shop//a//b/../c/./d", "//a//b/../c/./d"),
    ("http://shop/a%2fb%2F%zz", "/a%2fb%2F%zz"),
    ("http://shop/a;v=1,b:@!$&'()*+=~|\\^`{}[]\"<>", "/a;v=1,b:@!$&'()*+=~|\\^`{}[]\"<>"),
    ("http://shop/n?to=http://x/?a=b&c", "/n?to=http://x/?a=b&c"),
    ("http://shop/notify#part?x", "/notify"),
    ("http://shop/zahlung/é 中?ü=\u00a0", "/zahlung/%C3%A9%20%E4%B8%AD?%C3%BC=%C2%A0"),
    ("http://shop/a\r\nx: y\x7f\x00\udc80", "/a%0D%0Ax:%20y%7F%00?"),
]


@pytest.mark.parametrize(("url", "target"), TARGETS)
def test_the_target_is_path_and_query_as_written(url: str, target: str) -> None:
    """It is not normalised; characters that a request line cannot contain are encoded, a fragment is removed."""
    assert target == target_of(url) == parse(url).target


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Shop.Example/x", ("http", "shop.example", 80, "shop.example")),
        ("HTTPS://shop/x", ("https", "shop", 443, "shop")),
        ("https://shop:443/x", ("https", "shop", 443, "shop")),
        ("http://my_shop-1:8000", ("http", "my_shop-1", 8000, "my_shop-1:8000")),
        ("http://shop.example.:81/", ("http", "shop.example", 81, "shop.example.:81")),
        ("http://[::1]:8000/x", ("http", "::1", 8000, "[::1]:8000")),
        ("https://[FD00::1]/x", ("https", "fd00::1", 443, "[fd00::1]")),
        ("http://bücher.example:81/", ("http", "xn--bcher-kva.example", 81, "xn--bcher-kva.example:81")),
        ("http://①②⑦。⓪.⓪.①/", ("http", "127.0.0.1", 80, "127.0.0.1")),
    ],
)
def test_urls_are_parsed(url: str, expected: tuple[str, str, int, str]) -> None:
    """Scheme, host to resolve, port, and Host header."""
    assert expected == parse(url)[:4]


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://shop/x", "file:///etc/passwd", "javascript:alert(1)", "shop/notify", ""),
        *("http://user@shop/", "http://user:pass@shop/", "http://8.8.8.8\\@127.0.0.1/"),
        *("http://[fe80::1%eth0]/", "http://[fe80::1%25eth0]/"),
    ],
)
def test_some_urls_are_never_sent_to(url: str) -> None:
    """URLs with other schemes, user names or zones."""
    with pytest.raises(AddressNotAllowed, match=r"never go to|go to http and https URLs only"):
        parse(url)


@pytest.mark.parametrize(
    "url",
    [
        *("http:///x", "http:shop/x", "http://./", "http://.shop/", "http://a..b/", f"http://{'a' * 64}/"),
        *("http://shop:0/", "http://shop:65536/", "http://shop:8x/", "http://shop:8000:8000/", "http://::1/"),
        *("http://sh op/", "http://shop\r\n/", "http://shop%2f/", "http://127.0.0.1\\x/", "http://[127.0.0.1/"),
        *("http://[]/", "http://a\uff0fb/", f"http://{'a.' * 127}aa/", "http://\u00e9\u0301\udc80/"),
    ],
)
def test_invalid_urls_are_explained_with_an_example(url: str) -> None:
    """The message is printable whatever the URL contains."""
    with pytest.raises(AddressNotAllowed, match=r"expected a URL such as http://127\.0\.0\.1:8000/notify") as error:
        parse(url)
    assert str(error.value).isprintable()
