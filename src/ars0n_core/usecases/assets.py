"""
Files in and out: `upload`, `serve`, `delete`.
"""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core import assets, ids, quotas
from ars0n_core.assets import Asset, AssetKind, AssetOrigin
from ars0n_core.errors import (
    AssetInUseError,
    ClipFormatError,
    ClipTooLargeError,
    InvalidRequestError,
    NotFoundError,
    QuotaExceededError,
    UploadRefusedError,
)
from ars0n_core.ids import AssetId
from ars0n_core.pipelines import outcomes
from ars0n_core.timelines import FRAME_RATE
from ars0n_core.usecases import conflicts, materials

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller
    from ars0n_core.work import Json


@frozen(kw_only=True)
class Served:
    """
    Where a file can be had, and until when.
    """

    asset: Asset
    url: str
    expires_at: datetime


TAKEN = {
    AssetKind.IMAGE: "PNG, JPEG or WebP",
    AssetKind.AUDIO: "MP3, WAV, OGG, AAC or M4A",
    AssetKind.VIDEO: "MP4, WebM or MOV",
}
"""
The documents' upload formats.
"""


def upload(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    source: Path,
    *,
    file_name: str = "",
    category: str | None = None,
) -> Served:
    """
    Take in the file *source*: what it is, its content says; it is decoded, checked and
    encoded anew before it is stored. Its name is only used to speak of it.

    Raises:
        InvalidRequestError: The category is unknown or asks for another kind.
        UploadRefusedError: Not an image or sound we take, too large, or broken.
        ClipTooLargeError: A clip of too many bytes.
        ClipTooLongError: A clip that is too long.
        ClipFormatError: A clip that can't be decoded.
        QuotaExceededError: The organisation's storage is full.
        PortError: The machine could not.
    """
    now = ports.clock.now()
    wanted = _kind_of(category)
    name = file_name.strip() or "The file"
    kind = _looked_at(source, name, wanted)
    # A container taken for video may yet turn out to be the sound that is wanted.
    if wanted not in {None, kind} and (kind, wanted) != (AssetKind.VIDEO, AssetKind.AUDIO):
        message = f"Category {category} needs an {wanted} file; {name} is {kind}"
        raise InvalidRequestError({"category": [message]})
    with ports.scratch.folder() as folder:
        kind, media_type, target, facts = _taken_in(ports, source, kind, wanted, folder)
        asset_id = AssetId(ports.ids.new(ids.ASSET))
        asset = Asset(
            id=asset_id,
            organization_id=caller.organization.id,
            kind=kind,
            media_type=media_type,
            blob_key=f"assets/{asset_id}{materials.suffix(media_type)}",
            size_bytes=target.stat().st_size,
            sha256=str(facts.pop("sha256")),
            created_at=now,
            category=category or _CATEGORY.get(kind, ""),
            facts=facts,
        )
        asset = _kept(ports, asset, target)
    return _served(ports, policy, asset, now)


def serve(ports: Ports, policy: Policy, caller: Caller, asset_id: AssetId) -> Served:
    """
    Return a signed URL of the asset. What a job made is noted as delivered: what was
    taken is paid for.

    Raises:
        NotFoundError: There is no such asset, or what it cost was given back.
        AssetNotOwnedError: It is another organisation's.
    """
    now = ports.clock.now()
    asset = conflicts.settle(lambda: _deliver(ports, caller, asset_id))
    return _served(ports, policy, asset, now)


def delete(ports: Ports, caller: Caller, asset_id: AssetId) -> None:
    """
    Delete an uploaded asset.

    Raises:
        NotFoundError: There is no such asset.
        AssetNotOwnedError: It is another organisation's.
        AssetInUseError: A generating version or the brand kit needs it, or a job made it.
    """
    with ports.store.transaction() as tx:
        # Whoever orders locks too: an asset can't vanish under an order being stored.
        brand = tx.organizations.lock(caller.organization.id).brand
        asset = _owned(tx, caller, asset_id)
        if brand is not None and brand.logo_asset_id == asset_id:
            raise AssetInUseError(
                f"Asset {asset_id} is the logo of the brand kit; save the kit without it first"
            )
        if asset.origin is AssetOrigin.MADE:
            raise AssetInUseError(
                "What a generation made goes with its project; delete the project instead"
            )
        if tx.versions.using(asset_id):
            raise AssetInUseError(
                f"Asset {asset_id} is needed by a generating version; wait or cancel it"
            )
        tx.assets.delete(asset_id)
        tx.commit()
    materials.discard(ports, [asset.blob_key])


_CATEGORY = {AssetKind.IMAGE: "product_image", AssetKind.AUDIO: "music"}
# Inferred where none is told, as documented.


def _kind_of(category: str | None) -> AssetKind | None:
    if category is None:
        return None
    try:
        return assets.CATEGORIES[category]
    except KeyError:
        known = ", ".join(assets.CATEGORIES)
        raise InvalidRequestError({"category": [f"Must be one of {known}"]}) from None


def _looked_at(source: Path, name: str, wanted: AssetKind | None) -> AssetKind:
    """
    Return what the file is by its first bytes; refuse one that is too large or unknown.
    """
    with source.open("rb") as file:
        head = file.read(assets.HEAD_BYTES)
    found = assets.sniff(head)
    if found is None and wanted is None and assets.is_other_video(head):
        message = f"{name} is a video in a format that is not supported; use MP4, WebM or MOV"
        raise ClipFormatError({"file": [message]})
    if found is None:
        raise UploadRefusedError({"file": [_none_taken(head, name, wanted)]})
    kind, _ = found
    size, most = source.stat().st_size, assets.SIZE_BYTES_MAX[wanted or kind]
    if size > most:
        message = f"{name} has {size} bytes; at most {most // 2**20} MB for {kind} files"
        refusal = ClipTooLargeError if kind is AssetKind.VIDEO else UploadRefusedError
        raise refusal({"file": [message]})
    return kind


def _none_taken(head: bytes, name: str, wanted: AssetKind | None) -> str:
    """
    Return what to say of a file that is none of the formats taken.
    """
    kind, called = assets.other_format(head) or (None, "none of the formats taken")
    kind = wanted or kind
    formats = TAKEN[kind] if kind else "; ".join(TAKEN.values())
    return f"{name} is {called}; save it as {formats} and upload that"


def _taken_in(
    ports: Ports, source: Path, kind: AssetKind, wanted: AssetKind | None, folder: Path
) -> tuple[AssetKind, str, Path, dict[str, Json]]:
    """
    Return what the file turned out to be: kind, media type, our own copy and its facts.
    """
    if kind is AssetKind.VIDEO and wanted is not AssetKind.AUDIO:
        target = folder / "clip.mp4"
        try:
            footage = ports.ingest.footage(source, target)
        except ClipFormatError:
            # A container that may hold either, and holds no picture: a sound, perhaps.
            if wanted is None and source.stat().st_size <= assets.SIZE_BYTES_MAX[AssetKind.AUDIO]:
                with contextlib.suppress(UploadRefusedError):
                    return _sound(ports, source, folder)
            raise
        return (
            kind,
            "video/mp4",
            target,
            {
                "width": footage.width,
                "height": footage.height,
                "frames": footage.frames,
                "duration_seconds": footage.frames / FRAME_RATE,
                "sha256": footage.sha256,
            },
        )
    if kind is AssetKind.IMAGE:
        target = folder / "image.png"
        picture = ports.ingest.image(source, target)
        return (
            kind,
            "image/png",
            target,
            {
                "width": picture.width,
                "height": picture.height,
                "has_alpha": picture.has_alpha,
                "sha256": picture.sha256,
            },
        )
    return _sound(ports, source, folder)


def _sound(
    ports: Ports, source: Path, folder: Path
) -> tuple[AssetKind, str, Path, dict[str, Json]]:
    target = folder / "sound.wav"
    heard = ports.ingest.sound(source, target)
    facts: dict[str, Json] = {"duration_seconds": heard.duration_seconds, "sha256": heard.sha256}
    return AssetKind.AUDIO, "audio/wav", target, facts


def _kept(ports: Ports, asset: Asset, target: Path) -> Asset:
    ports.blobs.put(asset.blob_key, target, media_type=asset.media_type)
    try:
        with ports.store.transaction() as tx:
            tx.organizations.lock(asset.organization_id)
            _require_room(tx, asset)
            tx.assets.add(asset)
            tx.commit()
    except BaseException:
        materials.discard(ports, [asset.blob_key])
        raise
    return asset


def _require_room(tx: Transaction, asset: Asset) -> None:
    used = tx.assets.uploaded_bytes(asset.organization_id)
    if used + asset.size_bytes > quotas.STORAGE_BYTES_MAX:
        raise QuotaExceededError("storage", limit=quotas.STORAGE_BYTES_MAX, used=used)


def _owned(tx: Transaction, caller: Caller, asset_id: AssetId) -> Asset:
    return materials.owned(tx, caller.organization.id, [asset_id])[asset_id]


def _deliver(ports: Ports, caller: Caller, asset_id: AssetId) -> Asset:
    with ports.store.transaction() as tx:
        asset = _owned(tx, caller, asset_id)
        if asset.origin is AssetOrigin.UPLOADED:
            return asset
        paid = is_news = False
        for version in tx.versions.made(asset_id):
            pipeline = version.pipeline
            # While a scene is done anew, the last finished ad is still theirs.
            paid = paid or any(_is_bought(job, asset_id) for job in pipeline.fallback.values())
            for job in version.pipeline.jobs.values():
                if _is_bought(job, asset_id):
                    paid = True
                    pipeline = outcomes.mark_delivered(pipeline, job.id)
            if pipeline is not version.pipeline:
                tx.versions.save(evolve(version, pipeline=pipeline))
                is_news = True
        if not paid:
            raise NotFoundError("asset", asset_id)
        if is_news:
            tx.commit()
    return asset


def _is_bought(job: Job, asset_id: AssetId) -> bool:
    return job.output == asset_id and job.is_paid


def _served(ports: Ports, policy: Policy, asset: Asset, now: datetime) -> Served:
    expires_at = now + policy.asset_url_lifetime
    url = ports.blobs.url(asset.blob_key, media_type=asset.media_type, expires_at=expires_at)
    return Served(asset=asset, url=url, expires_at=expires_at)
