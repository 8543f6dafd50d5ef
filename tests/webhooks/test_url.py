"""URLs: the target that is signed is the one that was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_alipay.errors import AddressNotAllowed, DeliveryError
from mock_alipay.webhooks.url import parse, target_of

VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#"))

TARGETS = [
    ("http://shop", "/"),
    ("http://shop/", "/"),
    ("http://shop?x=1", "/?x=1"),
    ("http://shop/notify?", "/notify?"),
    ("http://shop//a//b/../c/./d", "//a//b/../c/./d"),
    ("http://shop/a%2fb%2F%zz", "/a%2fb%2F%zz"),
    ("http://shop/a;v=1,b:@!$&'()*+=~|\\^`{}[]\"<>", "/a;v=1,b:@!$&'()*+=~|\\^`{}[]\"<>"),
    ("http://shop/n?to=http://x/?a=b&c", "/n?to=http://x/?a=b&c"),
    ("http://shop/notify#part?x", "/notify"),
    ("http://shop/?q#part", "/?q"),
    ("http://shop/zahlung/é 中?ü=\u00a0", "/zahlung/%C3%A9%20%E4%B8%AD?%C3%BC=%C2%A0"),
    ("http://shop/a\r\nx: y", "/a%0D%0Ax:%20y"),
]


@pytest.mark.parametrize(("url", "target"), TARGETS)
def test_a_target_is_the_path_and_query_as_written(url: str, target: str) -> None:
    """Nothing is normalised; what no request line may hold is percent-encoded, a fragment stays at home."""
    assert target == target_of(url) == parse(url).target


@given(VISIBLE)
def test_visible_characters_stay_as_they_are(rest: str) -> None:
    """Whatever they are, and in whatever order."""
    assert f"/{rest}" == target_of(f"https://shop:8443/{rest}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://Shop.Example/x", ("http", "shop.example", 80, "shop.example")),
        ("HTTPS://shop/x", ("https", "shop", 443, "shop")),
        ("https://shop:/x", ("https", "shop", 443, "shop")),
        ("https://shop:443/x", ("https", "shop", 443, "shop")),
        ("http://my_shop-1:8000", ("http", "my_shop-1", 8000, "my_shop-1:8000")),
        ("http://shop.example.:81/", ("http", "shop.example", 81, "shop.example.:81")),
        ("http://[::1]:8000/x", ("http", "::1", 8000, "[::1]:8000")),
        ("https://[FD00::1]/x", ("https", "fd00::1", 443, "[fd00::1]")),
        ("http://bücher.example:81/", ("http", "xn--bcher-kva.example", 81, "xn--bcher-kva.example:81")),
        ("http://①②⑦。⓪.⓪.①/", ("http", "127.0.0.1", 80, "127.0.0.1")),
    ],
)
def test_a_url_is_taken_apart(url: str, expected: tuple[str, str, int, str]) -> None:
    """Scheme, host to look up, port, and Host header."""
    assert expected == parse(url)[:4]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "shop/notify",
        "",
        "http://user@shop/",
        "http://user:pass@shop/",
        "http://8.8.8.8\\@127.0.0.1/",
        "http://[fe80::1%eth0]/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_some_urls_are_never_sent_to(url: str) -> None:
    """Other schemes, user names and zones."""
    with pytest.raises(AddressNotAllowed):
        parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http:///x",
        "http:shop/x",
        "http://./",
        "http://.shop/",
        "http://a..b/",
        "http://shop:0/",
        "http://shop:65536/",
        "http://shop:8x/",
        "http://shop:8000:8000/",
        "http://sh op/",
        "http://shop\r\n/",
        "http://shop%2f/",
        "http://127.0.0.1\\x/",
        "http://[127.0.0.1/",
        "http://::1/",
        "http://[]/",
        "http://a\uff0fb/",
        f"http://{'a' * 64}/",
        f"http://{'a.' * 127}aa/",
        "http://é\u0301\udc80/",
    ],
)
def test_what_is_no_url_is_said(url: str) -> None:
    """With an example, and nothing of the URL that a terminal would act on; it is as final as a URL that is refused."""
    with pytest.raises(AddressNotAllowed, match=r"expected a URL such as http://127\.0\.0\.1:8000/notify") as told:
        parse(url)
    assert str(told.value).isprintable()


@given(st.text())
def test_any_text_has_a_target_and_a_verdict(url: str) -> None:
    """No text makes anything but a refusal, and a target is always visible ASCII."""
    assert target_of(url).isascii()
    assert target_of(url).isprintable()
    assert " " not in target_of(url)
    for tried in (url, f"http://{url}"):
        try:
            assert parse(tried).host
        except DeliveryError:
            continue
