"""
The plan assumed before anyone has planned: how many scenes, how long, which image.

Estimates are priced on it, planners start from it, and a plan's absent images are dealt
by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ars0n_core.errors import InvalidRequestError
from ars0n_core.plans.model import Plan, Scene
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.ids import AssetId
    from ars0n_core.specs.model import AdSpec

SCENES: Final = {15: 3, 30: 5, 60: 9}
"""
Scenes of an ad by its seconds, whatever the number of images (API docs, "Typical Scenes").
"""

CLIP_SECONDS: Final = (4, 6, 8)
"""
The lengths a generated clip may have.
"""

SCENE_SECONDS_MIN: Final = 2.0
SCENE_SECONDS_MAX: Final = 8.0

_USUAL_SECONDS: Final = 6
_LONG_SECONDS: Final = 8


def typical(spec: AdSpec) -> Plan:
    """
    Return the plan assumed for *spec* before anyone has planned: nothing is said or
    shown yet, but every scene has its length and its image. A radio ad has no scenes.
    """
    if spec.ad_format is AdFormat.RADIO:
        return Plan(segments=())
    lengths = scene_seconds(spec.duration_seconds)
    images = deal_images(spec.image_asset_ids, len(lengths))
    return Plan(
        segments=(),
        scenes=tuple(
            Scene(scene_index=i, description="", duration_seconds=s, image_asset_id=image)
            for i, (s, image) in enumerate(zip(lengths, images, strict=True))
        ),
    )


def scene_seconds(duration_seconds: int) -> tuple[int, ...]:
    """
    Return how many seconds of footage each scene of an ad starts with: 6, and 8 from
    the first scene on while all together would be shorter than the ad.

    >>> scene_seconds(15), scene_seconds(60)
    ((6, 6, 6), (8, 8, 8, 6, 6, 6, 6, 6, 6))
    """
    lengths = [_USUAL_SECONDS] * SCENES[duration_seconds]
    while sum(lengths) < duration_seconds:
        lengths[lengths.index(_USUAL_SECONDS)] = _LONG_SECONDS
    return tuple(lengths)


def clip_seconds(duration_seconds: float) -> int:
    """
    Return the shortest clip that covers a scene of *duration_seconds*.

    >>> clip_seconds(4), clip_seconds(4.5), clip_seconds(8)
    (4, 6, 8)

    Raises:
        InvalidRequestError: The scene is shorter than 2 s or longer than 8 s.
    """
    if not SCENE_SECONDS_MIN <= duration_seconds <= SCENE_SECONDS_MAX:
        message = f"duration_seconds must be from 2 to 8, not {duration_seconds:g}"
        raise InvalidRequestError({"plan.scenes": [message]})
    return next(seconds for seconds in CLIP_SECONDS if seconds >= duration_seconds)


def deal_images(ids: Sequence[AssetId], count: int) -> tuple[AssetId | None, ...]:
    """
    Return an image for each of *count* scenes, dealt in turn; None where there is none.

    >>> deal_images(["a", "b"], 5)
    ('a', 'b', 'a', 'b', 'a')
    """
    return tuple(ids[i % len(ids)] if ids else None for i in range(count))
