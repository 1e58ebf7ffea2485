"""
How long each scene and join is where footage, speech and time don't agree.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from attrs import evolve

from ars0n_core.errors import CompositorError
from ars0n_core.plans.conform import layout
from ars0n_core.plans.conform.cut import LINE_COLUMNS, SIZES
from ars0n_core.plans.conform.layout import Stretch
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.plans.derive import Item
from ars0n_core.plans.model import Scene
from ars0n_core.specs.model import AdSpec, AspectRatio
from ars0n_core.timelines import Look, Media, MediaKind, Transition, Word

SPEC = AdSpec(prompt="p", duration_seconds=15, voice_id="v", company_name="Nordlys")


def test_each_shape_has_its_size_and_its_lines() -> None:
    assert SIZES == {
        AspectRatio.PORTRAIT: (720, 1280),
        AspectRatio.LANDSCAPE: (1280, 720),
        AspectRatio.SQUARE: (1080, 1080),
        AspectRatio.FEED: (1080, 1350),
    }
    assert LINE_COLUMNS == {
        AspectRatio.PORTRAIT: 26,
        AspectRatio.LANDSCAPE: 42,
        AspectRatio.SQUARE: 34,
        AspectRatio.FEED: 28,
    }


def scene(index: int, frames: int, look: Look = Look.DISSOLVE) -> Stretch:
    media = Media(
        id=f"clip-{index}", kind=MediaKind.FOOTAGE, sha256="0" * 64, available_frames=frames
    )
    item = Item(scene=Scene(scene_index=index, description="d", duration_seconds=6))
    return Stretch(item=item, media=media, footage_frames=frames, fixed_frames=None, look=look)


def custom(frames: int) -> Stretch:
    return evolve(scene(9, frames), item=Item(custom_clip=0), fixed_frames=frames, look=Look.CUT)


def spoken(seconds: float, start: float = 0.0, words: tuple[Word, ...] = ()) -> Utterance:
    return Utterance(
        text_index=0, source_sample=0, source_samples=round(seconds * 48_000), words=words,
        start_sample=round(start * 48_000),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("footage", "join", "card"),
    [
        # 390 frames, slowed by a tenth, are as many as whole joins and the card leave to be filled
        (117, 12, 90),
        # then joins are half as long
        (116, 6, 90),
        (113, 6, 90),
        # then there are none
        (112, 0, 90),
        (108, 0, 90),
        # then the card stands for four seconds
        (107, 0, 120),
        (99, 0, 120),
    ],
)
def test_where_footage_is_scarce_joins_give_way_first_and_then_the_card_comes_early(
    footage: int, join: int, card: int
) -> None:
    stretches = [scene(i, footage) for i in range(3)]
    joins, cuts, _ = layout.lay_out(SPEC, stretches, [], [], frames=450)
    joins = layout.fit_joins(joins, stretches, cuts, 450)

    assert [each.frames for each in joins] == [0, join, join, join]
    assert cuts[-1] == 450 - card
    for stretch, (start, end) in zip(stretches, pairwise(cuts), strict=True):
        assert end - start <= stretch.shown_max


def test_footage_that_fills_nothing_is_refused() -> None:
    with pytest.raises(CompositorError, match=r"9\.8 s of footage can't fill an ad of 15 s"):
        layout.lay_out(SPEC, [scene(i, 98) for i in range(3)], [], [], frames=450)


@pytest.mark.parametrize("look", Look)
def test_a_join_is_no_longer_than_a_third_of_what_it_joins(look: Look) -> None:
    whole = Transition(look, layout.TRANSITION_FRAMES[look])
    for first, second in ((18, 90), (90, 18)):
        cuts = [0, first, first + second]
        stretches = [scene(0, 180), scene(1, 180)]
        _, join = layout.fit_joins([whole, whole], stretches, cuts, cuts[-1])
        assert join.frames == min(whole.frames, 6)
    # nor than the earlier scene's footage lasts
    _, join = layout.fit_joins([whole, whole], [scene(0, 81), scene(1, 180)], [0, 88, 178], 178)
    assert join.frames == min(whole.frames, 4)
    # and three frames of a blend are none
    _, join = layout.fit_joins([whole, whole], [scene(0, 81), scene(1, 180)], [0, 89, 178], 178)
    assert join == Transition(Look.CUT, 0)


def test_what_a_customers_clip_is_too_short_for_is_said_over_the_scene_beside_it() -> None:
    # 3 s of speech and the pause after it take 96 frames, and 9 around them are its scene's
    three = spoken(3.0)
    over_next = layout._speech_frames([custom(60), scene(0, 180)], [three], [0])
    assert over_next == [60, 45]
    over_last = layout._speech_frames([scene(0, 180), custom(60)], [three, three], [0, 1])
    assert over_last == [105 + 45, 60]
    assert layout._speech_frames([custom(180), scene(0, 180)], [three], [0]) == [105, 0]


def breath_at(*pauses: tuple[int, int, str], cut: int = 360) -> int:
    """
    Where the card comes up over a speaker who pauses (first frame, frames, after what mark).
    """
    at, words = 9.0, []
    for first, frames, mark in pauses:
        words.append(Word(text=f"w{mark}", start_seconds=at, end_seconds=first / 30, segment=0))
        at = (first + frames) / 30
    words.append(Word(text="end.", start_seconds=at, end_seconds=14.5, segment=0))
    return layout._breath([spoken(15.0, words=tuple(words))], cut, 450)


def test_the_card_comes_up_where_the_speaker_breathes() -> None:
    # at the end of a sentence rather than in a nearer pause
    assert breath_at((335, 10, "."), (360, 2, "")) == 340
    # at a comma rather than in a pause as long, a little nearer
    assert breath_at((344, 4, ","), (358, 4, "")) == 346
    # of two pauses in the longer
    assert breath_at((350, 2, ""), (364, 12, "")) == 370
    # of two alike in the nearer
    assert breath_at((340, 6, ""), (352, 6, "")) == 355
    # never so that it stands for more than four seconds or for less than two and a half
    assert breath_at((310, 20, "."), (380, 20, ".")) == 360


def test_cuts_may_move_between_the_words_before_and_after_them_and_the_cards_to_a_breath() -> None:
    first = evolve(spoken(4.65, start=0.25), text_index=0)
    words = (
        Word(text="one.", start_seconds=0.0, end_seconds=6.3, segment=1),
        Word(text="two", start_seconds=6.7, end_seconds=7.5, segment=1),
    )
    ended, running = spoken(5.5, start=5.2), spoken(7.5, start=5.2, words=words)
    cuts = [0, 150, 360, 450]

    free = layout._pauses([first, ended], [0, 1], cuts, stretches=2)
    assert free == [(0, 7), (147, 156), (321, 450), (321, 450)]
    # who still speaks when the card is due pauses from 11.5 to 11.9 s: it comes up between
    *_, card, _ = layout._pauses([first, running], [0, 1], cuts, stretches=2)
    assert card == (351, 351)
