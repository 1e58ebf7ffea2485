"""
The ads the calculator prices: the one asked for, and all a customer could choose.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import attrs

from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.budget import CARD_FRAMES_MAX, footage_frames_shown_max
from ars0n_core.plans.model import Scene
from ars0n_core.plans.typical import CLIP_SECONDS, clip_seconds, typical
from ars0n_core.pricing.advise import Setting
from ars0n_core.specs.limits import LIMITS
from ars0n_core.specs.model import AdFormat, VideoModel
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ars0n_core.calculator.arguments import Asked
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.work import WorkItem

USUAL_CLIP_SECONDS = 6
"""
The length of a scene beyond the typical number.
"""


def work(asked: Asked) -> tuple[WorkItem, ...]:
    """
    Return the work list of the ad that is asked for.
    """
    plan = typical(asked.spec)
    if asked.spec.ad_format is AdFormat.VIDEO:
        scenes = plan.scenes
        if asked.scenes is not None:
            scenes = tuple(
                scenes[i]
                if i < len(scenes)
                else Scene(scene_index=i, description="", duration_seconds=USUAL_CLIP_SECONDS)
                for i in range(asked.scenes)
            )
        plan = attrs.evolve(plan, scenes=scenes)
        if asked.clip_seconds is not None:
            plan = with_clips(plan, [asked.clip_seconds] * len(plan.scenes))
    return break_down(asked.spec, plan)


def settings(asked: Asked) -> Iterator[tuple[Setting, tuple[WorkItem, ...]]]:
    """
    Give every setting of an ad of the length and formats asked for, with its work list;
    only those whose footage fills the ad.
    """
    for ad_format in asked.formats:
        spec = attrs.evolve(asked.spec, ad_format=ad_format)
        if ad_format is AdFormat.RADIO:
            yield Setting(ad_format=ad_format), break_down(spec, typical(spec))
            continue
        for plan in plans(spec, end_card=asked.end_card):
            lengths = tuple(clip_seconds(scene.duration_seconds) for scene in plan.scenes)
            for model in VideoModel:
                for variants in LIMITS[asked.edition].variants:
                    order = attrs.evolve(spec, video_model=model, variants=variants)
                    setting = Setting(
                        ad_format=ad_format,
                        video_model=model,
                        variants=variants,
                        clip_seconds=lengths,
                    )
                    yield setting, break_down(order, plan)


def plans(spec: AdSpec, *, end_card: bool) -> Iterator[Plan]:
    """
    Give the typical plan with clips of every mix of lengths, the longest first, whose
    footage fills the ad up to its end card. Which scene is the longer one costs nothing.
    """
    usual = typical(spec)
    needed = spec.duration_seconds * FRAME_RATE - (CARD_FRAMES_MAX if end_card else 0)
    for lengths in combinations_with_replacement(CLIP_SECONDS[::-1], len(usual.scenes)):
        shown = sum(footage_frames_shown_max(seconds * FRAME_RATE) for seconds in lengths)
        if shown >= needed:
            yield with_clips(usual, lengths)


def with_clips(plan: Plan, lengths: Sequence[int]) -> Plan:
    """
    Return *plan* with its clips as long as *lengths* says.
    """
    return attrs.evolve(
        plan,
        scenes=tuple(
            attrs.evolve(scene, duration_seconds=seconds)
            for scene, seconds in zip(plan.scenes, lengths, strict=True)
        ),
    )
