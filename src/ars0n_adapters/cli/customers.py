"""
The one customer of the command line, and what is chosen for whoever chose nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ars0n_core.access import Organization
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.ids import OrganizationId
from ars0n_core.quotas import Tier
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.voices import browse

if TYPE_CHECKING:
    from ars0n_adapters.bootstrap import Product

LOCAL: Final = OrganizationId("org_local")
"""
The one customer of the command line: unlimited, so booked but never refused for money.
"""


def local_caller(product: Product) -> Caller:
    """
    Return the command line's customer, made at first use.
    """
    try:
        return _stored(product)
    except StaleRevisionError:
        # another command made it in the same moment
        return _stored(product)


def newcomer(product: Product) -> Caller:
    """
    Return the command line's customer as it is before anything was stored.
    """
    return Caller(
        Organization(
            id=LOCAL,
            name="This machine",
            tier=Tier.ENTERPRISE,
            unlimited=True,
            created_at=product.ports.clock.now(),
        )
    )


def default_voice(product: Product) -> str:
    """
    Return the voice that speaks when none is named: the library's first.
    """
    return browse(product.ports)[0].voice_id


def _stored(product: Product) -> Caller:
    with product.ports.store.transaction() as tx:
        try:
            return Caller(tx.organizations.find(LOCAL))
        except NotFoundError:
            caller = newcomer(product)
            tx.organizations.add(caller.organization)
            tx.commit()
            return caller
