"""
The planner without a key: a plan from the prompt's own words, the same every time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_adapters.providers.offline import briefs, copywriting, kinds, prompts, shots
from ars0n_adapters.providers.offline.briefs import Brief
from ars0n_core import work
from ars0n_core.errors import InvalidRequestError, PlanExpiredError
from ars0n_core.plans import budget, derive, faults, tones
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.plans.typical import deal_images, scene_seconds
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_adapters.providers.offline.kinds import Kind
    from ars0n_core.ports import Picture
    from ars0n_core.specs.model import AdSpec


@frozen
class OfflinePlanner:
    """
    Plans from the order's words alone; pictures are dealt, not looked at.
    """

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return a plan for *spec*: scene count, word budget and images kept.
        """
        written = _written(spec, briefs.read(spec), pictures)
        if _is_sound(spec, written):
            return written
        # Words of hundreds of letters, or too many long ones to be said in time: without them.
        return _written(spec, Brief(), pictures)


def _written(spec: AdSpec, brief: Brief, pictures: Sequence[Picture]) -> Plan:
    """
    Return the plan that tells what *brief* holds.
    """
    kind = _kind(brief)
    tone = tones.of(spec)
    if tone is tones.PLAIN:
        # "create a funny ad" says how it should sound, too
        tone = tones.named(brief.manner)
    seed = work.digest([spec.prompt, spec.company_name, spec.tone, spec.emotion, spec.edit_style,
                        spec.duration_seconds])  # fmt: skip
    lengths = scene_seconds(spec.duration_seconds)
    script = copywriting.write(
        brief,
        kind,
        tone=tone.name,
        scene_words=[_sayable(seconds) for seconds in lengths],
        words_max=budget.words_max(spec),
        seed=seed,
    )
    plan = Plan(
        segments=tuple(
            Segment(text=prompts.spaced(text), scene_index=i)
            for i, text in enumerate(script.texts)
            if derive.is_spoken(text)
        ),
        music_mood=spec.music_mood or tone.music_mood,
        voice_style=spec.voice_style or spec.emotion or tone.voice_style,
        call_to_action=prompts.spaced(script.call_to_action),
    )
    if spec.ad_format is AdFormat.VIDEO:
        images = spec.image_asset_ids or tuple(picture.asset_id for picture in pictures)
        planned = shots.scenes(spec, brief, kind, tone, seed)
        dealt = deal_images(images, len(lengths))
        plan = evolve(
            plan,
            scenes=tuple(
                evolve(scene, image_asset_id=image, on_screen_text=text and prompts.spaced(text))
                for scene, image, text in zip(planned, dealt, script.supers, strict=True)
            ),
        )
    return derive.complete(spec, plan)


def _is_sound(spec: AdSpec, plan: Plan) -> bool:
    try:
        faults.check(spec, plan)
    except PlanExpiredError:
        return True  # of its pictures: no other words would help
    except InvalidRequestError:
        return False
    return True


def _sayable(seconds: float) -> int:
    """
    Return how many words can be said over a clip, slowed as far as it may be.
    """
    return math.floor(seconds / budget.SPEED_MIN * budget.WORDS_PER_SECOND)


def _kind(brief: Brief) -> Kind:
    """
    Return the kind of what is advertised: a wrong guess is worse than none.
    """
    if not brief.is_english:
        return kinds.kind_of("")
    others = " ".join((brief.name, *brief.statements, *brief.features, *brief.facts))
    return kinds.kind_of(brief.product, brief.company, others)
