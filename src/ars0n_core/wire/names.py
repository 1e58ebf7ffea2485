"""
The published names of an order's fields, and errors told in them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_core.specs.faults import Faults

if TYPE_CHECKING:
    from ars0n_core.errors import InvalidRequestError
    from ars0n_core.work import Json

SPEC_NAMES: Final = {
    "prompt": "prompt",
    "duration_seconds": "duration",
    "voice_id": "voiceId",
    "ad_format": "adFormat",
    "aspect_ratio": "aspectRatio",
    "video_model": "veoModel",
    "variants": "qualityLoopVariants",
    "image_urls": "imageUrls",
    "image_asset_ids": "imageAssetIds",
    "logo_asset_id": "logoAssetId",
    "music_asset_id": "musicAssetId",
    "music_volume": "musicVolume",
    "company_name": "companyName",
    "cta_design": "ctaDesign",
    "gradient_color": "gradientColor",
    "tagline": "tagline",
    "website": "website",
    "legal_line": "legalLine",
    "brand_font": "brandFont",
    "brand_kit": "brandKit",
    "voice_style": "voiceStyle",
    "music_mood": "musicMood",
    "tone": "tone",
    "edit_style": "editStyle",
    "emotion": "emotion",
    "captions": "captions",
    "custom_clips": "customClips",
}
"""
Every field of `AdSpec`, and what it is called in a body.
"""

PICTURE_ONLY: Final = frozenset(
    {
        "image_urls",
        "image_asset_ids",
        "aspect_ratio",
        "video_model",
        "variants",
        "logo_asset_id",
        "cta_design",
        "gradient_color",
        "tagline",
        "website",
        "legal_line",
        "brand_font",
        "edit_style",
        "captions",
        "custom_clips",
    }
)
"""
Fields that mean nothing to a radio ad: there they are ignored, whatever they hold.
"""

NAMES: Final = SPEC_NAMES | {
    "image_count": "imageCount",
    "custom_clips_count": "customClipsCount",
    "has_music": "hasMusic",
    "max_credits": "maxCredits",
    "dry_run": "dryRun",
    "project_id": "projectId",
}
"""
Every field of a request.
"""

_OURS: Final = re.compile(r"\b(?:" + "|".join(n for n in NAMES if "_" in n) + r")\b")


def wire_name(name: str) -> str:
    """
    Return the published name of the field *name*; of a nested one, that of the field
    it is in. A name that is published already stays.

    >>> wire_name("duration_seconds"), wire_name("plan.scenes"), wire_name("voiceId")
    ('duration', 'plan', 'voiceId')
    """
    head = name.partition(".")[0]
    return NAMES.get(head, head)


def wire_wording(sentence: str) -> str:
    """
    Return a sentence about the form with our field names replaced by the published.

    >>> wire_wording("Provide image_urls")
    'Provide imageUrls'
    """
    return _OURS.sub(lambda found: NAMES[found[0]], sentence)


def faults_of(error: InvalidRequestError) -> Faults:
    """
    Return the faults of *error* under their published names; what was wrong inside a
    field is said in the message.
    """
    faults = Faults()
    for name, messages in error.field_errors.items():
        rest = name.partition(".")[2]
        for message in messages:
            told = message if message.startswith(rest) else f"{rest}: {message}"
            faults.add(wire_name(name), told)
    for message in error.form_errors:
        faults.add_form(wire_wording(message))
    return faults


def unstructure_faults(error: InvalidRequestError) -> dict[str, Json]:
    """
    Return the ``details`` of the answer to a refused request.

    >>> from ars0n_core.errors import InvalidRequestError
    >>> unstructure_faults(InvalidRequestError({"voice_id": ["Required"]}))
    {'fieldErrors': {'voiceId': ['Required']}, 'formErrors': []}
    """
    faults = faults_of(error)
    return {
        "fieldErrors": {name: list(messages) for name, messages in faults.by_field.items()},
        "formErrors": list(faults.of_form),
    }
