"""
What each scene shows and how: framings and light of the product, and nothing the order
doesn't say is there.

The picture is made from the product's photo, by editors that frame by the first word
that names a shot; so every description begins with one, and no two scenes share theirs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import nouns
from ars0n_core.plans import derive
from ars0n_core.plans.model import Scene
from ars0n_core.plans.typical import scene_seconds
from ars0n_core.timelines import Look

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.briefs import Brief
    from ars0n_adapters.providers.offline.kinds import Kind
    from ars0n_core.plans.tones import Tone
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

_HERO: Final = (
    "Hero shot of {subject}, centred, clean space all around",
    "centred hero framing at eye level, 50 mm lens, clean negative space",
)
_MIDDLE: Final = (
    (
        "Macro detail of {subject}, slightly tilted, surface and edges filling the frame",
        "macro framing, slight tilt, 100 mm lens, very shallow depth of field, raking light",
    ),
    (
        "Wide shot of {subject} in context on the left third, background softly out of focus",
        "wide framing, left third, 35 mm lens, layered background",
    ),
    (
        "Medium three-quarter view of {subject} on the right third",
        "medium framing on the right third, 50 mm lens, natural perspective",
    ),
    (
        "Close low angle on {subject}, tall in the frame",
        "close framing from a low angle, 35 mm lens, bold foreground",
    ),
    (
        "Wide shot of {subject} low in the frame, open space above",
        "wide framing, subject in the lower half, 35 mm lens, calm upper half",
    ),
    (
        "Close-up of {subject} on the left third, shallow focus",
        "close framing on the left third, 85 mm lens, soft background",
    ),
    (
        "Hero shot of {subject} in the top third, light falling from one side",
        "hero framing with the subject in the top third, 50 mm lens, side light",
    ),
    (
        "Extreme close detail of {subject} on the right third, tilted",
        "detail framing on the right third, tilted, 100 mm lens, raking light",
    ),
)
_CLOSING: Final = (
    "Wide symmetrical shot of {subject}, centred, generous empty space above and below",
    "symmetrical wide framing, 50 mm lens, calm even background",
)
"""
A description, and the direction that belongs to it.
"""

_TRAVELLING: Final = tuple(
    move for move in derive.MOVES if not any(word in move for word in ("locked", "still"))
)
"""
The moves of a film made from stills: one that stands still would look like a fault.
"""

_EDIT_STYLE_CHARACTERS_MAX: Final = 1000
_SUBJECT_WORDS_MAX: Final = 8


def scenes(spec: AdSpec, brief: Brief, kind: Kind, tone: Tone, seed: str) -> list[Scene]:
    """
    Return the scenes of a film, without their images and supers.
    """
    lengths = scene_seconds(spec.duration_seconds)
    looks = _LOOKS[tone.name]
    start = int(seed[:4], 16)
    shots = [_HERO, *_middle(len(lengths) - 2, seed), _CLOSING]
    shown = _subject(brief, kind)
    feeling = spec.emotion or spec.tone
    planned: list[Scene] = []
    for i, ((description, framing), seconds) in enumerate(zip(shots, lengths, strict=True)):
        move = _TRAVELLING[(start + i) % len(_TRAVELLING)]
        planned.append(
            Scene(
                scene_index=i,
                description=description.format(subject=shown),
                duration_seconds=seconds,
                edit_prompt=_edit_prompt(spec, framing, tone),
                motion_prompt=f"{move}; the mood is {feeling}" if feeling else move,
                transition=looks[(start + i) % len(looks)],
            )
        )
    return planned


def _middle(count: int, seed: str) -> tuple[tuple[str, str], ...]:
    """
    Return *count* shots, near and far by turns, starting with a near one.
    """
    if count >= len(_MIDDLE) - 1:
        return _MIDDLE[:count]
    near = [shot for i, shot in enumerate(_MIDDLE) if i in {0, 3, 5, 7}]
    far = [shot for i, shot in enumerate(_MIDDLE) if i in {1, 2, 4}]
    turn = hashlib.sha256(seed.encode()).digest()[0]
    picked = [(near, far)[i % 2][(turn + i // 2) % (4, 3)[i % 2]] for i in range(count)]
    return tuple(picked)


def _subject(brief: Brief, kind: Kind) -> str:
    if brief.is_english and brief.product and len(brief.product.split()) <= _SUBJECT_WORDS_MAX:
        if brief.name and kind.family == "software":
            return brief.name
        if nouns.is_business(brief.product) or kind.family in {
            "service",
            "cause",
            "notice",
            "place",
        }:
            return brief.company or brief.name or brief.product
        return f"the {brief.product}"
    if kind.family in {"place", "service", "cause"} and brief.company:
        return brief.company
    return brief.name or "the product"


def _edit_prompt(spec: AdSpec, framing: str, tone: Tone) -> str:
    wish = (spec.edit_style or "").strip().rstrip(".")[:_EDIT_STYLE_CHARACTERS_MAX]
    return "; ".join(part for part in (wish, framing, tone.light) if part)
