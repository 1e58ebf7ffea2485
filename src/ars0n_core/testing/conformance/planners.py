"""
What every `Planner` must do: a plan that could be ordered as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import specs
from ars0n_core.ids import AssetId
from ars0n_core.plans import budget, derive, faults
from ars0n_core.ports import Picture
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import Planner

IMAGES = (AssetId("asset_lamp"), AssetId("asset_shade"))
FILM = AdSpec(
    prompt="A lamp that follows the sun", duration_seconds=15, voice_id="v", image_asset_ids=IMAGES
)
PROMPTS = ["sneakers", "A lamp — 灯 💡", "Handmade oak tables for small apartments. No screws."]


class PlannerSuite:
    """
    What every `Planner` must do. Subclass it and give the fixture a planner.
    """

    @pytest.fixture
    def planner(self) -> Planner:
        """
        Return a planner.
        """
        raise AssertionError("give the fixture `planner`")

    @pytest.fixture
    def pictures(self, tmp_path: Path) -> tuple[Picture, ...]:
        """
        Return the pictures of the order.
        """
        found = []
        for number, asset_id in enumerate(IMAGES):
            path = tmp_path / f"{number}.png"
            path.write_bytes(media.png(48 + number, 48))
            found.append(Picture(asset_id=asset_id, path=path))
        return tuple(found)

    @pytest.mark.parametrize("prompt", PROMPTS)
    @pytest.mark.parametrize(("seconds", "scenes"), [(15, 3), (30, 5), (60, 9)])
    def test_a_film_has_its_scenes_and_no_faults(
        self,
        planner: Planner,
        pictures: tuple[Picture, ...],
        prompt: str,
        seconds: int,
        scenes: int,
    ) -> None:
        """
        It can be ordered as it is.
        """
        spec = evolve(FILM, prompt=prompt, duration_seconds=seconds)

        plan = planner.plan(spec, pictures)

        assert len(plan.scenes) == scenes
        faults.check(spec, derive.complete(spec, plan))

    @pytest.mark.parametrize("seconds", sorted(specs.DURATIONS_SECONDS))
    @pytest.mark.parametrize("ad_format", AdFormat)
    def test_it_says_something_within_its_budget(
        self, planner: Planner, pictures: tuple[Picture, ...], ad_format: AdFormat, seconds: int
    ) -> None:
        """
        So that the narration fits.
        """
        spec = evolve(FILM, ad_format=ad_format, duration_seconds=seconds)
        if ad_format is AdFormat.RADIO:
            spec = evolve(spec, image_asset_ids=())

        plan = planner.plan(spec, pictures if ad_format is AdFormat.VIDEO else ())

        said = derive.narration(spec, plan)
        assert said
        assert sum(budget.count_words(text.text) for text in said) <= budget.words_max(spec)

    def test_a_radio_ad_has_no_scenes(self, planner: Planner) -> None:
        """
        And no faults.
        """
        spec = evolve(FILM, ad_format=AdFormat.RADIO, image_asset_ids=())

        plan = planner.plan(spec, ())

        assert plan.scenes == ()
        faults.check(spec, derive.complete(spec, plan))

    def test_it_shows_the_images_of_the_order(
        self, planner: Planner, pictures: tuple[Picture, ...]
    ) -> None:
        """
        No other, and each at least once.
        """
        plan = derive.complete(FILM, planner.plan(FILM, pictures))

        assert {scene.image_asset_id for scene in plan.scenes} == set(IMAGES)
