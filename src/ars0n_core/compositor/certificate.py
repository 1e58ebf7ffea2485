"""
The delivery certificate: what was measured on a file, rule by rule of a profile.

**Owns** the rules and their verdicts. **Does not own** measuring (`inspection`) or the
profiles' numbers (`profiles`). **Invariants**: a verdict depends on the measured file, the
profile and the subtitle file alone; what could not be measured fails; every rule that a
profile has is listed, passed or not.

Start at `certify`.
"""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, frozen

from ars0n_core.compositor import inspection, safe_areas, subtitles
from ars0n_core.compositor.colors import LEGIBLE
from ars0n_core.compositor.flashes import FLASHES_A_SECOND_MAX
from ars0n_core.compositor.inspection import Measured
from ars0n_core.compositor.profiles import Profile
from ars0n_core.plans import wording
from ars0n_core.work import Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.inspection import PictureMeasured, SoundMeasured
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.compositor.profiles import PictureRules, SoundRules
    from ars0n_core.compositor.subtitles import Subtitle

VERSION: Final = 1
LENGTH_FRAMES: Final = Fraction(1, 2)
"""
How far from a whole number of seconds a picture may end: its rate may have no such frame.
"""

KBPS_LEEWAY: Final = 0.02
"""
Container and rounding, on either side of a bit rate.
"""

CAPTION_MS_MIN: Final = 700
"""
Published minima are 5/6 s (Netflix) and 0.7 s (BBC); the laxer one fails.
"""

CAPTION_OUTSIDE_MAX: Final = 0.02
"""
What may be found outside the safe area without being a letter.
"""

BT709: Final = (1, 1, 1, False)
"""
Primaries, transfer, matrix and range of HDTV by their numbers (ITU-T H.273).
"""

CONTAINERS: Final = {".mp4": "mp4", ".mp3": "mp3", ".wav": "wav"}


@frozen(kw_only=True)
class Finding:
    """
    One rule: what was wanted, what was found.
    """

    rule: str
    wanted: Json
    found: Json
    passed: bool


@frozen(kw_only=True)
class Certificate:
    """
    A file held against a profile.
    """

    file: str
    profile: Profile
    measured: Measured
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """
        Whether every rule holds.
        """
        return all(finding.passed for finding in self.findings)

    @property
    def failed(self) -> tuple[str, ...]:
        """
        The names of the rules that don't hold.
        """
        return tuple(finding.rule for finding in self.findings if not finding.passed)

    def as_json(self) -> dict[str, Json]:
        """
        Return it for a machine.
        """
        return {
            "certificate": VERSION,
            "file": self.file,
            "sha256": self.measured.sha256,
            "profile": {
                "name": self.profile.name,
                "title": self.profile.title,
                "source": self.profile.source,
                "read_on": self.profile.read_on,
            },
            "passed": self.passed,
            "rules": [asdict(finding) for finding in self.findings],
            "measured": _plain(asdict(self.measured)),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, Fraction):
        return str(value)
    return round(value, 3) if isinstance(value, float) else value


def certify(
    path: Path,
    profile: Profile,
    *,
    binary: Ffmpeg,
    captions: Path | Sequence[Subtitle] | None = None,
    burnt_in: bool = False,
    placed: Sequence[Placed] | None = None,
    seconds: Fraction | None = None,
) -> Certificate:
    """
    Measure the file at *path* and hold it against *profile*; *captions* is its SRT or WebVTT
    file, or what that says, and *burnt_in* says that they also stand in the picture; *placed*
    tells where titles, the logo and the card's texts were laid, *seconds* how long it was cut,
    as far as either is known: an ad is whole seconds long unless footage of its own lengthens it.

    Raises:
        CompositorError: It is no media file.
        InvalidRequestError: *captions* is no subtitle file.
    """
    said = subtitles.read(captions) if isinstance(captions, Path) else captions
    shown = said if burnt_in else None
    measured = inspection.inspect(path, binary=binary, shown=shown, placed=placed)
    return judge(path.name, measured, profile, said, placed, seconds)


def write(proof: Certificate, path: Path) -> Path:
    """
    Write *proof* beside the file at *path* and return where it is.

    Raises:
        OSError: It can't be written; nothing is.
    """
    beside = path.with_name(f"{path.name}.certificate.json")
    part = beside.with_name(f"{beside.name}.part")
    try:
        told = json.dumps(proof.as_json(), indent=2, ensure_ascii=False) + "\n"
        part.write_text(told, encoding="utf-8", newline="\n")
        part.replace(beside)
    finally:
        part.unlink(missing_ok=True)
    return beside


def judge(
    file: str,
    measured: Measured,
    profile: Profile,
    said: Sequence[Subtitle] | None = None,
    placed: Sequence[Placed] | None = None,
    seconds: Fraction | None = None,
) -> Certificate:
    """
    Return the verdict on what was *measured*. Pure.
    """
    found = [*_of_file(measured, profile, seconds)]
    if profile.picture is not None:
        found += _of_picture(measured.picture, profile.picture)
    if measured.picture is not None and measured.sound is not None:
        found.append(_in_step(measured.picture, measured.sound))
    found += _of_sound(measured.sound, profile.sound)
    if said is not None:
        found += _of_captions(said, _seconds(measured))
        if measured.picture is not None:
            found += _of_shown_captions(measured.picture)
    if placed is not None and measured.picture is not None:
        found += _of_placed(measured.picture, placed)
    return Certificate(file=file, profile=profile, measured=measured, findings=tuple(found))


def _told(rule: str, wanted: Json, found: Json, passed: bool) -> Finding:  # noqa: FBT001 - private, last at every call
    return Finding(rule=rule, wanted=wanted, found=found, passed=passed)


def _seconds(measured: Measured) -> float:
    """
    Return how long the file lasts: its sound, else its picture.
    """
    if measured.sound is not None:
        return measured.sound.samples / measured.sound.rate
    if measured.picture is not None and measured.picture.rate:
        return float(measured.picture.frames / measured.picture.rate)
    return 0.0


def _of_file(measured: Measured, profile: Profile, cut: Fraction | None) -> Iterator[Finding]:
    wanted = CONTAINERS[profile.suffix]
    yield _told("container", wanted, measured.container, wanted in measured.container.split(","))
    streams: list[Json] = ["sound"] if profile.picture is None else ["picture", "sound"]
    have: list[Json] = list(measured.streams)
    yield _told("streams", streams, have, have == streams)
    if profile.suffix == ".mp4":
        yield _told("faststart", True, measured.index_first, measured.index_first is True)
    most = profile.size_bytes_max
    if most is not None:
        yield _told("size_bytes", f"<= {most}", measured.size_bytes, measured.size_bytes <= most)
    yield _length(measured, profile, cut)


def _length(measured: Measured, profile: Profile, cut: Fraction | None) -> Finding:
    """
    As long as it was *cut*, or whole seconds, to the sample; and one of the lengths taken.
    """
    sound = measured.sound
    seconds = _seconds(measured)
    length = cut if cut is not None else Fraction(round(seconds))
    exact = sound is not None and length > 0 and sound.samples == round(length * sound.rate)
    taken = length >= profile.seconds_min
    taken &= profile.seconds_max is None or length <= profile.seconds_max
    taken &= not profile.seconds_allowed or length in profile.seconds_allowed
    wanted: list[Json] = [f"{float(length):g} s" if cut is not None else "whole seconds"]
    wanted[0] = f"{wanted[0]}, to the sample"
    if profile.seconds_allowed:
        wanted.append(f"one of {list(profile.seconds_allowed)} s")
    elif profile.seconds_max is not None:
        wanted.append(f"{profile.seconds_min:g} to {profile.seconds_max:g} s")
    return _told("duration", wanted, round(seconds, 6), exact and taken)


def _in_step(picture: PictureMeasured, sound: SoundMeasured) -> Finding:
    heard = Fraction(sound.samples, sound.rate)
    if not picture.rate:
        return _told("sync", "pictures and sound end together", None, passed=False)
    off = picture.frames - heard * picture.rate
    found = f"{picture.frames} frames, {sound.samples} samples"
    begun = None
    if picture.starts_seconds is not None and sound.starts_seconds is not None:
        begun = picture.starts_seconds - sound.starts_seconds
        found += f", pictures {begun:+.3f} s" if begun else ""
    wanted = "begin together and end together, within half a frame"
    kept = begun is not None and abs(begun) * picture.rate <= LENGTH_FRAMES
    return _told("sync", wanted, found, kept and abs(off) <= LENGTH_FRAMES)


def _of_picture(picture: PictureMeasured | None, rules: PictureRules) -> Iterator[Finding]:
    if picture is None:
        return  # "streams" has failed
    yield _told("decodes", "without complaint", picture.fault or "", picture.fault is None)
    yield _told("video_codec", "h264", picture.codec, picture.codec == "h264")
    yield _told("video_profile", "High", picture.profile, picture.profile == "High")
    short = min(picture.width, picture.height)
    most = next((level for side, level in rules.levels if short <= side), rules.levels[-1][1])
    level = picture.level
    least = picture.level_needed
    kept = level is not None and least is not None and least <= level <= most
    yield _told(
        "video_level", f"<= {most / 10}, and enough for its bit rate",
        f"{level / 10 if level else 'none'}, {least / 10 if least else 'more'} needed", kept,
    )  # fmt: skip
    yield _told("pixel_format", "yuv420p", picture.pixel_format, picture.pixel_format == "yuv420p")
    tagged = set(picture.colors) == {"bt709"} and not picture.full_range
    tagged &= picture.signal in (None, BT709)
    found: list[Json] = [*picture.colors, "full" if picture.full_range else "limited"]
    if picture.signal is not None and picture.signal != BT709:
        found.append(f"{list(picture.signal)} in the stream")
    yield _told("color", ["bt709", "bt709", "bt709", "limited"], found, tagged)
    size = (picture.width, picture.height)
    wanted: list[Json] = [f"{width}x{height}" for width, height in rules.sizes]
    yield _told("frame_size", wanted, f"{size[0]}x{size[1]}", size in rules.sizes)
    across, down = picture.pixel_aspect
    shape, upright = across == down, picture.is_upright is True
    yield _told("pixel_aspect", "1:1", f"{across}:{down}", shape)
    yield _told("upright", "neither turned nor mirrored by the player", picture.is_upright, upright)
    scan = "interlaced" if picture.is_interlaced else "progressive"
    yield _told("scan", "progressive", scan, not picture.is_interlaced)
    rates: list[Json] = [str(rate) for rate in rules.rates]
    rate = str(picture.rate) if picture.rate else "varies"
    yield _told("frame_rate", rates, rate, picture.rate in rules.rates)
    gap = picture.key_gap_seconds_max
    yield _told(
        "gop_seconds", f"<= {rules.gop_seconds_max:g}", gap,
        gap is not None and gap <= rules.gop_seconds_max + 1e-6,
    )  # fmt: skip
    yield _told("gop_closed", True, picture.closed_groups, picture.closed_groups is True)
    yield _told("parameter_sets", 1, picture.parameter_sets, picture.parameter_sets == 1)
    if rules.kbps is not None:
        least, highest = rules.kbps
        kbps = picture.kbps
        fits = kbps is not None and (
            least * (1 - KBPS_LEEWAY) <= kbps <= highest * (1 + KBPS_LEEWAY)
        )
        yield _told("video_kbps", f"{least} to {highest}", kbps and round(kbps), fits)
    for rule, flashes in (
        ("flashes", picture.flashes_a_second_max),
        ("red_flashes", picture.red_flashes_a_second_max),
    ):
        wanted_most = f"<= {FLASHES_A_SECOND_MAX} a second over a quarter of the picture"
        yield _told(rule, wanted_most, flashes, flashes <= FLASHES_A_SECOND_MAX)


def _of_sound(sound: SoundMeasured | None, rules: SoundRules) -> Iterator[Finding]:
    if sound is None:
        return  # "streams" has failed
    yield _told("audio_codec", rules.codec, sound.codec, sound.codec == rules.codec)
    yield _told("sample_rate", rules.rate, sound.rate, sound.rate == rules.rate)
    yield _told("channels", "stereo", sound.layout, sound.layout in ("stereo", "2 channels"))
    if rules.kbps_min is not None:
        kbps = sound.kbps
        fits = kbps is not None and kbps >= rules.kbps_min * (1 - KBPS_LEEWAY)
        yield _told("audio_kbps", f">= {rules.kbps_min}", kbps and round(kbps), fits)
    level = sound.loudness
    miss = abs(level.integrated_lufs - rules.loudness_lufs)
    yield _told(
        "loudness_lufs", f"{rules.loudness_lufs:g} +- {rules.tolerance_lu:g}",
        round(level.integrated_lufs, 2), miss <= rules.tolerance_lu,
    )  # fmt: skip
    if rules.short_term_max_lufs is not None:
        most = rules.short_term_max_lufs
        loudest = level.short_term_max_lufs
        yield _told("short_term_max_lufs", f"<= {most:g}", round(loudest, 2), loudest <= most)
    yield _told(
        "true_peak_dbtp", f"<= {rules.true_peak_dbtp:g}", round(level.true_peak_dbtp, 2),
        level.true_peak_dbtp <= rules.true_peak_dbtp,
    )  # fmt: skip


def _of_shown_captions(picture: PictureMeasured) -> Iterator[Finding]:
    contrast, outside = picture.caption_contrast_min, picture.caption_outside_max
    if contrast is None or outside is None:
        return
    yield _told("caption_contrast", f">= {LEGIBLE}:1", round(contrast, 2), contrast >= LEGIBLE)
    most = CAPTION_OUTSIDE_MAX
    yield _told(
        "caption_safe_area", f"<= {most:.0%} of the letters outside", round(outside, 3),
        outside <= most,
    )  # fmt: skip


def _of_placed(picture: PictureMeasured, placed: Sequence[Placed]) -> Iterator[Finding]:
    area = safe_areas.safe_area(picture.width, picture.height)
    strays: list[Json] = [each.name for each in placed if not area.contains(each.box)]
    inside = f"x {area.left} to {area.right}, y {area.top} to {area.bottom}"
    yield _told("text_safe_area", f"titles, logo, card within {inside}", strays, not strays)
    read = picture.placed or {}
    faint: list[Json] = [
        f"{each.name} {read.get(each.name, 1.0):.1f}:1"
        for each in placed
        if each.is_text and read.get(each.name, 1.0) < LEGIBLE
    ]
    yield _told("text_contrast", f"titles, card >= {LEGIBLE}:1", faint, not faint)


def _of_captions(said: Sequence[Subtitle], seconds: float) -> Iterator[Finding]:
    speeds, widths, lasting = [0.0], [0], [10**6]
    for each in said:
        width = sum(wording.columns(line) for line in each.lines)
        lasts = each.end_ms - each.start_ms
        speeds.append(width * 1000 / lasts if lasts > 0 else float(10**6))
        widths += [wording.columns(line) for line in each.lines]
        lasting.append(lasts)
    most = wording.COLUMNS_PER_SECOND_MAX
    fastest = round(max(speeds), 1)
    yield _told("caption_cps", f"<= {most}", fastest, fastest <= most)
    widest = max(widths)
    columns = wording.LINE_COLUMNS
    yield _told("caption_columns", f"<= {columns}", widest, widest <= columns)
    lines = max((len(each.lines) for each in said), default=0)
    yield _told("caption_lines", f"<= {wording.LINES_MAX}", lines, lines <= wording.LINES_MAX)
    shortest = min(lasting)
    found: Json = shortest if said else None
    yield _told("caption_ms", f">= {CAPTION_MS_MIN}", found, shortest >= CAPTION_MS_MIN)
    apart = all(one.end_ms <= other.start_ms for one, other in itertools.pairwise(said))
    inside = all(0 <= each.start_ms < each.end_ms <= seconds * 1000 + 1 for each in said)
    yield _told("caption_times", "in order, within the ad", apart and inside, apart and inside)
