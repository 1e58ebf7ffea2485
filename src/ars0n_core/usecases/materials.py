"""
The files an order names: whether they are there, the caller's, and of the right kind;
and those that it brings by URL.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ars0n_core import ids, specs
from ars0n_core.assets import SIZE_BYTES_MAX, Asset, AssetKind
from ars0n_core.errors import (
    AssetNotOwnedError,
    FetchRefusedError,
    InvalidRequestError,
    NotFoundError,
    PlanExpiredError,
    PortError,
    UploadRefusedError,
)
from ars0n_core.ids import AssetId
from ars0n_core.specs.model import AdFormat
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from ars0n_core.ids import OrganizationId
    from ars0n_core.ports import Ports, Transaction
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.work import WorkItem


def named_by(spec: AdSpec) -> tuple[AssetId, ...]:
    """
    Return the assets that the order names and uses, each once, in a stable order.
    """
    named: list[AssetId | None] = [spec.music_asset_id]
    if spec.ad_format is AdFormat.VIDEO:
        clips = (clip.asset_id for clip in spec.custom_clips)
        named = [*spec.image_asset_ids, spec.logo_asset_id, spec.music_asset_id, *clips]
    return tuple(dict.fromkeys(asset_id for asset_id in named if asset_id is not None))


def needed_by(item: WorkItem, spec: AdSpec) -> tuple[AssetId, ...]:
    """
    Return the customer's files without which *item* of the order can't be done.
    """
    if item.operation is Operation.EDIT_IMAGE:
        named = item.inputs.get("image_asset_id")
        return (AssetId(named),) if isinstance(named, str) else ()
    if item.operation in {Operation.COMPOSE, Operation.MIX}:
        images = set(spec.image_asset_ids) - {spec.logo_asset_id}
        return tuple(one for one in named_by(spec) if one not in images)
    return ()


def require_needed(
    ports: Ports,
    tx: Transaction,
    organization_id: OrganizationId,
    spec: AdSpec,
    items: Iterable[WorkItem],
) -> None:
    """
    Refuse to do *items* of an order whose files are gone, before anything is charged.

    Raises:
        PlanExpiredError: One is.
    """
    for asset_id in dict.fromkeys(one for item in items for one in needed_by(item, spec)):
        asset = tx.assets.find(asset_id)
        if (
            asset is None
            or asset.organization_id != organization_id
            or not ports.blobs.exists(asset.blob_key)
        ):
            raise PlanExpiredError(
                {"plan": [f"Asset {asset_id} is gone; upload it again and order anew"]}
            )


def owned(
    tx: Transaction, organization_id: OrganizationId, asset_ids: Iterable[AssetId]
) -> dict[AssetId, Asset]:
    """
    Return the records of these assets.

    Raises:
        NotFoundError: One doesn't exist.
        AssetNotOwnedError: One is another organisation's.
    """
    found = {}
    for asset_id in asset_ids:
        asset = tx.assets.find(asset_id)
        if asset is None:
            raise NotFoundError("asset", asset_id)
        if asset.organization_id != organization_id:
            raise AssetNotOwnedError(asset_id)
        found[asset_id] = asset
    return found


def require(tx: Transaction, organization_id: OrganizationId, spec: AdSpec) -> dict[AssetId, Asset]:
    """
    Return the records of all assets that the order uses.

    Raises:
        NotFoundError: One doesn't exist.
        AssetNotOwnedError: One is another organisation's.
        InvalidRequestError: Some are of the wrong kind, or too short.
    """
    found = owned(tx, organization_id, named_by(spec))
    specs.check_assets(spec, {asset_id: facts_of(asset) for asset_id, asset in found.items()})
    return found


def facts_of(asset: Asset) -> specs.AssetFacts:
    """
    Return what the checks of an order must know of *asset*.
    """
    seconds = asset.facts.get("duration_seconds")
    return specs.AssetFacts(
        kind=asset.kind.value,
        duration_seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def fetch_images(
    ports: Ports, organization_id: OrganizationId, urls: Sequence[str], *, now: datetime
) -> tuple[Asset, ...]:
    """
    Download, decode and store the pictures at *urls*; their records are not stored yet.

    Raises:
        InvalidRequestError: Some can't be fetched or are no such images; all such are
            named, and nothing is kept.
        PortError: The machine could not; nothing is kept.
    """
    kept: list[Asset] = []
    faults: list[str] = []
    try:
        with ports.scratch.folder() as folder:
            for index, url in enumerate(urls):
                asset_id = AssetId(ports.ids.new(ids.ASSET))
                source, target = folder / f"{index}.fetched", folder / f"{index}.png"
                try:
                    ports.fetcher.fetch(url, source, size_bytes_max=SIZE_BYTES_MAX[AssetKind.IMAGE])
                    kept.append(_take_in(ports, organization_id, asset_id, source, target, now=now))
                except FetchRefusedError as error:
                    faults.append(f"{index}: {error}")
                except UploadRefusedError as error:
                    faults.append(f"{index}: {_reason(error)}")
                source.unlink(missing_ok=True)
                target.unlink(missing_ok=True)
        _refuse(faults)
    except BaseException:
        discard(ports, (asset.blob_key for asset in kept))
        raise
    return tuple(kept)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise InvalidRequestError({"image_urls": faults})


def _take_in(
    ports: Ports,
    organization_id: OrganizationId,
    asset_id: AssetId,
    source: Path,
    target: Path,
    *,
    now: datetime,
) -> Asset:
    facts = ports.ingest.image(source, target)
    key = f"assets/{asset_id}.png"
    ports.blobs.put(key, target, media_type="image/png")
    return Asset(
        id=asset_id,
        organization_id=organization_id,
        kind=AssetKind.IMAGE,
        media_type="image/png",
        blob_key=key,
        size_bytes=facts.size_bytes,
        sha256=facts.sha256,
        created_at=now,
        category="product_image",
        facts={"width": facts.width, "height": facts.height, "has_alpha": facts.has_alpha},
    )


def _reason(error: InvalidRequestError) -> str:
    texts = [text for texts in error.field_errors.values() for text in texts]
    return "; ".join([*texts, *error.form_errors]) or "This image can't be taken"


def discard(ports: Ports, blob_keys: Iterable[str]) -> None:
    """
    Remove blobs that nothing refers to; one that can't be removed now is left behind.
    """
    for key in blob_keys:
        # An orphan costs a little room; failing here would hide what went wrong before.
        with contextlib.suppress(PortError):
            ports.blobs.delete(key)


def copy_out(ports: Ports, assets: Mapping[str, Asset], folder: Path) -> dict[str, Path]:
    """
    Copy stored files into *folder* and return where each is, by the name it is given.

    Raises:
        BlobNotFoundError: One is gone.
        PortError: One can't be read.
    """
    paths = {}
    for name, asset in assets.items():
        paths[name] = folder / (name + suffix(asset.media_type))
        ports.blobs.copy_to(asset.blob_key, paths[name])
    return paths


_SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/aac": ".aac",
    "audio/mp4": ".m4a",
    "audio/flac": ".flac",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "application/json": ".json",
}


def suffix(media_type: str) -> str:
    """
    Return the usual ending of a file of this type, with its dot.

    >>> suffix("video/mp4"), suffix("audio/wav")
    ('.mp4', '.wav')
    """
    return _SUFFIXES.get(media_type, ".bin")
