"""
Organisations, keys and assets in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_adapters.memory import tables
from ars0n_adapters.memory.tables import Tables

if TYPE_CHECKING:
    from ars0n_core.access import ApiKey, Organization
    from ars0n_core.assets import Asset
    from ars0n_core.ids import AssetId, OrganizationId, ProjectId


@frozen
class MemoryOrganizations:
    """
    `Organizations` in this process.
    """

    _tables: Tables

    def add(self, organization: Organization) -> None:
        """
        Store a new organisation.
        """
        tables.add(self._tables.organizations, organization.id, organization)

    def find(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation.
        """
        return tables.found(self._tables.organizations, "organization", organization_id)

    def lock(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation; transactions follow one another here anyway.
        """
        return self.find(organization_id)

    def save(self, organization: Organization) -> None:
        """
        Replace a stored organisation.
        """
        self.find(organization.id)
        self._tables.organizations[organization.id] = organization

    def every(self) -> tuple[Organization, ...]:
        """
        Return all organisations, oldest first.
        """
        every = self._tables.organizations.values()
        return tuple(sorted(every, key=lambda one: one.created_at))


@frozen
class MemoryKeys:
    """
    `Keys` in this process.
    """

    _tables: Tables

    def add(self, key: ApiKey) -> None:
        """
        Store a new key.
        """
        tables.add(self._tables.keys, key.digest, key)

    def find(self, digest: str) -> ApiKey | None:
        """
        Return the key of this digest, revoked or not, or None.
        """
        return self._tables.keys.get(digest)

    def save(self, key: ApiKey) -> None:
        """
        Replace a stored key.
        """
        tables.found(self._tables.keys, "key", key.digest)
        self._tables.keys[key.digest] = key

    def of(self, organization_id: OrganizationId) -> tuple[ApiKey, ...]:
        """
        Return the organisation's keys, oldest first.
        """
        every = self._tables.keys.values()
        found = [key for key in every if key.organization_id == organization_id]
        return tuple(sorted(found, key=lambda key: key.created_at))


@frozen
class MemoryAssets:
    """
    `Assets` in this process.
    """

    _tables: Tables

    def add(self, asset: Asset) -> None:
        """
        Store a new asset's record.
        """
        tables.add(self._tables.assets, asset.id, asset)

    def find(self, asset_id: AssetId) -> Asset | None:
        """
        Return the asset, whoever's it is, or None.
        """
        return self._tables.assets.get(asset_id)

    def delete(self, asset_id: AssetId) -> None:
        """
        Forget the asset.
        """
        self._tables.assets.pop(asset_id, None)

    def of(self, organization_id: OrganizationId) -> tuple[Asset, ...]:
        """
        Return the organisation's assets, oldest first.
        """
        every = self._tables.assets.values()
        found = [asset for asset in every if asset.organization_id == organization_id]
        return tuple(sorted(found, key=lambda asset: asset.created_at))

    def uploaded_bytes(self, organization_id: OrganizationId) -> int:
        """
        Return how many bytes the organisation's uploads have together.
        """
        return sum(one.size_bytes for one in self.of(organization_id) if one.maker is None)

    def made_in(self, project_id: ProjectId) -> tuple[Asset, ...]:
        """
        Return what the jobs of the project's versions made, oldest first.
        """
        versions = self._tables.versions.values()
        jobs = {
            job_id
            for version in versions
            if version.project_id == project_id
            for job_id in version.pipeline.jobs
        }
        found = [asset for asset in self._tables.assets.values() if asset.maker in jobs]
        return tuple(sorted(found, key=lambda asset: asset.created_at))
