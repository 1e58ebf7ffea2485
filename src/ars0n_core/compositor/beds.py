"""
Music under speech: looped on the beat, turned down where somebody speaks, and ended.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import evolve, frozen

from ars0n_core.compositor import filters, loudness, tapes, voices
from ars0n_core.compositor.filters import Samples
from ars0n_core.compositor.tapes import Tape
from ars0n_core.timelines import SAMPLE_RATE

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

EARLY_SECONDS: Final = 0.25
RELEASE_SECONDS: Final = 0.8
HOLD_SECONDS: Final = 1.0
"""
The bed is down before the word, comes back within a second of the phrase, slowly, and stays down
over the gaps inside it: rising into them and falling again would be heard as pumping.
"""

WORD_HOPS: Final = 10

FADE_IN_SECONDS: Final = 0.3
FADE_OUT_SECONDS: Final = 1.2

SEAM_SECONDS: Final = 0.06
"""
The crossfade at a loop's joint: shorter than a beat, longer than a click.
"""

LOOP_MIN: Final = 4_800
"""
Samples, a tenth of a second: what is shorter would be a buzz, not music.
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


@frozen(kw_only=True, eq=False)
class Loop:
    """
    Music on a *tape* repeated for as long as anybody reads: from sample *first* on, one turn every
    *length* samples, each going on under the next for a *seam*; ``still`` is what its channels
    have when nothing moves, and is taken away; one of them is turned where they are ``opposed``.
    """

    tape: Tape
    first: int
    length: int
    seam: int
    still: Samples
    opposed: bool

    def read(self, start: int, count: int) -> Samples:
        """
        Return (count, 2) from sample *start* of the repeated music on.
        """
        turn, place = divmod(start, self.length)
        if (not turn or place >= self.seam) and place + count <= self.length:
            return self._moving(place, count)
        out = np.zeros((count, 2), np.float32)
        turn = max(0, (start - self.seam) // self.length)
        while (place := turn * self.length) < start + count:
            self._add(out, turn, place - start)
            turn += 1
        return out

    def _moving(self, place: int, count: int) -> Samples:
        """
        Return (count, 2) of a turn from *place* on, without what stands still.
        """
        sound = self.tape.read(self.first + place, count)
        for channel in np.flatnonzero(self.still):  # numpy is slow with rows of two
            sound[:, channel] -= self.still[0, channel]
        if self.opposed:
            sound[:, 1] *= -1
        return sound

    def _add(self, out: Samples, turn: int, place: int) -> None:
        """
        Lay one *turn*, which begins at *place* of *out*, where it is heard.
        """
        low, high = max(0, -place), min(self.length + self.seam, len(out) - place)
        if low >= high:
            return
        sound = self._moving(low, high - low)
        if turn and low < self.seam:
            head = sound[: self.seam - low]
            head *= _quarter(self.seam)[low : low + len(head)]
        if high > self.length:
            tail = sound[max(0, self.length - low) :]
            begun = max(0, low - self.length)
            tail *= _quarter(self.seam)[::-1][begun : begun + len(tail)]
        out[place + low : place + high] += sound


def _quarter(seam: int) -> Samples:
    """
    Return (seam, 1) rising as a quarter sine: with its mirror image the power stays the same.
    """
    angle = (np.arange(seam, dtype=np.float32) + np.float32(0.5)) / max(1, seam) * (np.pi / 2)
    return np.sin(angle, dtype=np.float32)[:, None]


OPPOSED: Final = 0.01
LOOKS: Final = 24
"""
What is left of both channels' power in their sum, -20 dB, where they cancel each other out; and in
how many places that is looked at.
"""

FAINT: Final = 0.001
SPARE_SECONDS: Final = 10.0
"""
What is silence before the first sound, -60 dB; how much of it, past the ad's length, is left out.
"""


def looped(music: Tape, samples: int, rate: int) -> Loop:
    """
    Return *music* (2 channels) repeated to *samples*.

    Silence before its first sound is left out. Music that flows from its end into its start is
    simply repeated. Anything else is cut where its beat is as at its start, and joined there by a short crossfade.
    """
    still, opposed = music.still, _is_opposed(music)
    as_it_is = Loop(tape=music, first=0, length=music.samples, seam=0, still=still, opposed=opposed)
    waits = np.abs(music.read(0, LOOP_MIN) - still).max() < FAINT
    if music.samples >= samples and not waits:
        return as_it_is
    facts = _looked_at(music, 0, music.samples)
    if music.samples >= samples:
        first, last = _trimmed(music, facts, still)
        if last - first >= samples:
            return evolve(as_it_is, first=first, length=last - first)
    if _is_seamless(music, facts, still, rate):
        return as_it_is
    first, last = _trimmed(music, facts, still)
    if (first, last) != (0, music.samples):
        facts = _looked_at(music, first, last)
    end = _loop_end(facts, last - first, rate)
    seam = min(round(SEAM_SECONDS * rate), end // 4, last - first - end)
    return evolve(as_it_is, first=first, length=end, seam=seam)


def _is_opposed(music: Tape) -> bool:
    """
    Whether the channels of *music* cancel each other out, in every part of it that is looked at:
    a telephone's one loudspeaker would play nothing of it.
    """
    places = np.linspace(0, max(0, music.samples - LOOP_MIN), LOOKS).astype(int).tolist()
    parts = [music.read(place, ONSETS_HOP) - music.still for place in places]
    powers = [(float(np.square(p.sum(axis=1)).sum()), float(np.square(p).sum())) for p in parts]
    return max(both for _, both in powers) > 0 and all(
        mono <= OPPOSED * both for mono, both in powers
    )


@frozen(kw_only=True, eq=False)
class _Facts:
    """
    What one look at music tells: the peak and the energy (both channels as one) of each whole
    `ONSETS_HOP`, and the mean power.
    """

    peaks: Samples
    energies: Samples
    power: float


def _looked_at(music: Tape, first: int, last: int) -> _Facts:
    peaks, energies = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    power = 0.0
    for _, block in tapes.blocks(music.read, first, last):
        left, right = block.T.copy()
        whole = len(block) // ONSETS_HOP
        mono = ((left + right) * np.float32(0.5))[: whole * ONSETS_HOP].reshape(whole, -1)
        energies.append(np.einsum("hs,hs->h", mono, mono))
        peaks.append(loudness.peaks_of(block, ONSETS_HOP))
        power += float(np.einsum("s,s->", left, left) + np.einsum("s,s->", right, right))
    return _Facts(
        peaks=np.concatenate(peaks),
        energies=np.concatenate(energies),
        power=power / max(1, last - first) / 2,
    )


def _is_seamless(music: Tape, facts: _Facts, still: Samples, rate: int) -> bool:
    """
    Whether the last sample leads into the first as neighbours inside the music do.
    """
    edge = round(0.02 * rate)
    if music.samples < 4 * edge:
        return False
    level = float(np.sqrt(max(0.0, facts.power - float(np.mean(still * still)))))
    head = music.read(0, edge) - still
    tail = music.read(music.samples - edge, edge) - still
    ends = [float(np.sqrt(np.mean(part * part))) for part in (head, tail)]
    if min(ends) < QUIET * level:
        return False
    around = np.concatenate([tail, head])
    steps = np.abs(np.diff(around, axis=0)).max(axis=1)
    bends = np.abs(np.diff(around, n=2, axis=0)).max(axis=1)
    joint = edge - 1
    usual_step = np.delete(steps, joint).max()
    usual_bend = np.delete(bends, [joint - 1, joint]).max()
    flows = steps[joint] <= 1.5 * usual_step
    flows &= bends[joint - 1 : joint + 1].max() <= 1.5 * usual_bend
    return bool(flows) and _is_in_step(_onsets(facts))


def _onsets(facts: _Facts) -> Samples:
    """
    Return how much louder each `ONSETS_HOP` of music is than the one before.
    """
    energy = np.log(facts.energies + 1e-8)
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


def _trimmed(music: Tape, facts: _Facts, still: Samples) -> tuple[int, int]:
    """
    Return the first sample of *music* that isn't silence, and the one after the last.
    """
    highest = max(float(facts.peaks.max(initial=0)), 1e-9)
    hops = np.flatnonzero(facts.peaks > QUIET * highest).tolist()
    edges: list[int] = []
    for order, end in ((hops, 0), (hops[::-1], -1)):
        for hop in order:
            place = hop * ONSETS_HOP
            part = music.read(place, min(ONSETS_HOP, music.samples - place)) - still
            loud = np.flatnonzero(np.abs(part).max(axis=1) > QUIET * highest)
            if len(loud):
                edges.append(place + int(loud[end]))
                break
    if len(edges) < 2 or edges[1] - edges[0] < LOOP_MIN:  # noqa: PLR2004 - both edges
        return 0, music.samples
    return edges[0], edges[1] + 1


def _loop_end(facts: _Facts, samples: int, rate: int) -> int:
    """
    Return the sample in the second half after which music of so many *samples* best goes on from
    its start: where the rhythm of onsets resembles the opening's most.
    """
    onsets = _onsets(facts)
    count = len(onsets)
    match = min(round(MATCH_SECONDS * rate / ONSETS_HOP), count // 3)
    fallback = samples - min(round(SEAM_SECONDS * rate), samples // 4)
    if match < 20:  # noqa: PLR2004 - 0.2 s: too short to have a beat
        return fallback
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


def presence(powers: Samples, rate: int) -> Samples:
    """
    Return, for a voice of these *powers*, every `voices.HOP` samples how much the bed makes room:
    0 not at all, 1 all the way; it moves in smooth steps, early down and late up.
    """
    if not len(powers):
        return np.zeros(1, np.float32)
    speech = voices.spoken(powers)
    # A click or a breath is no word: something of a syllable's length has to be about it.
    around = np.convolve(speech, np.ones(2 * WORD_HOPS + 1))[WORD_HOPS:-WORD_HOPS]
    active = np.nonzero(speech & (around > WORD_HOPS / 2))[0]
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


@frozen(kw_only=True, eq=False)
class Music:
    """
    A bed of so many *samples* at its level under a voice: looped, turned down by *gains*, one
    every `voices.HOP`, and faded at both ends.
    """

    loop: Loop
    gains: Samples
    samples: int

    def read(self, start: int, count: int) -> Samples:
        """
        Return (count, 2) of the bed from sample *start* on.
        """
        sound = self.loop.read(start, count)
        filters.shape(sound, self.gains, voices.HOP, start)
        rise = min(round(FADE_IN_SECONDS * SAMPLE_RATE), self.samples // 4)
        fall = min(round(FADE_OUT_SECONDS * SAMPLE_RATE), self.samples // 2)
        if start < rise:
            head = sound[: rise - start]
            head *= ramp(rise)[start : start + len(head)]
        begun = start + count - (self.samples - fall)
        if begun > 0:
            tail = sound[max(0, count - begun) :]
            place = max(0, begun - count)
            tail *= ramp(fall)[::-1][place : place + len(tail)]
        return sound


def level_of(loop: Loop, samples: int) -> float:
    """
    Return the loudness, LUFS, of so many *samples* of *loop*.
    """
    meter = loudness.Meter(SAMPLE_RATE, looked="not")
    for _, block in tapes.blocks(loop.read, 0, samples):
        meter.hear(block)
    return meter.found().integrated_lufs


def settled(loop: Loop, level: float, powers: Samples, volume: float, samples: int) -> Music | None:
    """
    Return *loop*, of this *level*, at its own under a voice of these *powers*; None if volume or
    music are silent.
    """
    if volume <= 0 or level <= voices.HEARD_LUFS:
        return None
    gain = (voices.LEVEL_LUFS + gain_db(volume) - level) / 20
    room = presence(powers, SAMPLE_RATE)
    gains = 10 ** (np.float32(gain) + np.float32(DUCK_DB / 20) * room)
    return Music(loop=loop, gains=gains.astype(np.float32), samples=samples)


def ramp(samples: int) -> Samples:
    """
    Return (samples, 1) rising from 0 to 1 as a quarter sine squared.
    """
    angle = (np.arange(samples, dtype=np.float32) + np.float32(0.5)) / max(1, samples)
    return np.asarray(np.sin(angle * (np.pi / 2)) ** 2, np.float32)[:, None]
