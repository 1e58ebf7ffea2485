"""
What brings a picture of any kind to the film's: its size, square pixels, BT.709 in limited
range, as ffmpeg's filters. Nothing here runs.

Start at `conforming`.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import evolve

if TYPE_CHECKING:
    from ars0n_core.compositor.probe import VideoFacts

HIGH_DEFINITION: Final = 576
"""
Untagged pictures with a shorter side above this are BT.709, below BT.601: what players do.
"""

HDR: Final = ("smpte2084", "arib-std-b67")
WHITE_NITS: Final = 203
"""
Where white lies in HDR (ITU-R BT.2408).
"""

TONES: Final = {"tonemap": "mobius", "param": 0.7, "peak": round(1000 / WHITE_NITS, 3), "desat": 0}
"""
What is darker than seven tenths of white keeps its light, what is brighter is bent, up to 1,000
nits: white is then a bright white, and a lamp in the picture is still brighter.
"""

WIDE: Final = ("bt2020", "smpte431", "smpte432")
"""
Primaries (BT.2020, both P3) whose colours would look pale if they were taken for BT.709's.
"""

ZIMG_TRANSFERS: Final = frozenset(
    {*HDR, "bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "linear", "bt2020-10",
     "bt2020-12", "iec61966-2-1", "iec61966-2-4"}
)  # fmt: skip
"""
Transfers that zscale knows by ffmpeg's names.
"""

WITH_ALPHA: Final = re.compile(r"yuva|rgba|bgra|argb|abgr|gbrap|ya\d|pal8")
"""
Pixel formats in which a picture may be seen through.
"""

SCALERS: Final = ("scale", "zscale")
"""
What takes pictures of any size as they come; other filters trust that all are as the first.
"""

MATRIX_NAMES: Final = {
    "bt709": "bt709", "bt470bg": "bt601", "smpte170m": "bt601", "fcc": "fcc",
    "smpte240m": "smpte240m", "bt2020nc": "bt2020", "bt2020c": "bt2020",
}  # fmt: skip
"""
swscale's words for ffmpeg's matrices.
"""


def conforming(
    facts: VideoFacts, size: tuple[int, int], *, can_map_tones: bool = True
) -> list[tuple[str, dict[str, Any]]]:
    """
    Return the filters that bring pictures to *size* and to BT.709; none where all are.
    """
    width, height = size
    filters: list[tuple[str, dict[str, Any]]] = []
    matrix = facts.matrix
    if not matrix:
        matrix = "bt709" if min(facts.width, facts.height) > HIGH_DEFINITION else "smpte170m"
    if WITH_ALPHA.match(facts.pixel_format):
        filters.append(("premultiply", {"inplace": 1}))  # over black, as stills are
    light = in_our_light(facts, matrix=facts.matrix) if can_map_tones else []
    if light:
        filters += light
        matrix = "bt709"
        facts = evolve(facts, full_range=False, pixel_format="yuv420p")
    fits = facts.shown == size and facts.pixel_aspect == (1, 1)
    plain = matrix == "bt709" and not facts.full_range and facts.pixel_format == "yuv420p"
    if fits and plain and (filters or facts.can_be_entered):
        return filters  # what a recorder wrote may change its size on the way
    colors = {
        "in_color_matrix": MATRIX_NAMES.get(matrix, "auto"),
        "out_color_matrix": "bt709",
        "in_range": "pc" if facts.full_range else "tv",
        "out_range": "tv",
        "flags": "lanczos+accurate_rnd+full_chroma_int",
    }
    across, down = facts.shown
    scale = max(width / across, height / down)
    # Rounded up to pairs: the picture fills the frame, and the excess is cut evenly.
    filled = (_even(across * scale, width), _even(down * scale, height))
    filters += [("scale", {"w": filled[0], "h": filled[1], **colors}), ("setsar", {"sar": 1})]
    if filled != size:
        filters.append(("crop", {"w": width, "h": height, "exact": 1}))
    return filters


class Light(Protocol):
    """
    What a picture says of its colours, in ffmpeg's words; "" where nothing is said.
    """

    @property
    def primaries(self) -> str:
        """
        Its primaries.
        """
        ...

    @property
    def transfer(self) -> str:
        """
        Its transfer.
        """
        ...

    @property
    def full_range(self) -> bool:
        """
        Whether its codes go from 0 on.
        """
        ...


def in_our_light(
    facts: Light, *, matrix: str, size: tuple[int, int] | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """
    Return the filters that bring HDR, or the colours of a wider gamut, to BT.709, and to *size*
    on the way; none where neither is.
    """
    is_hdr = facts.transfer in HDR
    if not is_hdr and facts.primaries not in WIDE:
        return []
    gamut = facts.primaries if facts.primaries in {*WIDE, "bt709"} else "bt2020"
    resized = {"width": size[0], "height": size[1], "filter": "spline36"} if size else {}
    # zscale's approximate curves bend HLG's colours one by one, which makes them garish.
    light = {"transfer": "linear", "npl": WHITE_NITS, "agamma": 0}
    return [
        ("zscale", {
            **resized, **light, "primariesin": gamut, "primaries": gamut,
            "transferin": facts.transfer if facts.transfer in ZIMG_TRANSFERS else "bt709",
            "matrixin": matrix or ("bt2020nc" if gamut == "bt2020" else "bt709"), "matrix": "gbr",
            "rangein": "full" if facts.full_range else "limited",
        }),
        ("format", {"pix_fmts": "gbrpf32le"}),
        ("zscale", {"primaries": "bt709"}),
        *([("tonemap", TONES)] if is_hdr else []),
        ("zscale", {"transfer": "bt709", "matrix": "bt709", "range": "tv"}),
        ("format", {"pix_fmts": "yuv420p"}),
    ]  # fmt: skip


def _even(length: float, least: int) -> int:
    return max(least, math.ceil(length / 2 - 1e-6) * 2)
