"""
The plan's own rules, checked all at once.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from ars0n_core.errors import InvalidRequestError, PlanExpiredError
from ars0n_core.plans import budget
from ars0n_core.plans.derive import is_spoken
from ars0n_core.plans.typical import CLIP_SECONDS, SCENE_SECONDS_MAX, SCENE_SECONDS_MIN
from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec

SCENES_MAX: Final = 20
SEGMENTS_MAX: Final = 60
CHARACTERS_MAX: Final = {
    "description": 2000,
    "edit_prompt": 2000,
    "motion_prompt": 1000,
    "on_screen_text": 80,
    "text": 2000,
    "music_mood": 500,
    "voice_style": 500,
    "call_to_action": 80,
}
"""
What a plan's texts may hold, in code points: above what any planner writes.
"""

_UNSAYABLE: Final = re.compile("[\x00\ud800-\udfff]")


def check(spec: AdSpec, plan: Plan) -> None:
    """
    Check *plan* against its own rules and the order.

    Raises:
        InvalidRequestError: Every fault, by field ("plan.scenes",
            "plan.voiceover_segments", ...).
        PlanExpiredError: The plan is sound, but names images the order does not have.
    """
    found: dict[str, list[str]] = {}
    for name, message in _faults(spec, plan):
        found.setdefault(name, []).append(message)
    if found:
        raise InvalidRequestError(found)
    if spec.ad_format is AdFormat.RADIO:
        return
    gone = [
        f"scene {scene.scene_index}: image {scene.image_asset_id} is not among the order's images"
        for scene in plan.scenes
        if scene.image_asset_id is not None and scene.image_asset_id not in spec.image_asset_ids
    ]
    if gone:
        raise PlanExpiredError({"plan.scenes": gone})


def _faults(spec: AdSpec, plan: Plan) -> Iterator[tuple[str, str]]:
    if spec.ad_format is AdFormat.VIDEO:
        for message in _scene_faults(spec, plan):
            yield "plan.scenes", message
    for message in _segment_faults(spec, plan):
        yield "plan.voiceover_segments", message
    for name in ("music_mood", "voice_style", "call_to_action"):
        fault = _text_fault(name, getattr(plan, name))
        if fault:
            yield f"plan.{name}", fault
    too_long = budget.fits(spec, plan)
    if too_long:
        yield "plan.voiceover_segments", too_long
    unreadable = budget.reads(spec, plan)
    if unreadable and not too_long:
        yield "plan.voiceover_segments", unreadable


def _scene_faults(spec: AdSpec, plan: Plan) -> Iterator[str]:
    count = len(plan.scenes)
    if not 1 <= count <= SCENES_MAX:
        yield f"A video ad has 1 to {SCENES_MAX} scenes, not {count}"
        return
    indexes = sorted(scene.scene_index for scene in plan.scenes)
    if indexes != list(range(count)):
        yield f"scene_index must number the {count} scenes from 0 to {count - 1}, each once"
    lengths_fit = True
    for place, scene in enumerate(plan.scenes):
        seconds = scene.duration_seconds
        if not (math.isfinite(seconds) and SCENE_SECONDS_MIN <= seconds <= SCENE_SECONDS_MAX):
            lengths_fit = False
            yield f"scenes[{place}]: duration_seconds must be from 2 to 8, not {seconds:g}"
        for name in ("description", "edit_prompt", "motion_prompt", "on_screen_text"):
            message = _text_fault(name, getattr(scene, name) or "")
            if message:
                yield f"scenes[{place}]: {message}"
    if lengths_fit and _frames_shown_max(plan) < _frames_needed(spec):
        made = sum(_clip_seconds(scene.duration_seconds) for scene in plan.scenes)
        yield (
            f"The scenes' clips are {made} s together, too short for an ad of "
            f"{spec.duration_seconds} s; add scenes or raise duration_seconds (up to 8 each)"
        )


def _segment_faults(spec: AdSpec, plan: Plan) -> Iterator[str]:
    count = len(plan.segments)
    if count > SEGMENTS_MAX:
        yield f"At most {SEGMENTS_MAX} segments, not {count}"
    texts = [segment.text for segment in plan.segments]
    if spec.ad_format is AdFormat.VIDEO:
        texts += [clip.voiceover_text or "" for clip in spec.custom_clips]
    if not any(map(is_spoken, texts)):
        yield "Nothing is said: at least one segment needs a text with words"
    known = {scene.scene_index for scene in plan.scenes}
    for place, segment in enumerate(plan.segments):
        if spec.ad_format is AdFormat.VIDEO and segment.scene_index not in known:
            yield f"voiceover_segments[{place}]: there is no scene {segment.scene_index}"
        message = _text_fault("text", segment.text)
        if message:
            yield f"voiceover_segments[{place}]: {message}"


def _text_fault(name: str, text: str) -> str | None:
    if len(text) > CHARACTERS_MAX[name]:
        return f"{name} has {len(text)} characters; at most {CHARACTERS_MAX[name]}"
    if _UNSAYABLE.search(text):
        return f"{name} holds a NUL or half a surrogate pair; send plain Unicode text"
    return None


def _clip_seconds(seconds: float) -> int:
    return next(length for length in CLIP_SECONDS if length >= seconds)


def _frames_shown_max(plan: Plan) -> int:
    return sum(
        budget.footage_frames_shown_max(_clip_seconds(scene.duration_seconds) * FRAME_RATE)
        for scene in plan.scenes
    )


def _frames_needed(spec: AdSpec) -> int:
    card = budget.CARD_FRAMES_MAX if spec.has_end_card else 0
    return spec.duration_seconds * FRAME_RATE - card
