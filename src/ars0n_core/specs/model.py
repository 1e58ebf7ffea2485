"""
The order as values: `AdSpec` and its closed vocabularies.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import frozen

from ars0n_core.ids import AssetId
from ars0n_core.specs.seen import seen

DURATIONS_SECONDS: Final = (15, 30, 60)
"""
The lengths an ad may have.
"""


class AdFormat(StrEnum):
    """
    A film with sound, or sound alone.
    """

    VIDEO = "video"
    RADIO = "radio"


class AspectRatio(StrEnum):
    """
    The shape of the picture. The documents order the first two; all four are laid out.
    """

    PORTRAIT = "9:16"
    LANDSCAPE = "16:9"
    SQUARE = "1:1"
    FEED = "4:5"


class VideoModel(StrEnum):
    """
    The clip generator's two grades, under the documents' names.
    """

    FAST = "veo-3.1-fast-generate-001"
    PREMIUM = "veo-3.1-generate-001"


class CtaDesign(StrEnum):
    """
    The eight end cards.
    """

    MINIMAL = "minimal"
    BOLD = "bold"
    GRADIENT = "gradient"
    SPLIT = "split"
    GLASS = "glass"
    NEON = "neon"
    EDITORIAL = "editorial"
    BRUTALIST = "brutalist"


class BrandFont(StrEnum):
    """
    The typefaces a brand may choose for its end card; without one the design chooses.
    """

    INTER = "inter"
    ANTON = "anton"
    OUTFIT = "outfit"
    SPACE_GROTESK = "space-grotesk"
    PLAYFAIR_DISPLAY = "playfair-display"
    ARCHIVO_BLACK = "archivo-black"
    SPACE_MONO = "space-mono"


class CaptionStyle(StrEnum):
    """
    Whether the narration is written on the picture, and how it is timed.
    """

    OFF = "off"
    PHRASE = "phrase"
    WORD = "word"


@frozen
class CustomClip:
    """
    Footage the customer uploaded, shown before the scene at ``position`` in the ad.

    ``position`` counts scenes from 0; a position past the last scene puts the clip
    after it. ``duration_seconds`` of the footage are shown, from its start.
    """

    position: int
    asset_id: AssetId
    duration_seconds: float
    voiceover_text: str | None = None


@frozen(kw_only=True)
class AdSpec:
    """
    What is ordered: the body of ``/generate`` without the plan.

    ``image_urls`` are fetched and become assets before anything is charged; from then
    on ``image_asset_ids`` names the images of the ad, in order. ``brand_kit``: whether what
    the order leaves out is taken from the organisation's saved kit (`specs.brands`).
    """

    prompt: str
    duration_seconds: int
    voice_id: str
    ad_format: AdFormat = AdFormat.VIDEO
    aspect_ratio: AspectRatio = AspectRatio.PORTRAIT
    video_model: VideoModel = VideoModel.FAST
    variants: int = 2
    image_urls: tuple[str, ...] = ()
    image_asset_ids: tuple[AssetId, ...] = ()
    logo_asset_id: AssetId | None = None
    music_asset_id: AssetId | None = None
    music_volume: float = 0.3
    company_name: str | None = None
    cta_design: CtaDesign | None = None
    gradient_color: str | None = None
    tagline: str | None = None
    website: str | None = None
    legal_line: str | None = None
    brand_font: BrandFont | None = None
    brand_kit: bool = True
    voice_style: str | None = None
    music_mood: str | None = None
    tone: str | None = None
    edit_style: str | None = None
    emotion: str | None = None
    captions: CaptionStyle = CaptionStyle.OFF
    custom_clips: tuple[CustomClip, ...] = ()

    @property
    def has_end_card(self) -> bool:
        """
        Whether the ad closes with a card: only if there is something to put on it.
        """
        written = (self.company_name, self.tagline, self.website, self.legal_line)
        return bool(self.cta_design or self.logo_asset_id or any(map(seen, written)))
