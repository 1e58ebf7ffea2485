"""
The moods a bed can have, as tables: tempo, harmony, and who plays what, when, how loud.

Free text ("upbeat electronic", "warm premium tech") finds its mood by keywords. Patterns
are sixteen steps of a 4/4 bar; how they sound is `instruments`, how they are put together
is `music`.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from attrs import frozen


class Role(StrEnum):
    """
    What a layer's pattern means.
    """

    CHORD = "chord"
    """The whole chord at each step; digits are velocities."""
    BASS = "bass"
    """Root (0), fifth (5) or octave (8) of the chord."""
    LEAD = "lead"
    """Tones of the chord counted upwards from its root, 0 to 7."""
    DRUM = "drum"
    """Strokes; digits are velocities."""


@frozen(kw_only=True)
class Layer:
    """
    One player: an instrument, its patterns (one is drawn), level and place in the room.

    ``level_db`` is RMS while it plays, for drums the peak. ``enters`` is the intensity of
    a bar (1 light, 2 medium, 3 full) from which it plays; ``width`` spreads it, 0 to 1;
    ``send_db`` is what goes to the reverb; ``ducks`` lets it give way to the kick.
    """

    instrument: str
    role: Role
    patterns: tuple[str, ...]
    level_db: float
    enters: int = 1
    width: float = 0.0
    send_db: float = -24.0
    ducks: bool = False


@frozen(kw_only=True)
class Mood:
    """
    A kind of bed. ``progressions`` are scale degrees, one a bar; ``tones`` are the chord's
    members in scale steps from its root; ``swing`` delays every second eighth or sixteenth.
    """

    name: str
    bpm: tuple[int, int]
    minor: bool
    keys: tuple[int, ...]
    progressions: tuple[tuple[int, int, int, int], ...]
    tones: tuple[int, ...]
    layers: tuple[Layer, ...]
    swing: float = 0.0
    swells: bool = False


_MAJOR_TURNS: Final = ((0, 4, 5, 3), (0, 5, 3, 4), (3, 0, 4, 5), (5, 3, 0, 4))
_MINOR_TURNS: Final = ((0, 5, 2, 6), (0, 2, 6, 5), (0, 3, 5, 6), (0, 6, 5, 6))
_GENTLE_TURNS: Final = ((0, 3, 5, 3), (0, 5, 3, 3), (3, 0, 5, 3), (0, 2, 3, 3))

_TRIAD: Final = (0, 2, 4)
_ROOTLESS_SEVENTH: Final = (2, 4, 6)
_ROOTLESS_NINTH: Final = (2, 4, 6, 8)
_ADDED_NINTH: Final = (0, 2, 4, 8)

_HELD: Final = ("9...............",)
_FOUR_ON_FLOOR: Final = ("9...9...9...9...",)
_BACKBEAT: Final = ("....8.......9...",)
_OFF_HATS: Final = ("..7...6...7...6.", "..7...6...7..36.")
_SIXTEENTHS: Final = ("5272527252725273", "6253625262536252")
_EIGHTHS: Final = ("7.4.6.4.7.4.6.4.", "7.4.6.4.7.4.5.54")

ELECTRONIC: Final = Mood(
    name="electronic",
    bpm=(118, 126),
    minor=True,
    keys=(57, 60, 62, 64, 55),
    progressions=_MINOR_TURNS,
    tones=_TRIAD,
    swells=True,
    layers=(
        Layer(instrument="pad", role=Role.CHORD, patterns=_HELD, level_db=-25, width=0.9, send_db=-12, ducks=True),
        Layer(instrument="saw_pluck", role=Role.LEAD, level_db=-26, width=0.7, send_db=-13, ducks=True,
              patterns=("0.2.4.2.3.2.4.2.", "024.024.024.0242", "4.20.4.24.20.324")),
        Layer(instrument="synth_bass", role=Role.BASS, level_db=-21, enters=2, ducks=True,
              patterns=("..0...0...0..08.", "0.0.0.0.0.0.0.08", "..0.0.0...0.0.8.")),
        Layer(instrument="kick", role=Role.DRUM, patterns=_FOUR_ON_FLOOR, level_db=-8.5, enters=2),
        Layer(instrument="clap", role=Role.DRUM, patterns=_BACKBEAT, level_db=-18, enters=3, width=0.3, send_db=-16),
        Layer(instrument="hat", role=Role.DRUM, patterns=_OFF_HATS, level_db=-19, enters=2, width=0.3),
        Layer(instrument="shaker", role=Role.DRUM, patterns=_SIXTEENTHS, level_db=-25, enters=3, width=0.5),
    ),
)  # fmt: skip

AMBIENT: Final = Mood(
    name="ambient",
    bpm=(64, 72),
    minor=False,
    keys=(60, 62, 65, 55, 57),
    progressions=_GENTLE_TURNS,
    tones=_ADDED_NINTH,
    layers=(
        Layer(instrument="warm_pad", role=Role.CHORD, patterns=_HELD, level_db=-19, width=1.0, send_db=-9),
        Layer(instrument="bell", role=Role.LEAD, level_db=-28, width=0.8, send_db=-7,
              patterns=("0.....4...2.....", "....2.....4...3.", "4.......2...0...")),
        Layer(instrument="sub", role=Role.BASS, patterns=("0...............", "0.......5......."), level_db=-23),
        Layer(instrument="felt", role=Role.LEAD, level_db=-27, enters=2, width=0.4, send_db=-10,
              patterns=("0...2...4...2...", "0.....2.....4...")),
    ),
)  # fmt: skip

CINEMATIC: Final = Mood(
    name="cinematic",
    bpm=(72, 80),
    minor=True,
    keys=(57, 62, 60, 55, 58),
    progressions=_MINOR_TURNS,
    tones=_ROOTLESS_NINTH,
    swells=True,
    layers=(
        Layer(instrument="strings", role=Role.CHORD, patterns=_HELD, level_db=-21, width=1.0, send_db=-10),
        Layer(instrument="felt", role=Role.LEAD, level_db=-23, width=0.4, send_db=-11,
              patterns=("0.2.4.2.5.4.2.4.", "0...4...2...5...", "0.4.2.4.0.4.2.5.")),
        Layer(instrument="sub", role=Role.BASS, patterns=("0...............", "0.......0......."), level_db=-22),
        Layer(instrument="tom", role=Role.DRUM, patterns=("9.......5..6....", "9.....5.7......."), level_db=-12, enters=2, send_db=-14),
        Layer(instrument="shaker", role=Role.DRUM, patterns=_EIGHTHS, level_db=-27, enters=3, width=0.5, send_db=-18),
    ),
)  # fmt: skip

PLAYFUL: Final = Mood(
    name="playful",
    bpm=(104, 116),
    minor=False,
    keys=(60, 62, 65, 67, 55),
    progressions=_MAJOR_TURNS,
    tones=_TRIAD,
    swing=0.16,
    layers=(
        Layer(instrument="string_pluck", role=Role.CHORD, level_db=-24, width=0.5, send_db=-15,
              patterns=("..8...8...8...86", "..8...7...8.6.7.")),
        Layer(instrument="marimba", role=Role.LEAD, level_db=-23, width=0.5, send_db=-14,
              patterns=("0.2.4...3.2.4...", "0..2..4.3...2...", "4.2.0...2.3.4...")),
        Layer(instrument="round_bass", role=Role.BASS, patterns=("0.....5.0...5...", "0...5...0...5.8."), level_db=-21),
        Layer(instrument="kick", role=Role.DRUM, patterns=("8.......8.......", "8.......8.6....."), level_db=-12, enters=2),
        Layer(instrument="snap", role=Role.DRUM, patterns=_BACKBEAT, level_db=-18, enters=2, send_db=-15),
        Layer(instrument="shaker", role=Role.DRUM, patterns=_EIGHTHS, level_db=-23, enters=2, width=0.4),
    ),
)  # fmt: skip

INSPIRING: Final = Mood(
    name="inspiring",
    bpm=(108, 118),
    minor=False,
    keys=(60, 62, 64, 57, 67),
    progressions=_MAJOR_TURNS,
    tones=_ADDED_NINTH,
    swells=True,
    layers=(
        Layer(instrument="pad", role=Role.CHORD, patterns=_HELD, level_db=-23, width=0.9, send_db=-11),
        Layer(instrument="muted_pluck", role=Role.LEAD, level_db=-23, width=0.6, send_db=-13,
              patterns=("0.2.4.2.0.2.4.2.", "0.4.2.4.0.4.2.4.", "0.0.2.2.4.4.2.2.")),
        Layer(instrument="felt", role=Role.CHORD, patterns=("9.......7.......", "9.....6...7....."), level_db=-24, enters=2, width=0.3, send_db=-13),
        Layer(instrument="round_bass", role=Role.BASS, patterns=("0.......0.......", "0...0...0...0..."), level_db=-21, enters=2),
        Layer(instrument="kick", role=Role.DRUM, patterns=("9.......9.......", "9.....5.9......."), level_db=-11.5, enters=2),
        Layer(instrument="clap", role=Role.DRUM, patterns=_BACKBEAT, level_db=-19, enters=3, width=0.3, send_db=-14),
        Layer(instrument="shaker", role=Role.DRUM, patterns=_EIGHTHS, level_db=-24, enters=3, width=0.5),
    ),
)  # fmt: skip

TECH: Final = Mood(
    name="tech",
    bpm=(96, 106),
    minor=True,
    keys=(57, 55, 60, 62, 53),
    progressions=((0, 0, 5, 6), (0, 0, 3, 5), (0, 5, 0, 6)),
    tones=_ROOTLESS_SEVENTH,
    swells=True,
    layers=(
        Layer(instrument="dark_pad", role=Role.CHORD, patterns=_HELD, level_db=-23, width=1.0, send_db=-11, ducks=True),
        Layer(instrument="synth_bass", role=Role.BASS, level_db=-21, ducks=True,
              patterns=("0.0.0.0.0.0.0.0.", "0.00.00.0.00.008", "0..0..0.0..0..0.")),
        Layer(instrument="saw_pluck", role=Role.LEAD, level_db=-28, enters=2, width=0.9, send_db=-11,
              patterns=("4..2..4.0..2..4.", "....4.2.....3.2.")),
        Layer(instrument="kick", role=Role.DRUM, patterns=("9.....7...9.....", "9.......5.8....."), level_db=-9, enters=2),
        Layer(instrument="snap", role=Role.DRUM, patterns=_BACKBEAT, level_db=-18, enters=3, send_db=-13),
        Layer(instrument="hat", role=Role.DRUM, patterns=("5.3.5.335.3.5.53", "6..36..36..36.33"), level_db=-22, enters=2, width=0.6),
    ),
)  # fmt: skip

HAPPY: Final = Mood(
    name="happy",
    bpm=(114, 124),
    minor=False,
    keys=(60, 62, 65, 67, 57),
    progressions=_MAJOR_TURNS,
    tones=_TRIAD,
    layers=(
        Layer(instrument="e_piano", role=Role.CHORD, level_db=-23, width=0.5, send_db=-15,
              patterns=("9..7..8...7..7..", "8...7..7..8.7...")),
        Layer(instrument="marimba", role=Role.LEAD, level_db=-25, enters=2, width=0.6, send_db=-14,
              patterns=("4.3.2...4.3.5...", "0.2.4.5.4.2.....", "5...4.2.4.......")),
        Layer(instrument="round_bass", role=Role.BASS, patterns=("0..0..0.5...8.5.", "0...0..00...5.8."), level_db=-21),
        Layer(instrument="kick", role=Role.DRUM, patterns=_FOUR_ON_FLOOR, level_db=-10, enters=2),
        Layer(instrument="clap", role=Role.DRUM, patterns=_BACKBEAT, level_db=-16.5, width=0.3, send_db=-16),
        Layer(instrument="shaker", role=Role.DRUM, patterns=_SIXTEENTHS, level_db=-24, enters=2, width=0.5),
    ),
)  # fmt: skip

NOSTALGIC: Final = Mood(
    name="nostalgic",
    bpm=(78, 88),
    minor=False,
    keys=(60, 58, 63, 65, 56),
    progressions=((3, 2, 5, 0), (0, 5, 1, 4), (3, 4, 2, 5), (0, 3, 2, 5)),
    tones=_ROOTLESS_NINTH,
    swing=0.2,
    layers=(
        Layer(instrument="e_piano", role=Role.CHORD, level_db=-21, width=0.6, send_db=-13,
              patterns=("9.....6...7.....", "9..6....7.....5.")),
        Layer(instrument="warm_pad", role=Role.CHORD, patterns=_HELD, level_db=-27, width=1.0, send_db=-11),
        Layer(instrument="felt", role=Role.LEAD, level_db=-26, enters=2, width=0.5, send_db=-12,
              patterns=("4...3.2.....0...", "..2.4.....5.4...", "5.4.2.......4...")),
        Layer(instrument="round_bass", role=Role.BASS, patterns=("0.....0.5.......", "0.......0..5...."), level_db=-21),
        Layer(instrument="kick", role=Role.DRUM, patterns=("8......58.......", "8.......6.5....."), level_db=-13.5, enters=2),
        Layer(instrument="brush", role=Role.DRUM, patterns=_BACKBEAT, level_db=-20, enters=2, send_db=-16),
        Layer(instrument="hat", role=Role.DRUM, patterns=_EIGHTHS, level_db=-25, enters=3, width=0.3),
    ),
)  # fmt: skip

MOODS: Final = (ELECTRONIC, AMBIENT, CINEMATIC, PLAYFUL, INSPIRING, TECH, HAPPY, NOSTALGIC)

DEFAULT: Final = INSPIRING
"""
The bed for words that say nothing to us: it offends nowhere.
"""

# Stems; a kind of music (2) says more than an adjective (1).
# fmt: off
_STEMS: Final[tuple[tuple[Mood, int, tuple[str, ...]], ...]] = (
    (ELECTRONIC, 2, (
        "electro", "edm", "house", "techno", "dance", "club", "disco", "synth", "drum", "trap",
        "beats", "rock", "metal", "punk", "grunge", "rap", "dubstep", "garage", "rave",
    )),
    (ELECTRONIC, 1, (
        "energ", "upbeat", "pump", "power", "sport", "gym", "fitness", "workout", "fast",
        "driv", "hype", "intens", "party", "excit", "thrill", "action", "aggressive", "heavy", "loud", "urgen", "bold",
        "dynamic",
    )),
    (AMBIENT, 2, (
        "ambient", "meditat", "spa", "yoga", "drone", "newage", "lullaby",
    )),
    (AMBIENT, 1, (
        "calm", "relax", "peace", "sooth", "seren", "gentle", "soft", "quiet", "slow", "sleep",
        "zen", "tranquil", "airy", "dream", "ethereal", "wellness", "minimal", "natur",
        "mindful",
    )),
    (CINEMATIC, 2, (
        "cinemat", "orchestr", "epic", "trailer", "classical", "piano", "string", "film",
        "anthem", "ballad", "waltz", "opera", "choir", "march",
    )),
    (CINEMATIC, 1, (
        "luxur", "elegan", "premium", "sophist", "dramat", "emotion", "romantic", "perfume",
        "jewel", "exclusiv", "majestic", "romance", "wedding", "magical", "adventur", "patriotic",
        "serious", "solemn", "noble", "sad", "melanchol", "grand", "heroic",
        "refined",
    )),
    (PLAYFUL, 2, (
        "acoustic", "folk", "ukulele", "guitar", "country", "western", "banjo", "bluegrass", "pizzicato", "swing", "jingle",
    )),
    (PLAYFUL, 1, (
        "playful", "quirky", "whims", "cute", "kid", "child", "fun", "funny", "light",
        "curious", "pet", "cartoon", "organic",
    )),
    (INSPIRING, 2, (
        "corporate", "business", "indie",
    )),
    (INSPIRING, 1, (
        "inspir", "motivat", "hopeful", "optimis", "uplift", "success", "confiden", "positive",
        "profession", "modern", "trust", "clean", "ambition", "triumph",
    )),
    (TECH, 2, (
        "tech", "cyber", "industrial", "futur", "scifi", "sci-fi", "digital", "glitch",
    )),
    (TECH, 1, (
        "dark", "myster", "suspens", "tense", "spooky", "scary", "horror", "halloween", "eerie", "gritty", "edgy", "moody", "noir", "innovat",
        "ai", "data", "crypto", "gaming",
    )),
    (HAPPY, 2, (
        "pop", "funk", "soul", "ska", "motown", "summer", "reggae", "latin", "salsa", "samba",
        "cumbia", "afrobeat", "tropical", "gospel", "calypso", "mariachi",
    )),
    (HAPPY, 1, (
        "happy", "joy", "cheer", "sunny", "celebrat", "bright", "feel-good", "feelgood", "smil",
        "delight", "bouncy", "groov", "holiday", "christmas", "festive", "friend",
    )),
    (NOSTALGIC, 2, (
        "lofi", "lo-fi", "jazz", "blues", "bluesy", "vintage", "retro", "chillhop", "bossa", "lounge", "hiphop",
        "hip-hop", "rnb",
    )),
    (NOSTALGIC, 1, (
        "nostalg", "warm", "chill", "mellow", "cozy", "cosy", "tender", "memor", "heartfelt", "heartwarm",
        "laidback", "laid-back", "autumn", "coffee", "smooth", "heritage", "family", "intimate",
        "love",
    )),
)
# fmt: on


_UNWANTED: Final = re.compile(
    r"\b(?:no|not|without|less|avoid|never|nothing)(?: too| very| so| any| overly| much)*(?: (?!but\b|and\b|just\b)[\w'-]+)"
)


def mood(text: str) -> Mood:
    """
    Return the mood that *text* describes best, what it doesn't want left out; of equals,
    the one named last.

    >>> mood("upbeat electronic").name, mood("Premium TECH").name, mood("qwerty").name
    ('electronic', 'tech', 'inspiring')
    >>> mood("calm, no drums").name
    'ambient'
    """
    said = text.casefold().replace("r&b", "rnb").replace("drum and bass", "drum-and-bass")
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", _UNWANTED.sub(" ", said))
    scores: dict[str, tuple[int, int]] = {}
    named = {entry.name: entry for entry in MOODS}
    for place, word in enumerate(words):
        for entry, weight, stems in _STEMS:
            if any(_is_of(word, stem) for stem in stems):
                scores[entry.name] = (scores.get(entry.name, (0, 0))[0] + weight, place)
    if not scores:
        return DEFAULT
    return named[max(scores, key=lambda name: scores[name])]


_WHOLE_STEM_CHARS: Final = 3


def _is_of(word: str, stem: str) -> bool:
    # "ai", "spa" and "pop" are whole words: "air", "spark" and "popular" mean something else.
    return word == stem or (len(stem) > _WHOLE_STEM_CHARS and word.startswith(stem))
