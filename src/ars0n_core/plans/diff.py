"""
What changed from one plan to the next, and what of the work is left to do.

Two answers to two questions: `diff` tells people (scenes added, moved, reworded ...),
`rebuild` tells the pipeline, by fingerprint alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Final

import attrs
from attrs import frozen

from ars0n_core.plans.model import Scene
from ars0n_core.work import fingerprints

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Sequence

    from ars0n_core.plans.model import Plan
    from ars0n_core.work import WorkItem


@frozen(kw_only=True)
class PlanDiff:
    """
    What changed, by ``scene_index``: removed scenes as the old plan names them, all
    others as the new one does.

    ``reworded`` scenes show something else, ``restyled`` ones are photographed, moved
    or joined another way, ``retimed`` ones are longer or shorter, and over ``respoken``
    ones something else is said.
    """

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    reworded: tuple[int, ...] = ()
    restyled: tuple[int, ...] = ()
    retimed: tuple[int, ...] = ()
    respoken: tuple[int, ...] = ()
    narration_changed: bool = False
    voice_style_changed: bool = False
    music_changed: bool = False
    call_to_action_changed: bool = False

    @property
    def is_empty(self) -> bool:
        """
        Whether nothing changed.
        """
        return self == PlanDiff()

    def lines(self) -> tuple[str, ...]:
        """
        Return the changes as sentences, none if there are none.

        >>> PlanDiff(moved=(2,), music_changed=True).lines()
        ('Scene 2 is moved.', 'The music has another mood.')
        """
        told = [
            f"Scene {index} is {change}."
            for change in ("added", "removed", "moved", "reworded", "restyled", "retimed")
            for index in getattr(self, change)
        ]
        told += [f"Over scene {index} other words are spoken." for index in self.respoken]
        told += [sentence for name, sentence in _SENTENCES.items() if getattr(self, name)]
        return tuple(told)


_content: Final[Callable[[Scene], tuple[object, ...]]] = attrgetter(
    *(field.name for field in attrs.fields(Scene) if field.name != "scene_index")
)
"""
All that a scene holds, but for its name.
"""

_SENTENCES: Final = {
    "narration_changed": "The narration is spoken anew.",
    "voice_style_changed": "The voice speaks in another style.",
    "music_changed": "The music has another mood.",
    "call_to_action_changed": "The call to action is another.",
}


@frozen(kw_only=True)
class Rebuild:
    """
    What is left to do: ``reused`` gives the old key of every new item that needs no
    work, ``new`` the keys of all others.
    """

    reused: Mapping[str, str]
    new: tuple[str, ...]


def rebuild(
    old: Iterable[WorkItem], new: Iterable[WorkItem], *, reusable: Collection[str] | None = None
) -> Rebuild:
    """
    Return which items of the list *new* are done already in the list *old*, and which
    are not: an item is reused if its fingerprint is unchanged.

    *reusable* are the keys of *old* that may be (completed, and not refunded); all of
    them unless given.
    """
    known = fingerprints(old)
    usable = {key: mark for key, mark in known.items() if reusable is None or key in reusable}
    return match(usable, fingerprints(new))


def match(usable: Mapping[str, str], wanted: Mapping[str, str]) -> Rebuild:
    """
    Return for each wanted item a usable one of equal fingerprint: of the same key if
    there is one, else each in turn. Both are fingerprints by key.

    >>> match({"clip-0": "aa", "voice": "bb"}, {"clip-1": "aa", "voice": "cc"})
    Rebuild(reused={'clip-1': 'clip-0'}, new=('voice',))
    """
    keys: dict[str, deque[str]] = {}
    for key, mark in usable.items():
        keys.setdefault(mark, deque()).append(key)
    reused: dict[str, str] = {}
    for key, mark in wanted.items():
        if usable.get(key) == mark:
            reused[key] = key
        elif mark in keys:
            reused[key] = keys[mark][0]
            keys[mark].rotate(-1)
    return Rebuild(reused=reused, new=tuple(key for key in wanted if key not in reused))


def diff(old: Plan, new: Plan) -> PlanDiff:
    """
    Return what changed from *old* to *new*.

    Scenes are recognised by what they hold, so a client that numbers them anew after
    removing one has not changed them all.
    """
    pairs = _pairs(old.scenes, new.scenes)
    before = {scene.scene_index: scene for scene in old.scenes}
    after = [scene for scene in new.scenes if scene.scene_index in pairs]
    both = [(before[pairs[scene.scene_index]], scene) for scene in after]
    kept = set(pairs.values())
    places = {scene.scene_index: place for place, scene in enumerate(old.scenes)}
    spoken_before, spoken_after = _spoken(old), _spoken(new)
    return PlanDiff(
        added=tuple(s.scene_index for s in new.scenes if s.scene_index not in pairs),
        removed=tuple(s.scene_index for s in old.scenes if s.scene_index not in kept),
        moved=tuple(
            after[i].scene_index
            for i in _out_of_order([places[pairs[scene.scene_index]] for scene in after])
        ),
        reworded=_changed(both, lambda s: (s.description, s.on_screen_text or "")),
        restyled=_changed(
            both, lambda s: (s.image_asset_id, s.edit_prompt, s.motion_prompt, s.transition)
        ),
        retimed=_changed(both, lambda s: s.duration_seconds),
        respoken=tuple(
            b.scene_index
            for a, b in both
            if spoken_before.get(a.scene_index) != spoken_after.get(b.scene_index)
        ),
        narration_changed=_narrated(old) != _narrated(new),
        voice_style_changed=old.voice_style != new.voice_style,
        music_changed=old.music_mood != new.music_mood,
        call_to_action_changed=old.call_to_action != new.call_to_action,
    )


def inherit(old: Plan, new: Plan) -> Plan:
    """
    Return *new* with its absent fields as *old* has them, for a client that sent only
    what the documents name. What is absent in both is derived later.

    Each scene takes from the old scene it is recognised as.
    """
    pairs = _pairs(old.scenes, new.scenes)
    before = {scene.scene_index: scene for scene in old.scenes}
    scenes = []
    for scene in new.scenes:
        if scene.scene_index in pairs:
            source = before[pairs[scene.scene_index]]
            on_screen_text = scene.on_screen_text
            scene = attrs.evolve(  # noqa: PLW2901 - the same scene, completed
                scene,
                image_asset_id=scene.image_asset_id or source.image_asset_id,
                edit_prompt=scene.edit_prompt or source.edit_prompt,
                motion_prompt=scene.motion_prompt or source.motion_prompt,
                on_screen_text=source.on_screen_text if on_screen_text is None else on_screen_text,
            )
        scenes.append(scene)
    return attrs.evolve(
        new,
        scenes=tuple(scenes),
        music_mood=new.music_mood or old.music_mood,
        voice_style=new.voice_style or old.voice_style,
        call_to_action=new.call_to_action or old.call_to_action,
    )


def _pairs(old: Sequence[Scene], new: Sequence[Scene]) -> dict[int, int]:
    """
    Return the old name of every new scene that is an old one still.

    Recognised by all it holds, else by what is seen on which image, else by what is
    seen, else by name; the same name is preferred among equals.
    """
    pairs: dict[int, int] = {}
    looks: tuple[Callable[[Scene], Hashable], ...] = (
        lambda s: (_content(s), s.scene_index),
        _content,
        lambda s: (s.image_asset_id, s.description, s.scene_index),
        lambda s: (s.image_asset_id, s.description),
        lambda s: s.description,
        lambda s: s.scene_index,
    )
    left_old, left_new = list(old), list(new)
    for look in looks:
        waiting: dict[Hashable, deque[int]] = {}
        for scene in left_old:
            waiting.setdefault(look(scene), deque()).append(scene.scene_index)
        for scene in left_new:
            names = waiting.get(look(scene))
            if names:
                pairs[scene.scene_index] = names.popleft()
        taken = set(pairs.values())
        left_old = [scene for scene in left_old if scene.scene_index not in taken]
        left_new = [scene for scene in left_new if scene.scene_index not in pairs]
        if not left_old or not left_new:
            break
    return pairs


def _changed(
    both: Sequence[tuple[Scene, Scene]], look: Callable[[Scene], Hashable]
) -> tuple[int, ...]:
    """
    Return the scenes that *look* sees changed.
    """
    return tuple(after.scene_index for before, after in both if look(before) != look(after))


def _spoken(plan: Plan) -> dict[int, str]:
    """
    Return the words over each scene that has any.
    """
    texts: dict[int, list[str]] = {}
    for segment in plan.segments:
        if segment.text.strip():
            texts.setdefault(segment.scene_index, []).append(segment.text.strip())
    return {index: " ".join(parts) for index, parts in texts.items()}


def _narrated(plan: Plan) -> list[str]:
    """
    Return what is spoken, in the order of the ad: of its scenes, or of a radio ad's
    segments.
    """
    if not plan.scenes:
        return [segment.text.strip() for segment in plan.segments if segment.text.strip()]
    spoken = _spoken(plan)
    return [spoken[s.scene_index] for s in plan.scenes if s.scene_index in spoken]


def _out_of_order(places: Sequence[int]) -> list[int]:
    """
    Return the fewest indices without which *places* only rises: all but a longest
    rising run.

    >>> _out_of_order([2, 0, 1])
    [0]
    """
    tails: list[int] = []  # the smallest end of a rising run of each length
    ends: list[int] = []  # where that end stands
    previous: list[int] = []
    for i, place in enumerate(places):
        length = bisect_left(tails, place)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [i]
    rising = set()
    i = ends[-1] if ends else -1
    while i >= 0:
        rising.add(i)
        i = previous[i]
    return [i for i in range(len(places)) if i not in rising]
