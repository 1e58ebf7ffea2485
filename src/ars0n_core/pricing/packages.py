"""
What credits cost: the packages on sale, one literal table an edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.errors import InvalidRequestError, NotFoundError
from ars0n_core.specs.limits import EDITION

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen(kw_only=True)
class Package:
    """
    Credits for money; prices are in US cents.
    """

    id: str
    name: str
    credits: int
    price_cents: int
    popular: bool = False

    @property
    def price_display(self) -> str:
        """
        The price as it is written on a price tag: "$39", "$39.50".
        """
        dollars, cents = divmod(self.price_cents, 100)
        return f"${dollars}.{cents:02d}" if cents else f"${dollars}"


PACKAGES: Final[Mapping[int, tuple[Package, ...]]] = {
    1: (
        Package(id="api-starter", name="API Starter", credits=500, price_cents=3900),
        Package(id="api-growth", name="API Growth", credits=2000, price_cents=11900, popular=True),
        Package(id="api-scale", name="API Scale", credits=5000, price_cents=24900),
    ),
    2: (
        Package(id="api-starter", name="API Starter", credits=500, price_cents=3900),
        Package(id="api-growth", name="API Growth", credits=2000, price_cents=11900, popular=True),
        Package(id="api-scale", name="API Scale", credits=5500, price_cents=29900),
    ),
}
"""
Both editions' packages, smallest first.
"""


def packages(edition: int = EDITION) -> tuple[Package, ...]:
    """
    Return the packages of *edition*, smallest first.

    >>> [package.price_display for package in packages(2)]
    ['$39', '$119', '$299']

    Raises:
        InvalidRequestError: There is no such edition.
    """
    try:
        return PACKAGES[edition]
    except KeyError:
        known = " or ".join(map(str, PACKAGES))
        raise InvalidRequestError({"edition": [f"Edition must be {known}"]}) from None


def package(package_id: str, edition: int = EDITION) -> Package:
    """
    Return the package of this id.

    >>> package("api-scale").credits
    5500

    Raises:
        NotFoundError: No package has it.
    """
    for candidate in packages(edition):
        if candidate.id == package_id:
            return candidate
    raise NotFoundError("package", package_id)
