"""
How loud a sound is, by ITU-R BS.1770-4 and EBU R 128.

**Owns** integrated, momentary and short-term loudness, and 4x true peak. **Does not own** what
is done about them (`mastering`). **Invariants**: `measure` agrees with ffmpeg's ebur128 within
0.1 LU; silence measures `SILENCE_LUFS`; a sound measures the same in whatever parts it comes.
"""

from __future__ import annotations

import functools
import itertools
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ars0n_core.compositor import filters

if TYPE_CHECKING:
    from ars0n_core.compositor.filters import Samples, Section
    from ars0n_core.compositor.tapes import Read

Peaks: TypeAlias = npt.NDArray[np.float32]

SILENCE_LUFS: Final = -70.0
"""
The absolute gate of BS.1770: what stays below is not heard, and no loudness is given.
"""

FLOOR_DBTP: Final = -120.0

RELATIVE_GATE_LU: Final = -10.0
OFFSET_LUFS: Final = -0.691
"""
BS.1770's constant: undoes the K-weighting's gain at 1 kHz.
"""

BLOCKS_A_SECOND: Final = 10
MOMENTARY_BLOCKS: Final = 4
SHORT_TERM_BLOCKS: Final = 30

OVERSAMPLING: Final = 4
TAPS: Final = 24
GRAIN_MAX: Final = 240
METERED_HOPS: Final = 5
"""
Half a second is measured at once: it stays in the processor's cache.
"""

LISTENED: Final = 48_000
"""
Samples looked between at once.
"""

NEARLY: Final = 0.68
"""
Only stretches whose sample peak is within 3.3 dB of the highest are looked at between samples:
at a quarter of the rate a steady tone's crest is 3 dB above its samples, and no real sound stays
further up.
"""

FAR: Final = 50
"""
Grains that need not be looked at in a row, from which on they aren't read.
"""

NEARER: Final = 0.5
"""
Of such a stretch, those pieces of `TAPS` samples whose own peak is within 6 dB.
"""

Looked: TypeAlias = Literal["between", "at", "not"]
"""
Where a meter looks for peaks: between samples, at samples, or nowhere.
"""


@frozen(kw_only=True)
class Loudness:
    """
    What was measured; the two maxima are of 400 ms and of 3 s.
    """

    integrated_lufs: float
    momentary_max_lufs: float
    short_term_max_lufs: float
    true_peak_dbtp: float


def k_weighting(rate: int) -> tuple[Section, Section]:
    """
    Return BS.1770's head shelf and low cut for any rate.

    The analogue prototype's parameters are those De Man (2014) found behind the table
    that the standard prints for 48 kHz only.
    """
    k = np.tan(np.pi * 1681.974450955533 / rate)
    q = 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = (
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    )
    k = np.tan(np.pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    cut = (1.0, -2.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0)
    return shelf, cut


def grain(rate: int) -> int:
    """
    Return the samples in which power and peaks are noted: some 5 ms, a whole number of times in
    100 ms. Short enough for a limiter to leave consonants, long enough not to distort.

    >>> grain(48_000), grain(44_100)
    (240, 210)
    """
    return filters.divisor(rate // BLOCKS_A_SECOND, GRAIN_MAX)


def gained(gains: npt.NDArray[np.floating], grains: int, each: int) -> npt.NDArray[np.float64]:
    """
    Return what a line through *gains*, one every *each* grains from the first on, makes of the
    power of so many *grains*; after the last it stays.
    """
    ends = np.arange(grains + 1) / each
    line = np.interp(ends, np.arange(len(gains)), gains)
    one, two = line[:-1], line[1:]
    return np.asarray((one * one + one * two + two * two) / 3)


def integrated(powers: npt.NDArray[np.float64]) -> float:
    """
    Return the gated loudness in LUFS of 100 ms *powers*.
    """
    momentary = sliding(powers, MOMENTARY_BLOCKS)
    heard = momentary[lufs(momentary) > SILENCE_LUFS]
    if not len(heard):
        return SILENCE_LUFS
    gate = lufs(heard.mean()) + RELATIVE_GATE_LU
    return float(lufs(heard[lufs(heard) > gate].mean()))


def measure(sound: Samples, rate: int) -> Loudness:
    """
    Measure *sound* (samples, channels).
    """
    meter = Meter(rate, sound.shape[1])
    meter.hear(sound)
    return meter.found()


class Meter:
    """
    Measures sound that arrives in parts of any length, of which only the last is kept: how it is
    cut into parts changes nothing.

    ``powers`` (K-weighted, summed over channels) and ``peaks`` (of samples) are those of each
    `grain`; true peaks are *looked* for ``between`` samples, unless only peaks at them are asked
    for, or none.
    """

    def __init__(self, rate: int, channels: int = 2, *, looked: Looked = "between") -> None:
        self.samples = 0
        self.grain = grain(rate)
        self._hop = rate // BLOCKS_A_SECOND
        self._filter = filters.Filter(k_weighting(rate), self._hop, channels, self.grain)
        self._size = METERED_HOPS * self._hop
        self._kept: Samples = np.zeros((0, channels), np.float32)
        self._powers: list[npt.NDArray[np.float64]] = []
        self._peaks: list[Peaks] = []
        self._highest = 0.0
        self._true = 0.0
        self._looked = False
        self._is_noting = looked != "not"
        self._margin = -(-TAPS // self.grain)
        between = np.zeros((0, channels), np.float32)
        self._near: Samples | None = between if looked == "between" else None

    def hear(self, part: Samples) -> None:
        """
        Take in the next *part* (samples, channels).
        """
        self.samples += len(part)
        if len(self._kept):
            room = self._size - len(self._kept)
            self._kept = np.concatenate([self._kept, part[:room]])
            part = part[room:]
            if len(self._kept) < self._size:
                return
            self._note(self._kept)
        whole = len(part) // self._size * self._size
        for start in range(0, whole, self._size):
            self._note(part[start : start + self._size])
        self._kept = part[whole:].copy()

    def _note(self, block: Samples) -> None:
        heard = self._filter.run(block).reshape(block.shape[1], -1, self.grain)
        self._powers.append(np.einsum("cps,cps->p", heard, heard) / np.float64(self.grain))
        if not self._is_noting:
            return
        peaks = peaks_of(block, self.grain)
        self._peaks.append(peaks)
        if self._near is not None:
            self._near = np.concatenate([self._near, block])
            self._listen(peaks, len(self._near) // self.grain - self._margin)

    def _listen(self, peaks: Peaks, until: int) -> None:
        """
        Look between the samples of what is near, from the grain that was not looked at yet up to
        *until*, which has what comes after it; keep what the rest needs before it.
        """
        assert self._near is not None  # noqa: S101 (for the type checker)
        self._highest = max(self._highest, float(peaks.max(initial=0)))
        looked = self._margin if self._looked else 0
        levels = peaks_of(self._near[looked * self.grain : until * self.grain], self.grain)
        least = max(self._highest, self._true)
        grains = looked + np.flatnonzero(levels > least * NEARLY)
        if len(grains):
            above = np.full(len(grains), least)
            found = true_peaks(partial(_within, self._near), grains, self.grain, above)
            self._true = max(self._true, float(found.max()))
        self._looked = True
        self._near = self._near[max(0, until - self._margin) * self.grain :].copy()

    @property
    def powers(self) -> npt.NDArray[np.float64]:
        """
        The power of each whole grain so far.
        """
        self._finish()
        return np.concatenate([np.zeros(0), *self._powers])[: self.samples // self.grain]

    @property
    def peaks(self) -> Peaks:
        """
        The sample peak of each grain so far, the last one in part.
        """
        self._finish()
        count = -(-self.samples // self.grain)
        return np.concatenate([np.zeros(0, np.float32), *self._peaks])[:count]

    def found(self) -> Loudness:
        """
        Return what was measured; it is the end of the sound.
        """
        powers = by_blocks(self.powers, self._hop // self.grain)
        return Loudness(
            integrated_lufs=integrated(powers),
            momentary_max_lufs=_loudest(powers, MOMENTARY_BLOCKS),
            short_term_max_lufs=_loudest(powers, SHORT_TERM_BLOCKS),
            true_peak_dbtp=max(FLOOR_DBTP, float(20 * np.log10(self._true + 1e-12))),
        )

    def _finish(self) -> None:
        """
        Note the last samples, as if silence followed.
        """
        if len(self._kept):
            rest = np.zeros((-(-len(self._kept) // self._hop) * self._hop, self._kept.shape[1]),
                            np.float32)  # fmt: skip
            rest[: len(self._kept)] = self._kept
            self._kept = self._kept[:0]
            self._note(rest)
        if self._near is not None and len(self._near):
            self._listen(self._peaks[-1], len(self._near) // self.grain)
            self._near = self._near[:0]


def by_blocks(powers: npt.NDArray[np.float64], grains: int) -> npt.NDArray[np.float64]:
    """
    Return the power of each whole 100 ms out of those of its *grains*.
    """
    whole = len(powers) // grains * grains
    return np.asarray(powers[:whole].reshape(-1, grains).mean(axis=1))


def lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """
    Return K-weighted *power* as loudness.
    """
    return np.asarray(OFFSET_LUFS + 10 * np.log10(np.asarray(power) + 1e-20))


def sliding(powers: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    """
    Return the mean of every so many *powers* in a row.
    """
    if len(powers) < size:
        return np.empty(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(powers, size).mean(axis=1))


def _loudest(powers: npt.NDArray[np.float64], size: int) -> float:
    means = sliding(powers, size)
    return max(SILENCE_LUFS, float(lufs(means.max()))) if len(means) else SILENCE_LUFS


@functools.cache
def _interpolator(hop: int) -> tuple[int, npt.NDArray[np.float32]]:
    """
    Return how many samples of a *hop* are looked between at once, and the product that does:
    (those and their neighbours, three times those), a quarter, half and three quarters of a
    sample later.
    """
    taps = np.arange(TAPS)[:, None] - (TAPS // 2 - 1)
    late = taps - np.arange(1, OVERSAMPLING)[None] / OVERSAMPLING
    window = np.i0(8 * np.sqrt(np.maximum(0, 1 - (late / (TAPS / 2)) ** 2))) / np.i0(8)
    kernel = np.sinc(late) * window
    kernel /= kernel.sum(axis=0)
    piece = next(size for size in range(TAPS, 0, -1) if hop % size == 0)
    product = np.zeros((piece + TAPS - 1, piece, OVERSAMPLING - 1), np.float32)
    for sample in range(piece):
        product[sample : sample + TAPS, sample] = kernel
    return piece, product.reshape(len(product), -1)


def peaks_of(sound: Samples, hop: int) -> Peaks:
    """
    Return the sample peak of each *hop* of *sound*, the last in part.
    """
    whole = len(sound) // hop
    levels: Peaks = np.abs(sound[: whole * hop]).reshape(whole, -1).max(axis=1, initial=0)
    if whole * hop < len(sound):
        levels = np.append(levels, np.abs(sound[whole * hop :]).max())
    return levels


def true_peaks(
    read: Read, grains: npt.NDArray[np.intp], hop: int, least: npt.NDArray[np.floating]
) -> Peaks:
    """
    Return the highest value (linear) between the samples of each of *grains*, *hop* samples that
    *read* gives with their neighbours, true wherever it may reach *least* (one for each grain).
    """
    span, kernel = _interpolator(hop)
    pieces, before = hop // span, TAPS // 2 - 1
    found = np.zeros(len(grains), np.float32)
    far = np.diff(grains // max(1, LISTENED // hop), prepend=-1) > 0
    far[1:] |= np.diff(grains) > FAR
    for first, last in itertools.pairwise([*np.flatnonzero(far).tolist(), len(grains)]):
        block = grains[first:last] - grains[first]
        count = (int(block[-1]) + 1) * hop
        sound = read(int(grains[first]) * hop - before, count + len(kernel) - span)
        channels = sound.shape[1]
        # A crest lies between the samples of a piece, or after its last.
        inside = np.abs(sound[before : before + count].reshape(-1, hop * channels)[block])
        after = np.abs(sound[before + span :: span].reshape(-1, pieces, channels)[block])
        level = inside.reshape(-1, pieces, span * channels).max(axis=2)
        for channel in range(channels):
            np.maximum(level, after[:, :, channel], out=level)
        which, piece = np.nonzero(level > least[first:last, None] * NEARER)
        if not len(which):
            continue
        step = sound.strides[0]
        windows = np.lib.stride_tricks.as_strided(
            sound, (count // span, channels, len(kernel)), (span * step, sound.strides[1], step),
            writeable=False,
        )[block[which] * pieces + piece]  # fmt: skip
        between = filters.times(windows.reshape(-1, len(kernel)), kernel).reshape(len(which), -1)
        crests = np.maximum(between.max(axis=1), -between.min(axis=1))
        np.maximum.at(found, first + which, crests)
    return found


def _within(sound: Samples, start: int, count: int) -> Samples:
    """
    Return so many samples of *sound* from one on, silence where it has none.
    """
    part = sound[max(0, start) : start + count]
    before = max(0, -start)
    after = count - before - len(part)
    return np.pad(part, ((before, after), (0, 0))) if before or after else part
