"""
The cut as data, in whole frames and whole samples.

**Owns** what plan and compositor say to each other: which media are shown and heard,
from when to when, joined how. **Does not own** pixels and samples (`compositor`) or the
decision what to show (`plans.conform`). **Invariants**: all times are integers, frames
at 30 a second and samples at 48,000; clips are in order and neighbours overlap exactly
by the later one's transition; the last picture item ends with the film.

Start at `Timeline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ars0n_core.specs.model import BrandFont, CtaDesign
from ars0n_core.work import Json

FRAME_RATE: Final = 30
"""
Frames a second, everywhere; footage of another rate is conformed once, on ingest.
"""

SAMPLE_RATE: Final = 48_000
"""
Samples a second of the mix; a divisor-free 1,600 samples a frame.
"""

SAMPLES_PER_FRAME: Final = SAMPLE_RATE // FRAME_RATE


class MediaKind(StrEnum):
    """
    What an asset is to the cut.
    """

    FOOTAGE = "footage"
    STILL = "still"
    SOUND = "sound"


@frozen(kw_only=True)
class Media:
    """
    An asset as the cut sees it. ``id`` is its name within the timeline; ``sha256``
    identifies the content, so that equal cuts of equal content are equal renders.

    ``available_frames`` is the length of footage once conformed to 30 frames a second;
    ``available_samples`` the length of sound once conformed to 48 kHz.
    """

    id: str
    kind: MediaKind
    sha256: str
    available_frames: int | None = None
    available_samples: int | None = None


class Look(StrEnum):
    """
    How one picture gives way to the next.
    """

    CUT = "cut"
    DISSOLVE = "dissolve"
    DIP = "dip"
    WIPE = "wipe"
    SLIDE = "slide"
    PUSH = "push"
    ZOOM = "zoom"
    WHIP = "whip"


@frozen
class Transition:
    """
    A look times a timing: the overlap of two neighbours, in frames (0 for a cut).
    """

    look: Look
    frames: int


@frozen(kw_only=True)
class Clip:
    """
    A stretch of footage on the picture track.

    Shown from ``start_frame`` for ``frames`` frames, its incoming transition included;
    the source is read from ``source_frame`` on, ``speed`` source frames for each shown.
    """

    media: str
    start_frame: int
    frames: int
    source_frame: int = 0
    speed: float = 1.0
    transition: Transition | None = None

    @property
    def end_frame(self) -> int:
        """
        The first frame after the clip.
        """
        return self.start_frame + self.frames


@frozen(kw_only=True)
class EndCard:
    """
    The closing card: drawn, not filmed; the last item on the picture track.
    """

    design: CtaDesign
    start_frame: int
    frames: int
    transition: Transition | None = None
    company_name: str = ""
    call_to_action: str = ""
    tagline: str = ""
    website: str = ""
    legal_line: str = ""
    font: BrandFont | None = None
    color: str = "#FF5500"
    logo: str | None = None

    @property
    def end_frame(self) -> int:
        """
        The first frame after the card.
        """
        return self.start_frame + self.frames


@frozen(kw_only=True)
class Overlay:
    """
    A still laid over the picture (the logo), in the safe area's top corner.
    """

    media: str
    start_frame: int
    frames: int


@frozen(kw_only=True)
class Title:
    """
    A short text set over a scene.
    """

    text: str
    start_frame: int
    frames: int


@frozen(kw_only=True)
class CueWord:
    """
    One written word of a caption, and the frames in which it is spoken.
    """

    text: str
    start_frame: int
    frames: int


@frozen(kw_only=True)
class Cue:
    """
    One caption: at most two lines, shown together. ``highlighted``: word by word.
    """

    words: tuple[CueWord, ...]
    start_frame: int
    frames: int
    highlighted: bool = False


@frozen(kw_only=True)
class Sound:
    """
    A stretch of speech: heard from ``start_sample`` for ``samples`` samples.

    The source is read from ``source_sample`` on, time-stretched by ``speed`` (1.15 is
    15 % faster, pitch kept), so it spans about ``samples * speed`` source samples.
    """

    media: str
    start_sample: int
    samples: int
    source_sample: int = 0
    speed: float = 1.0


@frozen(kw_only=True)
class Bed:
    """
    The music under the whole ad: looped, ducked under speech, faded out at the end.

    ``volume`` is the documents' ``musicVolume``, 0 to 1, where 0.3 is the default bed.
    """

    media: str
    volume: float = 0.3


IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED: Final = f"{IPTC}trainedAlgorithmicMedia"
COMPOSITE: Final = f"{IPTC}compositeWithTrainedAlgorithmicMedia"
"""
IPTC's words for what is made by a model alone, and of such media and others (a customer's
photos, say).
"""


@frozen(kw_only=True)
class Source:
    """
    Where one part of the ad came from. ``part`` names it ("scene 2", "voice", "music");
    ``model`` and ``provider`` say what made it as far as that is known. What no model made
    is not ``is_generated``.
    """

    part: str
    model: str = ""
    provider: str = ""
    prompt_sha256: str = ""
    licence: str = ""
    is_generated: bool = field()

    @is_generated.default
    def _made_by_a_model(self) -> bool:
        return bool(self.model)


@frozen(kw_only=True)
class Provenance:
    """
    What an ad is made of, and what put it together.
    """

    generator: str
    title: str
    sources: tuple[Source, ...]

    @property
    def digital_source_type(self) -> str | None:
        """
        IPTC's word for the whole, or None where no model took part.
        """
        made = [source.is_generated for source in self.sources]
        if not any(made):
            return None
        return GENERATED if all(made) else COMPOSITE


@frozen(kw_only=True)
class Timeline:
    """
    A whole ad: ``frames`` pictures and ``samples`` samples long.

    A radio ad has no picture: ``width == height == frames == 0``. ``provenance`` is written
    into the finished file; it changes neither picture nor sound.
    """

    width: int
    height: int
    frames: int
    samples: int
    media: tuple[Media, ...]
    clips: tuple[Clip, ...] = ()
    card: EndCard | None = None
    overlays: tuple[Overlay, ...] = ()
    titles: tuple[Title, ...] = ()
    cues: tuple[Cue, ...] = ()
    voice: tuple[Sound, ...] = ()
    bed: Bed | None = None
    loudness_lufs: float = -14.0
    true_peak_dbtp: float = -1.0
    name: str = ""
    provenance: Provenance | None = None

    @property
    def has_picture(self) -> bool:
        """
        Whether this is a film rather than a radio ad.
        """
        return self.frames > 0


@frozen(kw_only=True)
class Word:
    """
    One spoken word as written in the script, in seconds of the narration's sound;
    ``segment`` counts the texts that were ordered, from 0.
    """

    text: str
    start_seconds: float
    end_seconds: float
    segment: int


@frozen(kw_only=True)
class Rendering:
    """
    A finished ad on disk, and what was measured on it.

    ``measured`` holds at least ``loudness_lufs`` and ``true_peak_dbtp`` of the encoded
    file; ``seconds_spent`` how long each stage took. ``sidecar`` is the JSON that tells what
    the ad was made of, where the timeline told it; ``certificate`` what was measured on it, rule
    by rule, where that was asked for.
    """

    path: Path
    media_type: str
    frames: int
    samples: int
    poster: Path | None
    measured: Mapping[str, Json]
    seconds_spent: Mapping[str, float]
    sidecar: Path | None = None
    certificate: Path | None = None


def frames_of(seconds: float) -> int:
    """
    Return the whole number of frames nearest to *seconds*.

    >>> frames_of(15)
    450
    """
    return round(seconds * FRAME_RATE)


def samples_of(seconds: float) -> int:
    """
    Return the whole number of samples nearest to *seconds*.

    >>> samples_of(0.5)
    24000
    """
    return round(seconds * SAMPLE_RATE)
