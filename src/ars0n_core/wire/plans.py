"""
Plans in and out, in the documents' shape.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.checks import REQUIRED
from ars0n_core.specs.faults import Faults
from ars0n_core.wire.converter import PlanBody, structure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.work import Json

_SENTENCE: Final = re.compile(
    r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+[」』”’）]*|$)", re.DOTALL
)
"""
A sentence: up to its stop with the quotes and brackets closed after it. A stop inside a
number or a name ("3.5", "example.com") has no blank after it.
"""


def structure_plan(value: object, *, radio: bool | None = None) -> Plan:
    """
    Return the plan that a body holds; absent fields stay absent, to be inherited or
    derived. Whether it is a sound plan is `plans.check`'s to say.

    Segments win over the script; a script alone is dealt to the scenes by sentences.
    Without *radio*, a plan without scenes is taken to be a radio ad's.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    plan = read_plan(value, faults, radio=radio)
    if plan is None:
        raise faults.error()
    return plan


def read_plan(value: object, faults: Faults, *, radio: bool | None = None) -> Plan | None:
    """
    Return the plan that a body holds, or None with its faults written into *faults*.
    """
    if radio and isinstance(value, dict):
        value = {key: part for key, part in value.items() if key != "scenes"}
    body = structure(value, PlanBody, faults, within="plan")
    segments = None if body is None else _segments(body, faults)
    if body is None or segments is None:
        return None
    return Plan(
        segments=segments,
        scenes=body.scenes,
        music_mood=body.music_mood,
        voice_style=body.voice_style,
        call_to_action=body.call_to_action,
    )


def unstructure_plan(plan: Plan) -> dict[str, Json]:
    """
    Return *plan* as the documents show it, with our own fields beside theirs.

    >>> unstructure_plan(Plan(segments=(Segment(text="Hi.", scene_index=0),)))["voiceover_script"]
    'Hi.'
    """
    return {
        "voiceover_script": plan.voiceover_script,
        "voiceover_segments": [
            {"text": segment.text, "scene_index": segment.scene_index} for segment in plan.segments
        ],
        "scenes": [
            {
                "scene_index": scene.scene_index,
                "description": scene.description,
                "duration_seconds": plain_number(scene.duration_seconds),
                "image_asset_id": scene.image_asset_id,
                "edit_prompt": scene.edit_prompt,
                "motion_prompt": scene.motion_prompt,
                "transition": scene.transition.value,
                "on_screen_text": scene.on_screen_text,
            }
            for scene in plan.scenes
        ],
        "music_mood": plan.music_mood,
        "voice_style": plan.voice_style,
        "call_to_action": plan.call_to_action,
    }


def plain_number(number: float) -> int | float:
    """
    Return a whole number without its point, as the documents write it.

    >>> plain_number(6.0), plain_number(5.5)
    (6, 5.5)
    """
    return int(number) if number == int(number) else number


def sentences(script: str) -> list[str]:
    """
    Return the sentences of *script*.

    >>> sentences("Only 3.5 grams. Hear it! “Now?” Yes")
    ['Only 3.5 grams.', 'Hear it!', '“Now?”', 'Yes']
    """
    return [found[0].strip() for found in _SENTENCE.finditer(script)]


def split_script(script: str, scenes: Sequence[Scene]) -> tuple[Segment, ...]:
    """
    Return *script* as segments: one for each scene that gets a sentence, in the order
    of the ad. A sentence goes to the scene in whose time its middle falls. Without
    scenes each sentence is a segment.
    """
    parts = sentences(script)
    if not scenes:
        return tuple(Segment(text=text, scene_index=i) for i, text in enumerate(parts))
    ends = list(accumulate(scene.duration_seconds for scene in scenes))
    written = sum(map(len, parts))
    texts: list[list[str]] = [[] for _ in scenes]
    before = 0
    for text in parts:
        middle = (before + len(text) / 2) / written * ends[-1]
        texts[min(bisect_right(ends, middle), len(scenes) - 1)].append(text)
        before += len(text)
    return tuple(
        Segment(text=" ".join(said), scene_index=scene.scene_index)
        for scene, said in zip(scenes, texts, strict=True)
        if said
    )


def _segments(body: PlanBody, faults: Faults) -> tuple[Segment, ...] | None:
    """
    Return what is said: the segments given, else the script, split. A radio ad's
    segments are numbered in turn, whatever they say.
    """
    if not body.voiceover_segments:
        return split_script(body.voiceover_script, body.scenes)
    if not body.scenes:
        return tuple(
            Segment(text=segment.text, scene_index=i)
            for i, segment in enumerate(body.voiceover_segments)
        )
    segments = []
    for place, segment in enumerate(body.voiceover_segments):
        if segment.scene_index is None:
            faults.add("plan", f"voiceover_segments.{place}.scene_index: {REQUIRED}")
        else:
            segments.append(Segment(text=segment.text, scene_index=segment.scene_index))
    return tuple(segments) if len(segments) == len(body.voiceover_segments) else None
