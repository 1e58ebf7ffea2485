"""
Which addresses are public.

A table of our own: the standard library's ``is_private`` and ``is_global`` changed their
minds between releases (CVE-2024-4032) and disagree with the registries on embedded and
translated forms. Rows follow the IANA special-purpose address registries.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_IPV4_SPECIAL: Final = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local, clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)

_IPV6_GLOBAL: Final = IPv6Network("2000::/3")
# Everything embedded, translated, local or reserved lies outside, but for these:

_IPV6_SPECIAL: Final = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

_ISATAP: Final = (0x00005EFE, 0x02005EFE)
# The upper half of an interface identifier that carries an IPv4 address.


def is_public(address: str) -> bool:
    """
    Whether *address*, a literal IPv4 or IPv6 address, is a public unicast one.

    >>> is_public("93.184.215.14"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(parsed) if isinstance(parsed, IPv4Address) else _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in _IPV4_SPECIAL)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _IPV6_GLOBAL:
        return False
    if any(address in block for block in _IPV6_SPECIAL):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP
