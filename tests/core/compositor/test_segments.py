from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.compositor import segments
from ars0n_core.compositor.segments import Encoding
from ars0n_core.errors import CompositorError
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import Clip, EndCard, Look, Media, MediaKind, Timeline, Transition

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.work import Json

ENCODING = Encoding(build="b", command=("x264",))
DISSOLVE = Transition(Look.DISSOLVE, 10)


def film(lengths: tuple[int, ...] = (150, 160, 140), card: int = 60) -> Timeline:
    clips, place = [], 0
    for index, length in enumerate(lengths):
        joined = DISSOLVE if index else None
        place -= 10 if index else 0
        clips.append(Clip(media=f"c{index}", start_frame=place, frames=length, transition=joined))
        place += length
    end = EndCard(
        design=CtaDesign.BOLD,
        start_frame=place - 10,
        frames=card,
        transition=DISSOLVE,
        company_name="Acme",
    )
    media = tuple(
        Media(id=f"c{index}", kind=MediaKind.FOOTAGE, sha256=f"s{index}")
        for index in range(len(lengths))
    )
    frames = place - 10 + card
    return Timeline(
        width=64,
        height=36,
        frames=frames,
        samples=frames * 1600,
        media=media,
        clips=tuple(clips),
        card=end,
    )


def nothing(first: int, frames: int) -> Json:
    del first, frames
    return []


def keys(timeline: Timeline) -> list[str]:
    return [segment.key for segment in segments.cut(timeline, ENCODING, nothing)]


def test_segments_cover_the_film_once_in_order() -> None:
    timeline = film()
    pieces = segments.cut(timeline, ENCODING, nothing)
    place = 0
    for piece in pieces:
        assert piece.start_frame == place
        assert 0 < piece.frames <= segments.SEGMENT_FRAMES_MAX
        place = piece.end_frame
    assert place == timeline.frames
    assert [piece.frames for piece in pieces if piece.upper is not None] == [10, 10, 10]


def test_an_edited_scene_changes_its_body_and_its_two_overlaps() -> None:
    timeline = film()
    media = list(timeline.media)
    media[1] = evolve(media[1], sha256="new take")
    before, after = keys(timeline), keys(evolve(timeline, media=tuple(media)))
    pieces = segments.cut(timeline, ENCODING, nothing)
    changed = [p for p, a, b in zip(pieces, before, after, strict=True) if a != b]
    assert {(p.lower, p.upper) for p in changed} == {(0, 1), (1, None), (1, 2)}


@pytest.mark.parametrize(
    ("length", "parts"), [(180, [180]), (181, [90, 91]), (360, [180, 180]), (450, [112, 113] * 2)]
)
def test_a_long_scene_is_cut_for_two_workers(length: int, parts: list[int]) -> None:
    alone = evolve(film((length,)), card=None, frames=length, samples=length * 1600)
    assert [each.frames for each in segments.cut(alone, ENCODING, nothing)] == parts


def test_a_longer_opening_moves_the_rest_but_makes_none_of_it_anew() -> None:
    before, after = keys(film()), keys(film((156, 160, 140)))
    # The opening's body and its overlap change; every later segment is found again.
    assert before[3:] == after[3:]
    assert before[:2] != after[:2]


def test_order_and_settings_are_part_of_a_key() -> None:
    timeline = film()
    card = timeline.card
    assert card is not None
    others = [
        evolve(timeline, width=66),
        evolve(timeline, card=evolve(card, company_name="Acme Ltd")),
        evolve(
            timeline,
            clips=(timeline.clips[0], evolve(timeline.clips[1], speed=1.05), timeline.clips[2]),
        ),
        evolve(
            timeline,
            clips=(
                *timeline.clips[:2],
                evolve(timeline.clips[2], transition=Transition(Look.WIPE, 10)),
            ),
        ),
    ]
    assert all(keys(other) != keys(timeline) for other in others)
    slower = evolve(ENCODING, command=("x264", "medium"))
    assert segments.cut(timeline, slower, nothing)[0].key != keys(timeline)[0]


def test_only_segments_under_a_caption_depend_on_it() -> None:
    timeline = film()

    def worn(first: int, frames: int) -> Json:
        return [30 - first] if first <= 30 < first + frames else []

    plain, captioned = keys(timeline), segments.cut(timeline, ENCODING, worn)
    assert [a == b.key for a, b in zip(plain, captioned, strict=True)].count(False) == 1


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_runs_render_every_missing_segment_once(workers: int) -> None:
    timeline = film()
    pieces = segments.cut(timeline, ENCODING, nothing)
    missing = [piece for index, piece in enumerate(pieces) if index != 2]
    runs = segments.runs(timeline, missing, workers)
    rendered = [piece for run in runs for piece in run.segments]
    assert sorted(piece.start_frame for piece in rendered) == [p.start_frame for p in missing]
    for run in runs:
        assert len({piece.lower for piece in run.segments}) == 1
        for one, two in zip(run.segments, run.segments[1:], strict=False):
            assert one.end_frame == two.start_frame


def test_two_workers_get_about_the_same_work() -> None:
    timeline = film((150, 150, 150), card=75)
    runs = segments.runs(timeline, segments.cut(timeline, ENCODING, nothing), 2)
    loads = [0.0, 0.0]
    for run in runs:
        loads[loads.index(min(loads))] += run.cost
    assert max(loads) < 1.12 * sum(loads) / 2


def test_pictures_make_room_for_what_is_done_beside_them() -> None:
    timeline = film((150, 150), card=75)
    pieces = segments.cut(timeline, ENCODING, nothing)
    beside = 150.0
    loads = [0.0, 0.0]
    plan = segments.runs(timeline, pieces, 2, beside=beside)
    for cost in sorted([beside, *(run.cost for run in plan)], reverse=True):
        loads[loads.index(min(loads))] += cost
    assert max(loads) < 1.12 * sum(loads) / 2


@pytest.mark.parametrize(
    "broken",
    [
        lambda t: evolve(t, frames=t.frames + 1),
        lambda t: evolve(t, clips=t.clips[:1] + t.clips[2:]),
        lambda t: evolve(t, clips=(evolve(t.clips[0], start_frame=3), *t.clips[1:])),
        lambda t: evolve(t, clips=(), card=None),
    ],
)
def test_a_cut_that_does_not_hold_together_is_refused(
    broken: Callable[[Timeline], Timeline],
) -> None:
    with pytest.raises(CompositorError, match="frame"):
        segments.items(broken(film()))
