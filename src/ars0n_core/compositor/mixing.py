"""
Speech placed to the sample, and a bed under it.

**Owns** the mix, block by block. **Does not own** levels of speech (`voices`) and music (`beds`),
when anything is heard (`timelines`), nor what becomes of the mix (`mastering`). **Invariants**:
the mix has exactly the samples of its timeline; it is the sum of its two parts; in what blocks
it is read changes no sample.

Start at `parts`.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import beds, ffmpeg, stretch, tapes, voices
from ars0n_core.compositor.beds import Music
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.compositor.tapes import Tape
from ars0n_core.compositor.voices import Voice
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import SAMPLE_RATE, Sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ars0n_core.compositor.beds import Loop
    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.filters import Samples
    from ars0n_core.timelines import Timeline

EDGE_SECONDS: Final = 0.005
"""
Speech is faded in and out this long where it is cut, and the mix at its end, so that no cut
clicks.
"""

MISSING_SECONDS: Final = 0.25
"""
How much shorter than the cut says a narration may be: rounding, not a broken file.
"""


@frozen(kw_only=True, eq=False)
class Parts:
    """
    The speech and the bed of an ad of so many *samples*, at the levels at which their sum is the
    mix.
    """

    samples: int
    speech: Voice
    bed: Music | None

    def voice(self, start: int, count: int) -> Samples:
        """
        Return (count, 2) of the speech from sample *start* on.
        """
        return self._closed(np.repeat(self.speech.read(start, count), 2, axis=1), start)

    def music(self, start: int, count: int) -> Samples:
        """
        Return (count, 2) of the bed from sample *start* on.
        """
        if self.bed is None:
            return np.zeros((count, 2), np.float32)
        return self._closed(self.bed.read(start, count), start)

    def mix(self, start: int, count: int) -> Samples:
        """
        Return (count, 2) of both from sample *start* on.
        """
        if self.bed is None:
            return self.voice(start, count)
        sound = self.bed.read(start, count)
        sound += self.speech.read(start, count)
        return self._closed(sound, start)

    def _closed(self, sound: Samples, start: int) -> Samples:
        """
        Return *sound*, the end of the ad faded out.
        """
        edge = min(round(EDGE_SECONDS * SAMPLE_RATE), self.samples // 2)
        begun = start + len(sound) - (self.samples - edge)
        if begun > 0:
            tail = sound[max(0, len(sound) - begun) :]
            place = max(0, begun - len(sound))
            tail *= beds.ramp(edge)[::-1][place : place + len(tail)]
        return sound


@contextlib.contextmanager
def parts(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Iterator[Parts]:
    """
    Give the parts of *timeline*'s sound, on tapes in *folder* until the block is left.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    group = group or Group()
    with contextlib.ExitStack() as kept:
        listen = partial(_speech, timeline, media, folder, binary, group, kept)
        play = partial(_bed, timeline, media, folder, binary, group, kept)
        found: dict[str, Voice | Loop | None] = {}

        def hear(name: str, job: partial[Voice] | partial[Loop | None]) -> None:
            found[name] = job()

        jobs = [partial(hear, "voice", listen), partial(hear, "music", play)]
        ffmpeg.in_parallel(jobs, workers=len(jobs), group=group)
        voice, loop = found["voice"], found["music"]
        assert isinstance(voice, voices.Voice)  # noqa: S101 (for the type checker)
        bed = None
        if isinstance(loop, beds.Loop) and timeline.bed is not None:
            bed = beds.settled(loop, voice.powers, timeline.bed.volume, timeline.samples)
        yield Parts(samples=timeline.samples, speech=voice, bed=bed)


def _bed(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    binary: Ffmpeg,
    group: Group,
    kept: contextlib.ExitStack,
) -> Loop | None:
    bed = timeline.bed
    if bed is None or bed.volume <= 0:
        return None
    music = kept.enter_context(
        tapes.decoded(
            media[bed.media], bed.media, folder / "music.tape", channels=2,
            seconds_max=timeline.samples / SAMPLE_RATE, binary=binary, group=group,
        )
    )  # fmt: skip
    if music.samples < beds.LOOP_MIN:
        raise CompositorError(
            f"{bed.media} is {music.samples / SAMPLE_RATE:.3f} s of sound: music needs at least "
            f"{beds.LOOP_MIN / SAMPLE_RATE:g} s",
            media=bed.media,
        )
    return beds.looped(music, timeline.samples, SAMPLE_RATE)


def _speech(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    binary: Ffmpeg,
    group: Group,
    kept: contextlib.ExitStack,
) -> Voice:
    track = narration(timeline, media, folder, kept, binary=binary, group=group)
    voice = voices.treated(track.read, timeline.samples, folder / "voice.tape")
    kept.enter_context(voice.tape)
    return voice


@frozen(kw_only=True, eq=False)
class Narration:
    """
    Every stretch of speech where the cut has it: its tape, and where on it the stretch begins.
    """

    stretches: tuple[tuple[Sound, Tape, int], ...]

    def read(self, start: int, count: int) -> Samples:
        """
        Return (count, 1) of the track from sample *start* on.
        """
        track = np.zeros((count, 1), np.float32)
        for sound, tape, begin in self.stretches:
            first = max(start, sound.start_sample)
            last = min(start + count, sound.start_sample + sound.samples)
            if first >= last:
                continue
            within = first - sound.start_sample
            spoken = tape.read(begin + within, last - first) - tape.still
            _edged(spoken, within, sound.samples)
            track[first - start : last - start] += spoken
        return track


def _edged(spoken: Samples, start: int, samples: int) -> None:
    """
    Fade, in place, what is *spoken* from *start* on of a stretch of so many *samples*, where the
    stretch begins and ends.
    """
    edge = min(round(EDGE_SECONDS * SAMPLE_RATE), samples // 2)
    ramp = beds.ramp(edge)
    if start < edge:
        head = spoken[: edge - start]
        head *= ramp[start : start + len(head)]
    begun = start + len(spoken) - (samples - edge)
    if begun > 0:
        tail = spoken[max(0, len(spoken) - begun) :]
        place = max(0, begun - len(spoken))
        tail *= ramp[::-1][place : place + len(tail)]


def narration(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    kept: contextlib.ExitStack,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Narration:
    """
    Return the speech of *timeline*, on tapes in *folder* until *kept* is closed.
    """
    reach: dict[str, float] = {}
    for sound in timeline.voice:
        end = sound.source_sample + sound.samples * sound.speed
        reach[sound.media] = max(reach.get(sound.media, 0.0), end)
    sources: dict[str, Tape] = {}
    for number, (name, end) in enumerate(reach.items()):
        source = tapes.decoded(
            media[name], name, folder / f"speech{number}.tape", channels=1,
            seconds_max=end / SAMPLE_RATE + 0.1, binary=binary, group=group,
        )  # fmt: skip
        sources[name] = kept.enter_context(source)
        if source.samples < end - MISSING_SECONDS * SAMPLE_RATE:
            raise CompositorError(
                f"{name} is {source.samples / SAMPLE_RATE:.2f} s of sound, "
                f"but the cut takes {end / SAMPLE_RATE:.2f} s of it",
                media=name,
            )
    stretches: list[tuple[Sound, Tape, int]] = []
    for number, sound in enumerate(timeline.voice):
        source = sources[sound.media]
        if sound.speed == 1:
            stretches.append((sound, source, sound.source_sample))
            continue
        spoken = stretch.stretched(source.read, sound.source_sample, sound.speed, sound.samples)
        paced = tapes.recorded(spoken, folder / f"paced{number}.tape", 1)
        stretches.append((sound, kept.enter_context(paced), 0))
    return Narration(stretches=tuple(stretches))
