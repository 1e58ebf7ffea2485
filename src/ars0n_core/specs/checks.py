"""
Every fault of an order, found at once.

Fields are named as `AdSpec` names them; the wire renames them for its callers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from ars0n_core.errors import TooManyClipsError
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION, LIMITS
from ars0n_core.specs.model import DURATIONS_SECONDS, AdFormat
from ars0n_core.specs.seen import is_seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.ids import AssetId
    from ars0n_core.specs.limits import Limits
    from ars0n_core.specs.model import AdSpec, CustomClip

REQUIRED: Final = "Required"
DURATION: Final = "Duration must be 15, 30, or 60"
IMAGES_MISSING: Final = "Either image_urls or image_asset_ids is required for video ads"
IMAGES_TWICE: Final = "Provide either image_urls or image_asset_ids, not both"

_HEX_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@frozen(kw_only=True)
class AssetFacts:
    """
    What the checks must know of an asset: its kind and, of footage, its length.
    """

    kind: Literal["image", "audio", "video"]
    duration_seconds: float | None = None


def text_faults(text: str, *, most: int, least: int = 0) -> list[str]:
    """
    Return what is wrong with *text*; lengths count code points, and text in which nothing can be
    seen counts as empty.

    >>> text_faults("  ", least=1, most=9)
    ['String must contain at least 1 character(s)']
    """
    found = []
    if len(text) < least or (least and not is_seen(text)):
        found.append(f"String must contain at least {least} character(s)")
    if len(text) > most:
        found.append(f"String must contain at most {most} character(s)")
    if "\0" in text:
        found.append("String must not contain NUL characters")
    if _SURROGATE.search(text):
        found.append("String must be valid Unicode, without unpaired surrogates")
    return found


def check(spec: AdSpec, limits: Limits | None = None, *, images_required: bool = True) -> None:
    """
    Refuse an order that has faults.

    Raises:
        InvalidRequestError: With every fault.
        TooManyClipsError: When too many custom clips are the only fault.
    """
    find_faults(spec, limits, images_required=images_required).raise_any()


def find_faults(
    spec: AdSpec, limits: Limits | None = None, *, images_required: bool = True
) -> Faults:
    """
    Return every fault of *spec* under *limits* (those of the API's edition unless
    given). A plan may be asked for without images, an ad may not.
    """
    limits = limits or LIMITS[EDITION]
    faults = Faults()
    if spec.duration_seconds not in DURATIONS_SECONDS:
        faults.add("duration_seconds", DURATION)
    if spec.ad_format not in limits.ad_formats:
        faults.add(
            "ad_format", f"Edition {limits.edition} has no {spec.ad_format} ads; use edition 2"
        )
    if not 0 <= spec.music_volume <= 1:
        faults.add("music_volume", "Number must be between 0 and 1")
    _check_texts(spec, limits, faults)
    if spec.ad_format is not AdFormat.RADIO:
        _check_picture(spec, limits, faults)
        _check_images(spec, limits, faults, required=images_required)
        _check_custom_clips(spec.custom_clips, limits, faults)
    return faults


def _check_texts(spec: AdSpec, limits: Limits, faults: Faults) -> None:
    """
    Check the fields of text that films and radio ads share.
    """
    hint, name = limits.hint_characters_max, limits.id_characters_max
    for key, text, least, most in (
        ("prompt", spec.prompt, 1, limits.prompt_characters_max),
        ("voice_id", spec.voice_id, 1, name),
        ("music_asset_id", spec.music_asset_id, 1, name),
        ("company_name", spec.company_name, 0, limits.company_name_characters_max),
        ("voice_style", spec.voice_style, 0, hint),
        ("music_mood", spec.music_mood, 0, hint),
        ("tone", spec.tone, 0, hint),
        ("emotion", spec.emotion, 0, hint),
    ):
        _check_text(faults, key, text, least=least, most=most)


def _check_text(faults: Faults, key: str, text: str | None, *, least: int, most: int) -> None:
    """
    Note what is wrong with the text of one field; an absent one is fine.
    """
    if text is not None:
        for message in text_faults(text, least=least, most=most):
            faults.add(key, message)


def _check_picture(spec: AdSpec, limits: Limits, faults: Faults) -> None:
    """
    Check what only a film has, but for its images and clips.
    """
    _check_text(faults, "logo_asset_id", spec.logo_asset_id, least=1, most=limits.id_characters_max)
    _check_text(
        faults, "edit_style", spec.edit_style, least=0, most=limits.edit_style_characters_max
    )
    for key, text, most in (
        ("tagline", spec.tagline, limits.tagline_characters_max),
        ("website", spec.website, limits.website_characters_max),
        ("legal_line", spec.legal_line, limits.legal_line_characters_max),
    ):
        _check_text(faults, key, text, least=0, most=most)
    if spec.gradient_color is not None and not _HEX_COLOR.fullmatch(spec.gradient_color):
        faults.add("gradient_color", "Must be a hex color such as #FF5500")
    if spec.variants not in limits.variants:
        faults.add("variants", "Must be 1, 2, or 3")


def _check_images(spec: AdSpec, limits: Limits, faults: Faults, *, required: bool) -> None:
    """
    Check the images: one list, not too long for the duration, of usable entries.
    """
    if spec.image_urls and spec.image_asset_ids:
        faults.add_form(IMAGES_TWICE)
    elif required and not (spec.image_urls or spec.image_asset_ids):
        faults.add_form(IMAGES_MISSING)
    for key, entries in (
        ("image_urls", spec.image_urls),
        ("image_asset_ids", spec.image_asset_ids),
    ):
        excess = images_fault(len(entries), spec.duration_seconds, limits)
        if excess:
            faults.add(key, excess)
        for index, entry in enumerate(entries):
            for message in _entry_faults(key, entry, limits):
                faults.add(key, f"{index}: {message}")


def _entry_faults(key: str, entry: str, limits: Limits) -> list[str]:
    """
    Return what is wrong with one entry of an image list.
    """
    if key == "image_asset_ids":
        return text_faults(entry, least=1, most=limits.id_characters_max)
    found = text_faults(entry, least=1, most=limits.url_characters_max)
    if not found and not _URL.fullmatch(entry):
        is_spaced = _URL.fullmatch("".join(entry.split())) is not None
        found.append(
            "Invalid url: it has spaces; write %20 for each"
            if is_spaced
            else "Invalid url; use http:// or https://"
        )
    return found


def images_fault(count: int, duration_seconds: int, limits: Limits) -> str | None:
    """
    Return the fault of *count* images in an ad this long, or None. Of an ad of no known
    length the longest's limit holds.

    >>> images_fault(4, 15, LIMITS[2])
    'Maximum 3 images for 15s ads'
    """
    most = limits.images_max.get(duration_seconds)
    if most is None:
        most = max(limits.images_max.values())
        return f"Maximum {most} images" if count > most else None
    return f"Maximum {most} images for {duration_seconds}s ads" if count > most else None


def no_clips_fault(limits: Limits) -> str:
    """
    Return what is wrong with custom clips where there are none.

    >>> no_clips_fault(LIMITS[1])
    'Edition 1 has no custom clips; use edition 2'
    """
    return f"Edition {limits.edition} has no custom clips; use edition 2"


def _check_custom_clips(clips: Sequence[CustomClip], limits: Limits, faults: Faults) -> None:
    """
    Check the custom clips: not too many, each with a place and a length.
    """
    if not limits.custom_clips_max and clips:
        faults.add("custom_clips", no_clips_fault(limits))
        return
    if len(clips) > limits.custom_clips_max:
        faults.add("custom_clips", too_many_clips_fault(limits))
        faults.too_many_clips = TooManyClipsError
        return
    for index, clip in enumerate(clips):
        for part, message in _clip_faults(clip, limits):
            faults.add("custom_clips", f"{index}.{part}: {message}")


def too_many_clips_fault(limits: Limits) -> str:
    """
    Return the message for more custom clips than an ad may hold.
    """
    return f"Array must contain at most {limits.custom_clips_max} element(s)"


def _clip_faults(clip: CustomClip, limits: Limits) -> list[tuple[str, str]]:
    """
    Return what is wrong with one custom clip, as (part, message).
    """
    found = [
        ("asset_id", message)
        for message in text_faults(clip.asset_id, least=1, most=limits.id_characters_max)
    ]
    if clip.position < 0:
        found.append(("position", "Number must be greater than or equal to 0"))
    elif clip.position > limits.position_max:
        found.append(("position", f"Number must be less than or equal to {limits.position_max}"))
    if not clip.duration_seconds > 0:
        found.append(("duration_seconds", "Number must be greater than 0"))
    elif clip.duration_seconds > limits.custom_clip_seconds_max:
        most = limits.custom_clip_seconds_max
        found.append(("duration_seconds", f"Number must be less than or equal to {most}"))
    if clip.voiceover_text is not None:
        found += [
            ("voiceover_text", message)
            for message in text_faults(clip.voiceover_text, most=limits.narration_characters_max)
        ]
    return found


def check_assets(spec: AdSpec, facts: Mapping[AssetId, AssetFacts]) -> None:
    """
    Refuse an order whose assets are of the wrong kind or too short; an asset that
    *facts* doesn't know is passed over (that it is missing is another error).

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = Faults()
    if spec.ad_format is AdFormat.RADIO:
        wanted: list[tuple[str, str, AssetId | None, str]] = []
    else:
        wanted = [
            ("image_asset_ids", f"{index}: ", asset, "image")
            for index, asset in enumerate(spec.image_asset_ids)
        ]
        wanted.append(("logo_asset_id", "", spec.logo_asset_id, "image"))
        wanted += [
            ("custom_clips", f"{index}.asset_id: ", clip.asset_id, "video")
            for index, clip in enumerate(spec.custom_clips)
        ]
        _check_lengths(spec.custom_clips, facts, faults)
    wanted.append(("music_asset_id", "", spec.music_asset_id, "audio"))
    for key, place, asset, kind in wanted:
        known = facts.get(asset) if asset is not None else None
        if known is not None and known.kind != kind:
            faults.add(key, f"{place}Asset {asset} is {known.kind}; {kind} is needed here")
    faults.raise_any()


def _check_lengths(
    clips: Sequence[CustomClip], facts: Mapping[AssetId, AssetFacts], faults: Faults
) -> None:
    """
    Check that no custom clip shows more than its footage has.
    """
    frame_seconds = 1 / 30  # lengths are told in rounded seconds: a frame more is no fault
    for index, clip in enumerate(clips):
        known = facts.get(clip.asset_id)
        length = known.duration_seconds if known else None
        if length is not None and clip.duration_seconds > length + frame_seconds:
            faults.add(
                "custom_clips",
                f"{index}.duration_seconds: The clip is only {length:g} s long; "
                f"ask for at most {length:g}",
            )
