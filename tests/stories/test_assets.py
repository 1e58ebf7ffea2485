"""
Files in and out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core import quotas
from ars0n_core.assets import AssetKind
from ars0n_core.errors import (
    AssetInUseError,
    AssetNotOwnedError,
    ClipFormatError,
    ClipTooLargeError,
    ClipTooLongError,
    InvalidRequestError,
    NotFoundError,
    PortError,
    QuotaExceededError,
    UploadRefusedError,
)
from ars0n_core.ids import AssetId
from ars0n_core.testing import fakes
from ars0n_core.usecases.assets import delete, serve, upload

if TYPE_CHECKING:
    from ars0n_core.usecases.assets import Served

    from .conftest import Stage


def uploaded(
    stage: Stage, content: bytes, category: str | None = None, name: str = "a.bin"
) -> Served:
    source = stage.folder / "upload"
    source.write_bytes(content)
    return upload(
        stage.ports, stage.policy, stage.caller, source, file_name=name, category=category
    )


@pytest.mark.parametrize(
    ("content", "kind", "category"),
    [
        (fakes.picture(), "image", "product_image"),
        (fakes.sound(3), "audio", "music"),
        (fakes.footage(6), "video", ""),
    ],
    ids=["image", "audio", "video"],
)
def test_what_a_file_is_its_content_says(
    stage: Stage, content: bytes, kind: str, category: str
) -> None:
    answer = uploaded(stage, content, name="lies.gif")

    assert (answer.asset.kind, answer.asset.category) == (kind, category)
    assert answer.asset.blob_key in stage.blobs.keys
    assert answer.url.startswith("memory:")


def test_a_clips_length_is_known_afterwards(stage: Stage) -> None:
    answer = uploaded(stage, fakes.footage(6))

    assert (answer.asset.facts["frames"], answer.asset.facts["duration_seconds"]) == (180, 6)


def test_a_sound_in_a_films_container_is_a_sound(stage: Stage) -> None:
    content = fakes.MP4 + b" no picture"

    with pytest.raises(ClipFormatError):
        uploaded(stage, content)
    with_sound = b"\x00\x00\x00\x18ftypmp42 seconds=3"
    assert uploaded(stage, with_sound, "music").asset.kind is AssetKind.AUDIO
    assert uploaded(stage, with_sound).asset.kind is AssetKind.AUDIO


@pytest.mark.parametrize(
    ("content", "category", "error", "field"),
    [
        (b"GIF89a", None, UploadRefusedError, "file"),
        (b"", None, UploadRefusedError, "file"),
        (fakes.PNG[:4], "logo", UploadRefusedError, "file"),
        (fakes.picture(), "music", InvalidRequestError, "category"),
        (fakes.sound(1), "logo", InvalidRequestError, "category"),
        (fakes.footage(1), "product_image", InvalidRequestError, "category"),
        (fakes.picture(), "banner", InvalidRequestError, "category"),
        (fakes.footage(31), None, ClipTooLongError, "file"),
        (b"RIFF0000WAVE", None, UploadRefusedError, "file"),
    ],
)
def test_what_can_not_be_taken_is_refused(
    stage: Stage, content: bytes, category: str | None, error: type[InvalidRequestError], field: str
) -> None:
    with pytest.raises(error) as caught:
        uploaded(stage, content, category)

    assert set(caught.value.field_errors) == {field}
    assert not stage.blobs.keys


@pytest.mark.parametrize(
    ("head", "megabytes", "error"),
    [
        (fakes.PNG, 10, UploadRefusedError),
        (fakes.WAV, 15, UploadRefusedError),
        (fakes.MP4, 100, ClipTooLargeError),
    ],
)
def test_a_file_over_its_kinds_limit_is_refused(
    stage: Stage, head: bytes, megabytes: int, error: type[Exception]
) -> None:
    source = stage.folder / "large"
    with source.open("wb") as file:
        file.write(head)
        file.truncate(megabytes * 2**20 + 1)

    with pytest.raises(error, match=f"at most {megabytes} MB"):
        upload(stage.ports, stage.policy, stage.caller, source)


def test_a_container_too_large_for_a_sound_is_not_tried_as_one(stage: Stage) -> None:
    source = stage.folder / "large"
    with source.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypmp42 seconds=3")
        file.truncate(15 * 2**20 + 1)

    with pytest.raises(ClipFormatError):
        upload(stage.ports, stage.policy, stage.caller, source)


def test_storage_is_bounded(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "STORAGE_BYTES_MAX", 20)
    uploaded(stage, fakes.picture("one"))

    with pytest.raises(QuotaExceededError):
        uploaded(stage, fakes.picture("the second"))

    assert len(stage.blobs.keys) == 1


def test_a_store_that_fails_keeps_nothing(stage: Stage) -> None:
    stage.flaky("blobs").plan_fault("put", PortError("full"))

    with pytest.raises(PortError):
        uploaded(stage, fakes.picture())

    with stage.ports.store.transaction() as tx:
        assert not tx.assets.of(stage.caller.organization.id)


def test_an_asset_is_served_to_its_owner_for_two_hours(stage: Stage) -> None:
    asset_id = uploaded(stage, fakes.picture()).asset.id

    answer = serve(stage.ports, stage.policy, stage.caller, asset_id)

    assert (answer.expires_at - stage.clock.now()).total_seconds() == 7200
    with pytest.raises(AssetNotOwnedError):
        serve(stage.ports, stage.policy, stage.customer("theirs"), asset_id)
    with pytest.raises(NotFoundError):
        serve(stage.ports, stage.policy, stage.caller, AssetId("gone"))


def test_a_finished_ad_is_served(stage: Stage) -> None:
    report = stage.finished(stage.radio())

    answer = serve(stage.ports, stage.policy, stage.caller, report.output)

    assert answer.asset.media_type == "audio/mpeg"
    final = stage.version(report.version_id).pipeline.final
    assert final.charge.delivered


def test_a_deleted_asset_is_gone_with_its_file(stage: Stage) -> None:
    asset_id = uploaded(stage, fakes.picture()).asset.id

    delete(stage.ports, stage.caller, asset_id)

    assert not stage.blobs.keys
    with pytest.raises(NotFoundError):
        delete(stage.ports, stage.caller, asset_id)


def test_an_asset_in_use_another_organisations_or_made_by_a_job_stays(stage: Stage) -> None:
    picture = stage.asset()
    ordered = stage.order(stage.film(image_asset_ids=(picture,)))

    with pytest.raises(AssetInUseError):
        delete(stage.ports, stage.caller, picture)
    with pytest.raises(AssetNotOwnedError):
        delete(stage.ports, stage.customer("theirs"), picture)
    report = stage.finish(ordered.version_id)
    with pytest.raises(AssetInUseError, match="project"):
        delete(stage.ports, stage.caller, report.output)
    delete(stage.ports, stage.caller, picture)
