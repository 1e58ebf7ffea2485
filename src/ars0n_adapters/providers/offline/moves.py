"""
How the camera moves over a still: which move a prompt asks for, and where it is when.

**Owns** `Move` and its position function. **Does not own** pixels (`filming`).
**Invariants**: a frame never reaches beyond the canvas (one pixel is always left);
nothing moves backwards; the acceleration of any point of the frame stays below
`ACCELERATION_MAX`, so that no change of pace is ever seen; positions are real numbers,
never rounded to pixels.
"""

from __future__ import annotations

import math
import re
from typing import Final

from attrs import frozen

ACCELERATION_MAX: Final = 0.016
"""
Output pixels a frame squared, for any point of the frame; 0.02 is where it shows.
"""

SWELL: Final = 0.4
"""
How far the pace swells about its mean: it starts and ends at 0.6 of it, never at rest, for
a shot is cut before it is over. The less it swells, the farther a shot may travel.
"""

MARGIN: Final = 1.0
"""
Canvas pixels left outside every frame: what a resampling filter may touch.
"""

TRAVELS: Final = r"(?:pan\w*|track\w*|slid\w*|mov\w*|truck\w*|glid\w*|sweep\w*|drift\w*)"
"""
To travel sideways.
"""

MOVES: Final = (
    ("orbit", r"orbit\w*|arc\w*|circl\w*|rotat\w*|spin\w*|around|parallax|revolv\w*|360"),
    ("right", rf"{TRAVELS} from (?:the )?left|{TRAVELS} (?!from)(?:\w+ ){{0,3}}right"),
    ("left", rf"{TRAVELS} from (?:the )?right|{TRAVELS} (?!from)(?:\w+ ){{0,3}}left"),
    (
        "up",
        r"(?:tilt\w*|cran\w*|pedestal|boom) (?:\w+ )?up\w*|from (?:the )?bottom|ris(?:e\w*|ing)|ascen\w+|lift\w*",
    ),
    (
        "down",
        r"(?:tilt\w*|cran\w*|pedestal|boom) (?:\w+ )?down\w*|from (?:the )?top|from above|descen\w+|lower\w*",
    ),
    (
        "pull",
        r"pull\w*|(?:dolly\w*|zoom\w*|mov\w*) out|reveal\w*|widen\w*|away|backwards?",
    ),
    (
        "push",
        r"push\w*|(?:dolly\w*|zoom\w*|mov\w*) in\w*|clos\w+|towards?|approach\w*|creep\w*|forwards?",
    ),
    ("drift", r"almost still drift\w*|diagonal\w*"),
    ("hold", r"static|locked|still|holds?|tripod|motionless"),
    ("pan", r"pan\w*|track\w*|slid\w*|truck\w*|glid\w*|sweep\w*|lateral\w*|side"),
    ("drift", r"drift\w*|float\w*|handheld|gentle|slow\w*"),
)
"""
The words that ask for a move; the first to be said wins.
"""

BY_CHANCE: Final = ("push", "orbit", "drift", "pull", "pan")

GROWTH: Final = {"push": 0.16, "pull": 0.16, "hold": 0.06, "drift": 0.08, "orbit": 0.06}
"""
How much larger the picture is at the near end of a move than at the far one.
"""

ROOM: Final = {"left": 0.11, "right": 0.11, "up": 0.09, "down": 0.09, "drift": 0.05, "orbit": 0.04}
"""
The share of the canvas kept outside the frame for travelling.
"""

SHARES: Final = {
    "push": (0.72, 0.24, 0.0),
    "pull": (0.72, 0.24, 0.0),
    "hold": (0.72, 0.1, 0.0),
    "left": (0.0, 0.96, 0.0),
    "right": (0.0, 0.96, 0.0),
    "up": (0.0, 0.96, 0.0),
    "down": (0.0, 0.96, 0.0),
    "drift": (0.4, 0.5, 0.0),
    "orbit": (0.3, 0.4, 0.26),
}
"""
What zoom, way and bend may take of what a point may travel.
"""

BEND: Final = 0.03
"""
How far an orbit shifts the subject against what is at the frame's sides, of its width.
"""


@frozen(kw_only=True)
class Pose:
    """
    The camera at one moment: the canvas point in the frame's middle, how many output
    pixels a canvas pixel takes, and how far the subject is shifted (output pixels).
    """

    x: float
    y: float
    zoom: float
    bend: float = 0.0


@frozen(kw_only=True)
class Move:
    """
    From one pose to another in ``frames`` frames, over a canvas of the frame's size.
    ``focus`` (canvas pixels) is the subject's middle, about which an orbit bends.
    """

    name: str
    width: int
    height: int
    frames: int
    start: Pose
    end: Pose
    focus: tuple[float, float]

    def pose(self, frame: int) -> Pose:
        """
        Return where the camera is at *frame* (0 to ``frames - 1``).
        """
        share = eased(frame / max(1, self.frames - 1))
        zoom = self.start.zoom * (self.end.zoom / self.start.zoom) ** share
        # A zoom that heads for a point keeps that point's path straight and its pace even.
        span = 1 / self.end.zoom - 1 / self.start.zoom
        along = (1 / zoom - 1 / self.start.zoom) / span if abs(span) > 1e-9 else share  # noqa: PLR2004 - as good as no zoom
        return Pose(
            x=self.start.x + (self.end.x - self.start.x) * along,
            y=self.start.y + (self.end.y - self.start.y) * along,
            zoom=zoom,
            bend=self.start.bend + (self.end.bend - self.start.bend) * share,
        )


def eased(time: float) -> float:
    """
    Return how much of the way is made at *time* (both 0..1): slow, quicker, slow.

    >>> [round(eased(time / 4), 3) for time in range(5)]
    [0.0, 0.139, 0.5, 0.861, 1.0]
    """
    return time - SWELL / (2 * math.pi) * math.sin(2 * math.pi * time)


def travel_max(frames: int) -> float:
    """
    Return how far (output pixels) a point may go in *frames* within `ACCELERATION_MAX`.

    >>> round(travel_max(180))
    117
    """
    return ACCELERATION_MAX * (frames - 1) ** 2 / (2 * math.pi * SWELL)


def move_for(prompt: str, chance: int) -> str:
    """
    Return the name of the move *prompt* asks for, or one by *chance*.

    >>> move_for("Slow push in on the logo", 0)
    'push'
    >>> move_for("the camera orbits the bottle", 0)
    'orbit'
    """
    firm = [
        (match.start(), place, name)
        for place, (name, words) in enumerate(MOVES)
        if place < len(MOVES) - 1
        and (match := re.search(rf"\b(?:{words})\b", prompt, re.IGNORECASE))
    ]
    if firm:
        name = min(firm)[2]
    elif re.search(rf"\b(?:{MOVES[-1][1]})\b", prompt, re.IGNORECASE):
        name = "drift"
    else:
        name = BY_CHANCE[chance % len(BY_CHANCE)]
    if name == "pan":
        return ("left", "right")[(chance >> 3) % 2]
    return name


def planned(
    name: str, size: tuple[int, int], frames: int, focus: tuple[float, float], chance: int
) -> Move:
    """
    Return the move *name* over a canvas of *size* in *frames*; *focus* (0..1) is the
    subject's middle.
    """
    width, height = size
    reach = travel_max(frames)
    side = 1.0 if (chance >> 5) % 2 else -1.0
    room = ROOM.get(name, 0.0)
    base = 1 / (1 - 2 * (MARGIN + 0.5) / min(size)) / (1 - room)
    # What a corner travels is the sum of what zoom, way and bend do to it.
    zoomed, travelled, shifted = SHARES[name]
    growth = min(GROWTH.get(name, 0.0), zoomed * reach / (math.hypot(width, height) / 2 * base))
    near = base * (1 + growth)
    middle = (width / 2, height / 2)
    aim = (focus[0] * width, focus[1] * height)
    bend = 0.0
    match name:
        case "left" | "right" | "up" | "down":
            start, end = _crossing(name, size, base, reach * travelled)
        case "drift" | "orbit":
            start, end = _slanting(size, base, reach * travelled, side, level=name == "orbit")
            if name == "orbit":
                bend = min(BEND * width, reach * shifted / 2) * side
        case _:
            start, end = middle, _towards(middle, aim, size, near, reach * travelled)
    poses = (
        Pose(x=start[0], y=start[1], zoom=base, bend=-bend),
        Pose(x=end[0], y=end[1], zoom=near, bend=bend),
    )
    return Move(
        name=name,
        width=width,
        height=height,
        frames=frames,
        start=poses[1] if name == "pull" else poses[0],
        end=poses[0] if name == "pull" else poses[1],
        focus=aim,
    )


def _slack(size: tuple[int, int], zoom: float) -> tuple[float, float]:
    """
    Return how far from the middle the camera may stand at *zoom*, across and down.
    """
    width, height = size
    across = width / 2 - width / zoom / 2 - MARGIN
    return max(0.0, across), max(0.0, height / 2 - height / zoom / 2 - MARGIN)


def _crossing(
    name: str, size: tuple[int, int], zoom: float, reach: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    slack = _slack(size, zoom)
    middle = (size[0] / 2, size[1] / 2)
    if name in {"left", "right"}:
        way = min(slack[0], reach / zoom / 2) * (1 if name == "right" else -1)
        return (middle[0] - way, middle[1]), (middle[0] + way, middle[1])
    way = min(slack[1], reach / zoom / 2) * (1 if name == "down" else -1)
    return (middle[0], middle[1] - way), (middle[0], middle[1] + way)


def _slanting(
    size: tuple[int, int], zoom: float, reach: float, side: float, *, level: bool
) -> tuple[tuple[float, float], tuple[float, float]]:
    slack = _slack(size, zoom)
    across = min(slack[0], reach / zoom / 2) * side
    down = 0.0 if level else min(slack[1] * 0.5, reach / zoom / 4)
    middle = (size[0] / 2, size[1] / 2)
    return (middle[0] - across, middle[1] + down), (middle[0] + across, middle[1] - down)


def _towards(
    middle: tuple[float, float],
    aim: tuple[float, float],
    size: tuple[int, int],
    zoom: float,
    reach: float,
) -> tuple[float, float]:
    """
    Return the point at which a push ends: the subject, as far as the frame allows.
    """
    slack = _slack(size, zoom)
    limits = (min(slack[0], reach / zoom), min(slack[1], reach / zoom))
    return (
        middle[0] + min(max(aim[0] - middle[0], -limits[0]), limits[0]),
        middle[1] + min(max(aim[1] - middle[1], -limits[1]), limits[1]),
    )
