"""
Plans by Gemini: asked for JSON, read with our own eyes, mended once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.genai import briefing, faults, pictures
from ars0n_adapters.providers.genai.calls import Line
from ars0n_core.errors import (
    InvalidRequestError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.plans import budget, derive
from ars0n_core.plans.faults import CHARACTERS_MAX, check
from ars0n_core.plans.typical import CLIP_SECONDS, SCENES, deal_images, scene_seconds
from ars0n_core.specs.model import AdFormat
from ars0n_core.wire.plans import sentences, structure_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.ids import AssetId
    from ars0n_core.plans.model import Plan, Scene, Segment
    from ars0n_core.ports import Picture
    from ars0n_core.specs.model import AdSpec

PICTURES_MAX: Final = 10
_SIDE_MAX: Final = 1024
_TOKENS_MAX: Final = 8192
_TEMPERATURE: Final = 0.8


class _PlanFaultError(Exception):
    """
    What is wrong with the model's answer, in words it can act on.
    """


@frozen
class GeminiPlanner:
    """
    Plans with a Gemini text model that sees the order's pictures.
    """

    line: Line

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return a plan for *spec*: scene count, word budget and images kept.

        Raises:
            ProviderRejectedError: Google refuses the order's words or pictures.
            ProviderUnavailableError: It can't now, or its plan is no good even when mended.
            MisconfiguredError: The key or the model's name is no good.
        """
        shown = list(pictures[:PICTURES_MAX]) if spec.ad_format is AdFormat.VIDEO else []
        images = tuple(picture.asset_id for picture in shown)
        contents = [*self._seen(shown), briefing.order(spec, len(shown))]
        answer = self._ask(spec, contents, len(shown))
        try:
            return _sound(spec, _read(spec, images, answer))
        except _PlanFaultError as fault:
            again = [*contents, briefing.repair(answer, str(fault))]
        answer = self._ask(spec, again, len(shown))
        try:
            return _sound(spec, _trimmed(spec, _read(spec, images, answer)))
        except _PlanFaultError as fault:
            message = f"Google's plan is no good, even mended: {fault}"
            raise ProviderUnavailableError(message, port=self.line.port) from fault

    def _seen(self, shown: Sequence[Picture]) -> list[Any]:
        return [
            pictures.prepared(picture.path, port=self.line.port, side_max=_SIDE_MAX)
            for picture in shown
        ]

    def _ask(self, spec: AdSpec, contents: list[Any], count: int) -> str:
        response = self.line.generate(
            contents,
            {
                "system_instruction": briefing.SYSTEM,
                "temperature": _TEMPERATURE,
                "max_output_tokens": _TOKENS_MAX,
                "response_mime_type": "application/json",
                "response_json_schema": briefing.schema(spec, count),
                "thinking_config": {"thinking_level": "LOW"},
            },
            billed=False,  # cheap, and nothing waits for its verdict: it may be asked again
        )
        parts = response.parts or ()
        text = "".join(part.text for part in parts if part.text and not part.thought)
        if not text.strip():
            reason = faults.refusal(response)
            if reason:
                raise ProviderRejectedError(reason, port=self.line.port)
            raise ProviderUnavailableError("Google's plan was empty", port=self.line.port)
        return text


def _read(spec: AdSpec, images: tuple[AssetId, ...], answer: str) -> Plan:
    """
    Return the plan in the model's *answer*.
    """
    try:
        body = json.loads(answer)
    except ValueError as error:
        raise _PlanFaultError(f"it is not whole JSON ({error}); write less") from error
    if not isinstance(body, dict):
        raise _PlanFaultError("it is not a JSON object")
    radio = spec.ad_format is AdFormat.RADIO
    if not radio:
        body = _dealt(spec, images, body)
    try:
        plan = structure_plan(body, radio=radio)
    except InvalidRequestError as error:
        raise _PlanFaultError(str(error)) from error
    return derive.complete(
        spec,
        evolve(
            plan,
            scenes=_shown(images, tuple(map(_clipped, plan.scenes))),
            segments=tuple(_sayable(segment) for segment in plan.segments),
            music_mood=(spec.music_mood or plan.music_mood)[: CHARACTERS_MAX["music_mood"]],
            voice_style=(spec.voice_style or plan.voice_style)[: CHARACTERS_MAX["voice_style"]],
            call_to_action=_words_within(plan.call_to_action, CHARACTERS_MAX["call_to_action"]),
        ),
    )


def _dealt(spec: AdSpec, images: tuple[AssetId, ...], body: dict[str, Any]) -> dict[str, Any]:
    """
    Return the answer's film in the documents' shape: numbered scenes, segments of their own.
    """
    told = body.get("scenes")
    count = SCENES[spec.duration_seconds]
    if not isinstance(told, list) or len(told) != count:
        found = len(told) if isinstance(told, list) else 0
        raise _PlanFaultError(f"it has {found} scenes; make exactly {count}")
    lengths = _lengths(spec, [scene.get("duration_seconds") for scene in told if _is_object(scene)])
    dealt = deal_images(images, count)
    scenes, segments = [], []
    for index, scene in enumerate(told):
        if not _is_object(scene):
            raise _PlanFaultError(f"scene {index} is not an object")
        number = scene.get("image")
        named = isinstance(number, int) and 1 <= number <= len(images)
        scenes.append(
            {
                **{k: v for k, v in scene.items() if k not in {"image", "voiceover"}},
                "scene_index": index,
                "duration_seconds": lengths[index],
                "image_asset_id": images[number - 1] if named else dealt[index],
            }
        )
        said = scene.get("voiceover")
        if isinstance(said, str) and derive.is_spoken(said):
            segments.append({"text": said.strip(), "scene_index": index})
    if not segments:
        raise _PlanFaultError("nothing is said in it; give scenes a voiceover")
    return {**body, "scenes": scenes, "voiceover_segments": segments}


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _lengths(spec: AdSpec, told: list[Any]) -> list[int]:
    """
    Return how long the scenes are: as *told*, each at least one that can be made, all
    together long enough.
    """
    usual = scene_seconds(spec.duration_seconds)
    lengths = [
        next((s for s in CLIP_SECONDS if s >= seconds), CLIP_SECONDS[-1])
        if isinstance(seconds, int | float)
        else otherwise
        for seconds, otherwise in zip(told, usual, strict=False)
    ]
    lengths += usual[len(lengths) :]
    for index in range(len(lengths)):
        if sum(lengths) >= spec.duration_seconds:
            break
        lengths[index] = max(lengths[index], usual[index])
    return lengths if sum(lengths) >= spec.duration_seconds else list(usual)


def _shown(images: tuple[AssetId, ...], scenes: tuple[Scene, ...]) -> tuple[Scene, ...]:
    """
    Return *scenes* with each image in one of them, as far as there are scenes: one that is
    missing takes the place of one that is shown twice.
    """
    shown = [scene.image_asset_id for scene in scenes]
    for image in images:
        if image in shown:
            continue
        places = [i for i, one in enumerate(shown) if shown.count(one) > 1]
        if places:
            shown[places[-1]] = image
    return tuple(
        evolve(scene, image_asset_id=image) for scene, image in zip(scenes, shown, strict=True)
    )


def _clipped(scene: Scene) -> Scene:
    on_screen = _words_within(scene.on_screen_text or "", CHARACTERS_MAX["on_screen_text"])
    return evolve(
        scene,
        description=_words_within(scene.description, CHARACTERS_MAX["description"]),
        edit_prompt=_words_within(scene.edit_prompt, CHARACTERS_MAX["edit_prompt"]),
        motion_prompt=_words_within(scene.motion_prompt, CHARACTERS_MAX["motion_prompt"]),
        on_screen_text=on_screen or None,
    )


def _sayable(segment: Segment) -> Segment:
    return evolve(segment, text=_words_within(segment.text, CHARACTERS_MAX["text"]))


def _words_within(text: str, most: int) -> str:
    """
    Return *text*, or as many of its words as have *most* characters together.

    >>> _words_within("Hear it all", 8)
    'Hear it'
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    return text[: most + 1].rsplit(" ", 1)[0][:most]


def _trimmed(spec: AdSpec, plan: Plan) -> Plan:
    """
    Return *plan* with no more said than there is time for: whole sentences go, always from
    where most is said, each scene's first one last.
    """
    most = budget.words_max(spec)
    told = [sentences(segment.text) for segment in plan.segments]
    while _count(told) > most:
        longest = max(
            (texts for texts in told if len(texts) > 1),
            key=lambda texts: budget.count_words(" ".join(texts)),
            default=None,
        )
        if longest is None:
            # One sentence a scene: the quietest scenes in the middle fall silent.
            if len(told) < 3:  # noqa: PLR2004 - the first and the last stay
                break
            told[min(range(1, len(told) - 1), key=lambda i: _count([told[i]]) or 1_000)] = []
            if not any(told[1:-1]):
                break
        else:
            longest.pop()
    return evolve(
        plan,
        segments=tuple(
            evolve(segment, text=" ".join(texts))
            for segment, texts in zip(plan.segments, told, strict=True)
            if texts
        ),
    )


def _count(told: list[list[str]]) -> int:
    return sum(budget.count_words(" ".join(texts)) for texts in told)


def _sound(spec: AdSpec, plan: Plan) -> Plan:
    """
    Return *plan* if it can be ordered as it is.
    """
    words = sum(budget.count_words(segment.text) for segment in plan.segments)
    most = budget.words_max(spec)
    if words > most:
        raise _PlanFaultError(f"{words} words are spoken; at most {most}")
    try:
        check(spec, plan)
    except InvalidRequestError as error:
        raise _PlanFaultError(str(error)) from error
    return plan
