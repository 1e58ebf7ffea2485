"""
Gemini's ``generateContent``: plans, pictures and verdicts.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.standins import schemas
from ars0n_adapters.standins.calls import Reply, replied
from ars0n_adapters.standins.refusals import google
from ars0n_adapters.standins.scripts import Kind, Route
from ars0n_adapters.standins.studio import SCALES, SIDES, Studio, seed_of
from ars0n_core.errors import ProviderRejectedError
from ars0n_core.specs.model import DURATIONS_SECONDS, AdFormat, AdSpec
from ars0n_core.wire.plans import unstructure_plan

if TYPE_CHECKING:
    from ars0n_adapters.standins.calls import Asked

_PROMPT_MAX: Final = 2000
_TOKENS_A_PICTURE: Final = 1120
_CHARACTERS_A_TOKEN: Final = 4
_PLANNED: Final = {"scenes", "voiceover_segments", "voiceover_script", "segments"}

_FINISHED: Final = {
    Kind.IMAGE_SAFETY: ("IMAGE_SAFETY", "Unable to show the generated image."),
    Kind.NO_IMAGE: ("NO_IMAGE", "The model did not generate an image."),
}


def named(body: Any, key: str) -> Any:
    """
    Return what *body* has under *key*, in camelCase or snake_case: the SDK mixes them.

    >>> named({"mime_type": "image/png"}, "mimeType")
    'image/png'
    """
    if not isinstance(body, dict):
        return None
    return body.get(key, body.get(re.sub(r"([A-Z])", r"_\1", key).lower()))


def route_of(body: Any) -> Route:
    """
    Return what is asked for: a picture, a plan, or a verdict on pictures.
    """
    config = named(body, "generationConfig")
    if "IMAGE" in (named(config, "responseModalities") or ()):
        return Route.IMAGE
    schema = named(config, "responseJsonSchema") or named(config, "responseSchema")
    planned = _PLANNED & set(named(schema, "properties") or ())
    return Route.JUDGE if _pictures(body) and schema and not planned else Route.TEXT


@frozen
class Gemini:
    """
    Answers for the text and image models with *studio* behind it.
    """

    studio: Studio

    def generate(self, asked: Asked, model: str) -> Reply:
        """
        Return the answer of *model*.
        """
        body, kind = asked.call.body, asked.fault.kind
        if not named(body, "contents"):
            return google(400, "INVALID_ARGUMENT", "contents is not specified")
        if kind in (Kind.BLOCKED, Kind.RAI):
            refusal = {"blockReason": "PROHIBITED_CONTENT"}
            return replied({"promptFeedback": refusal, **_footer(body, model, 0)})
        if asked.route is Route.IMAGE:
            return self._picture(asked, model)
        return self._text(asked, model)

    def _text(self, asked: Asked, model: str) -> Reply:
        body = asked.call.body
        config = named(body, "generationConfig")
        schema = named(config, "responseJsonSchema") or named(config, "responseSchema")
        seed = seed_of(asked.call.digest, asked.number)
        if schema is None:
            text = "Understood."
        elif asked.route is Route.JUDGE:
            text = json.dumps(schemas.filled(schema, None, seed))
        else:
            text = json.dumps(schemas.filled(schema, self._plan(body), seed), ensure_ascii=False)
        reason = "STOP"
        if asked.fault.kind in (Kind.TRUNCATED, Kind.EMPTY):
            text, reason = text[: len(text) // 2], "MAX_TOKENS"
        if asked.fault.kind is Kind.TEXT_ONLY:
            text = "I can't help with that."
        return _answered(body, model, [{"text": text}], reason, len(text) // _CHARACTERS_A_TOKEN)

    def _plan(self, body: Any) -> dict[str, Any]:
        """
        Return a plan for the order in the request, under every name a schema may use.
        """
        spec = _spec(body)
        plan: dict[str, Any] = dict(unstructure_plan(self.studio.planner.plan(spec, ())))
        said = {row["scene_index"]: row["text"] for row in plan["voiceover_segments"]}
        for place, scene in enumerate(plan["scenes"]):
            scene["voiceover"] = scene["voiceover_text"] = said.get(scene["scene_index"], "")
            scene["image"] = place % max(1, len(_pictures(body))) + 1
        plan["segments"] = plan["voiceover_segments"]
        return plan

    def _picture(self, asked: Asked, model: str) -> Reply:
        body = asked.call.body
        if asked.fault.kind in _FINISHED:
            reason, message = _FINISHED[asked.fault.kind]
            candidate = {"finishReason": reason, "finishMessage": message, "index": 0}
            return replied({"candidates": [candidate], **_footer(body, model, 0)})
        if asked.fault.kind in (Kind.TEXT_ONLY, Kind.EMPTY):
            return _answered(body, model, [{"text": "I can't create that image."}], "STOP", 8)
        shaped = named(named(body, "generationConfig"), "imageConfig")
        shape = named(shaped, "aspectRatio") or "1:1"
        size = named(shaped, "imageSize") or "1K"
        if shape not in SIDES or size not in SCALES:
            return google(400, "INVALID_ARGUMENT", f"No pictures are made in {shape} and {size}")
        photos = _pictures(body)
        if not photos:
            return google(400, "INVALID_ARGUMENT", "The stand-in makes pictures from pictures only")
        try:
            content = self.studio.picture(
                photos,
                _texts(body),
                shape=shape,
                size=size,
                seed=seed_of(asked.call.digest, asked.number),
            )
        except ProviderRejectedError as error:
            return google(400, "INVALID_ARGUMENT", f"Unable to process input image. {error}")
        blob = {"mimeType": "image/png", "data": base64.b64encode(content).decode()}
        parts = [{"text": "Here is your picture."}, {"inlineData": blob}]
        return _answered(body, model, parts, "STOP", _TOKENS_A_PICTURE)


def _answered(body: Any, model: str, parts: list[Any], reason: str, tokens: int) -> Reply:
    content = {"parts": parts, "role": "model"}
    candidate = {"content": content, "finishReason": reason, "index": 0}
    return replied({"candidates": [candidate], **_footer(body, model, tokens)}, cost=1)


def _footer(body: Any, model: str, tokens: int) -> dict[str, Any]:
    asked = len(_texts(body)) // _CHARACTERS_A_TOKEN + _TOKENS_A_PICTURE * len(_pictures(body))
    usage = {
        "promptTokenCount": asked,
        "candidatesTokenCount": tokens,
        "totalTokenCount": asked + tokens,
    }
    return {"usageMetadata": usage, "modelVersion": model, "responseId": "standin"}


def _parts(body: Any) -> list[Any]:
    contents = named(body, "contents") or []
    return [part for content in contents for part in named(content, "parts") or []]


def _texts(body: Any) -> str:
    return "\n".join(part["text"] for part in _parts(body) if isinstance(part.get("text"), str))


def _pictures(body: Any) -> list[bytes]:
    """
    Return the pictures in the request, in order; what can't be decoded is left out.
    """
    found = []
    for part in _parts(body):
        try:
            data = named(named(part, "inlineData"), "data")
            # The SDK writes base64 in the URL's alphabet in some versions.
            found += [base64.b64decode(data.replace("-", "+").replace("_", "/"))] if data else []
        except (binascii.Error, ValueError, AttributeError):
            continue
    return found


def _spec(body: Any) -> AdSpec:
    """
    Return the order in the request: its facts, if it holds them as JSON, or its words.
    """
    text = _texts(body)
    facts = _facts(text)
    schema = named(named(body, "generationConfig"), "responseJsonSchema")
    film = "scenes" in (named(schema, "properties") or {"scenes": None})
    lengths = [int(n) for n in re.findall(r"\b(\d+)\s*-?\s*s(?:ec|econds?)?\b", text)]
    return AdSpec(
        prompt=(facts.get("prompt") or text or "A product")[:_PROMPT_MAX],
        duration_seconds=next((n for n in lengths if n in DURATIONS_SECONDS), 15),
        voice_id="standin",
        ad_format=AdFormat.VIDEO if film else AdFormat.RADIO,
        **{
            name: facts[key]
            for name, key in _FACTS.items()
            if isinstance(facts.get(key), str) and facts[key]
        },
    )


_FACTS: Final = {
    "company_name": "company",
    "tone": "tone",
    "emotion": "emotion",
    "edit_style": "edit_style",
    "voice_style": "voice_style",
    "music_mood": "music_mood",
}


def _facts(text: str) -> dict[str, Any]:
    for match in re.finditer(r"\{", text):
        try:
            found, _ = json.JSONDecoder().raw_decode(text[match.start() :])
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("prompt"), str):
            return found
    return {}
