"""
What an edition of the rules allows in an order: data, one row an edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.model import AdFormat

EDITION: Final = 2
"""
The edition the API serves; the first can still be priced.
"""


@frozen(kw_only=True)
class Limits:
    """
    The limits of one edition. Lengths of text count code points; mappings are by the
    ad's duration in seconds.
    """

    edition: int
    ad_formats: tuple[AdFormat, ...]
    images_max: Mapping[int, int]
    edit_style_characters_max: int
    custom_clips_max: int
    image_media_types: tuple[str, ...]
    video_media_types: tuple[str, ...]
    variants: tuple[int, ...] = (1, 2, 3)
    prompt_characters_max: int = 2000
    company_name_characters_max: int = 100
    hint_characters_max: int = 200
    tagline_characters_max: int = 120
    website_characters_max: int = 120
    legal_line_characters_max: int = 300
    preview_characters_max: int = 5000
    custom_clip_seconds_max: int = 30
    # The documents set no limit on the following; these keep a stored order small.
    id_characters_max: int = 200
    url_characters_max: int = 2048
    position_max: int = 1000
    narration_characters_max: int = 2000


def _by_duration(short: int, middle: int, long: int) -> Mapping[int, int]:
    """
    Return a row for 15, 30 and 60 s.
    """
    return MappingProxyType({15: short, 30: middle, 60: long})


LIMITS: Final[Mapping[int, Limits]] = MappingProxyType(
    {
        1: Limits(
            edition=1,
            ad_formats=(AdFormat.VIDEO,),
            images_max=_by_duration(10, 10, 10),
            edit_style_characters_max=500,
            custom_clips_max=0,
            image_media_types=("image/png", "image/jpeg", "image/webp", "image/svg+xml"),
            video_media_types=(),
        ),
        2: Limits(
            edition=2,
            ad_formats=(AdFormat.VIDEO, AdFormat.RADIO),
            images_max=_by_duration(3, 5, 9),
            edit_style_characters_max=1000,
            custom_clips_max=10,
            image_media_types=("image/png", "image/jpeg", "image/webp"),
            video_media_types=("video/mp4", "video/webm", "video/quicktime"),
        ),
    }
)
"""
Both editions, by number.
"""


def limits_of(edition: int = EDITION) -> Limits:
    """
    Return the limits of *edition*.

    >>> limits_of(2).images_max[15]
    3

    Raises:
        InvalidRequestError: There is no such edition.
    """
    try:
        return LIMITS[edition]
    except KeyError:
        known = " or ".join(map(str, LIMITS))
        raise InvalidRequestError({"edition": [f"Edition must be {known}"]}) from None
