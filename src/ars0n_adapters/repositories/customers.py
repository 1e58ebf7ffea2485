"""
The customers: organisations, their keys, their files' records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, insert, select, update

from ars0n_adapters.repositories import rows, tables
from ars0n_adapters.repositories.reading import Repository, lookup, oldest_first, only
from ars0n_core.access import ApiKey, Organization
from ars0n_core.assets import Asset
from ars0n_core.errors import NotFoundError

if TYPE_CHECKING:
    from ars0n_core.ids import AssetId, OrganizationId, ProjectId

_ORGANIZATION: Final = lookup(tables.organizations.c.id, tables.organizations.c.body)
_KEY: Final = lookup(tables.keys.c.digest, tables.keys.c.body)


class SqlOrganizations(Repository):
    """
    The customers.
    """

    def add(self, organization: Organization) -> None:
        """
        Store a new organisation.
        """
        self.write(
            insert(tables.organizations).values(
                id=organization.id,
                created_at=rows.instant(organization.created_at),
                body=rows.dump(organization),
            )
        )

    def find(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation.
        """
        found = self.look_up(_ORGANIZATION, organization_id, Organization)
        if found is None:
            raise NotFoundError("organization", organization_id)
        return found

    def lock(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation, its row locked until the transaction ends.
        """
        self.unit.write()
        query = select(tables.organizations.c.body).where(
            tables.organizations.c.id == organization_id
        )
        found = self.read(query.with_for_update(), Organization)
        return only(found, "organization", organization_id)

    def save(self, organization: Organization) -> None:
        """
        Replace a stored organisation.
        """
        self.write(
            update(tables.organizations)
            .where(tables.organizations.c.id == organization.id)
            .values(body=rows.dump(organization))
        )

    def every(self) -> tuple[Organization, ...]:
        """
        Return all organisations, oldest first.
        """
        return self.read(oldest_first(tables.organizations), Organization)


class SqlKeys(Repository):
    """
    The API keys.
    """

    def add(self, key: ApiKey) -> None:
        """
        Store a new key.
        """
        self.write(
            insert(tables.keys).values(
                id=key.id,
                organization_id=key.organization_id,
                digest=key.digest,
                created_at=rows.instant(key.created_at),
                body=rows.dump(key),
            )
        )

    def find(self, digest: str) -> ApiKey | None:
        """
        Return the key of this digest, revoked or not, or None.
        """
        return self.look_up(_KEY, digest, ApiKey)

    def save(self, key: ApiKey) -> None:
        """
        Replace a stored key.
        """
        self.write(
            update(tables.keys).where(tables.keys.c.id == key.id).values(body=rows.dump(key))
        )

    def of(self, organization_id: OrganizationId) -> tuple[ApiKey, ...]:
        """
        Return the organisation's keys, oldest first.
        """
        return self.read(oldest_first(tables.keys, organization_id), ApiKey)


class SqlAssets(Repository):
    """
    The stored files' records.
    """

    def add(self, asset: Asset) -> None:
        """
        Store a new asset's record.
        """
        self.write(
            insert(tables.assets).values(
                id=asset.id,
                organization_id=asset.organization_id,
                created_at=rows.instant(asset.created_at),
                body=rows.dump(asset),
                uploaded_bytes=asset.size_bytes if asset.maker is None else 0,
                maker=asset.maker,
            )
        )

    def find(self, asset_id: AssetId) -> Asset | None:
        """
        Return the asset, whoever's it is, or None.
        """
        query = select(tables.assets.c.body).where(tables.assets.c.id == asset_id)
        return next(iter(self.read(query, Asset)), None)

    def delete(self, asset_id: AssetId) -> None:
        """
        Forget the asset.
        """
        self.write(delete(tables.assets).where(tables.assets.c.id == asset_id))

    def of(self, organization_id: OrganizationId) -> tuple[Asset, ...]:
        """
        Return the organisation's assets, oldest first.
        """
        return self.read(oldest_first(tables.assets, organization_id), Asset)

    def uploaded_bytes(self, organization_id: OrganizationId) -> int:
        """
        Return how many bytes the organisation's uploads have together.
        """
        table = tables.assets
        query = select(func.coalesce(func.sum(table.c.uploaded_bytes), 0))
        mine = query.where(table.c.organization_id == organization_id)
        return int(self.connection.execute(mine).scalar_one())

    def made_in(self, project_id: ProjectId) -> tuple[Asset, ...]:
        """
        Return what the jobs of the project's versions made, oldest first.
        """
        makers = (
            select(tables.jobs.c.id)
            .join(tables.versions, tables.versions.c.id == tables.jobs.c.version_id)
            .where(tables.versions.c.project_id == project_id)
        )
        return self.read(
            oldest_first(tables.assets).where(tables.assets.c.maker.in_(makers)), Asset
        )
