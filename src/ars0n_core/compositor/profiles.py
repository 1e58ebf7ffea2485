"""
Delivery profiles: what each taker of an ad asks of its file, dated, with its source.

**Owns** the numbers. **Does not own** making files that meet them (`delivery`) or telling
whether one does (`certificate`). **Invariants**: a number that its source gives as a
recommendation is what we aim at, not a rule; a rule that no source gives is absent.

Start at `PROFILES`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Iterable

NTSC: Final = Fraction(30_000, 1001)
FILM_NTSC: Final = Fraction(24_000, 1001)
PAL: Final = Fraction(25)
WEB: Final = Fraction(30)

PORTRAIT: Final = ((1080, 1920), (720, 1280))
LANDSCAPE: Final = ((1920, 1080), (1280, 720))
SQUARE: Final = ((1080, 1080),)
FEED: Final = ((1080, 1350),)


GOP_SECONDS_MAX: Final = 6.0
"""
How far key pictures may lie apart: as long as a piece of a film, and as a segment in which one is
streamed (Apple's HLS authoring specification). No taker's table names a limit.
"""


@frozen(kw_only=True)
class PictureRules:
    """
    What a picture must be: one of ``sizes`` (the first of a shape is what we make) at one of
    ``rates``; ``kbps`` is the least and the most it may take, ``levels`` the highest H.264
    level by the shorter side, in tenths.
    """

    sizes: tuple[tuple[int, int], ...]
    rates: tuple[Fraction, ...]
    kbps: tuple[int, int] | None = None
    aim_kbps: int | None = None
    levels: tuple[tuple[int, int], ...] = ((720, 42), (1080, 42))
    gop_seconds_max: float = GOP_SECONDS_MAX

    def size_for(self, width: int, height: int) -> tuple[int, int] | None:
        """
        Return the size to make of a picture: its own if taken, else the first of its shape.
        """
        if (width, height) in self.sizes:
            return width, height
        return next((s for s in self.sizes if s[0] * height == s[1] * width), None)


@frozen(kw_only=True)
class SoundRules:
    """
    What a sound must be: ``codec`` is ffmpeg's word; loudness by BS.1770.
    """

    codec: str
    rate: int
    loudness_lufs: float
    tolerance_lu: float
    true_peak_dbtp: float
    short_term_max_lufs: float | None = None
    kbps: int | None = None
    kbps_min: int | None = None


@frozen(kw_only=True)
class Profile:
    """
    One taker's rules. ``read_on`` is the day (ISO 8601) on which ``source`` was read.
    """

    name: str
    title: str
    source: str
    read_on: str
    suffix: str
    sound: SoundRules
    picture: PictureRules | None = None
    seconds_min: float = 0.0
    seconds_max: float | None = None
    seconds_allowed: tuple[int, ...] = ()
    size_bytes_max: int | None = None


def _aac(lufs: float, tolerance: float, peak: float, kbps: int, **more: float) -> SoundRules:
    return SoundRules(
        codec="aac",
        rate=48_000,
        loudness_lufs=lufs,
        tolerance_lu=tolerance,
        true_peak_dbtp=peak,
        kbps=kbps,
        short_term_max_lufs=more.get("short_term"),
        kbps_min=int(more["kbps_min"]) if "kbps_min" in more else None,
    )


_TABLE: Final = (
    Profile(
        name="film",
        title="A finished video ad",
        source="the API's documents, Output",
        read_on="2026-11-30",
        suffix=".mp4",
        picture=PictureRules(sizes=PORTRAIT + LANDSCAPE + SQUARE + FEED, rates=(WEB,)),
        sound=_aac(-14.0, 0.5, -1.0, 192),
    ),
    Profile(
        name="radio",
        title="A finished radio ad",
        source="the API's documents, Output",
        read_on="2026-11-30",
        suffix=".mp3",
        sound=SoundRules(
            codec="mp3", rate=44_100, kbps=192, kbps_min=188,
            loudness_lufs=-16.0, tolerance_lu=0.5, true_peak_dbtp=-2.0,
        ),
    ),
    Profile(
        name="social",
        title="Social video: TikTok, Reels, Shorts",
        source="ads.tiktok.com help 10002742; Google Ads help, Shorts ads; "
        "loudness: common practice, no platform states one",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(
            sizes=PORTRAIT + SQUARE + FEED, rates=(WEB,), kbps=(516, 50_000), aim_kbps=4_000
        ),
        sound=_aac(-14.0, 0.5, -1.0, 192),
        seconds_min=5.0,
        seconds_max=60.0,
        size_bytes_max=500_000_000,
    ),
    Profile(
        name="youtube",
        title="YouTube upload",
        source="support.google.com/youtube/answer/1722171; "
        "playback turns down to about -14 LUFS (productionadvice.co.uk)",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(
            sizes=LANDSCAPE + PORTRAIT + SQUARE + FEED, rates=(WEB, PAL, NTSC, FILM_NTSC)
        ),
        sound=_aac(-14.0, 0.5, -1.0, 384),
    ),
    Profile(
        name="dv360",
        title="Google Display & Video 360",
        source="support.google.com/displayvideo/answer/3129957",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(
            sizes=(LANDSCAPE[0], PORTRAIT[0], *SQUARE),
            rates=(NTSC, FILM_NTSC),
            kbps=(20_000, 60_000),
            aim_kbps=21_000,
        ),
        sound=_aac(-24.0, 2.0, -2.0, 256, kbps_min=192),
        seconds_allowed=(15, 30),
        size_bytes_max=1_000_000_000,
    ),
    Profile(
        name="adobe_ctv",
        title="Adobe Advertising DSP, connected TV",
        source="experienceleague.adobe.com advertising DSP ad specs",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(
            sizes=(LANDSCAPE[1],),
            rates=(NTSC, PAL, FILM_NTSC),
            kbps=(1_500, 2_500),
            aim_kbps=2_200,
            levels=((720, 31),),
        ),
        sound=_aac(-24.0, 2.0, -2.0, 160, kbps_min=120),
    ),
    Profile(
        name="ebu_r128_s1",
        title="European television, short-form by EBU R 128 s1",
        source="tech.ebu.ch R 128 s1; 25 frames a second is European practice, R 128 gives no picture",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(sizes=(LANDSCAPE[0],), rates=(PAL,), aim_kbps=15_000),
        sound=_aac(-23.0, 0.5, -1.0, 256, short_term=-18.0),
    ),
    Profile(
        name="atsc_a85",
        title="US television by ATSC A/85 (CALM Act)",
        source="atsc.org A/85; 29.97 frames a second is US practice, A/85 gives no picture",
        read_on="2026-10-15",
        suffix=".mp4",
        picture=PictureRules(sizes=(LANDSCAPE[0],), rates=(NTSC,), aim_kbps=15_000),
        sound=_aac(-24.0, 2.0, -2.0, 256),
    ),
    Profile(
        name="spotify_audio",
        title="Spotify audio ad",
        source="ads.spotify.com audio specs",
        read_on="2026-10-15",
        suffix=".mp3",
        sound=SoundRules(
            codec="mp3", rate=44_100, kbps=192, kbps_min=188,
            loudness_lufs=-16.0, tolerance_lu=1.5, true_peak_dbtp=-2.0,
        ),
        seconds_max=30.0,
        size_bytes_max=1_000_000,
    ),
    Profile(
        name="radio_na",
        title="North American radio",
        source="helpcenter.xr.global",
        read_on="2026-10-15",
        suffix=".mp3",
        sound=SoundRules(
            codec="mp3", rate=44_100, kbps=192, kbps_min=188,
            loudness_lufs=-16.0, tolerance_lu=0.5, true_peak_dbtp=-2.0,
        ),
    ),
    Profile(
        name="radio_na_wav",
        title="North American radio, uncompressed",
        source="helpcenter.xr.global",
        read_on="2026-10-15",
        suffix=".wav",
        sound=SoundRules(
            codec="pcm_s16le", rate=48_000,
            loudness_lufs=-16.0, tolerance_lu=0.5, true_peak_dbtp=-2.0,
        ),
    ),
)  # fmt: skip

PROFILES: Final = {profile.name: profile for profile in _TABLE}
"""
Every profile by name.
"""


def find(name: str) -> Profile:
    """
    Return the profile called *name*.

    >>> find("ebu_r128_s1").sound.loudness_lufs
    -23.0

    Raises:
        InvalidRequestError: There is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        fault = f"there is no delivery profile {name!r}: choose from {', '.join(PROFILES)}"
        raise InvalidRequestError({"deliver": (fault,)}) from None


def check(names: Iterable[str], *, seconds: float | None, size: tuple[int, int] | None) -> None:
    """
    Refuse what can't be made of an ad of *size* (none for radio) that lasts for *seconds*; where
    they are not known yet, only what no length would mend.

    >>> check(["youtube", "ebu_r128_s1"], seconds=20.0, size=(1280, 720))

    Raises:
        InvalidRequestError: With everything that a profile doesn't take, under ``deliver``.
    """
    told: list[str] = []
    for name in names:
        try:
            profile = find(name)
        except InvalidRequestError as error:
            told += error.field_errors["deliver"]
        else:
            told += [f"{name} {fault}" for fault in faults(profile, seconds, size)]
    if told:
        raise InvalidRequestError({"deliver": tuple(dict.fromkeys(told))})


def faults(profile: Profile, seconds: float | None, size: tuple[int, int] | None) -> list[str]:
    """
    Return what *profile* doesn't take of an ad, as `check` does.
    """
    return _faults_of_shape(profile, size) + (
        [] if seconds is None else _faults_of_length(profile, seconds)
    )


def _faults_of_shape(profile: Profile, size: tuple[int, int] | None) -> list[str]:
    rules = profile.picture
    if rules is None:
        return []
    if size is None:
        return ["is for films, and this is a radio ad"]
    if rules.size_for(*size) is None:
        taken = ", ".join(dict.fromkeys(_shape(*each) for each in rules.sizes))
        width, height = size
        return [f"takes no picture of the shape {width}x{height}: {taken} is what it takes"]
    return []


def _shape(width: int, height: int) -> str:
    ratio = Fraction(width, height)
    return f"{ratio.numerator}:{ratio.denominator}"


def _faults_of_length(profile: Profile, seconds: float) -> list[str]:
    told = []
    if profile.seconds_allowed and seconds not in profile.seconds_allowed:
        lengths = " or ".join(map(str, profile.seconds_allowed))
        told.append(f"takes {lengths} s, and the ad is {seconds:g} s")
    if profile.seconds_max is not None and seconds > profile.seconds_max:
        told.append(f"takes at most {profile.seconds_max:g} s, and the ad is {seconds:g} s")
    if seconds < profile.seconds_min:
        told.append(f"takes at least {profile.seconds_min:g} s, and the ad is {seconds:g} s")
    return told
