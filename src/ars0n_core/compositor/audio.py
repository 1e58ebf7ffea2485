"""
The sound of an ad: speech placed to the sample, a bed under it, one loudness.

**Owns** the mix and its mastering. **Does not own** levels of speech (`voices`) and music
(`beds`), measuring (`loudness`), or when anything is heard (`timelines`). **Invariants**:
the encoded file decodes to exactly the ordered length; its loudness and true peak are
those measured on the decoded file, not hoped for.

Start at `make`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import soxr
from attrs import frozen

from ars0n_core import work
from ars0n_core.compositor import beds, commands, encoders, ffmpeg, loudness, stretch, voices
from ars0n_core.compositor.loudness import Loudness
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.filters import Samples
    from ars0n_core.timelines import Sound, Timeline
    from ars0n_core.work import Json

SOUND: Final = 3
"""
Counts changes after which the same inputs give another sound.
"""

RADIO_RATE: Final = 44_100
EDGE_SECONDS: Final = 0.005
"""
Speech is faded in and out this long where it is cut, so that no cut clicks.
"""

MISSING_SECONDS: Final = 0.25
"""
How much shorter than the cut says a narration may be: rounding, not a broken file.
"""

HEARD_SECONDS: Final = 5
"""
How much of what was encoded is decoded and measured at once.
"""

DECODE_SECONDS: Final = 120.0
"""
A time-out: a minute of sound takes a hundredth of it.
"""

CODEC_MARGINS_DB: Final = {".mp3": 0.7, ".m4a": 0.4, ".wav": 0.05}
"""
How far under the ceiling the first encode aims: at 192 kbit/s the codecs raise peaks by up to
this much in most ads, which are then right at once.
"""

ROUNDS: Final = 3
BRING_ROUNDS: Final = 6
LITTLE_DB: Final = -0.3
"""
What the limiter may take without having changed the loudness.
"""

CLOSE_LU: Final = 0.2
"""
How near the decoded file must come to be right; the rules ask for 0.5.
"""

EVEN_MARGIN_LU: Final = 0.5
"""
How far under a short-term limit the level is ridden: what tolerance and codec may add.
"""

MET_LU: Final = 0.05
GAIN_DB_MAX: Final = 30.0
"""
What is quieter than this under the target is nearly silence, and stays quiet.
"""


@frozen(kw_only=True)
class Encoded:
    """
    An encoded sound and what was measured on it, decoded.
    """

    path: Path
    rate: int
    samples: int
    loudness: Loudness
    rounds: int


def make(
    timeline: Timeline,
    media: Mapping[str, Path],
    target: Path,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Encoded:
    """
    Mix the sound of *timeline* and encode it to *target*: ``.mp3`` at 44.1 kHz, else AAC at
    48 kHz.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    sound = mix(timeline, media, binary=binary, group=group)
    rate = SAMPLE_RATE
    if target.suffix == ".mp3":
        rate = RADIO_RATE
        samples = timeline.samples * RADIO_RATE // SAMPLE_RATE
        resampled = soxr.resample(sound, SAMPLE_RATE, RADIO_RATE, quality="VHQ")
        sound = fitted(resampled, samples)
    return master(
        sound,
        rate,
        target,
        target_lufs=timeline.loudness_lufs,
        ceiling_dbtp=timeline.true_peak_dbtp,
        binary=binary,
        group=group,
    )


def mix(
    timeline: Timeline,
    media: Mapping[str, Path],
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Samples:
    """
    Return (timeline.samples, 2) at 48 kHz: voice and bed at their levels, not yet mastered.
    """
    voice, music = parts(timeline, media, binary=binary, group=group)
    out = np.repeat(voice[:, None], 2, axis=1) if music is None else music
    if music is not None:
        out += voice[:, None]
    close(out)
    return out


def parts(
    timeline: Timeline,
    media: Mapping[str, Path],
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> tuple[Samples, Samples | None]:
    """
    Return the speech, (timeline.samples,), and the bed under it, (timeline.samples, 2), at the
    levels at which their sum is the mix, but for its end (`close`).
    """
    voice = narration(timeline, media, binary=binary, group=group)
    level = voices.treat(voice, SAMPLE_RATE)
    if level == loudness.SILENCE_LUFS:
        voice[:] = 0
    bed = timeline.bed
    if bed is None or bed.volume <= 0:
        return voice, None
    music = decode(
        media[bed.media],
        bed.media,
        channels=2,
        seconds_max=timeline.samples / SAMPLE_RATE,
        binary=binary,
        group=group,
    )
    under = np.ascontiguousarray(beds.looped(music, timeline.samples, SAMPLE_RATE))
    beds.settle(under, voice, bed.volume, SAMPLE_RATE)
    return voice, under


def close(sound: Samples) -> None:
    """
    End *sound* (samples, channels) in place, so that its last sample doesn't click.
    """
    edge = min(round(EDGE_SECONDS * SAMPLE_RATE), len(sound) // 2)
    sound[len(sound) - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)[:, None]


def narration(
    timeline: Timeline,
    media: Mapping[str, Path],
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Samples:
    """
    Return (timeline.samples,): every stretch of speech where the cut has it.
    """
    track = np.zeros(timeline.samples, np.float32)
    reach: dict[str, float] = {}
    for sound in timeline.voice:
        end = sound.source_sample + sound.samples * sound.speed
        reach[sound.media] = max(reach.get(sound.media, 0.0), end)
    for name, end in reach.items():
        seconds = end / SAMPLE_RATE + 0.1
        source = decode(
            media[name], name, channels=1, seconds_max=seconds, binary=binary, group=group
        )[:, 0]
        if len(source) < end - MISSING_SECONDS * SAMPLE_RATE:
            raise CompositorError(
                f"{name} is {len(source) / SAMPLE_RATE:.2f} s of sound, "
                f"but the cut takes {end / SAMPLE_RATE:.2f} s of it",
                media=name,
            )
        for sound in timeline.voice:
            if sound.media == name:
                _place(track, sound, source)
    return track


def _place(track: Samples, sound: Sound, source: Samples) -> None:
    part = source[sound.source_sample :]
    if sound.speed == 1:
        spoken = np.zeros(sound.samples, np.float32)
        kept = part[: sound.samples]
        spoken[: len(kept)] = kept
    else:
        spoken = stretch.stretched(part, sound.speed, sound.samples)
    edge = min(round(EDGE_SECONDS * SAMPLE_RATE), len(spoken) // 2)
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    spoken[:edge] *= ramp
    spoken[len(spoken) - edge :] *= ramp[::-1]
    room = track[max(0, sound.start_sample) : max(0, sound.start_sample + sound.samples)]
    skipped = max(0, -sound.start_sample)
    room += spoken[skipped : skipped + len(room)]


def decode(
    path: Path,
    name: str,
    *,
    channels: int,
    seconds_max: float,
    binary: Ffmpeg,
    rate: int = SAMPLE_RATE,
    group: Group | None = None,
) -> Samples:
    """
    Return (samples, channels) of the first *seconds_max* of a sound at *rate*.

    Raises:
        CompositorError: There is no sound in it; *name* is named.
    """
    graph = commands.decode_sound(path, rate=rate, channels=channels, seconds_max=seconds_max)
    capacity = round((seconds_max + 0.5) * rate) * channels
    sound = _decoded(ffmpeg.arguments(binary, graph), capacity, name, group)
    if not len(sound):
        raise CompositorError(f"{name} holds no sound", media=name)
    return sound.reshape(-1, channels)


def _decoded(args: list[str], capacity: int, name: str | None, group: Group | None) -> Samples:
    """
    Return at most *capacity* float32 values; what is not finite is silence.
    """
    sound = np.empty(capacity, np.float32)
    with ffmpeg.Process(args, timeout_seconds=DECODE_SECONDS, media=name, group=group) as process:
        count = process.read_into(sound.data.cast("B")) // 4
        process.finish()
    sound = sound[:count]
    if not np.isfinite(sound @ sound):  # one pass tells of most that none has to be looked for
        np.nan_to_num(sound, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    return sound


def master(
    sound: Samples,
    rate: int,
    target: Path,
    *,
    target_lufs: float,
    ceiling_dbtp: float,
    binary: Ffmpeg,
    short_term_max_lufs: float | None = None,
    bitrate: str = commands.BITRATE,
    group: Group | None = None,
) -> Encoded:
    """
    Bring *sound* (samples, 2), in place, to its loudness under its ceiling, encode it to
    *target*, and measure what a listener's decoder gives; aim again where the codec moved it.

    Where no 3 s may be louder than *short_term_max_lufs*, the level is ridden before.
    """
    if short_term_max_lufs is not None:
        loudness.even(sound, rate, short_term_max_lufs - target_lufs - EVEN_MARGIN_LU)
    aim_lufs, aim_dbtp = target_lufs, ceiling_dbtp - CODEC_MARGINS_DB.get(target.suffix, 0.4)
    rounds = 0
    while True:
        rounds += 1
        bring(sound, rate, aim_lufs, aim_dbtp)
        heard = _encode(sound, rate, target, binary, group, bitrate)
        if heard.samples != len(sound):
            raise CompositorError(
                f"{target.name} decodes to {heard.samples} samples, not {len(sound)}"
            )
        found = heard.found()
        over = found.true_peak_dbtp - ceiling_dbtp
        miss = found.integrated_lufs - target_lufs
        reachable = found.integrated_lufs > loudness.SILENCE_LUFS
        right = over <= 0 and (abs(miss) <= CLOSE_LU or not reachable)
        if right or rounds == ROUNDS:
            return Encoded(
                path=target, rate=rate, samples=heard.samples, loudness=found, rounds=rounds
            )
        if over > 0:
            aim_dbtp -= over + 0.05
        if reachable and abs(miss) > CLOSE_LU:
            aim_lufs -= miss


def bring(sound: Samples, rate: int, aim_lufs: float, aim_dbtp: float) -> None:
    """
    One static gain to the loudness aimed at, then the limiter; what limiting took away is
    given back, by as much more as it was seen to take, until both hold.
    """
    gain, yielded = 0.0, 1.0
    before = None
    for _ in range(BRING_ROUNDS):
        level = loudness.integrated(loudness.block_powers(sound, rate))
        if level <= loudness.SILENCE_LUFS:
            return
        if before is not None and gain > MET_LU:
            yielded = min(1.0, max(0.3, (level - before) / gain))
        miss = aim_lufs - level
        if before is not None and abs(miss) <= MET_LU:
            return
        before, gain = level, min(miss / yielded, GAIN_DB_MAX)
        sound *= np.float32(10 ** (gain / 20))
        if loudness.limit(sound, aim_dbtp) > LITTLE_DB:
            return


def _encode(
    sound: Samples, rate: int, target: Path, binary: Ffmpeg, group: Group | None, bitrate: str
) -> loudness.Meter:
    """
    Encode *sound* and return what is heard of it, decoded again; it is never whole in memory
    a second time.
    """
    encoders.encode(sound, rate, target, binary=binary, group=group, bitrate=bitrate)
    args = ffmpeg.arguments(binary, commands.decode_again(target, rate=rate))
    meter = loudness.Meter(rate)
    with ffmpeg.Process(args, timeout_seconds=DECODE_SECONDS, group=group) as process:
        for block in process.blocks(HEARD_SECONDS * rate * 8):
            part = np.frombuffer(block[: len(block) // 8 * 8], np.float32).reshape(-1, 2)
            meter.hear(np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0))
        process.finish()
    return meter


def fitted(sound: Samples, samples: int) -> Samples:
    """
    Return *sound* with exactly *samples*: a resampler's rounding is one either way.
    """
    fitted = np.zeros((samples, 2), np.float32)
    kept = sound[:samples]
    fitted[: len(kept)] = kept
    return fitted


def identity(timeline: Timeline, suffix: str, binary: Ffmpeg) -> str:
    """
    Return the name of all that decides an ad's sound.
    """
    media = {each.id: each.sha256 for each in timeline.media}
    bed = timeline.bed
    voice: list[Json] = [
        [media[each.media], each.start_sample, each.samples, each.source_sample, each.speed]
        for each in timeline.voice
    ]
    return work.digest(
        {
            "sound": SOUND,
            "build": binary.fingerprint,
            "mixing": [np.__version__, soxr.__version__],
            "suffix": suffix,
            "samples": timeline.samples,
            "voice": voice,
            "bed": [media[bed.media], bed.volume] if bed is not None else None,
            "target": [timeline.loudness_lufs, timeline.true_peak_dbtp],
        }
    )
