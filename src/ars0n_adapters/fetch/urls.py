"""
Which URLs are taken, by their shape alone.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urljoin, urlsplit

from attrs import frozen

from ars0n_core.errors import FetchRefusedError

LENGTH_MAX: Final = 2048
PORTS: Final[dict[str, int]] = {"http": 80, "https": 443}
ALLOWED_PORTS: Final = frozenset({80, 443, 8080, 8443})

_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]|\s")
_LABEL: Final = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
# A last label like 0x7f is a number to some resolvers, so it is no name.
_NAME: Final = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z])(?!0x[0-9a-f]*\.?\Z){_LABEL}\.?\Z")
_OCTET: Final = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}\Z")


@frozen
class Target:
    """
    A URL taken apart: ``host`` is a lower-case name or a literal address without brackets.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """
        The value of the ``Host`` header.
        """
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def url(self) -> str:
        """
        The URL put together again.
        """
        return f"{self.scheme}://{self.authority}{self.path}"


def check(url: str, *, ports: frozenset[int] | None = ALLOWED_PORTS) -> Target:
    """
    Return the parts of *url*; ``ports`` None allows every port.

    Raises:
        FetchRefusedError: It is not a plain http(s) URL with a plain host.
    """
    if len(url) > LENGTH_MAX:
        raise _refused(f"is longer than {LENGTH_MAX} characters")
    if _FORBIDDEN.search(url):
        raise _refused("contains a space, backslash or control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("is not a URL") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise _refused("must start with http:// or https://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise _refused("must not contain a user name or password")
    port = PORTS[scheme] if port is None else port
    if ports is not None and port not in ports:
        raise _refused(f"names port {port}; only {sorted(ports)} are allowed")
    path = parts.path or "/"
    if parts.query:
        path += "?" + parts.query
    return Target(scheme, _host(parts.hostname or ""), port, _ascii_path(path))


def follow(
    target: Target, location: str, *, ports: frozenset[int] | None = ALLOWED_PORTS
) -> Target:
    """
    Return where a redirect from *target* leads.

    Raises:
        FetchRefusedError: It leads to no URL we take.
    """
    if _FORBIDDEN.search(location) or len(location) > LENGTH_MAX:
        raise _refused("redirects to something that is not a URL")
    try:
        joined = urljoin(target.url, location)
    except ValueError:
        raise _refused("redirects to something that is not a URL") from None
    return check(joined, ports=ports)


def _host(host: str) -> str:
    if not host.isascii():
        host = _idna(host)
    host = host.lower()
    if ":" in host:
        try:
            return str(IPv6Address(host)) if "%" not in host else _no_host()
        except ValueError:
            return _no_host()
    if _IPV4.match(host) or (len(host) <= 253 and _NAME.match(host)):  # noqa: PLR2004 - RFC 1035
        return host.rstrip(".")
    return _no_host()


def _idna(host: str) -> str:
    # Full-width dots and digits would become an address only here: letters and marks
    # of real names pass, anything that normalises into ASCII does not.
    for character in host:
        if not character.isascii() and not character.isalpha() and character not in "·・‌‍":
            _no_host()
    try:
        encoded = host.encode("idna").decode("ascii")
    except UnicodeError:
        return _no_host()
    if any(
        not label.startswith("xn--") and not original.isascii()
        for label, original in zip(encoded.split("."), host.split("."), strict=False)
    ):
        return _no_host()
    return encoded


def _no_host() -> str:
    raise _refused("names a host that is neither a plain name nor a plain address")


def _ascii_path(path: str) -> str:
    return "".join(
        character if character.isascii() else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in path
    )


def _refused(fault: str) -> FetchRefusedError:
    return FetchRefusedError(f"The URL {fault}", port="fetcher")
