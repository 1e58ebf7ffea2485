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

from ars0n_core import work
from ars0n_core.compositor import beds, ffmpeg, shelves, stretch, tapes, voices, waves
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
    from ars0n_core.compositor.cache import Cache
    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.filters import Samples
    from ars0n_core.timelines import Timeline

EDGE_SECONDS: Final = 0.005
"""
Speech is faded in and out this long where it is cut, and the mix at its end, so that no cut
clicks.
"""

KEPT: Final = 2
"""
Counts changes after which the same music is decoded to another bed.
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
        spoken = self.speech.read(start, count)[:, 0]
        for channel in range(2):  # a column at once: numpy would add pair by pair
            sound[:, channel] += spoken
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
    cache: Cache | None = None,
) -> Iterator[Parts]:
    """
    Give the parts of *timeline*'s sound, on tapes in *folder* until the block is left; a decoded
    bed is kept in *cache*.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    group = group or Group()
    with contextlib.ExitStack() as kept:
        listen = partial(_speech, timeline, media, folder, binary, group, kept)
        play = partial(_bed, timeline, media, folder, binary, group, cache, kept)
        found: dict[str, Voice] = {}
        music: dict[str, tuple[Loop, float] | None] = {}
        jobs = [lambda: found.update(it=listen()), lambda: music.update(it=play())]
        ffmpeg.in_parallel(jobs, workers=len(jobs), group=group)
        voice, bed = found["it"], None
        if (played := music["it"]) is not None and timeline.bed is not None:
            loop, level = played
            bed = beds.settled(loop, level, voice.powers, timeline.bed.volume, timeline.samples)
        yield Parts(samples=timeline.samples, speech=voice, bed=bed)


def _bed(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    binary: Ffmpeg,
    group: Group,
    cache: Cache | None,
    kept: contextlib.ExitStack,
) -> tuple[Loop, float] | None:
    """
    Return the bed repeated as long as the ad, and its loudness.
    """
    bed = timeline.bed
    if bed is None or bed.volume <= 0:
        return None
    source = media[bed.media]
    sha256 = next((each.sha256 for each in timeline.media if each.id == bed.media), None)
    shelf = None
    # What a decoder isn't needed for is sooner read than kept.
    if cache is not None and sha256 and waves.opened(source) is None:
        shelf = shelves.Shelf(cache=cache, folder=folder, key=work.digest(
            {"bed": KEPT, "build": binary.fingerprint, "media": sha256, "for": timeline.samples,
             "numpy": np.__version__}
        ))  # fmt: skip
    if shelf is not None and (found := shelf.fetch()) is not None:
        tape, level = found
        kept.enter_context(tape)
        return beds.looped(tape, timeline.samples, SAMPLE_RATE), level
    music = kept.enter_context(
        tapes.decoded(
            source, bed.media, folder / "music.tape", channels=2,
            seconds_max=timeline.samples / SAMPLE_RATE + beds.SPARE_SECONDS,
            binary=binary, group=group,
        )
    )  # fmt: skip
    if music.samples < beds.LOOP_MIN:
        raise CompositorError(
            f"{bed.media} is {music.samples / SAMPLE_RATE:.3f} s of sound: music needs at least "
            f"{beds.LOOP_MIN / SAMPLE_RATE:g} s",
            media=bed.media,
        )
    loop = beds.looped(music, timeline.samples, SAMPLE_RATE)
    level = beds.level_of(loop, timeline.samples)
    if shelf is not None:
        shelf.store(music, level)
    return loop, level


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
