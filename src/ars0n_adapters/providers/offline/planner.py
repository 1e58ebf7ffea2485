"""
The planner without a key: a plan from the prompt's own words, the same every time.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.offline import briefs, copywriting, kinds
from ars0n_core import work
from ars0n_core.plans import budget, derive, tones
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.plans.typical import SCENES, deal_images, scene_seconds
from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import Look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_adapters.providers.offline.briefs import Brief
    from ars0n_adapters.providers.offline.kinds import Kind
    from ars0n_core.plans.tones import Tone
    from ars0n_core.ports import Picture
    from ars0n_core.specs.model import AdSpec

_LOOKS: Final = {
    "plain": (Look.DISSOLVE, Look.CUT, Look.SLIDE, Look.DISSOLVE),
    "luxury": (Look.DISSOLVE, Look.DIP, Look.DISSOLVE, Look.DISSOLVE),
    "playful": (Look.SLIDE, Look.CUT, Look.PUSH, Look.ZOOM),
    "corporate": (Look.DISSOLVE, Look.SLIDE, Look.CUT, Look.WIPE),
    "energetic": (Look.CUT, Look.PUSH, Look.CUT, Look.WHIP),
    "calm": (Look.DISSOLVE, Look.DISSOLVE, Look.CUT, Look.DISSOLVE),
}
"""
How scenes follow one another in each tone.
"""

_ROLES: Final = ("hero", "detail", "use", "place", "detail", "use", "place", "hero")
"""
What each scene shows, from the first on; the last one always closes.
"""

_HEROES: Final = (
    "Hero shot: {subject}, alone on a clear set, nothing competing for attention",
    "{Subject} emerging out of soft darkness, edges catching the first light",
    "{Subject} on a plain plinth, bold shadow behind",
)
_CLOSINGS: Final = (
    "Closing shot: {subject} at rest in the centre, generous empty space above and below",
    "Closing shot: {subject} in a calm, tidy frame, background falling into soft focus",
    "Closing shot: {subject} seen a last time, small in a wide and quiet frame",
)
_FRAMINGS: Final = {
    "hero": "centred hero framing at eye level, 50 mm lens, clean negative space",
    "detail": "macro framing, 100 mm lens, very shallow depth of field",
    "use": "medium framing on the right third, 35 mm lens, natural perspective",
    "place": "wide framing, 24 mm lens, layered foreground and background",
    "close": "symmetrical framing, 50 mm lens, calm even background",
}
_EDIT_STYLE_CHARACTERS_MAX: Final = 1000


@frozen
class OfflinePlanner:
    """
    Plans from the order's words alone; pictures are dealt, not looked at.
    """

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return a plan for *spec*: scene count, word budget and images kept.
        """
        brief = briefs.read(spec)
        kind = _kind(brief)
        tone = tones.of(spec)
        seed = work.digest([spec.prompt, spec.company_name, spec.tone, spec.emotion, spec.edit_style,
                            spec.duration_seconds])  # fmt: skip
        count = SCENES[spec.duration_seconds]
        # what is said over a scene should not outlast its clip
        sayable = [
            math.floor(seconds * budget.WORDS_PER_SECOND)
            for seconds in scene_seconds(spec.duration_seconds)
        ]
        script = copywriting.write(
            brief,
            kind,
            tone=tone.name,
            scene_words_max=sayable,
            words_max=budget.words_max(spec),
            seed=seed,
        )
        plan = Plan(
            segments=tuple(
                Segment(text=text, scene_index=i)
                for i, text in enumerate(script.texts)
                if derive.is_spoken(text)
            ),
            call_to_action=script.call_to_action,
        )
        if spec.ad_format is AdFormat.VIDEO:
            images = spec.image_asset_ids or tuple(picture.asset_id for picture in pictures)
            scenes = _scenes(spec, brief, kind, tone, seed)
            dealt = deal_images(images, count)
            plan = evolve(
                plan,
                scenes=tuple(
                    evolve(scene, image_asset_id=image, on_screen_text=text)
                    for scene, image, text in zip(scenes, dealt, script.supers, strict=True)
                ),
            )
        return derive.complete(spec, plan)


def _kind(brief: Brief) -> Kind:
    """
    Return the kind of what is advertised: a wrong guess is worse than none.
    """
    if not brief.is_english:
        return kinds.kind_of(())
    said = (brief.product, brief.company) if brief.product else (brief.company, *brief.statements)
    return kinds.kind_of(said)


def _scenes(spec: AdSpec, brief: Brief, kind: Kind, tone: Tone, seed: str) -> list[Scene]:
    lengths = scene_seconds(spec.duration_seconds)
    looks = _LOOKS[tone.name]
    start = int(seed[:4], 16)
    scenes: list[Scene] = []
    used: set[str] = set()
    for i, seconds in enumerate(lengths):
        role = "close" if i == len(lengths) - 1 else _ROLES[i % len(_ROLES)]
        description = _description(role, brief, kind, f"{seed} {role}", used)
        used.add(description)
        move = derive.MOVES[(start + i) % len(derive.MOVES)]
        feeling = spec.emotion or spec.tone
        scenes.append(
            Scene(
                scene_index=i,
                description=description,
                duration_seconds=seconds,
                edit_prompt=_edit_prompt(spec, role, tone),
                motion_prompt=f"{move}; the mood is {feeling}" if feeling else move,
                transition=looks[(start + i) % len(looks)],
            )
        )
    return scenes


def _description(role: str, brief: Brief, kind: Kind, seed: str, used: set[str]) -> str:
    subject = _subject(brief, kind)
    capital = subject[:1].upper() + subject[1:]
    if role == "hero":
        options = [text.format(subject=subject, Subject=capital) for text in _HEROES]
    elif role == "close":
        options = [text.format(subject=subject) for text in _CLOSINGS]
    else:
        settings = {"detail": kind.details, "use": kind.uses, "place": kind.places}[role]
        options = [f"{capital} {text}" for text in settings]
    ordered = copywriting.chosen(options, seed)
    return next((text for text in ordered if text not in used), f"{ordered[0]}, seen closer")


def _subject(brief: Brief, kind: Kind) -> str:
    if brief.product and brief.is_english:
        return brief.product if kind.family in {"service", "cause"} else f"the {brief.product}"
    if kind.family in {"place", "service", "cause"} and brief.company:
        return brief.company
    return "the product"


def _edit_prompt(spec: AdSpec, role: str, tone: Tone) -> str:
    wish = (spec.edit_style or "").strip().rstrip(".")[:_EDIT_STYLE_CHARACTERS_MAX]
    parts = [wish, _FRAMINGS[role], tone.light]
    return "; ".join(part for part in parts if part)
