"""
How loud a sound is, by ITU-R BS.1770-4 and EBU R 128, and how to keep it under a ceiling.

**Owns** integrated, momentary and short-term loudness, 4x true peak, and the limiter.
**Invariants**: `measure` agrees with ffmpeg's ebur128 within 0.1 LU; after `limit` no
true peak is above the ceiling by more than the interpolation's error; silence measures
`SILENCE_LUFS` and is never amplified.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ars0n_core.compositor import filters

if TYPE_CHECKING:
    from ars0n_core.compositor.filters import Samples, Section

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

EVEN_BLOCKS: Final = 5
EVEN_ROUNDS: Final = 8
"""
Each turning down lowers the integrated loudness too, and with it the limit; it converges.
"""

OVERSAMPLING: Final = 4
TAPS: Final = 24
LIMIT_HOP: Final = 240
"""
The limiter's step, 5 ms: short enough to leave consonants, long enough not to distort.
"""

ATTACK_DB: Final = 2.0
"""
How fast the limiter's gain falls, dB a step, in look-ahead.
"""

RELEASE: Final = 0.06
"""
Share of the way back to 1 the limiter's gain recovers in a step: 80 ms time constant.
"""

NEARLY: Final = 0.5
"""
Only stretches whose sample peak is within 6 dB of the threshold are oversampled: a
true peak stands at most about 3 dB above the samples around it in any real sound.
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


def block_powers(sound: Samples, rate: int) -> npt.NDArray[np.float64]:
    """
    Return the K-weighted power of each whole 100 ms, summed over channels.
    """
    hop = rate // BLOCKS_A_SECOND
    whole = len(sound) // hop
    powers = [np.zeros(0)]
    for _, block in filters.blocks(sound, k_weighting(rate), hop):
        energies = np.einsum("cps,cps->p", block, block, dtype=np.float32)
        powers.append(energies.astype(np.float64).reshape(-1, hop // block.shape[2]).sum(axis=1))
    return np.concatenate(powers)[:whole] / hop


def integrated(powers: npt.NDArray[np.float64]) -> float:
    """
    Return the gated loudness in LUFS of 100 ms *powers*.
    """
    momentary = _sliding(powers, MOMENTARY_BLOCKS)
    heard = momentary[_lufs(momentary) > SILENCE_LUFS]
    if not len(heard):
        return SILENCE_LUFS
    gate = _lufs(heard.mean()) + RELATIVE_GATE_LU
    return float(_lufs(heard[_lufs(heard) > gate].mean()))


def measure(sound: Samples, rate: int) -> Loudness:
    """
    Measure *sound* (samples, channels).
    """
    powers = block_powers(sound, rate)
    return Loudness(
        integrated_lufs=integrated(powers),
        momentary_max_lufs=_loudest(powers, MOMENTARY_BLOCKS),
        short_term_max_lufs=_loudest(powers, SHORT_TERM_BLOCKS),
        true_peak_dbtp=true_peak(sound),
    )


class Meter:
    """
    Measures sound that arrives in parts, of which only the last tail is kept.
    """

    def __init__(self, rate: int) -> None:
        self.samples = 0
        self._rate = rate
        self._hop = rate // BLOCKS_A_SECOND
        self._context = -(-filters.TAIL // self._hop) * self._hop
        self._kept: Samples = np.zeros((0, 2), np.float32)
        self._seen = 0
        self._powers: list[npt.NDArray[np.float64]] = []
        self._highest = 0.0
        self._peak = 0.0

    def hear(self, part: Samples) -> None:
        """
        Take in the next *part* (samples, channels), of any length.
        """
        self.samples += len(part)
        sound = np.concatenate([self._kept, part]) if len(self._kept) else part
        if len(sound):
            self._highest = max(self._highest, float(sound.max()), -float(sound.min()))
            peaks = true_peaks(sound, LIMIT_HOP, self._highest)
            self._peak = max(self._peak, float(peaks.max()))
        powers = block_powers(sound, self._rate)
        self._powers.append(powers[self._seen // self._hop :])
        # What comes next is measured from a whole block on, with the filter's tail before it.
        whole = len(sound) // self._hop * self._hop
        kept = max(0, whole - self._context)
        self._kept, self._seen = sound[kept:].copy(), whole - kept

    def found(self) -> Loudness:
        """
        Return what was measured so far.
        """
        powers = np.concatenate([np.zeros(0), *self._powers])
        peak = float(20 * np.log10(self._peak + 1e-12))
        return Loudness(
            integrated_lufs=integrated(powers),
            momentary_max_lufs=_loudest(powers, MOMENTARY_BLOCKS),
            short_term_max_lufs=_loudest(powers, SHORT_TERM_BLOCKS),
            true_peak_dbtp=max(FLOOR_DBTP, peak),
        )


def even(sound: Samples, rate: int, above_lu: float) -> None:
    """
    Turn down in place every stretch of *sound* whose short-term loudness stands more than
    *above_lu* over the integrated one; the gain bends over half a second either way.
    """
    hop = rate // BLOCKS_A_SECOND
    window = np.hanning(EVEN_BLOCKS + 2)[1:-1]
    for _ in range(EVEN_ROUNDS):
        powers = block_powers(sound, rate)
        level = integrated(powers)
        windows = _lufs(_sliding(powers, SHORT_TERM_BLOCKS))
        over = np.maximum(0, windows - level - above_lu)
        if level <= SILENCE_LUFS or not over.any():
            return
        reach = np.zeros(len(powers) + EVEN_BLOCKS)
        for index in np.flatnonzero(over).tolist():
            part = slice(index, index + SHORT_TERM_BLOCKS + EVEN_BLOCKS - 1)
            reach[part] = np.maximum(reach[part], over[index])
        bent = np.convolve(reach, window / window.sum(), "valid")[: len(powers)]
        gains = 10 ** (-bent / 20)
        count = -(-len(sound) // hop) + 1
        nodes = np.append(gains, np.full(count, gains[-1]))[:count]
        filters.scale_by_curve(sound, nodes.astype(np.float32), hop)


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return np.asarray(OFFSET_LUFS + 10 * np.log10(np.asarray(power) + 1e-20))


def _sliding(powers: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    if len(powers) < size:
        return np.empty(0)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(powers, size).mean(axis=1))


def _loudest(powers: npt.NDArray[np.float64], size: int) -> float:
    means = _sliding(powers, size)
    return max(SILENCE_LUFS, float(_lufs(means.max()))) if len(means) else SILENCE_LUFS


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


def true_peaks(sound: Samples, hop: int, above: float) -> npt.NDArray[np.float32]:
    """
    Return the true peak (linear) of each *hop* samples; stretches that can't reach *above*
    get their sample peak.
    """
    count = -(-len(sound) // hop)
    peaks = np.zeros(count, np.float32)
    whole = len(sound) // hop
    for first in range(0, whole, 1024):
        part = sound[first * hop : min(whole, first + 1024) * hop]
        levels = np.abs(part).reshape(-1, hop * part.shape[1]).max(axis=1)
        peaks[first : first + len(levels)] = levels
    if whole < count:
        peaks[-1] = np.abs(sound[whole * hop :]).max()
    before, after = TAPS // 2 - 1, TAPS // 2
    candidates = np.nonzero(peaks > above * NEARLY)[0]
    for first in range(0, len(candidates), 64):  # 64 stretches at once: some 10 MB of windows
        lot = candidates[first : first + 64]
        near = np.zeros((len(lot), sound.shape[1], hop + TAPS - 1), np.float32)
        for row, index in enumerate(lot.tolist()):
            start = index * hop - before
            piece = sound[max(0, start) : index * hop + hop + after]
            offset = max(0, -start)
            near[row, :, offset : offset + len(piece)] = piece.T
        span, kernel = _interpolator(hop)
        views = np.lib.stride_tricks.sliding_window_view(near, len(kernel), axis=2)
        windows = np.ascontiguousarray(views[:, :, ::span]).reshape(-1, len(kernel))
        between = filters.times(windows, kernel).reshape(len(lot), -1)
        highest = np.maximum(between.max(axis=1), -between.min(axis=1))
        peaks[lot] = np.maximum(peaks[lot], highest)
    return peaks


def true_peak(sound: Samples) -> float:
    """
    Return the highest true peak, dBTP.
    """
    if not len(sound):
        return FLOOR_DBTP
    highest = float(max(sound.max(), -sound.min()))
    peak = float(true_peaks(sound, LIMIT_HOP, highest).max())
    return max(FLOOR_DBTP, float(20 * np.log10(peak + 1e-12)))


def limit(sound: Samples, ceiling_dbtp: float) -> float:
    """
    Keep *sound* under the ceiling in place, and return the most it was turned down, dB.

    Both channels get the same gain. It falls before a peak, at most `ATTACK_DB` a step, and
    within a step it runs straight between values that are safe for both neighbours.
    """
    ceiling = np.float32(10 ** (ceiling_dbtp / 20))
    peaks = true_peaks(sound, LIMIT_HOP, float(ceiling))
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if needed.min() >= 1:
        return 0.0
    gains = needed.tolist()
    slope = 10 ** (ATTACK_DB / 20)
    for index in range(len(gains) - 2, -1, -1):
        gains[index] = min(gains[index], gains[index + 1] * slope)
    gain = gains[0]
    for index, wanted in enumerate(gains):
        gain = wanted if wanted < gain else gain + (wanted - gain) * RELEASE
        gains[index] = gain
    safe = np.asarray(gains, np.float32)
    nodes = np.minimum(np.append(safe[:1], safe), np.append(safe, safe[-1:]))
    filters.scale_by_curve(sound, nodes, LIMIT_HOP)
    return float(20 * np.log10(safe.min()))
