"""
Sound too long for memory: raw samples in a file of the job's folder, written once in order and
read anywhere.

**Owns** those files, and decoding into them. **Does not own** what is made of the samples.
**Invariants**: of any sound no more than a block is in memory; a file is gone when its tape is
closed; what is not finite in a source is silence.

Start at `decoded`.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from ars0n_core.compositor import commands, ffmpeg, waves
from ars0n_core.compositor.disks import writing
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import TypeAlias

    import numpy.typing as npt

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.filters import Samples

    Read: TypeAlias = Callable[[int, int], Samples]
    """
    Gives so many samples from one on; always as many as asked.
    """

BLOCK: Final = 48_000
"""
Samples worked on at once: a second or so, whole tenths of one at every usual rate.
"""

DECODE_SECONDS: Final = 120.0
"""
A time-out: a minute of sound takes a hundredth of it.
"""

VALUE_BYTES: Final = 4
SUMMED: Final = 240
FAINT: Final = 0.01
APART: Final = 10.0
"""
A narrator whose channels add up to less than -40 dB, while either alone has ten times that power,
was recorded with one of them the wrong way round: they are taken from one.
"""

STILL: Final = 1e-4
"""
A channel whose mean is further from zero, -80 dB, has a constant in it that nobody hears: it
takes room under the ceiling, and clicks where the sound begins and ends.
"""


class Tape:
    """
    A file of raw samples of so many *channels*; the first is the file's first. It is a new one,
    unless it is *written* already. In what is *ours*, nothing stands still.
    """

    def __init__(
        self, path: Path, channels: int, *, written: bool = False, ours: bool = False
    ) -> None:
        self.path = path
        self.channels = channels
        self.samples = 0
        self._is_ours = ours
        self._sums = np.zeros(channels)
        with writing():
            self._out = path.open("rb" if written else "wb", buffering=0)
            if written:
                self.samples = path.stat().st_size // (VALUE_BYTES * channels)
        for _, block in blocks(self.read, 0, self.samples):
            self._sums += _sums(block)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """
        Remove the file.
        """
        self._out.close()
        self.path.unlink(missing_ok=True)

    def write(self, block: Samples) -> None:
        """
        Append *block* (samples, channels).

        Raises:
            CompositorError: The disk is full, or broken.
        """
        if not len(block):
            return
        left = np.ascontiguousarray(block, np.float32).data.cast("B")
        with writing():
            while left:
                left = left[self._out.write(left) or 0 :]
        self.samples += len(block)
        if not self._is_ours:
            self._sums += _sums(block)

    @property
    def still(self) -> Samples:
        """
        What each channel has when nothing moves, (1, channels): nothing below `STILL`.
        """
        means = self._sums / max(1, self.samples)
        return np.where(np.abs(means) > STILL, means, 0).astype(np.float32)[None]

    def read(self, start: int, count: int) -> Samples:
        """
        Return (count, channels) from sample *start* on; silence where there is nothing.
        """
        first, last = max(start, 0), min(start + count, self.samples)
        if first >= last:
            return np.zeros((count, self.channels), np.float32)
        step = self.channels
        found = np.fromfile(
            self.path, np.float32, (last - first) * step, offset=first * step * VALUE_BYTES
        ).reshape(-1, step)
        if len(found) == count:
            return found
        out = np.zeros((count, step), np.float32)
        out[first - start : first - start + len(found)] = found
        return out


def _sums(block: Samples) -> npt.NDArray[np.float64]:
    """
    Return the sum of each channel: many samples of all channels at once, which is faster.
    """
    channels = block.shape[1]
    whole = len(block) // SUMMED * SUMMED
    wide = block[:whole].reshape(-1, SUMMED * channels).sum(axis=0).reshape(SUMMED, channels)
    return np.asarray(wide.sum(axis=0, dtype=np.float64) + block[whole:].sum(axis=0))


def blocks(read: Read, first: int, last: int, size: int = BLOCK) -> Iterator[tuple[int, Samples]]:
    """
    Yield (place, block) of what *read* gives from sample *first* up to *last*.
    """
    for place in range(first, last, size):
        yield place, read(place, min(size, last - place))


def recorded(parts: Iterable[Samples], path: Path, channels: int, *, ours: bool = False) -> Tape:
    """
    Return *parts* on a tape.
    """
    tape = Tape(path, channels, ours=ours)
    try:
        for part in parts:
            tape.write(part)
    except BaseException:
        tape.close()
        raise
    return tape


def decoded(
    source: Path,
    name: str,
    path: Path,
    *,
    channels: int,
    seconds_max: float,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Tape:
    """
    Return the first *seconds_max* of a sound at 48 kHz on a tape at *path*; as one channel, what
    all of its channels have together, or the louder of two that cancel each other out.

    Raises:
        CompositorError: There is no sound in it; *name* is named.
    """
    told: dict[str, Any] = {"seconds_max": seconds_max, "binary": binary, "group": group}
    tape = _decoded(source, name, path, channels=channels, **told)
    if channels > 1 or any(np.abs(block).max() > FAINT for _, block in _whole(tape)):
        return tape
    with _decoded(source, name, path.with_suffix(".both"), channels=2, **told) as both:
        powers = _powers(both)
        if powers.max() > APART * _powers(tape)[0]:
            louder = slice(powers.argmax(), powers.argmax() + 1)
            tape.close()
            tape = recorded((block[:, louder] for _, block in _whole(both)), path, 1)
    return tape


def _whole(tape: Tape) -> Iterator[tuple[int, Samples]]:
    return blocks(tape.read, 0, tape.samples)


def _powers(tape: Tape) -> npt.NDArray[np.float64]:
    """
    Return the power of each channel, summed.
    """
    found = np.zeros(tape.channels)
    for _, block in _whole(tape):
        found += np.einsum("sc,sc->c", block, block, dtype=np.float64)
    return found


def _decoded(
    source: Path,
    name: str,
    path: Path,
    *,
    channels: int,
    seconds_max: float,
    binary: Ffmpeg,
    group: Group | None,
) -> Tape:
    wave = waves.opened(source)
    parts = (
        waves.heard(wave, rate=SAMPLE_RATE, channels=channels, seconds_max=seconds_max)
        if wave is not None
        else heard(
            source, name, channels=channels, seconds_max=seconds_max, binary=binary, group=group
        )
    )
    with contextlib.closing(parts):
        tape = recorded(parts, path, channels)
    if not tape.samples:
        tape.close()
        raise CompositorError(f"{name} holds no sound", media=name)
    return tape


def heard(
    source: Path,
    name: str | None,
    *,
    channels: int = 2,
    rate: int = SAMPLE_RATE,
    seconds_max: float | None = None,
    binary: Ffmpeg,
    group: Group | None = None,
) -> Generator[Samples, None, None]:
    """
    Yield what a decoder gives of the first sound in a file, in parts (samples, channels), each
    until the next is asked for; without *seconds_max* it is our own file.

    Raises:
        CompositorError: It can't be decoded; *name* is named.
    """
    graph = (
        commands.decode_again(source, rate=rate)
        if seconds_max is None
        else commands.decode_sound(source, rate=rate, channels=channels, seconds_max=seconds_max)
    )
    args = ffmpeg.arguments(binary, graph)
    step = VALUE_BYTES * channels
    left = None if seconds_max is None else round((seconds_max + 0.5) * rate)
    with ffmpeg.Process(args, timeout_seconds=DECODE_SECONDS, media=name, group=group) as process:
        buffer = np.empty((BLOCK, channels), np.float32)
        while count := process.read_into(buffer.data.cast("B")) // step:
            part = buffer[: count if left is None else min(count, left)]
            if not np.isfinite(np.vdot(part, part)):  # one pass tells that none has to be mended
                part = np.nan_to_num(part, nan=0.0, posinf=0.0, neginf=0.0)
            yield part
            left = None if left is None else left - len(part)
        process.finish()
