"""
When each stretch of film is shown and each text is heard: lengths, speech and joins
agreed with one another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.errors import CompositorError
from ars0n_core.plans import budget, derive
from ars0n_core.plans.conform import speech
from ars0n_core.plans.conform.lengths import Span, settle, water_fill
from ars0n_core.plans.derive import Item
from ars0n_core.timelines import (
    FRAME_RATE,
    SAMPLES_PER_FRAME,
    Look,
    Media,
    Transition,
    frames_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.plans.conform.speech import Utterance
    from ars0n_core.plans.derive import NarratedText
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec

TRANSITION_FRAMES: Final = {
    Look.CUT: 0,
    Look.DISSOLVE: 12,
    Look.DIP: 16,
    Look.WIPE: 12,
    Look.SLIDE: 12,
    Look.PUSH: 12,
    Look.ZOOM: 10,
    Look.WHIP: 8,
}
"""
How long each look takes: quick ones are quick, a dip needs its moment of black.
"""

SCENE_FRAMES_MIN: Final = FRAME_RATE
"""
A scene is shown for a second at least; less only where there are more scenes than time.
"""

_CARD_JOIN: Final = Transition(Look.DISSOLVE, 12)
_JOIN_FRAMES_MIN: Final = 4  # a blend of three frames is a stutter
_PAD_FRAMES: Final = 9  # 0.3 s of picture around a scene's words


@frozen(kw_only=True)
class Stretch:
    """
    One item of the running order with its footage; the card is none.
    """

    item: Item
    media: Media
    footage_frames: int
    fixed_frames: int | None
    look: Look

    @property
    def shown_max(self) -> int:
        """
        For how many frames it can be shown.
        """
        return budget.footage_frames_shown_max(self.footage_frames)


def stretches_of(
    spec: AdSpec, plan: Plan, clips: Mapping[int, Media], custom_clips: Sequence[Media]
) -> list[Stretch]:
    """
    Return the film's stretches in order, each with its footage.
    """
    found: list[Stretch] = []
    for item in derive.running_order(spec, plan):
        if item.scene is not None:
            media = clips[item.scene.scene_index]
            fixed, look = None, item.scene.transition
            footage = media.available_frames or 0
        else:
            index = item.custom_clip or 0
            media, look = custom_clips[index], Look.CUT
            ordered = frames_of(spec.custom_clips[index].duration_seconds)
            footage = media.available_frames or ordered
            fixed = min(ordered, budget.footage_frames_shown_max(footage))
        found.append(
            Stretch(item=item, media=media, footage_frames=footage, fixed_frames=fixed, look=look)
        )
    return found


def owners_of(
    stretches: Sequence[Stretch], texts: Sequence[NarratedText], parted: Sequence[Utterance]
) -> list[int]:
    """
    Return the stretch each utterance belongs to.
    """
    places = {
        (s.item.scene.scene_index if s.item.scene else None, s.item.custom_clip): i
        for i, s in enumerate(stretches)
    }
    spoken = [texts[utterance.text_index] for utterance in parted]
    return [places[text.scene_index, text.custom_clip] for text in spoken]


def lay_out(
    spec: AdSpec,
    stretches: Sequence[Stretch],
    parted: Sequence[Utterance],
    owners: Sequence[int],
    *,
    frames: int,
) -> tuple[list[Transition], list[int], tuple[Utterance, ...]]:
    """
    Return the join into each stretch (and the card), the frames at which each begins
    and the last one ends, and the utterances in their places.
    """
    joins = [Transition(s.look, TRANSITION_FRAMES[s.look]) for s in stretches]
    joins[0] = Transition(Look.CUT, 0)
    if spec.has_end_card:
        joins.append(_CARD_JOIN)
    card = budget.CARD_FRAMES if spec.has_end_card else 0
    # footage gives way in this order: whole joins, half joins, cuts, a longer card
    for divisor, card_frames in (
        (1, card), (2, card), (0, card), (0, budget.CARD_FRAMES_MAX if card else 0),
    ):  # fmt: skip
        attempt = [_shorter(join, divisor) for join in joins]
        time = frames - card_frames
        spans = _spans(stretches, attempt, parted, owners, time=time, card_frames=card_frames)
        lengths = water_fill(spans, time)
        if lengths is not None:
            break
    else:
        seconds = sum(s.footage_frames for s in stretches) / FRAME_RATE
        message = f"{seconds:.1f} s of footage can't fill an ad of {frames / FRAME_RATE:g} s"
        raise CompositorError(message, media=stretches[0].media.id)
    if card_frames:
        least, most = budget.CARD_FRAMES_MIN, budget.CARD_FRAMES_MAX
        spans.append(Span(wanted=card_frames, least=least, most=most))
        lengths.append(card_frames)
    cuts = [0]
    for length in lengths:
        cuts.append(cuts[-1] + length)
    laid = _lay_speech(parted, owners, cuts, stretches=len(stretches), frames=frames)
    cuts = settle(cuts, spans, _pauses(laid, owners, cuts, stretches=len(stretches)))
    laid = _lay_speech(laid, owners, cuts, stretches=len(stretches), frames=frames)
    return attempt, cuts[: len(stretches) + 1], laid


def _shorter(join: Transition, divisor: int) -> Transition:
    if not divisor:
        return Transition(Look.CUT, 0)
    return Transition(join.look, join.frames // divisor)


def _spans(
    stretches: Sequence[Stretch],
    joins: Sequence[Transition],
    parted: Sequence[Utterance],
    owners: Sequence[int],
    *,
    time: int,
    card_frames: int,
) -> list[Span]:
    """
    Return what each stretch wants, *time* frames being there for all before the card.
    """
    fixed = sum(s.fixed_frames or 0 for s in stretches)
    scenes = sum(1 for s in stretches if s.fixed_frames is None)
    fair = (time - fixed) // max(scenes, 1)
    least = max(min(SCENE_FRAMES_MIN, fair), 1)
    wanted = _speech_frames(stretches, parted, owners)
    spans: list[Span] = []
    for i, stretch in enumerate(stretches):
        if stretch.fixed_frames is not None:
            spans.append(Span(wanted=0, least=stretch.fixed_frames, most=stretch.fixed_frames))
            continue
        join_in = joins[i].frames
        join_out = joins[i + 1].frames if i + 1 < len(joins) else 0
        # a join lies around its cut: the later picture begins half of it before
        most = max(stretch.shown_max - (join_in - join_in // 2) - join_out // 2, 0)
        seconds = stretch.item.scene.duration_seconds if stretch.item.scene else 0.0
        silent = wanted[i] == 0
        spans.append(
            Span(
                wanted=min(fair, 2 * SCENE_FRAMES_MIN) if silent else wanted[i],
                least=min(least, most),
                most=most,
                weight=max(seconds, 1.0),
            )
        )
    over = sum(span.wanted if span.most != span.least else span.most for span in spans) - time
    last = spans[-1]
    if over > 0 and card_frames and stretches[-1].fixed_frames is None:
        # what can't be said before the card is said under it, not hurried before
        under = min(over, card_frames - speech.TAIL // SAMPLES_PER_FRAME)
        spans[-1] = evolve(last, wanted=max(last.wanted - under, last.least))
    return spans


def _speech_frames(
    stretches: Sequence[Stretch], parted: Sequence[Utterance], owners: Sequence[int]
) -> list[int]:
    """
    Return how many frames each stretch's words take; what a custom clip can't hold is
    said over the scene after it, or before.
    """
    frames = [0] * len(stretches)
    for i in range(len(stretches)):
        own = [u for u, owner in zip(parted, owners, strict=True) if owner == i]
        if own:
            frames[i] += -(-speech.spoken_samples(own) // SAMPLES_PER_FRAME) + _PAD_FRAMES
        held = stretches[i].fixed_frames
        if held is not None:
            # A clip always has a scene beside it: an ad without scenes is no film.
            beside = i + 1 if i + 1 < len(stretches) else i - 1
            frames[beside] += max(frames[i] - held, 0)
            frames[i] = min(frames[i], held)
    return frames


def _lay_speech(
    parted: Sequence[Utterance],
    owners: Sequence[int],
    cuts: Sequence[int],
    *,
    stretches: int,
    frames: int,
) -> tuple[Utterance, ...]:
    samples = frames * SAMPLES_PER_FRAME
    windows: list[tuple[int, int]] = []
    for owner in owners:
        start, end = cuts[owner] * SAMPLES_PER_FRAME, cuts[owner + 1] * SAMPLES_PER_FRAME
        if owner == stretches - 1 and cuts[owner + 1] == frames:
            end -= speech.TAIL
        windows.append((start, end))
    return speech.lay(parted, windows, samples=samples)


def _pauses(
    laid: Sequence[Utterance], owners: Sequence[int], cuts: Sequence[int], *, stretches: int
) -> list[tuple[int, int]]:
    """
    Return for each cut the frames between the words before it and the words after it.
    """
    pauses: list[tuple[int, int]] = []
    for i, cut in enumerate(cuts):
        before = [u.end_sample for u, o in zip(laid, owners, strict=True) if o < i]
        after = [u.start_sample for u, o in zip(laid, owners, strict=True) if o >= i]
        first = -(-max(before, default=0) // SAMPLES_PER_FRAME)
        last = min(after, default=cuts[-1] * SAMPLES_PER_FRAME) // SAMPLES_PER_FRAME
        if i == stretches and i + 1 < len(cuts) and first > cut:
            # speech runs under the card: it comes up where the speaker breathes
            first = last = _breath(laid, cut, cuts[-1])
        pauses.append((first, last))
    return pauses


def _breath(laid: Sequence[Utterance], cut: int, frames: int) -> int:
    """
    Return the frame near *cut* at which the card interrupts the speaker least.
    """
    earliest, latest = frames - budget.CARD_FRAMES_MAX, frames - budget.CARD_FRAMES_MIN
    best, best_frame = 0.0, cut
    spoken = [(u, word) for u in laid for word in u.words]
    for (u, word), (v, following) in pairwise(spoken):
        start = u.heard_seconds(word.end_seconds)
        end = v.heard_seconds(following.start_seconds)
        frame = round((start + end) / 2 * FRAME_RATE)
        if not earliest <= frame <= latest:
            continue
        mark = word.text[-1:]
        worth = min(end - start, 0.5) + (
            0.5 if mark in ".!?…。！？" else 0.2 if mark in ",;:" else 0
        )
        worth -= abs(frame - cut) / FRAME_RATE / 4
        if worth > best:
            best, best_frame = worth, frame
    return best_frame


def fit_joins(
    joins: Sequence[Transition], stretches: Sequence[Stretch], cuts: Sequence[int], frames: int
) -> list[Transition]:
    """
    Return *joins*, none longer than a third of a neighbour or than a custom clip's
    footage reaches past its time; a very short one is a cut.
    """
    edges = [*cuts, frames]
    fitted = [Transition(Look.CUT, 0)]
    for i in range(1, len(joins)):
        shortest = min(edges[i] - edges[i - 1], edges[i + 1] - edges[i])
        spare = stretches[i - 1].shown_max - (edges[i] - edges[i - 1])
        length = min(joins[i].frames, shortest // 3, 2 * spare)
        whole = length >= _JOIN_FRAMES_MIN
        fitted.append(Transition(joins[i].look, length) if whole else Transition(Look.CUT, 0))
    return fitted
