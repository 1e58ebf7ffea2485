"""
The bodies' shapes: JSON Schema made from the classes that read them.

A field's kind comes from its class, its bounds from the limits of the edition. Null is
taken wherever a field may be absent. What no schema can say (a plan that fits its order,
a voice that exists) is said in words.
"""

from __future__ import annotations

import types
import typing
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import attrs

from ars0n_adapters.web import exports
from ars0n_adapters.web.shapes import Schema, many, nullable, things, words
from ars0n_core.compositor.profiles import PROFILES
from ars0n_core.ids import AssetId, ProjectId
from ars0n_core.plans.faults import CHARACTERS_MAX
from ars0n_core.plans.typical import SCENE_SECONDS_MAX, SCENE_SECONDS_MIN
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.limits import limits_of
from ars0n_core.specs.model import DURATIONS_SECONDS, AdSpec, CustomClip
from ars0n_core.usecases.estimate import IMAGES_MAX, EstimateOrder
from ars0n_core.wire.converter import (
    OptionsBody,
    PlanBody,
    PreviewBody,
    converter,
)
from ars0n_core.wire.names import NAMES, PICTURE_ONLY
from ars0n_core.wire.scalars import NUMBER_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.specs.limits import Limits

_URL_LENGTH_MAX: Final = 2048

_ANY_TEXT: Final = "^[^\\u0000]*$"
_SOME_TEXT: Final = "^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$"

_NUMBERS: Final[Mapping[str, Schema]] = {
    "duration": {"type": "integer", "enum": list(DURATIONS_SECONDS)},
    "musicVolume": {"type": "number", "minimum": 0, "maximum": 1},
    "imageCount": {"type": "integer", "minimum": 1, "maximum": IMAGES_MAX},
    "maxCredits": {"type": "integer", "minimum": 0, "maximum": int(NUMBER_MAX)},
    "scene_index": {"type": "integer", "minimum": 0, "maximum": int(NUMBER_MAX)},
    "duration_seconds": {
        "type": "number",
        "minimum": SCENE_SECONDS_MIN,
        "maximum": SCENE_SECONDS_MAX,
    },
}

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "adFormat": "`video` (default) or `radio`. A radio ad has no picture: image and video fields are passed over.",
    "prompt": "What the ad is for.",
    "imageUrls": "Product images, fetched by the server: public http(s) addresses only. At most 3 / 5 / 9 for 15 / 30 / 60 s.",
    "imageAssetIds": "Uploaded product images, instead of `imageUrls`. The same limits.",
    "duration": "Length of the ad in seconds.",
    "voiceId": "A `voice_id` of GET /voices.",
    "veoModel": "The clips' model; the premium one costs more.",
    "logoAssetId": "Logo on the end card. Video only.",
    "musicAssetId": "Background music; without it a bed is made after `musicMood`.",
    "musicVolume": "Loudness of the music, 0 to 1.",
    "companyName": "Shown on the end card.",
    "ctaDesign": "Design of the end card.",
    "gradientColor": "Colour of the end card.",
    "tagline": "Below the company's name on the end card.",
    "website": "Shown on the end card; without it the company's own address is taken from the prompt.",
    "legalLine": "Small print of the end card.",
    "brandFont": "Typeface of the end card; without it the design chooses.",
    "brandKit": "Whether what is left out is taken from the saved kit (PUT /brand-kit); default true.",
    "qualityLoopVariants": "Pictures made for each scene, of which the best is taken.",
    "plan": "A plan of POST /plan, as it came or changed.",
    "customClips": "Uploaded footage, shown between the scenes. It is added to the ad's length.",
    "captions": "Whether the narration is written on the picture.",
    "maxCredits": "Refuse (409) what costs more; nothing is charged then.",
    "projectId": "Make the ad a version of this project, not a new one.",
    "dryRun": "Only say what would be done and what it would cost.",
    "imageCount": "How many product images. Required for video ads.",
    "customClipsCount": "How many custom clips; they cost nothing by themselves.",
    "hasMusic": "Changes nothing: the sound is mixed either way.",
    "text": "What is to be spoken.",
    "deliver": "Films and sounds for their takers, by profile: `youtube`, `social`, `dv360`, `ebu_r128_s1`, `spotify_audio` …",
    "subtitles": "Subtitle files: `srt`, `vtt`, `ass`.",
    "stems": "Voice, music and mix, each alone.",
    "otio": "The cut for an editor, with the media it refers to.",
    "sheet": "A contact sheet of a film.",
    "position": "The clip is shown before this scene, counted from 0.",
}


def bodies(edition: int) -> dict[str, Schema]:
    """
    Return the schema of every body, by the name that `routes` calls it.
    """
    converter()  # resolves the classes' annotations
    limits = limits_of(edition)
    plan = _object(PlanBody, limits, published=False)
    options = _object(OptionsBody, limits)["properties"]
    return {
        "GenerateRequest": {"anyOf": _orders(limits, plan, options)},
        "PlanRequest": {"anyOf": _asked_plans(limits)},
        "EditRequest": {
            "type": "object",
            "properties": {
                "plan": nullable(plan),
                "customClips": nullable(_clips(limits)),
                "maxCredits": options["maxCredits"],
                "dryRun": options["dryRun"],
                "webhookUrl": _webhook(),
                "deliver": _deliver(),
            },
        },
        "RegenerateRequest": {
            "type": "object",
            "properties": {"maxCredits": options["maxCredits"]},
        },
        "ExportRequest": _export(),
        "PreviewRequest": _object(PreviewBody, limits),
        "BrandKitRequest": _object(BrandKit, limits),
        "EstimateRequest": {"anyOf": _priced(limits)},
        "Upload": {
            "type": "object",
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "category": {
                    "type": "string",
                    # As a form sends what nobody chose: inferred, as if it were not there.
                    "enum": ["product_image", "logo", "music", ""],
                },
            },
            "required": ["file"],
        },
    }


def _export() -> Schema:
    text: Schema = {"type": "string", "minLength": 1, "maxLength": 100}
    lists = {
        name: nullable({**many(text), "maxItems": exports.ENTRIES_MAX}) for name in exports.LISTS
    }
    flags = {name: nullable({"type": "boolean"}) for name in exports.FLAGS}
    return {
        "type": "object",
        "properties": {
            name: {**schema, "description": DESCRIPTIONS[name]}
            for name, schema in {**lists, **flags}.items()
        },
    }


def _webhook() -> Schema:
    return nullable(
        {
            "type": "string",
            "format": "uri",
            "maxLength": _URL_LENGTH_MAX,
            "description": "Told when the ad is finished or has failed.",
        }
    )


def _deliver() -> Schema:
    named: Schema = {"type": "string", "enum": list(PROFILES)}
    told = "Profiles the ad shall be exported for: an order that can't be is refused."
    return nullable({**many(named), "maxItems": exports.ENTRIES_MAX, "description": told})


def _orders(limits: Limits, plan: Schema, options: Mapping[str, Schema]) -> list[Schema]:
    extra = {
        "maxCredits": options["maxCredits"],
        "projectId": options["projectId"],
        "webhookUrl": _webhook(),
        "deliver": _deliver(),
    }
    film = _film(limits)
    film["properties"] |= {**extra, "plan": nullable(plan)}
    by_urls = _with_images(film, limits, "imageUrls", "imageAssetIds")
    by_assets = _with_images(film, limits, "imageAssetIds", "imageUrls")
    radio = _radio(limits)
    radio["properties"] |= {**extra, "plan": nullable(_radio_plan(plan))}
    return [
        {**by_urls, "title": "Video ad, images by URL"},
        {**by_assets, "title": "Video ad, uploaded images"},
        {**radio, "title": "Radio ad"},
    ]


def _film(limits: Limits) -> Schema:
    film = _object(AdSpec, limits)
    film["properties"]["adFormat"] = nullable({"type": "string", "enum": ["video"]})
    return film


def _radio(limits: Limits) -> Schema:
    radio = _object(AdSpec, limits)
    for name in PICTURE_ONLY:
        radio["properties"].pop(NAMES[name])
    radio["properties"]["adFormat"] = {"type": "string", "enum": ["radio"]}
    radio["required"] = [*radio["required"], "adFormat"]
    return radio


def _radio_plan(plan: Schema) -> Schema:
    return {
        **plan,
        "properties": {name: each for name, each in plan["properties"].items() if name != "scenes"},
    }


def _with_images(film: Schema, limits: Limits, given: str, absent: str) -> Schema:
    most = max(limits.images_max.values())
    entries = _strip_null(film["properties"][given])
    return {
        **film,
        "properties": {
            **film["properties"],
            given: {**entries, "minItems": 1, "maxItems": most},
            absent: {"type": ["array", "null"], "maxItems": 0},
        },
        "required": [*film["required"], given],
        "allOf": [
            {
                "if": {"properties": {"duration": {"const": seconds}}},
                "then": {"properties": {given: {"maxItems": count}}},
            }
            for seconds, count in limits.images_max.items()
            if count < most
        ],
    }


def _asked_plans(limits: Limits) -> list[Schema]:
    film, radio = _film(limits), _radio(limits)
    film["properties"].pop("imageUrls")
    for one in (film, radio):
        one["properties"]["deliver"] = _deliver()
        one["properties"]["duration"] = nullable(one["properties"]["duration"])
        one["required"] = [name for name in one["required"] if name != "duration"]
    entries = film["properties"]["imageAssetIds"]
    film["properties"]["imageAssetIds"] = {**entries, "maxItems": max(limits.images_max.values())}
    return [{**film, "title": "Video ad"}, {**radio, "title": "Radio ad"}]


def _priced(limits: Limits) -> list[Schema]:
    film, radio = _object(EstimateOrder, limits), _object(EstimateOrder, limits)
    film["properties"]["adFormat"] = nullable({"type": "string", "enum": ["video"]})
    film["properties"]["imageCount"] = _strip_null(film["properties"]["imageCount"])
    film["required"] = [*film["required"], "imageCount"]
    film["allOf"] = [
        {
            "if": {"properties": {"duration": {"const": seconds}}},
            "then": {"properties": {"imageCount": {"maximum": count}}},
        }
        for seconds, count in limits.images_max.items()
    ]
    for name in ("imageCount", "aspectRatio", "veoModel", "qualityLoopVariants"):
        radio["properties"].pop(name)
    radio["properties"].pop("customClipsCount")
    radio["properties"]["adFormat"] = {"type": "string", "enum": ["radio"]}
    radio["required"] = [*radio["required"], "adFormat"]
    return [{**film, "title": "Video ad"}, {**radio, "title": "Radio ad"}]


def _object(kind: type[Any], limits: Limits, *, published: bool = True) -> Schema:
    """
    Return the schema of an attrs class, under the published names.
    """
    properties: dict[str, Schema] = {}
    required = []
    for field in attrs.fields(kind):
        name = NAMES.get(field.name, field.name) if published else field.name
        schema = _bounded(_kind(field.type, limits), name, limits, is_required=_is_required(field))
        properties[name] = schema if _is_required(field) else nullable(schema)
        if name in DESCRIPTIONS and published:
            properties[name] = {**properties[name], "description": DESCRIPTIONS[name]}
        if _is_required(field):
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _is_required(field: attrs.Attribute[Any]) -> bool:
    return field.default is attrs.NOTHING


def _kind(kind: Any, limits: Limits) -> Schema:
    if typing.get_origin(kind) in {types.UnionType, typing.Union}:
        (kind,) = (one for one in typing.get_args(kind) if one is not type(None))
    if kind is AssetId or kind is ProjectId:
        return {"type": "string", "minLength": 1, "maxLength": limits.id_characters_max,
                "pattern": _SOME_TEXT}  # fmt: skip
    if typing.get_origin(kind) is tuple:
        return many(_kind(typing.get_args(kind)[0], limits))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return words(kind)
    if attrs.has(kind):
        return _object(kind, limits, published=False)
    return {bool: {"type": "boolean"}, int: {"type": "integer"}, float: {"type": "number"}}.get(
        kind, {"type": "string", "pattern": _ANY_TEXT}
    )


def _bounded(schema: Schema, name: str, limits: Limits, *, is_required: bool) -> Schema:
    texts = {
        "prompt": limits.prompt_characters_max,
        "voiceId": limits.id_characters_max,
        "companyName": limits.company_name_characters_max,
        "tagline": limits.tagline_characters_max,
        "website": limits.website_characters_max,
        "legalLine": limits.legal_line_characters_max,
        "editStyle": limits.edit_style_characters_max,
        "voiceStyle": limits.hint_characters_max,
        "musicMood": limits.hint_characters_max,
        "tone": limits.hint_characters_max,
        "emotion": limits.hint_characters_max,
        "voiceover_text": limits.narration_characters_max,
        "voiceover_script": limits.narration_characters_max,
        **CHARACTERS_MAX,
    }
    if name == "text" and is_required:
        texts["text"] = limits.preview_characters_max
    match name:
        case "gradientColor":
            return {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}
        case "qualityLoopVariants":
            return {"type": "integer", "enum": list(limits.variants)}
        case "customClipsCount":
            return {"type": "integer", "minimum": 0, "maximum": limits.custom_clips_max}
        case "customClips":
            return _clips(limits)
        case "imageUrls":
            return many({"type": "string", "format": "uri", "maxLength": limits.url_characters_max,
                         "pattern": "^https?://[^\\s/?#\\u0000]+[^\\s\\u0000]*$"})  # fmt: skip
        case _ if name in _NUMBERS:
            return _NUMBERS[name]
        case _ if name in texts:
            least = {"minLength": 1, "pattern": _SOME_TEXT} if is_required else {}
            return {**schema, "maxLength": texts[name], **least}
    return schema


def _clips(limits: Limits) -> Schema:
    clip = {
        "position": {
            "type": "integer",
            "minimum": 0,
            "maximum": limits.position_max,
            "description": DESCRIPTIONS["position"],
        },
        "asset_id": _kind(AssetId, limits),
        "duration_seconds": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": limits.custom_clip_seconds_max,
        },
        "voiceover_text": nullable(
            {"type": "string", "maxLength": limits.narration_characters_max, "pattern": _ANY_TEXT}
        ),
    }
    made = things(**clip)
    names = {field.name for field in attrs.fields(CustomClip)}
    if names != set(clip):  # pragma: no cover - a field was added without its bounds
        raise LookupError(names ^ set(clip))
    del made["additionalProperties"]
    made["required"].remove("voiceover_text")
    return {**many(made), "maxItems": limits.custom_clips_max}


def _strip_null(schema: Schema) -> Schema:
    if "anyOf" in schema:
        (kept,) = (one for one in schema["anyOf"] if one != {"type": "null"})
        return {**kept, **{k: v for k, v in schema.items() if k == "description"}}
    kind = schema["type"]
    return {**schema, "type": kind[0] if isinstance(kind, list) else kind}
