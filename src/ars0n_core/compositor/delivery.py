"""
One ad, many files: the same mix and the same pictures, as each taker asks.

**Owns** what a profile makes of a finished film. **Does not own** the numbers (`profiles`)
or the proof (`certificate`). **Invariants**: the mix is made once and mastered for each
profile by itself; coded pictures are copied where they already are what a profile asks, else
they are drawn anew at the size asked and encoded from that master (from the film where
nobody can draw); sound is as long as the ad to the sample, pictures to the nearest whole
frame of their rate.

Start at `deliver`.
"""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_core.compositor import audio, commands, ffmpeg, levels, mastering, mp4, profiles, streams
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.compositor.mastering import Encoded
from ars0n_core.errors import CompositorError, InvalidRequestError
from ars0n_core.timelines import FRAME_RATE, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from fractions import Fraction

    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.mastering import Take
    from ars0n_core.compositor.profiles import PictureRules, Profile
    from ars0n_core.timelines import Timeline

    Redraw = Callable[[int, int], Path]

DEFAULT_KBPS: Final = 192


@frozen(kw_only=True)
class Delivered:
    """
    One file for one profile; ``copied`` says that its pictures are those of the film, packet
    for packet; ``size`` is theirs.
    """

    profile: str
    path: Path
    frames: int
    samples: int
    copied: bool
    sound: Encoded
    size: tuple[int, int] | None = None


def deliver(
    film: Path | None,
    timeline: Timeline,
    media: Mapping[str, Path],
    wanted: Iterable[Profile],
    folder: Path,
    *,
    binary: Ffmpeg,
    redraw: Redraw | None = None,
) -> tuple[Delivered, ...]:
    """
    Make a file in *folder* for each *wanted* profile, named by it; *film* is the finished film
    of *timeline* (none for radio), *redraw* draws its pictures anew at a width and height,
    hardly compressed.

    Raises:
        InvalidRequestError: The ad can't be what a profile asks (its shape, its length).
        CompositorError: An input can't be used, or the machine can't; nothing is half there.
    """
    wanted = tuple(wanted)
    check(wanted, timeline)
    done: list[Delivered] = []
    with Group() as group, _mixes(timeline, media, folder, binary, group) as take:
        for profile in wanted:
            made = _made(film, timeline, take, profile, folder, binary, group, redraw)
            done.append(made)
    return tuple(done)


def check(wanted: Iterable[Profile], timeline: Timeline) -> None:
    """
    Refuse what can't be made of *timeline*, before anything is.

    Raises:
        InvalidRequestError: With everything that a profile doesn't take.
    """
    size = (timeline.width, timeline.height) if timeline.has_picture else None
    seconds = timeline.samples / SAMPLE_RATE
    faults = [
        f"{each.name} {fault}" for each in wanted for fault in profiles.faults(each, seconds, size)
    ]
    if faults:
        raise InvalidRequestError({"deliver": faults})


def _made(
    film: Path | None,
    timeline: Timeline,
    take: Callable[[int], Take],
    profile: Profile,
    folder: Path,
    binary: Ffmpeg,
    group: Group,
    redraw: Redraw | None,
) -> Delivered:
    target = folder / f"{profile.name}{profile.suffix}"
    sounds = folder / f"{profile.name}.part{'.m4a' if profile.picture else profile.suffix}"
    pictures, joined = folder / f"{profile.name}.video.mp4", folder / f"{profile.name}.part.mp4"
    try:
        sound = _sound(take, profile, sounds, binary, group)
        if profile.picture is None or film is None:
            sounds.replace(target)
            return Delivered(
                profile=profile.name, path=target, frames=0, samples=sound.samples,
                copied=False, sound=sound,
            )  # fmt: skip
        size = profile.picture.size_for(timeline.width, timeline.height)
        rate, copied = _rate(film, timeline, profile.picture)
        size = size or (timeline.width, timeline.height)
        if not copied:
            source = film if redraw is None else redraw(*size)
            _encode(source, pictures, profile.picture, size, rate, timeline, binary, group)
        frames = mp4.join(
            joined, [streams.read(film if copied else pictures)], streams.read(sounds),
            width=size[0], height=size[1], rate=rate, samples=sound.samples,
        )  # fmt: skip
        wanted = _frames(timeline, rate)
        if frames != wanted:
            raise CompositorError(f"{profile.name}: {frames} of {wanted} frames were encoded")
        joined.replace(target)
    except OSError as error:
        raise ffmpeg.of_disk(error) from error
    finally:
        for path in (sounds, pictures, joined):
            path.unlink(missing_ok=True)
    return Delivered(
        profile=profile.name, path=target, frames=frames, samples=sound.samples,
        copied=copied, sound=sound, size=size,
    )  # fmt: skip


def _frames(timeline: Timeline, rate: Fraction) -> int:
    return round(timeline.frames * rate / FRAME_RATE)


def _rate(film: Path, timeline: Timeline, rules: PictureRules) -> tuple[Fraction, bool]:
    """
    Return the rate to deliver at, and whether the film's pictures can be copied.
    """
    same = next((rate for rate in rules.rates if rate == FRAME_RATE), None)
    rate = same or rules.rates[0]
    stream = streams.read(film)
    kbps = int(stream.sizes.sum()) * 8 * FRAME_RATE / max(1, len(stream.sizes)) / 1000
    fits = rules.kbps is None or rules.kbps[0] <= kbps <= rules.kbps[1]
    level = streams.h264_level(stream)
    gaps = [*stream.keys[1:].tolist(), len(stream.sizes)]
    longest = max(b - a for a, b in zip(stream.keys.tolist(), gaps, strict=True))
    copied = (
        same is not None
        and (timeline.width, timeline.height) in rules.sizes
        and fits
        and level <= _level(rules, timeline.width, timeline.height)
        and longest <= rules.gop_seconds_max * FRAME_RATE
    )
    return rate, copied


def _level(rules: PictureRules, width: int, height: int) -> int:
    short = min(width, height)
    return next((level for side, level in rules.levels if short <= side), rules.levels[-1][1])


@contextlib.contextmanager
def _mixes(
    timeline: Timeline, media: Mapping[str, Path], folder: Path, binary: Ffmpeg, group: Group
) -> Iterator[Callable[[int], Take]]:
    """
    Give what returns the mix at a rate: made once for each.
    """
    with (
        contextlib.ExitStack() as kept,
        audio.mixed(timeline, media, folder, binary=binary, group=group) as mix,
    ):
        made = {SAMPLE_RATE: mix}

        def take(rate: int) -> Take:
            if rate not in made:
                made[rate] = mastering.resampled(mix, rate, folder / f"{rate}.tape")
                kept.enter_context(made[rate].tape)
            return made[rate]

        yield take


def _sound(
    take: Callable[[int], Take], profile: Profile, target: Path, binary: Ffmpeg, group: Group
) -> Encoded:
    rules = profile.sound
    return mastering.master(
        take(rules.rate),
        target,
        target_lufs=rules.loudness_lufs,
        ceiling_dbtp=rules.true_peak_dbtp,
        short_term_max_lufs=rules.short_term_max_lufs,
        bitrate=f"{rules.kbps or DEFAULT_KBPS}k",
        binary=binary,
        group=group,
    )


def _encode(
    film: Path,
    target: Path,
    rules: PictureRules,
    size: tuple[int, int],
    rate: Fraction,
    timeline: Timeline,
    binary: Ffmpeg,
    group: Group,
) -> None:
    """
    Encode the pictures of *film* once more, at another rate or bit rate, and at another size
    unless they were drawn at it.
    """
    frames = _frames(timeline, rate)
    most = levels.rate_max(*size, float(rate))
    kept = {"maxrate": f"{most}k", "bufsize": f"{most}k"} if most is not None else {}
    options: dict[str, Any] = {"crf": 18, **kept}
    kbps = rules.aim_kbps if rules.kbps else None
    if kbps is not None:
        options = {"b:v": f"{kbps}k", "maxrate": f"{kbps}k", "minrate": f"{kbps}k"}
        options["bufsize"] = f"{kbps}k"
    graph = commands.encode_again(
        film, target, size=size, rate=rate, frames=frames, level=_level(rules, *size),
        gop=math.ceil(rate / 2), options=options,
        is_constant=kbps is not None, resized=size != (timeline.width, timeline.height),
    )  # fmt: skip
    ffmpeg.run(
        ffmpeg.arguments(binary, graph),
        timeout_seconds=commands.patience(4 * frames),
        group=group,
    )
