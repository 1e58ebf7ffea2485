"""
Music under speech: looped on the beat, turned down where somebody speaks, and ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import filters, loudness, voices

if TYPE_CHECKING:
    from ars0n_core.compositor.filters import Samples

UNDER_DB: Final = -8.0
"""
Where a bed of the default volume stands to the voice while nobody speaks.
"""

DUCK_DB: Final = -14.0
"""
How far speech turns it down; with `UNDER_DB` the bed lies 22 dB under the words. Broadcasters
ask for 15 to 20 dB on good loudspeakers; ads are heard on telephones in the street, and a
recogniser found a quarter more of a deep voice's words at 22 dB than at 19.
"""

DEFAULT_VOLUME: Final = 0.3
VOLUME_DB_A_DECADE: Final = 16.0
"""
Full volume is 8 dB over the default: still 13 dB under the words.
"""

EARLY_SECONDS: Final = 0.15
RELEASE_SECONDS: Final = 0.55
HOLD_SECONDS: Final = 0.7
"""
The bed goes down before the word, comes back after the phrase, and stays down over the
gaps inside it: shorter ones would be heard as pumping.
"""

FADE_IN_SECONDS: Final = 0.3
FADE_OUT_SECONDS: Final = 1.2

SEAM_SECONDS: Final = 0.06
"""
The crossfade at a loop's joint: shorter than a beat, longer than a click.
"""

ONSETS_HOP: Final = 480
MATCH_SECONDS: Final = 4.0
BEAT_HOPS: Final = (24, 200)
BEAT_LIKENESS: Final = 0.25
STEP_HOPS: Final = 3
"""
A beat is looked for from 30 to 250 a minute, taken for one if the onsets are that much alike
from one to the next, and lost if it comes 30 ms early or late: listeners notice from there.
"""

QUIET: Final = 0.01
"""
-40 dB of the bed's own level: what ends below this has faded out.
"""


def looped(music: Samples, samples: int, rate: int) -> Samples:
    """
    Return *music* (n, 2) repeated to *samples*.

    Music that flows from its end into its start is simply repeated. Anything else is cut
    where its beat is as at its start, and joined there by a short crossfade.
    """
    if len(music) >= samples:
        return music[:samples]
    if not len(music):
        return np.zeros((samples, 2), np.float32)
    if _is_seamless(music, rate):
        turns = -(-samples // len(music))
        return np.tile(music, (turns, 1))[:samples]
    music = _trimmed(music)
    end = _loop_end(music, rate)
    seam = min(round(SEAM_SECONDS * rate), end // 4, len(music) - end)
    out = np.zeros((samples, 2), np.float32)
    angle = (np.arange(seam, dtype=np.float32) + np.float32(0.5)) / max(1, seam) * (np.pi / 2)
    rise = np.sin(angle, dtype=np.float32)[:, None]
    place = 0
    while place < samples:
        turn = music[: end + seam].copy()
        if place:
            turn[:seam] *= rise
        turn[end:] *= rise[::-1]
        kept = turn[: samples - place]
        out[place : place + len(kept)] += kept
        place += end
    return out


def _is_seamless(music: Samples, rate: int) -> bool:
    """
    Whether the last sample leads into the first as neighbours inside the music do.
    """
    edge = round(0.02 * rate)
    if len(music) < 4 * edge:
        return False
    level = float(np.sqrt(np.mean(music * music)))
    ends = [float(np.sqrt(np.mean(part * part))) for part in (music[:edge], music[-edge:])]
    if min(ends) < QUIET * level:
        return False
    around = np.concatenate([music[-edge:], music[:edge]])
    steps = np.abs(np.diff(around, axis=0)).max(axis=1)
    bends = np.abs(np.diff(around, n=2, axis=0)).max(axis=1)
    joint = edge - 1
    usual_step = np.delete(steps, joint).max()
    usual_bend = np.delete(bends, [joint - 1, joint]).max()
    flows = steps[joint] <= 1.5 * usual_step
    flows &= bends[joint - 1 : joint + 1].max() <= 1.5 * usual_bend
    return bool(flows) and _is_in_step(_onsets(music))


def _onsets(music: Samples) -> Samples:
    """
    Return how much louder each `ONSETS_HOP` of *music* is than the one before.
    """
    count = len(music) // ONSETS_HOP
    mono = music[: count * ONSETS_HOP].mean(axis=1).reshape(count, ONSETS_HOP)
    energy = np.log(np.einsum("hs,hs->h", mono, mono) + 1e-8)
    return np.asarray(np.maximum(np.diff(energy, prepend=energy[:1]), 0), np.float32)


def _is_in_step(onsets: Samples) -> bool:
    """
    Whether the beat goes on when music with these *onsets* is begun again at its end: what has
    no beat can't lose it.
    """
    count = len(onsets)
    waves = np.fft.rfft(onsets - onsets.mean(), 2 * count)
    likeness = np.fft.irfft(waves * waves.conj())[: count // 2]
    least, most = BEAT_HOPS
    if count < 4 * least or likeness[0] <= 0:
        return True
    likeness *= count / np.arange(count, count - len(likeness), -1)
    within = likeness[least : min(most, len(likeness))]
    # The shortest of equally good periods: the others are its multiples.
    period = float(least + int(np.argmax(within >= 0.9 * within.max())))
    if within.max() < BEAT_LIKENESS * likeness[0]:
        return True
    turns = 1
    while 2 * turns * period + 2 < len(likeness):
        turns *= 2
        near = round(turns * period)
        period = (near - 2 + int(np.argmax(likeness[near - 2 : near + 3]))) / turns
    return abs(count / period - round(count / period)) * period <= STEP_HOPS


def _trimmed(music: Samples) -> Samples:
    """
    Return *music* without silence at either end.
    """
    loud = np.abs(music).max(axis=1)
    heard = np.nonzero(loud > QUIET * max(float(loud.max()), 1e-9))[0]
    return music[heard[0] : heard[-1] + 1] if len(heard) else music


def _loop_end(music: Samples, rate: int) -> int:
    """
    Return the sample in the second half after which the music best goes on from its start:
    where the rhythm of onsets resembles the opening's most.
    """
    count = len(music) // ONSETS_HOP
    match = min(round(MATCH_SECONDS * rate / ONSETS_HOP), count // 3)
    fallback = len(music) - min(round(SEAM_SECONDS * rate), len(music) // 4)
    if match < 20:  # noqa: PLR2004 - 0.2 s: too short to have a beat
        return fallback
    onsets = _onsets(music)
    opening = onsets[:match] - onsets[:match].mean()
    places = np.lib.stride_tricks.sliding_window_view(onsets, match)
    spread = places.std(axis=1) * match + 1e-6
    likeness = (places @ opening) / spread
    first = count // 2
    candidates = likeness[first : count - match + 1]
    if not len(candidates) or float(opening @ opening) < 1e-9:  # noqa: PLR2004 - no onsets
        return fallback
    # The later of equally good places: a longer loop is heard less.
    bias = np.linspace(0, 0.05 * float(np.ptp(candidates) + 1e-9), len(candidates))
    return (first + int((candidates + bias).argmax())) * ONSETS_HOP


def presence(voice: Samples, rate: int) -> Samples:
    """
    Return, every `voices.HOP` samples of *voice* (samples,), how much the bed makes room:
    0 not at all, 1 all the way; it moves in smooth steps, early down and late up.
    """
    powers = voices.levels(voice)
    speech = voices.spoken(powers)
    active = np.nonzero(speech)[0]
    room = np.zeros(len(powers) + 1, np.float32)
    if not len(active):
        return room
    hops = rate / voices.HOP
    index = np.arange(len(room))
    after = np.searchsorted(active, index)
    following = active[np.minimum(after, len(active) - 1)]
    preceding = active[np.maximum(after - 1, 0)]
    until = np.where(following >= index, following - index, np.inf)
    since = np.where(preceding < index, index - preceding, np.inf)
    inside = until + since <= HOLD_SECONDS * hops
    down = np.clip(1 - until / (EARLY_SECONDS * hops), 0, 1)
    hang = 0.1 * hops  # a word's last sound dies away before the bed moves
    up = np.clip(1 - (since - hang) / (RELEASE_SECONDS * hops), 0, 1)
    amount = np.where(inside, 1, np.maximum(down, up))
    return np.asarray(amount * amount * (3 - 2 * amount), np.float32)


def gain_db(volume: float) -> float:
    """
    Return where a bed of this *volume* (over 0) stands to the voice while nobody speaks.

    >>> gain_db(0.3)
    -8.0
    >>> round(gain_db(1.0), 1)
    0.4
    """
    return UNDER_DB + VOLUME_DB_A_DECADE * float(np.log10(volume / DEFAULT_VOLUME))


def settle(music: Samples, voice: Samples, volume: float, rate: int) -> None:
    """
    Bring *music* (samples, 2) in place to its level under *voice* (samples,): gain, duck,
    fades at both ends. Volume 0 and silent music are silence.
    """
    level = loudness.integrated(loudness.block_powers(music, rate))
    if volume <= 0 or level <= voices.HEARD_LUFS:
        music[:] = 0
        return
    music *= np.float32(10 ** ((voices.LEVEL_LUFS + gain_db(volume) - level) / 20))
    room = presence(voice, rate)
    curve = 10 ** (np.float32(DUCK_DB / 20) * room)
    filters.scale_by_curve(music, curve.astype(np.float32), voices.HOP)
    fade(music, rate)


def fade(music: Samples, rate: int) -> None:
    """
    Fade *music* in at its start and out at its end, in place.
    """
    rise = min(round(FADE_IN_SECONDS * rate), len(music) // 4)
    fall = min(round(FADE_OUT_SECONDS * rate), len(music) // 2)
    music[:rise] *= _ramp(rise)
    music[len(music) - fall :] *= _ramp(fall)[::-1]


def _ramp(samples: int) -> Samples:
    """
    Return (samples, 1) rising from 0 to 1 as a quarter sine squared.
    """
    angle = (np.arange(samples, dtype=np.float32) + np.float32(0.5)) / max(1, samples)
    return np.asarray(np.sin(angle * (np.pi / 2)) ** 2, np.float32)[:, None]
