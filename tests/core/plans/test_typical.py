from __future__ import annotations

import pytest

from ars0n_core.errors import InvalidRequestError
from ars0n_core.ids import AssetId
from ars0n_core.plans import typical
from ars0n_core.specs.model import AdFormat, AdSpec


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [(15, (6, 6, 6)), (30, (6,) * 5), (60, (8, 8, 8, 6, 6, 6, 6, 6, 6))],
)
def test_scenes_start_as_published_and_cover_the_ad(
    duration: int, seconds: tuple[int, ...]
) -> None:
    assert typical.scene_seconds(duration) == seconds
    assert sum(seconds) >= duration


def test_two_images_make_five_scenes_in_30_seconds_dealt_in_turn() -> None:
    spec = AdSpec(
        prompt="p", duration_seconds=30, voice_id="v", image_asset_ids=(AssetId("a"), AssetId("b"))
    )
    plan = typical.typical(spec)
    assert [scene.image_asset_id for scene in plan.scenes] == ["a", "b", "a", "b", "a"]
    assert [scene.scene_index for scene in plan.scenes] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("duration", "most"), [(15, 3), (30, 5), (60, 9)])
def test_every_image_is_used(duration: int, most: int) -> None:
    for count in range(1, most + 1):
        ids = [AssetId(f"asset_{i}") for i in range(count)]
        dealt = typical.deal_images(ids, len(typical.scene_seconds(duration)))
        assert set(dealt) == set(ids)


def test_radio_has_no_scenes() -> None:
    spec = AdSpec(prompt="p", duration_seconds=30, voice_id="v", ad_format=AdFormat.RADIO)
    assert typical.typical(spec).scenes == ()


@pytest.mark.parametrize(
    ("seconds", "clip"), [(2, 4), (3.9, 4), (4, 4), (4.01, 6), (6, 6), (6.5, 8), (8, 8)]
)
def test_a_scene_is_made_as_the_shortest_clip_that_covers_it(seconds: float, clip: int) -> None:
    assert typical.clip_seconds(seconds) == clip


@pytest.mark.parametrize("seconds", [1.9, 8.01, 0, -3, float("nan"), float("inf")])
def test_other_lengths_are_refused_by_field(seconds: float) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        typical.clip_seconds(seconds)
    assert "from 2 to 8" in caught.value.field_errors["plan.scenes"][0]


def test_a_typical_scene_shows_nothing_yet() -> None:
    spec = AdSpec(prompt="p", duration_seconds=15, voice_id="v")

    assert [scene.description for scene in typical.typical(spec).scenes] == ["", "", ""]
