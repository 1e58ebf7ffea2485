"""
A sound brought to its loudness under its ceiling, encoded, and measured on what was encoded.

**Owns** the gain, the limiter, the riding of levels, and the proof. **Does not own** measuring
(`loudness`) or encoding (`encoders`). **Invariants**: the encoded file decodes to exactly the
samples it was made of; its loudness and true peak are those measured on the decoded file, not
hoped for; silence is never amplified; after the limiter no true peak is above the ceiling by
more than the interpolation's error.

All that is decided is decided on what was noted of each grain, some 5 ms of sound; the samples
themselves are read twice, to be mixed and to be encoded.

Start at `master`.
"""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import soxr
from attrs import field, frozen

from ars0n_core.compositor import encoders, filters, loudness, tapes
from ars0n_core.compositor.groups import Once
from ars0n_core.compositor.loudness import Loudness, Peaks
from ars0n_core.compositor.tapes import Tape
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.filters import Samples
    from ars0n_core.compositor.tapes import Read

CODEC_MARGINS_DB: Final = {".mp3": 0.7, ".m4a": 0.4, ".wav": 0.05}
"""
How far under the ceiling the first encode aims: at 192 kbit/s the codecs raise peaks by up to
this much in most ads, which are then right at once.
"""

CODEC_GAINS_DB: Final = {".mp3": -0.27}
"""
What the codecs make of a level: LAME turns every sound down so that its filters don't clip.
"""

ROUNDS: Final = 3
BRING_ROUNDS: Final = 12
LITTLE_DB: Final = -0.3
"""
What the limiter may take without having changed the loudness.
"""

CLOSE_LU: Final = 0.2
"""
How near the decoded file must come to be right; the rules ask for 0.5.
"""

MET_LU: Final = 0.03
GAIN_DB_MAX: Final = 30.0
"""
What is quieter than this under the target is nearly silence, and stays quiet.
"""

ATTACK_DB: Final = 2.0
"""
How fast the limiter's gain falls, dB a grain, in look-ahead.
"""

RELEASE: Final = 0.06
"""
Share of the way back to 1 the limiter's gain recovers in a grain: 80 ms time constant.
"""

SOONER: Final = 0.9
"""
How far under what is asked peaks are found at once: a gain that is raised a little asks again.
"""

EVEN_BLOCKS: Final = 5
EVEN_ROUNDS: Final = 8
"""
Each turning down lowers the integrated loudness too, and with it the limit; it converges.
"""

EVEN_MARGIN_LU: Final = 0.5
"""
How far under a short-term limit the level is ridden: what tolerance and codec may add.
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


@frozen(kw_only=True, eq=False)
class Take:
    """
    A sound to be mastered, stereo, on *tape*: of each grain its K-weighted power and its highest
    sample, and between samples where somebody asked.
    """

    tape: Tape
    rate: int
    powers: npt.NDArray[np.float64]
    peaks: Peaks
    _known: npt.NDArray[np.float64] = field(repr=False)
    """
    From which level on each is true.
    """

    @property
    def grain(self) -> int:
        """
        The samples of a grain.
        """
        return loudness.grain(self.rate)

    def peaks_above(self, least: npt.NDArray[np.floating]) -> Peaks:
        """
        Return the peak of each grain, true wherever it may reach *least* (linear).
        """
        near = (self.peaks > least * loudness.NEARLY) & (self._known > least)
        asked = np.flatnonzero(near)
        if len(asked):
            above = least[asked] * SOONER
            found = loudness.true_peaks(self.tape.read, asked, self.grain, above)
            self.peaks[asked] = np.maximum(self.peaks[asked], found)
            self._known[asked] = above
        return self.peaks


def taken(parts: Iterable[Samples], rate: int, path: Path) -> Take:
    """
    Return *parts* (samples, 2) on a tape at *path*, heard while they are written.
    """
    meter = loudness.Meter(rate, looked="at")

    def heard() -> Iterator[Samples]:
        for part in parts:
            meter.hear(part)
            yield part

    tape = tapes.recorded(heard(), path, 2, ours=True)
    peaks = meter.peaks
    return Take(
        tape=tape, rate=rate, powers=meter.powers, peaks=peaks, known=np.full(len(peaks), np.inf)
    )


def resampled(take: Take, rate: int, path: Path) -> Take:
    """
    Return *take* at another *rate*: to the sample as long.
    """
    return taken(_at_rate(take.tape, take.rate, rate), rate, path)


def _at_rate(tape: Tape, old: int, new: int) -> Iterator[Samples]:
    """
    Yield *tape* at another rate, exactly as long: a resampler's rounding is one either way.
    """
    left = tape.samples * new // old
    stream = soxr.ResampleStream(old, new, 2, dtype="float32", quality="VHQ")
    for place, block in tapes.blocks(tape.read, 0, tape.samples):
        last = place + len(block) == tape.samples
        part = stream.resample_chunk(block, last=last)[:left]
        left -= len(part)
        yield part
    yield np.zeros((left, 2), np.float32)


def master(
    take: Take,
    target: Path,
    *,
    target_lufs: float,
    ceiling_dbtp: float,
    binary: Ffmpeg,
    short_term_max_lufs: float | None = None,
    bitrate: str | None = None,
    group: Group | None = None,
) -> Encoded:
    """
    Bring *take* to its loudness under its ceiling, encode it to *target*, and measure what a
    listener's decoder gives; aim again where the codec moved it.

    Where no 3 s may be louder than *short_term_max_lufs*, the level is ridden before.
    """
    ridden = np.ones(len(take.peaks) + 1)
    if short_term_max_lufs is not None:
        ridden = even(take, short_term_max_lufs - target_lufs - EVEN_MARGIN_LU)
    aim_lufs = target_lufs - CODEC_GAINS_DB.get(target.suffix, 0.0)
    aim_dbtp = ceiling_dbtp - CODEC_MARGINS_DB.get(target.suffix, 0.4)
    rounds, samples = 0, take.tape.samples
    while True:
        rounds += 1
        encoders.encode(
            _decided(take, partial(brought, take, ridden, aim_lufs, aim_dbtp)), samples, take.rate,
            target, binary=binary, group=group, bitrate=bitrate,
        )  # fmt: skip
        heard = listen(target, take.rate, binary=binary, group=group)
        if heard.samples != samples:
            raise CompositorError(
                f"{target.name} decodes to {heard.samples} samples, not {samples}"
            )
        found = heard.found()
        over = found.true_peak_dbtp - ceiling_dbtp
        miss = found.integrated_lufs - target_lufs
        reachable = found.integrated_lufs > loudness.SILENCE_LUFS
        right = over <= 0 and (abs(miss) <= CLOSE_LU or not reachable)
        if right or rounds == ROUNDS:
            return Encoded(
                path=target, rate=take.rate, samples=samples, loudness=found, rounds=rounds
            )
        if over > 0:
            aim_dbtp -= over + 0.05
        if reachable and abs(miss) > CLOSE_LU:
            aim_lufs -= miss


def listen(
    path: Path,
    rate: int,
    *,
    name: str | None = None,
    seconds_max: float | None = None,
    binary: Ffmpeg,
    group: Group | None = None,
) -> loudness.Meter:
    """
    Return what is heard of an encoded sound; it is never whole in memory.
    """
    meter = loudness.Meter(rate)
    with contextlib.closing(
        tapes.heard(path, name, rate=rate, seconds_max=seconds_max, binary=binary, group=group)
    ) as parts:
        for part in parts:
            meter.hear(part)
    return meter


def mastered(take: Take, gains: npt.NDArray[np.float64]) -> Read:
    """
    Return what reads *take* with *gains*, one where each grain begins and one at the end.
    """
    line = gains.astype(np.float32)

    def read(start: int, count: int) -> Samples:
        sound = take.tape.read(start, count)
        filters.shape(sound, line, take.grain, start)
        return sound

    return read


def _decided(take: Take, decide: Callable[[], npt.NDArray[np.float64]]) -> Read:
    """
    Return what reads *take* with the gains that *decide* gives when the first sample is asked
    for: by then the encoders have been started, which takes as long.
    """
    made: Once[Read] = Once()

    def read(start: int, count: int) -> Samples:
        return made.get(lambda: mastered(take, decide()))(start, count)

    return read


def brought(
    take: Take, ridden: npt.NDArray[np.float64], aim_lufs: float, aim_dbtp: float
) -> npt.NDArray[np.float64]:
    """
    Return the gains that bring *take*, *ridden* by gains of its own, to what is aimed at: one
    static gain to the loudness, then the limiter; what limiting took away is given back, by as
    much more as it was seen to take, until both hold.
    """
    level = _level(take, ridden)
    if level <= loudness.SILENCE_LUFS:
        return ridden
    ceiling = 10 ** (aim_dbtp / 20)
    gain = min(aim_lufs - level, GAIN_DB_MAX)
    before: tuple[float, float] | None = None
    for _ in range(BRING_ROUNDS):
        raised = ridden * 10 ** (gain / 20)
        highest = np.maximum(raised[:-1], raised[1:])
        peaks = take.peaks_above(ceiling / np.maximum(highest, 1e-9)) * highest
        limited, turned = limit(peaks, ceiling)
        gains = raised * limited
        if turned > LITTLE_DB or gain >= GAIN_DB_MAX:
            break
        level = _level(take, gains)
        miss = aim_lufs - level
        if abs(miss) <= MET_LU:
            break
        yielded = 1.0
        if before is not None and abs(gain - before[0]) > MET_LU:
            yielded = min(1.0, max(0.3, (level - before[1]) / (gain - before[0])))
        before = gain, level
        gain = min(gain + miss / yielded, GAIN_DB_MAX)
    return gains


def _level(take: Take, gains: npt.NDArray[np.float64]) -> float:
    """
    Return the loudness of *take* with *gains*.
    """
    return loudness.integrated(_blocks(take, gains))


def _blocks(take: Take, gains: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    grains = take.rate // loudness.BLOCKS_A_SECOND // take.grain
    powers = take.powers * loudness.gained(gains, len(take.powers), 1)
    return loudness.by_blocks(powers, grains)


def limit(peaks: npt.NDArray[np.floating], ceiling: float) -> tuple[npt.NDArray[np.float64], float]:
    """
    Return the gains, one where each grain begins and one at the end, that keep a sound with
    these *peaks* under *ceiling* (linear), and the most it is turned down, dB.

    Both channels get the same gain. It falls before a peak, at most `ATTACK_DB` a grain, and
    within a grain it runs straight between values that are safe for both neighbours.
    """
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if needed.min(initial=1.0) >= 1:
        return np.ones(len(peaks) + 1), 0.0
    slope = ATTACK_DB / 20 * np.log(10) * np.arange(len(peaks))
    early = np.minimum.accumulate((np.log(needed) + slope)[::-1])[::-1] - slope
    safe = _released(np.exp(early))
    nodes = np.minimum(np.append(safe[:1], safe), np.append(safe, safe[-1:]))
    return nodes, float(20 * np.log10(safe.min()))


def _released(wanted: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """
    Return gains that fall with those *wanted* and rise a share of the way to them a grain.

    Each is the lesser of the wanted one and one that depends on the gain before; two such steps
    in a row are one of the same kind, so that all are taken in a few doublings.
    """
    most, kept, added = wanted.copy(), np.full(len(wanted), 1 - RELEASE), RELEASE * wanted
    step = 1
    while step < len(wanted):
        most[step:] = np.minimum(most[step:], kept[step:] * most[:-step] + added[step:])
        added[step:] += kept[step:] * added[:-step]
        kept[step:] *= kept[:-step]
        step *= 2
    return np.asarray(np.minimum(most, kept * wanted[0] + added))


def even(take: Take, above_lu: float) -> npt.NDArray[np.float64]:
    """
    Return gains that turn down every stretch of *take* whose short-term loudness stands more
    than *above_lu* over the integrated one; the gain bends over half a second either way.
    """
    grains = take.rate // loudness.BLOCKS_A_SECOND // take.grain
    window = np.hanning(EVEN_BLOCKS + 2)[1:-1]
    gains = np.ones(len(take.peaks) + 1)
    for _ in range(EVEN_ROUNDS):
        powers = _blocks(take, gains)
        level = loudness.integrated(powers)
        windows = loudness.lufs(loudness.sliding(powers, loudness.SHORT_TERM_BLOCKS))
        over = np.maximum(0, windows - level - above_lu)
        if level <= loudness.SILENCE_LUFS or not over.any():
            break
        reach = np.zeros(len(powers) + EVEN_BLOCKS)
        for index in np.flatnonzero(over).tolist():
            part = slice(index, index + loudness.SHORT_TERM_BLOCKS + EVEN_BLOCKS - 1)
            reach[part] = np.maximum(reach[part], over[index])
        bent = np.convolve(reach, window / window.sum(), "valid")[: len(powers)]
        places = np.arange(len(gains)) / grains
        gains *= np.interp(places, np.arange(len(bent)), 10 ** (-bent / 20))
    return gains
