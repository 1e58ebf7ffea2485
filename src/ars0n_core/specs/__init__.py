"""
What is ordered.

**Owns** the order as a value (`model`), what an edition of the rules allows in it
(`limits`) and the search for its faults (`checks`, all of them at once on one sheet,
`faults`), and what a brand puts into every order (`brands`). **Does not own** JSON and its field names (`wire`), prices (`pricing`), or
whether an asset exists and whose it is (`usecases`). **Invariants**: checking changes
nothing; every fault names its field, and says what would be right.

Start at `model.AdSpec`, then `checks.find_faults`.
"""

from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.checks import (
    AssetFacts,
    check,
    check_assets,
    find_faults,
    images_fault,
    no_clips_fault,
    text_faults,
)
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION, LIMITS, Limits, limits_of
from ars0n_core.specs.model import (
    DURATIONS_SECONDS,
    AdFormat,
    AdSpec,
    AspectRatio,
    BrandFont,
    CaptionStyle,
    CtaDesign,
    CustomClip,
    VideoModel,
)

__all__ = [
    "DURATIONS_SECONDS",
    "EDITION",
    "LIMITS",
    "AdFormat",
    "AdSpec",
    "AspectRatio",
    "AssetFacts",
    "BrandFont",
    "BrandKit",
    "CaptionStyle",
    "CtaDesign",
    "CustomClip",
    "Faults",
    "Limits",
    "VideoModel",
    "check",
    "check_assets",
    "find_faults",
    "images_fault",
    "limits_of",
    "no_clips_fault",
    "text_faults",
]
