"""
Every spelling of an address that is not public is refused: in a URL before anything is
asked, in a redirect, and as what a name stands for.
"""

from __future__ import annotations

import ssl
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.fetch import Guard, GuardedFetcher, urls
from ars0n_core.errors import FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TARGETS = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "172.20.0.9", "192.168.0.1", "0.0.0.9",
           "100.100.100.200", "224.0.0.1", "255.255.255.255"]  # fmt: skip
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
WIDE = str.maketrans("0123456789.", "０１２３４５６７８９。")
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def numbers(target: str) -> Iterator[str]:
    """
    An IPv4 address as the old resolver of C takes it: in one to four parts, each decimal,
    octal or hexadecimal, with zeros in front or not.
    """
    value = int(IPv4Address(target))
    octets = [*value.to_bytes(4, "big")]
    for parts in (
        [value],
        [octets[0], value & 0xFFFFFF],
        [octets[0], octets[1], value & 0xFFFF],
        octets,
    ):
        for write in ("{:d}", "0{:o}", "0x{:x}", "0X{:08X}", "00000{:o}", "{:03d}"):
            spelled = ".".join(write.format(part) for part in parts)
            if spelled != target:
                yield spelled
    yield f"0x{octets[0]:x}.{octets[1]}.0{octets[2]:o}.{octets[3]}"
    yield f"{octets[0] + 256}.{octets[1]}.{octets[2]}.{octets[3]}"
    yield str(value + 2**32)


def letters(target: str) -> Iterator[str]:
    """
    An IPv4 address in other digits, with other dots, and escaped.
    """
    for alphabet in (WIDE, CIRCLED, ARABIC):
        yield target.translate(alphabet)
    for dot in "。．｡":
        yield target.replace(".", dot)
    yield target.replace(".", "%2e")
    yield "".join(f"%{ord(one):02x}" for one in target)
    yield f"{target}%00.example.com"


def inside(target: str) -> Iterator[str]:
    """
    An IPv4 address carried by an IPv6 one, in every form there is.
    """
    high, low = divmod(int(IPv4Address(target)), 65536)
    hexadecimal = f"{high:x}:{low:x}"
    for carried in (
        f"::ffff:{target}", f"::ffff:{hexadecimal}", f"0:0:0:0:0:FFFF:{hexadecimal}",
        f"::{target}", f"::ffff:0:{target}", f"64:ff9b::{target}", f"64:ff9b::{hexadecimal}",
        f"64:ff9b:1::{target}", f"2002:{hexadecimal}::1", f"2001:0:{hexadecimal}::1",
        f"2a00:1450::5efe:{target}", f"fe80::5efe:{target}",
    ):  # fmt: skip
        yield f"[{carried}]"
    yield f"[{IPv6Address(f'::ffff:{hexadecimal}').exploded}]"
    yield f"[fe80::{hexadecimal}%25eth0]"
    yield f"[fe80::{hexadecimal}%eth0]"
    yield f"[::ffff:{target}%25lo]"


def hosts() -> Iterator[str]:
    for target in TARGETS:
        yield target
        yield target + "."
        yield from numbers(target)
        yield from letters(target)
        yield from inside(target)
    yield from ("[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[fd00:ec2::254]", "[fe80::1]", "[ff02::1]",
                "localhost", "localhost.", "LOCALHOST", "metadata", "ⓛocalhost", "loc\u00adalhost")  # fmt: skip


def written(host: str) -> Iterator[str]:
    """
    URLs that lead to *host*, some by what they hide it behind.
    """
    yield f"http://{host}/latest/meta-data/"
    yield f"https://{host}:8443/a.png"
    yield f"http://example.com@{host}/"
    yield f"http://example.com:80@{host}/"
    yield f"http://example.com%40@{host}/"
    yield f"http://{host}\\@example.com/"
    yield f"http:///{host}/"
    yield f"http:{host}/"


URLS = [url for host in hosts() for url in written(host)]


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(set(URLS)) > 3_500


def accepted(check: Callable[[str], object]) -> list[str]:
    taken = []
    for url in URLS:
        try:
            check(url)
        except FetchRefusedError:
            continue
        taken.append(url)
    return taken


def test_no_spelling_is_taken() -> None:
    assert accepted(GuardedFetcher().check) == []


def test_no_spelling_is_followed() -> None:
    fetcher, here = GuardedFetcher(), urls.check("https://example.com/a.png")

    def follow(location: str) -> None:
        fetcher.check(urls.follow(here, location).url)

    # Without a second slash it is a path of the same host: there it may lead.
    assert {url for url in accepted(follow) if not url.startswith("http:///")} == set()


@pytest.mark.parametrize("target", [*TARGETS, "::1", "64:ff9b::7f00:1", "fd00::1"])
def test_no_name_stands_for_it(target: str, tmp_path: Path) -> None:
    answers = [("93.184.215.14", target), (target, "93.184.215.14"), (target,)]
    for found in answers:
        fetcher = GuardedFetcher(
            Guard(
                lookup=lambda _host, _port, found=found: found,  # type: ignore[misc]  # a default, not a parameter
                certificates=TRUSTING_NOBODY,
            )
        )
        fetcher.check("http://rebound.example.com/a.png")
        with pytest.raises(FetchRefusedError, match="could not be reached"):
            fetcher.fetch(
                "http://rebound.example.com/a.png", tmp_path / "a", size_bytes_max=1_000_000
            )
