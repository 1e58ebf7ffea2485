"""
All rows of the store in this process.
"""

from __future__ import annotations

from typing import TypeVar

from attrs import define, field

from ars0n_core.access import ApiKey, Organization
from ars0n_core.assets import Asset
from ars0n_core.errors import NotFoundError, PortError
from ars0n_core.ids import AssetId, OrganizationId, ProjectId, VersionId
from ars0n_core.ledger import Entry
from ars0n_core.ports import Delivery, Reply, Webhook
from ars0n_core.projects import Project, Version

Key = TypeVar("Key", bound=str)
Row = TypeVar("Row")


@define
class Tables:
    """
    All rows, by id, in the order in which they were added.
    """

    organizations: dict[OrganizationId, Organization] = field(factory=dict)
    keys: dict[str, ApiKey] = field(factory=dict)
    assets: dict[AssetId, Asset] = field(factory=dict)
    projects: dict[ProjectId, Project] = field(factory=dict)
    versions: dict[VersionId, Version] = field(factory=dict)
    entries: dict[tuple[OrganizationId, str], Entry] = field(factory=dict)
    balances: dict[tuple[OrganizationId, str], int] = field(factory=dict)
    replies: dict[tuple[OrganizationId, str, str], Reply] = field(factory=dict)
    webhooks: dict[VersionId, Webhook] = field(factory=dict)
    deliveries: dict[str, Delivery] = field(factory=dict)

    def copy(self) -> Tables:
        """
        Return tables that may change without these.
        """
        return Tables(
            dict(self.organizations),
            dict(self.keys),
            dict(self.assets),
            dict(self.projects),
            dict(self.versions),
            dict(self.entries),
            dict(self.balances),
            dict(self.replies),
            dict(self.webhooks),
            dict(self.deliveries),
        )


def add(table: dict[Key, Row], key: Key, row: Row) -> None:
    """
    Put a new row into *table*.

    Raises:
        PortError: There is one of this key already.
    """
    if key in table:
        raise PortError(f"There is a {type(row).__name__} {key} already", port="store")
    table[key] = row


def found(table: dict[Key, Row], kind: str, key: Key) -> Row:
    """
    Return the row of this key.

    Raises:
        NotFoundError: There is none; it says which *kind* is missing.
    """
    try:
        return table[key]
    except KeyError:
        raise NotFoundError(kind, key) from None
