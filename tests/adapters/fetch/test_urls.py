"""
A URL is refused by its shape before anything is looked up.
"""

from __future__ import annotations

import pytest

from ars0n_adapters.fetch import urls
from ars0n_core.errors import FetchRefusedError

HOSTILE = [
    "", "example.com/a.png", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
    "data:image/png;base64,AA", "http:///a.png", "http://", "http://localhost/", "http://intranet/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/",
    "http://127.1/", "http://127.0.0.0x1/", "http://0x7f.0.0x1/", "http://127.0.1/", "http://1.2.3.4.5/", "http://１２７.0.0.1/",
    "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://[::1%25eth0]/", "http://[::1",
    "http://user@example.com/", "http://user:pass@example.com/", "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/", "http://exa mple.com/", "http://example.com/\r\nHost: x",
    "http://example.com/\x00", "http://example.com:22/", "http://example.com:0/",
    "http://example.com:99999/", "http://example.com:abc/", "http://-bad.example/",
    "http://example..com/", "http://exam%70le.com/", "http://" + "a" * 64 + ".com/",
    "http://example.com/" + "a" * 2048, "http://127.0.0.1.:80:80/", "http://example.com\t/",
]  # fmt: skip

GOOD = {
    "https://example.com/a.png": "https://example.com/a.png",
    "HTTP://EXAMPLE.com/A.png": "http://example.com/A.png",
    "http://example.com": "http://example.com/",
    "https://cdn.example.co.uk:8443/x/y.webp?sig=a%2Fb&exp=1#frag": (
        "https://cdn.example.co.uk:8443/x/y.webp?sig=a%2Fb&exp=1"
    ),
    "https://bücher.example/bild.jpg": "https://xn--bcher-kva.example/bild.jpg",
    "https://例え.jp/写真.png": "https://xn--r8jz45g.jp/%E5%86%99%E7%9C%9F.png",
    "https://93.184.215.14/a": "https://93.184.215.14/a",
    "https://[2606:4700:4700::1111]/a": "https://[2606:4700:4700::1111]/a",
    "https://example.com./a": "https://example.com/a",
    "https://images.0x.org/a": "https://images.0x.org/a",
    "https://my_bucket.s3.example.com/k": "https://my_bucket.s3.example.com/k",
}


@pytest.mark.parametrize("url", HOSTILE)
def test_a_clever_url_is_refused(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        urls.check(url)


@pytest.mark.parametrize(("url", "expected"), GOOD.items())
def test_an_ordinary_url_is_taken_as_it_is(url: str, expected: str) -> None:
    assert expected == urls.check(url).url


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/b.png", "https://example.com/b.png"),
        ("b.png", "https://example.com/dir/b.png"),
        ("//other.example/b", "https://other.example/b"),
        ("http://other.example/b", "http://other.example/b"),
    ],
)
def test_a_redirect_is_followed_relative_to_where_it_came_from(
    location: str, expected: str
) -> None:
    here = urls.check("https://example.com/dir/a.png")

    assert expected == urls.follow(here, location).url


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://user@x.example/", "//127.1/", "http://a\r\nb"]
)
def test_a_redirect_to_a_clever_url_is_refused(location: str) -> None:
    here = urls.check("https://example.com/a.png")
    with pytest.raises(FetchRefusedError):
        urls.follow(here, location)
