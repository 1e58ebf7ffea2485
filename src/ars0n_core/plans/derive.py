"""
What a plan means: its absent fields, its running order, and what is said when.

A client may edit only the documented fields (texts, descriptions, lengths, order); the
rest is derived here, the same way every time. Derived fields depend on a scene's name
(`scene_index`), never on its place, so that moving a scene changes nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from attrs import frozen

from ars0n_core.plans import tones
from ars0n_core.plans.model import Scene
from ars0n_core.plans.typical import deal_images
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec

MOVES: Final = (
    "slow push in towards the subject",
    "gentle slide from left to right, the subject held in frame",
    "slow pull back that reveals the surroundings",
    "quiet rise from low to eye level",
    "slow arc around the subject to the right",
    "locked-off frame, only light and background move",
    "smooth tilt from top to bottom",
    "gentle slide from right to left",
    "creeping close-up along the surface",
    "slow arc around the subject to the left",
    "soft hand-held drift, breathing slightly",
    "slow descent from above",
    "shallow focus pull from foreground to subject",
    "straight glide forward past a foreground edge",
    "slow diagonal drift upwards",
    "steady backward glide at subject height",
    "slow roll of light across a still frame",
    "smooth tilt from bottom to top",
    "wide, almost still drift to the left",
    "wide, almost still drift to the right",
)
"""
Camera moves, as many as a plan may have scenes: no two scenes of one ad get the same.
"""

FRAMINGS: Final = (
    "hero framing, subject centred with clean space around it",
    "tight macro framing on texture and finish, very shallow depth of field",
    "medium framing in real surroundings, subject on the right third",
    "low angle, strong foreground, subject on the left third",
    "wide framing that leaves room above the subject",
    "top-down framing on an uncluttered surface",
    "three-quarter view with a softly blurred background",
)
"""
How a scene is photographed where nobody said so.
"""

CALL: Final = "Discover more today"
"""
What the card asks for where the plan doesn't say; the company's name stands there anyway.
"""


@frozen
class Item:
    """
    One stretch of the film in its running order: a scene, or the custom clip with this
    index in the order. Exactly one is given.
    """

    scene: Scene | None = None
    custom_clip: int | None = None


@frozen
class NarratedText:
    """
    One text as it is spoken, over the scene or the custom clip it belongs to.

    In a radio ad, where there is neither, ``scene_index`` is the segment's.
    """

    text: str
    scene_index: int | None = None
    custom_clip: int | None = None


def complete(spec: AdSpec, plan: Plan) -> Plan:
    """
    Return *plan* with every absent field derived; what it holds is kept.
    """
    tone = tones.of(spec)
    scenes = tuple(_complete_scene(spec, tone, scene) for scene in plan.scenes)
    return attrs.evolve(
        plan,
        scenes=() if spec.ad_format is AdFormat.RADIO else scenes,
        music_mood=plan.music_mood or spec.music_mood or tone.music_mood,
        voice_style=plan.voice_style or spec.voice_style or spec.emotion or tone.voice_style,
        call_to_action=plan.call_to_action or CALL,
    )


def running_order(spec: AdSpec, plan: Plan) -> tuple[Item, ...]:
    """
    Return the film's stretches in order: the scenes as listed, and each custom clip
    before the scene at its position (after all of them when there is none).
    """
    if spec.ad_format is AdFormat.RADIO:
        return ()
    count = len(plan.scenes)
    placed: list[list[Item]] = [[] for _ in range(count + 1)]
    for i, clip in enumerate(spec.custom_clips):
        placed[min(max(clip.position, 0), count)].append(Item(custom_clip=i))
    items: list[Item] = []
    for place, scene in enumerate(plan.scenes):
        items += [*placed[place], Item(scene=scene)]
    return (*items, *placed[count])


def narration(spec: AdSpec, plan: Plan) -> tuple[NarratedText, ...]:
    """
    Return the texts in the order in which they are spoken: the order of the ad.

    Texts without anything to say are left out. `Word.segment` counts what is returned.
    """
    if spec.ad_format is AdFormat.RADIO:
        spoken = [NarratedText(s.text.strip(), s.scene_index) for s in plan.segments]
        return tuple(text for text in spoken if is_spoken(text.text))
    texts: dict[int, list[str]] = {}
    for segment in plan.segments:
        texts.setdefault(segment.scene_index, []).append(segment.text.strip())
    spoken = []
    for item in running_order(spec, plan):
        if item.scene is not None:
            index = item.scene.scene_index
            spoken += [NarratedText(text, scene_index=index) for text in texts.get(index, ())]
        else:
            text = spec.custom_clips[item.custom_clip or 0].voiceover_text or ""
            spoken.append(NarratedText(text.strip(), custom_clip=item.custom_clip))
    return tuple(text for text in spoken if is_spoken(text.text))


def is_spoken(text: str) -> bool:
    """
    Whether there is a letter or a digit to say.

    >>> is_spoken("Hear it."), is_spoken(" ... ")
    (True, False)
    """
    return any(character.isalnum() for character in text)


def _complete_scene(spec: AdSpec, tone: tones.Tone, scene: Scene) -> Scene:
    index = scene.scene_index
    image = deal_images(spec.image_asset_ids, index + 1)[-1]
    return attrs.evolve(
        scene,
        image_asset_id=scene.image_asset_id or image,
        edit_prompt=scene.edit_prompt or f"{FRAMINGS[index % len(FRAMINGS)]}; {tone.light}",
        motion_prompt=scene.motion_prompt or MOVES[index % len(MOVES)],
    )
