"""
Whether an ad that is only ordered can be what its takers ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import profiles
from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import FRAME_RATE, frames_of
from ars0n_core.usecases.cutting import size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.ports import Policy
    from ars0n_core.specs.model import AdSpec


def check(policy: Policy, spec: AdSpec, names: Sequence[str]) -> None:
    """
    Refuse the delivery profiles in *names* that an ad of *spec* can't be made for: by their
    kind, their shape and the ad's length, its custom clips included.

    Raises:
        InvalidRequestError: With everything that a profile doesn't take, under ``deliver``.
    """
    is_film = spec.ad_format is AdFormat.VIDEO
    size = size_of(spec.aspect_ratio, policy.picture_lines) if is_film else None
    frames = spec.duration_seconds * FRAME_RATE
    if is_film:
        frames += sum(frames_of(clip.duration_seconds) for clip in spec.custom_clips)
    profiles.check(names, seconds=frames / FRAME_RATE, size=size)
