"""
What a job made, on its way into the stores.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from attrs import define, field

from ars0n_core import ids
from ars0n_core.assets import Asset, AssetKind, AssetOrigin
from ars0n_core.ids import AssetId, OrganizationId
from ars0n_core.pipelines.jobs import Job
from ars0n_core.pipelines.states import Succeeded
from ars0n_core.ports import Ports
from ars0n_core.usecases.materials import suffix
from ars0n_core.usecases.recording import Happening

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.work import Json

_CHUNK_BYTES: Final = 1 << 20


@define
class Outputs:
    """
    Stores the files of one attempt of one job, each under a key never used before, and
    remembers the keys in case what was made is not wanted any more.
    """

    ports: Ports
    organization_id: OrganizationId
    job: Job
    attempt: int
    blob_keys: list[str] = field(factory=list)

    def put(self, path: Path, media_type: str, name: str) -> str:
        """
        Store the file and return its key.

        Raises:
            PortError: It could not be stored.
        """
        key = f"jobs/{self.job.id}/{self.attempt}/{name}{suffix(media_type)}"
        self.blob_keys.append(key)
        self.ports.blobs.put(key, path, media_type=media_type)
        return key

    def succeeded(
        self, path: Path, kind: AssetKind, media_type: str, *, facts: Mapping[str, Json]
    ) -> Happening:
        """
        Store the job's output and return that it succeeded.

        Raises:
            PortError: It could not be stored.
        """
        asset_id = AssetId(self.ports.ids.new(ids.ASSET))
        key = self.put(path, media_type, asset_id)
        asset = Asset(
            id=asset_id,
            organization_id=self.organization_id,
            kind=kind,
            media_type=media_type,
            blob_key=key,
            size_bytes=path.stat().st_size,
            sha256=sha256_of(path),
            created_at=self.ports.clock.now(),
            origin=AssetOrigin.MADE,
            facts={
                name: value
                for name, value in facts.items()
                if isinstance(value, bool | int | float | str)
            },
        )
        return Happening(
            event=Succeeded(self.job.id, self.attempt, asset_id, facts),
            assets=(asset,),
            blob_keys=tuple(self.blob_keys),
        )


def sha256_of(path: Path) -> str:
    """
    Return the SHA-256 of the file, as 64 hex characters.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
