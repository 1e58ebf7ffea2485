"""
The sound of an ad: speech placed to the sample, a bed under it, one loudness.

**Owns** what order it is made in, and the name of all that decides it. **Does not own** the mix
(`mixing`), its loudness and peak (`mastering`), or when anything is heard (`timelines`).
**Invariants**: the encoded file decodes to exactly the ordered length; however long it is, no
more than a few seconds of it are in memory.

Start at `make`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import numpy as np
import soxr

from ars0n_core import work
from ars0n_core.compositor import mastering, mixing, tapes
from ars0n_core.compositor.mastering import Encoded
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ars0n_core.compositor.cache import Cache
    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.mastering import Take
    from ars0n_core.timelines import Timeline
    from ars0n_core.work import Json

__all__ = ["RADIO_RATE", "SOUND", "Encoded", "identity", "make", "mixed"]

SOUND: Final = 11
"""
Counts changes after which the same inputs give another sound.
"""

RADIO_RATE: Final = 44_100


def make(
    timeline: Timeline,
    media: Mapping[str, Path],
    target: Path,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
    cache: Cache | None = None,
) -> Encoded:
    """
    Mix the sound of *timeline* and encode it to *target*: ``.mp3`` at 44.1 kHz, else AAC at
    48 kHz. Decoded music is kept in *cache*.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    with (
        contextlib.ExitStack() as kept,
        mixed(timeline, media, target.parent, binary=binary, group=group, cache=cache) as mix,
    ):
        take = mix
        if target.suffix == ".mp3":
            take = mastering.resampled(mix, RADIO_RATE, target.parent / "radio.tape")
            kept.enter_context(take.tape)
        return mastering.master(
            take,
            target,
            target_lufs=timeline.loudness_lufs,
            ceiling_dbtp=timeline.true_peak_dbtp,
            binary=binary,
            group=group,
        )


@contextlib.contextmanager
def mixed(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
    cache: Cache | None = None,
) -> Iterator[Take]:
    """
    Give the mix of *timeline* at 48 kHz, voice and bed at their levels, not yet mastered: on a
    tape in *folder* until the block is left.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    with mixing.parts(timeline, media, folder, binary=binary, group=group, cache=cache) as parts:
        blocks = (block for _, block in tapes.blocks(parts.mix, 0, timeline.samples))
        take = mastering.taken(blocks, SAMPLE_RATE, folder / "mix.tape")
    with take.tape:
        yield take


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
