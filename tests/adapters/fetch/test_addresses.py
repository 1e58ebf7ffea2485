"""
Only public unicast addresses may be connected to.
"""

from __future__ import annotations

import pytest

from ars0n_adapters.fetch.addresses import is_public

PRIVATE_V4 = [
    "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip

PRIVATE_V6 = [
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::1", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1",
    "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:7f00:1",
]  # fmt: skip

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "192.0.1.1",
          "2606:4700:4700::1111", "2a00:1450:4001:830::200e"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE_V4 + PRIVATE_V6)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "1.2.3", "0x7f.0.0.1", "2130706433", "1.2.3.4.5"]
)
def test_what_is_no_literal_address_is_not_public(text: str) -> None:
    assert not is_public(text)
