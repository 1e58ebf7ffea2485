"""
How the camera is set up: which shot a description asks for.

**Owns** `Shot` (wide, close, ...), the words that ask for one, for a place in the frame
and for a leaning camera, and the shots nobody asked for. **Does not own** where the frame
then lies on a photo (`framing`), or the words of a plan (`shots`).
"""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve, frozen


@frozen(kw_only=True)
class Shot:
    """
    A way to frame. ``fill`` is the share of the frame the subject takes in the direction
    where it is tightest; ``anchor`` is where its centre lies; ``whole`` whether it must
    be seen entire; ``looseness`` below 1 steps back from that, above 1 closer. ``tilt``
    leans the camera (degrees), ``rise`` looks up at the subject: how much more of its
    width the upper edge shows than the lower one.
    """

    name: str
    fill: float
    anchor: tuple[float, float] = (0.5, 0.48)
    whole: bool = True
    looseness: float = 1.0
    tilt: float = 0.0
    rise: float = 0.0


WIDE: Final = Shot(name="wide", fill=0.6)
HERO: Final = Shot(name="hero", fill=0.76)
MEDIUM: Final = Shot(name="medium", fill=0.9)
CLOSE: Final = Shot(name="close", fill=1.3, whole=False)
DETAIL: Final = Shot(name="detail", fill=1.8, anchor=(0.5, 0.5), whole=False)

PLACES: Final = (
    ("x", 0.34, r"left third|on the left|to the left|left of (?:the )?(?:frame|centre|center)"),
    ("x", 0.66, r"right third|on the right|to the right|right of (?:the )?(?:frame|centre|center)"),
    ("y", 0.36, r"top third|upper third|high in the frame|space below"),
    (
        "y",
        0.63,
        r"low in the frame|lower (?:half|third)|bottom third|(?:open )?space above(?! and)",
    ),
)
"""
Where the words put the subject.
"""

LEVEL: Final = re.compile(r"\bsymmetr\w*|\bcentred|\bcentered", re.IGNORECASE)
TILTED: Final = re.compile(r"\btilted\b|\bslight tilt\b|\bdutch\b|\bcanted\b", re.IGNORECASE)
LOW: Final = re.compile(r"\blow[- ]angle\b|\bfrom below\b|\bworm'?s[- ]eye\b", re.IGNORECASE)

TILT: Final = 3.2
RISE: Final = 0.16

UNSAID: Final = (
    evolve(HERO, anchor=(0.5, 0.5)),
    evolve(DETAIL, tilt=-2.4),
    evolve(WIDE, anchor=(0.34, 0.56)),
    evolve(CLOSE, rise=RISE),
    evolve(MEDIUM, anchor=(0.66, 0.46)),
    evolve(WIDE, anchor=(0.5, 0.63)),
    evolve(CLOSE, anchor=(0.36, 0.46), tilt=TILT),
    evolve(MEDIUM, anchor=(0.36, 0.56), tilt=-2.4),
)
"""
Shots by chance: any two of them are told apart at a glance.
"""

SHOTS: Final[tuple[tuple[Shot, str], ...]] = (
    (
        DETAIL,
        r"macro|details?|detailed|texture|stitch\w*|extreme close|tight on|grain|button|droplets?",
    ),
    (CLOSE, r"close[- ]?ups?|close|closer|zoom(s|ed)? in|intimate|face|feature\w*"),
    (
        WIDE,
        r"wide|establishing|landscape|environment|context|lifestyle|outdoors?|street|room|desk|kitchen|office|home|people|person|family|friends|scene|city|beach|nature|in use|using",
    ),
    (HERO, r"hero|product shot|reveal\w*|packshot|floating|logo|final|introduc\w*|presents?|full"),
    (MEDIUM, r"medium|hands?|hold\w*|portrait|demonstrat\w*|show\w*"),
)
"""
The words that ask for a shot, most telling first.
"""


def shot_for(description: str, direction: str, chance: int) -> Shot:
    """
    Return the shot that *description* asks for, else *direction*, else one by *chance*.

    >>> shot_for("Close-up of the ear cushion", "studio light", 0).name
    'close'
    """
    for text in (description, direction):
        found = [
            (match.start(), shot)
            for shot, words in SHOTS
            if (match := re.search(rf"\b(?:{words})\b", text, re.IGNORECASE))
        ]
        if found:
            shot = min(found, key=lambda pair: pair[0])[1]
            return _seated(shot, f"{description}; {direction}", chance)
    return UNSAID[chance % len(UNSAID)]


def _seated(shot: Shot, words: str, chance: int) -> Shot:
    """
    Return *shot* with the subject where *words* put it, and the camera as they hold it.
    """
    x, y = shot.anchor
    for axis, place, said in PLACES:
        if re.search(rf"\b(?:{said})\b", words, re.IGNORECASE):
            x, y = (place, y) if axis == "x" else (x, place)
    if LEVEL.search(words) and not re.search(r"\bthird\b", words, re.IGNORECASE):
        return evolve(shot, anchor=(0.5, y))
    return evolve(
        shot,
        anchor=(x, y),
        tilt=(TILT if chance & 16 else -TILT) if TILTED.search(words) else 0.0,
        rise=RISE if LOW.search(words) else 0.0,
    )


def varied(shot: Shot, variant: int, chance: int) -> Shot:
    """
    Return *shot* as the *variant*-th candidate frames it: tighter or looser, off centre.
    """
    side = -1.0 if chance % 2 else 1.0
    x, y = shot.anchor
    match variant % 3:
        case 0:
            return shot
        case 1:
            return evolve(shot, looseness=0.88, anchor=(x + 0.05 * side, y - 0.02))
        case _:
            return evolve(shot, looseness=1.1, anchor=(x - 0.04 * side, y + 0.03))
