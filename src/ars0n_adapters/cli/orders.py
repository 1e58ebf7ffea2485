"""
An order put together from options and the files they name.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from ars0n_adapters.cli.arguments import MODELS, OPTIONS
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_adapters.cli.files import NamedFile, by_name, content_of, fault_of, stored
from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError
from ars0n_core.plans.model import Plan
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Mapping

    from ars0n_core.assets import Asset
    from ars0n_core.ids import AssetId
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.usecases.callers import Caller

_CLIP: Final = re.compile(r"(?P<file>.+?)@(?P<position>\d{1,3})(?::(?P<text>.*))?\Z", re.DOTALL)
_PLAN_BYTES_MAX: Final = 1_000_000
_FOOTAGE_SECONDS: Final = 1
# Stands in for a clip's length until its file has been looked at.

_PLACE: Final = re.compile(r"file:(\d+)\Z")


@frozen(kw_only=True)
class Order:
    """
    An order as read: a spec whose asset ids are places in ``files`` until they are stored.
    """

    spec: AdSpec
    plan: Plan | None
    files: tuple[NamedFile, ...]


def read(
    options: Namespace, *, ad_format: AdFormat, default_voice: str, images_required: bool = True
) -> Order:
    """
    Return the order of *options*, every fault found before any file is opened.

    Raises:
        FaultyOptionsError: With every faulty option.
    """
    faults: list[tuple[str, str]] = []
    files: list[NamedFile] = []

    def named(option: str, place: str, category: str) -> str:
        files.append(NamedFile(option, place, category))
        return f"file:{len(files) - 1}"

    body = _body(options, ad_format, default_voice)
    if ad_format is AdFormat.VIDEO:
        images = getattr(options, "image", None) or []
        body["imageAssetIds"] = [named("--image", place, "product_image") for place in images]
        if not images:
            # A plan can do without; the place that stands in is never looked up.
            body["imageAssetIds"] = ["file:none"]
        if not images and images_required:
            faults.append(("--image", "Required: give at least one product photo"))
        if options.logo is not None:
            body["logoAssetId"] = named("--logo", options.logo, "logo")
        body["customClips"] = _clips(options, named, faults)
    if options.music is not None:
        body["musicAssetId"] = named("--music", options.music, "music")
    if options.plan is not None:
        body["plan"] = _plan(options.plan, faults)
    faults += [(file.label, fault) for file in files if (fault := fault_of(file))]
    try:
        request = wire.structure_generate(body)
    except InvalidRequestError as error:
        raise FaultyOptionsError(_once([*faults, *_told(error)])) from None
    if faults:
        raise FaultyOptionsError(_once(faults))
    return Order(spec=request.spec, plan=request.plan, files=tuple(files))


def fingerprint(order: Order, *deployment: object) -> str:
    """
    Return what tells this order from every other: its options, its files' content, and
    what the *deployment* makes of it.

    A URL stands for itself: what it serves may differ from day to day, the order doesn't.
    """
    contents = [content_of(file) for file in order.files]
    text = repr((order.spec, order.plan, contents, deployment))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def unchanged(order: Order) -> Order:
    """
    Return what of *order* no edit changes: all but its plan and its own clips.
    """
    music = order.spec.music_asset_id
    spec = evolve(
        order.spec,
        custom_clips=(),
        # Which place it has among the files depends on how many clips there are.
        music_asset_id=None if music is None else type(music)("file:music"),
    )
    files = tuple(file for file in order.files if file.option != "--clip")
    return evolve(order, spec=spec, plan=None, files=files)


def clips_fingerprint(order: Order) -> str:
    """
    Return what tells the customer's own clips of *order* from all others.
    """
    files = by_name(order.files)
    told = [
        (clip.position, clip.voiceover_text, content_of(files[clip.asset_id]))
        for clip in order.spec.custom_clips
    ]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()


def store(order: Order, ports: Ports, policy: Policy, caller: Caller) -> tuple[AdSpec, Plan | None]:
    """
    Store the order's files and return its spec and plan with their asset ids.

    Raises:
        FaultyOptionsError: With every file that can't be used.
    """
    assets = stored(by_name(order.files), ports, policy, caller)
    names = {name: asset.id for name, asset in assets.items()}
    return _resolved(order, assets), _plan_resolved(order, names)


def store_clips(
    order: Order, ports: Ports, policy: Policy, caller: Caller
) -> tuple[CustomClip, ...]:
    """
    Store the customer's own clips, of all the files of *order*, and return them.

    Raises:
        FaultyOptionsError: With every clip that can't be used.
    """
    files = {name: file for name, file in by_name(order.files).items() if file.option == "--clip"}
    return _clips_resolved(order, stored(files, ports, policy, caller))


def plan_about(order: Order, made: AdSpec) -> Plan | None:
    """
    Return the plan of *order* about the images as they were stored for *made*, the same
    order before.
    """
    return _plan_resolved(
        order, dict(zip(order.spec.image_asset_ids, made.image_asset_ids, strict=False))
    )


def told(error: InvalidRequestError) -> FaultyOptionsError:
    """
    Return *error* in the words of the command line.
    """
    return FaultyOptionsError(_once(_told(error)))


def _body(options: Namespace, ad_format: AdFormat, default_voice: str) -> dict[str, Any]:
    given = vars(options)
    body: dict[str, Any] = {
        "adFormat": str(ad_format),
        "duration": _number(options.duration),
        "voiceId": options.voice if options.voice is not None else default_voice,
        "prompt": options.prompt,
        "companyName": options.company,
        "musicVolume": _number(options.music_volume),
        "musicMood": options.music_mood,
        "voiceStyle": options.voice_style,
        "tone": options.tone,
        "emotion": options.emotion,
        "aspectRatio": given.get("aspect"),
        "ctaDesign": given.get("cta"),
        "gradientColor": given.get("gradient_color"),
        "tagline": given.get("tagline"),
        "website": given.get("website"),
        "legalLine": given.get("legal_line"),
        "brandFont": given.get("brand_font"),
        "editStyle": given.get("edit_style"),
        "qualityLoopVariants": _number(given.get("variants")),
        "veoModel": MODELS.get(given.get("model") or "", given.get("model")),
        "captions": given.get("captions"),
        "brandKit": False if given.get("no_brand") else None,
    }
    return {name: value for name, value in body.items() if value is not None}


def _number(text: str | None) -> int | float | str | None:
    if text is None:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _clips(options: Namespace, named: Any, faults: list[tuple[str, str]]) -> list[dict[str, Any]]:
    clips = []
    for text in options.clip or []:
        found = _CLIP.match(text)
        if found is None:
            faults.append((f"--clip {text}", "Write FILE@POSITION or FILE@POSITION:TEXT"))
            continue
        clips.append(
            {
                "position": int(found["position"]),
                "asset_id": named("--clip", found["file"], ""),
                "duration_seconds": _FOOTAGE_SECONDS,
                "voiceover_text": found["text"] or None,
            }
        )
    return clips


def _plan(place: str, faults: list[tuple[str, str]]) -> object:
    label = f"--plan {place}"
    try:
        # As much is read and no more: a pipe or device has no size.
        with Path(place).open("rb") if place != "-" else sys.stdin.buffer as file:
            content = file.read(_PLAN_BYTES_MAX + 1)
        if len(content) > _PLAN_BYTES_MAX:
            faults.append((label, f"Larger than {_PLAN_BYTES_MAX} bytes: that is no plan"))
            return None
        value = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        faults.append((label, f"Can't be read: {error.strerror}"))
        return None
    except (ValueError, RecursionError):
        faults.append((label, "Not JSON: pass a file as `ars0n plan` prints it"))
        return None
    return value.get("plan", value) if isinstance(value, dict) else value


def _resolved(order: Order, stored: dict[str, Asset]) -> AdSpec:
    spec = order.spec

    def known(asset_id: AssetId | None) -> AssetId | None:
        return None if asset_id is None else stored[asset_id].id

    return evolve(
        spec,
        image_asset_ids=tuple(
            stored[asset_id].id for asset_id in spec.image_asset_ids if asset_id in stored
        ),
        logo_asset_id=known(spec.logo_asset_id),
        music_asset_id=known(spec.music_asset_id),
        custom_clips=_clips_resolved(order, stored),
    )


def _clips_resolved(order: Order, stored: Mapping[str, Asset]) -> tuple[CustomClip, ...]:
    return tuple(
        evolve(
            clip,
            asset_id=stored[clip.asset_id].id,
            duration_seconds=_length(stored[clip.asset_id]),
        )
        for clip in order.spec.custom_clips
    )


def _length(footage: Asset) -> float:
    frames = footage.facts.get("frames")
    return float(frames) / 30 if isinstance(frames, int) else float(_FOOTAGE_SECONDS)


def _plan_resolved(order: Order, names: Mapping[str, AssetId]) -> Plan | None:
    # `ars0n plan` names images by their place among --image, so that a plan outlives
    # the assets it was made with.
    if order.plan is None:
        return None
    return evolve(
        order.plan,
        scenes=tuple(
            evolve(scene, image_asset_id=_place_of(scene.image_asset_id, names))
            for scene in order.plan.scenes
        ),
    )


def _place_of(name: AssetId | None, names: Mapping[str, AssetId]) -> AssetId | None:
    if name is None or not _PLACE.match(name):
        return name
    return names.get(name, name)


def _told(error: InvalidRequestError) -> Iterator[tuple[str, str]]:
    faults = wire.faults_of(error)
    for name, messages in faults.by_field.items():
        for message in messages:
            yield OPTIONS.get(name, name), message
    for message in faults.of_form:
        yield "order", message


def _once(faults: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    # Missing photos are told once, in the command line's own words.
    kept = dict.fromkeys(faults)
    if any(option == "--image" for option, _ in kept):
        kept = {f: None for f in kept if f[0] != "order" or "image" not in f[1].lower()}
    return tuple(kept)
