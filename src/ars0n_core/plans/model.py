"""
How the ad will be told: `Plan`, its scenes and what is said over them.
"""

from __future__ import annotations

from attrs import frozen

from ars0n_core.ids import AssetId
from ars0n_core.timelines import Look


@frozen(kw_only=True)
class Segment:
    """
    A stretch of narration, spoken while the scene with this ``scene_index`` is shown.
    """

    text: str
    scene_index: int


@frozen(kw_only=True)
class Scene:
    """
    One planned shot.

    ``scene_index`` is the scene's name, a permutation of 0..n-1 over the plan; the order
    of the ad is the order of the list. ``description`` says what is seen,
    ``edit_prompt`` how it is photographed (light, lens, composition) and
    ``motion_prompt`` how the camera moves: three different things, so that rewording one
    never contradicts another. ``duration_seconds`` (2 to 8) is how much footage is made.
    """

    scene_index: int
    description: str
    duration_seconds: float
    image_asset_id: AssetId | None = None
    edit_prompt: str = ""
    motion_prompt: str = ""
    transition: Look = Look.DISSOLVE
    on_screen_text: str | None = None


@frozen(kw_only=True)
class Plan:
    """
    A whole ad as it will be told. A radio plan has no scenes; its segments name none
    (``scene_index`` counts them).
    """

    segments: tuple[Segment, ...]
    scenes: tuple[Scene, ...] = ()
    music_mood: str = ""
    voice_style: str = ""
    call_to_action: str = ""

    @property
    def voiceover_script(self) -> str:
        """
        The whole narration as one text.
        """
        return " ".join(segment.text for segment in self.segments)
