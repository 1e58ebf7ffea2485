"""
From order and plan to the work list: one item per paid step.

An item's inputs are all that decides its result and is not in its grade, and all that
carrying it out needs. So equal fingerprints mean equal results, and what is absent from
the inputs may change for free: a scene's place and exact length are the film's inputs,
not the clip's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import attrs

from ars0n_core.plans.derive import narration, running_order
from ars0n_core.plans.typical import clip_seconds
from ars0n_core.specs.model import DURATIONS_SECONDS, AdFormat
from ars0n_core.work import Operation, WorkItem, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ars0n_core.plans.derive import Item, NarratedText
    from ars0n_core.plans.model import Plan, Scene
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.work import Json

VOICE: Final = "voice"
FILM: Final = "film"
MIX: Final = "mix"


def break_down(
    spec: AdSpec, plan: Plan, *, takes: Mapping[str, int] | None = None
) -> tuple[WorkItem, ...]:
    """
    Return the work list of an ad: its pictures, its clips, the voice, and the film that
    needs all of them; of a radio ad the voice and the mix.

    *plan* is complete (`derive.complete`); for a price alone a typical one will do.
    *takes* says how often a scene was done anew, by its subject (see `subjects`).

    Raises:
        InvalidRequestError: A scene's length is not 2 to 8 s.
    """
    spoken = narration(spec, plan)
    voice = _voice(spec, plan, spoken)
    if spec.ad_format is AdFormat.RADIO:
        return (voice, _mix(spec, plan))
    edits = [_edit(spec, scene) for scene in plan.scenes]
    if takes:
        names = subjects(edits)
        edits = [attrs.evolve(edit, take=takes.get(names[edit.key], 0)) for edit in edits]
    clips = [_clip(spec, scene, edit.take) for scene, edit in zip(plan.scenes, edits, strict=True)]
    return (*edits, *clips, voice, _film(spec, plan, clips, spoken))


def subjects(items: Iterable[WorkItem]) -> dict[str, str]:
    """
    Return what each scene's picture and clip are about, by key: the digest of the
    picture's inputs and grade, whatever its take, and a number among equal ones in the
    order of the list. A scene keeps its subject when it is moved or filmed longer.
    """
    found: dict[str, str] = {}
    by_scene: dict[int | None, str] = {}
    seen: Counter[str] = Counter()
    for item in items:
        if item.operation is Operation.EDIT_IMAGE:
            about = digest({"grade": list(item.grade), "inputs": dict(item.inputs)})
            found[item.key] = by_scene[item.scene_index] = f"{about}#{seen[about]}"
            seen[about] += 1
        elif item.operation is Operation.GENERATE_CLIP:
            found[item.key] = by_scene[item.scene_index]
    return found


def regeneration(items: Sequence[WorkItem], scene_index: int) -> tuple[WorkItem, ...]:
    """
    Return the items of *items* that are done anew when the scene's clip is regenerated:
    its picture, its clip, and the film.
    """
    return tuple(
        item
        for item in items
        if item.operation is Operation.COMPOSE or item.scene_index == scene_index
    )


def voice_seconds(spec: AdSpec) -> int:
    """
    Return the price class of the narration: the shortest of 15, 30 and 60 s that covers
    the ad and its narrated custom clips, 60 at most. Clips nobody speaks over add none.
    """
    seconds = float(spec.duration_seconds)
    if spec.ad_format is not AdFormat.RADIO:
        seconds += sum(
            clip.duration_seconds
            for clip in spec.custom_clips
            if (clip.voiceover_text or "").strip()
        )
    return next((s for s in DURATIONS_SECONDS if s >= seconds), DURATIONS_SECONDS[-1])


def _edit(spec: AdSpec, scene: Scene) -> WorkItem:
    """
    Return the step that makes the scene's picture.
    """
    return WorkItem(
        key=f"edit-{scene.scene_index}",
        operation=Operation.EDIT_IMAGE,
        grade=(spec.variants,),
        inputs={
            "image_asset_id": scene.image_asset_id,
            "description": scene.description,
            "edit_prompt": scene.edit_prompt,
            "edit_style": spec.edit_style or "",
            "tone": spec.tone or "",
            "aspect_ratio": spec.aspect_ratio,
            **_references(spec, scene),
        },
        scene_index=scene.scene_index,
    )


def _references(spec: AdSpec, scene: Scene) -> dict[str, Json]:
    """
    Return what else is seen of the product: the order's photos but the scene's own.
    """
    others = dict.fromkeys(one for one in spec.image_asset_ids if one != scene.image_asset_id)
    return {"reference_asset_ids": list(others)} if others else {}


def _clip(spec: AdSpec, scene: Scene, take: int) -> WorkItem:
    """
    Return the step that sets the scene's picture in motion.
    """
    return WorkItem(
        key=f"clip-{scene.scene_index}",
        operation=Operation.GENERATE_CLIP,
        grade=(spec.video_model, clip_seconds(scene.duration_seconds)),
        needs=(f"edit-{scene.scene_index}",),
        inputs={"motion_prompt": scene.motion_prompt, "emotion": spec.emotion or ""},
        take=take,
        scene_index=scene.scene_index,
    )


def _voice(spec: AdSpec, plan: Plan, spoken: Sequence[NarratedText]) -> WorkItem:
    """
    Return the step that speaks all texts, in the order in which they are heard.
    """
    return WorkItem(
        key=VOICE,
        operation=Operation.SPEAK,
        grade=(spec.ad_format, voice_seconds(spec)),
        inputs={
            "texts": [text.text for text in spoken],
            "voice_id": spec.voice_id,
            "style": plan.voice_style or spec.voice_style or "",
            "emotion": spec.emotion or "",
        },
    )


def _sound(spec: AdSpec, plan: Plan) -> dict[str, Json]:
    """
    Return the inputs that film and mix share: the length and the music.
    """
    mood = plan.music_mood or spec.music_mood or ""
    return {
        "duration_seconds": spec.duration_seconds,
        "music_asset_id": spec.music_asset_id,
        "music_mood": None if spec.music_asset_id else mood,
        "music_volume": float(spec.music_volume),
    }


def _mix(spec: AdSpec, plan: Plan) -> WorkItem:
    """
    Return the step that joins voice and music.
    """
    return WorkItem(key=MIX, operation=Operation.MIX, needs=(VOICE,), inputs=_sound(spec, plan))


def _film(
    spec: AdSpec, plan: Plan, clips: Sequence[WorkItem], spoken: Sequence[NarratedText]
) -> WorkItem:
    """
    Return the step that cuts the film.
    """
    said: dict[int, list[Json]] = {}
    for text in spoken:
        if text.scene_index is not None:
            said.setdefault(text.scene_index, []).append(text.text)
    return WorkItem(
        key=FILM,
        operation=Operation.COMPOSE,
        needs=(*(clip.key for clip in clips), VOICE),
        inputs={
            **_sound(spec, plan),
            "aspect_ratio": spec.aspect_ratio,
            "items": [_shown(spec, item, said) for item in running_order(spec, plan)],
            "cta_design": spec.cta_design,
            "call_to_action": plan.call_to_action,
            "company_name": spec.company_name,
            "logo_asset_id": spec.logo_asset_id,
            "gradient_color": spec.gradient_color and spec.gradient_color.upper(),
            "captions": spec.captions,
            **_brand(spec),
        },
    )


def _brand(spec: AdSpec) -> dict[str, Json]:
    """
    Return what the card must know beside the documents' fields, where it is ordered.
    """
    said: dict[str, Json] = {
        "tagline": spec.tagline,
        "website": spec.website,
        "legal_line": spec.legal_line,
        "brand_font": spec.brand_font,
    }
    return {name: value for name, value in said.items() if value is not None}


def _shown(spec: AdSpec, item: Item, said: Mapping[int, list[Json]]) -> Json:
    """
    Return what the film must know of one stretch of it.
    """
    if item.scene is not None:
        scene = item.scene
        return {
            "duration_seconds": float(scene.duration_seconds),
            "transition": scene.transition,
            "on_screen_text": scene.on_screen_text or "",
            "texts": said.get(scene.scene_index, []),
        }
    clip = spec.custom_clips[item.custom_clip or 0]
    return {
        "asset_id": clip.asset_id,
        "duration_seconds": float(clip.duration_seconds),
        "voiceover_text": (clip.voiceover_text or "").strip(),
    }
