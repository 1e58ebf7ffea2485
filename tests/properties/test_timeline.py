"""
Laws of the cut, on any order that passes the checks.
"""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from ars0n_core.errors import CompositorError, InvalidRequestError
from ars0n_core.plans import budget, derive, faults
from ars0n_core.plans.conform import conform
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.plans.typical import clip_seconds
from ars0n_core.specs.model import AdFormat, AdSpec, CaptionStyle, CustomClip
from ars0n_core.timelines import Clip, EndCard, Look, Media, MediaKind, Timeline, Word, frames_of

VOCABULARY = ["sound", "a", "everyday", "light,", "better.", "you", "made", "Nordlys", "now!"]

Order = tuple[AdSpec, Plan, float, float]
"""
An order, its plan, seconds a word takes, seconds between sentences.
"""


def footage(name: str, frames: int) -> Media:
    return Media(id=name, kind=MediaKind.FOOTAGE, sha256="0" * 64, available_frames=frames)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """
    An order, its plan, its footage and a narration as a voice would speak it.
    """
    radio = draw(st.integers(0, 5)) == 0
    duration = draw(st.sampled_from([15, 30, 60]))
    usual = {15: 3, 30: 5, 60: 9}[duration]
    count = 0 if radio else draw(st.sampled_from([usual, usual, max(usual - 1, 2), usual + 3]))
    order = draw(st.permutations(range(count)))
    scenes = tuple(
        Scene(
            scene_index=i,
            description="x",
            duration_seconds=draw(st.sampled_from([8, 6, 5.5, 8, 4])),
            transition=draw(st.sampled_from(list(Look))),
            on_screen_text=draw(st.sampled_from([None, "Clear sound"])),
        )
        for i in order
    )
    texts = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12).map(" ".join)
    named = st.integers(0, max(count - 1, 0))
    segments = draw(
        st.lists(
            st.builds(Segment, text=texts, scene_index=named), min_size=1, max_size=max(usual, 3)
        )
    )
    custom = (
        []
        if radio
        else draw(
            st.lists(
                st.builds(
                    CustomClip,
                    st.integers(0, 12),
                    st.just("asset_c"),
                    st.sampled_from([1.0, 2.5, 6.0]),
                    st.one_of(st.none(), texts),
                ),
                max_size=3,
            )
        )
    )
    spec = AdSpec(
        prompt="p",
        duration_seconds=duration,
        voice_id="v",
        ad_format=AdFormat.RADIO if radio else AdFormat.VIDEO,
        company_name=draw(st.sampled_from([None, "Nordlys"])),
        captions=draw(st.sampled_from(list(CaptionStyle))),
        custom_clips=tuple(custom),
    )
    plan = Plan(segments=tuple(segments), scenes=scenes)
    pace = draw(st.sampled_from([0.12, 0.3, 0.45, 0.7]))
    pause = draw(st.sampled_from([0.0, 0.05, 0.4]))
    return spec, plan, pace, pause


def samples_of(voice: Media) -> int:
    assert voice.available_samples is not None
    return voice.available_samples


def spoken(spec: AdSpec, plan: Plan, pace: float, pause: float) -> tuple[Media, list[Word]]:
    """
    Speak the narration: a word takes *pace* seconds and a *pause* follows each sentence.
    """
    words, at = [], 0.1
    for i, text in enumerate(derive.narration(spec, plan)):
        for word in text.text.split():
            words.append(Word(text=word, start_seconds=at, end_seconds=at + pace, segment=i))
            at += pace + (pause if word[-1] in ".,!" else 0)
        at += pause
    samples = round((at + 0.1) * 48_000)
    voice = Media(id="voice", kind=MediaKind.SOUND, sha256="1" * 64, available_samples=samples)
    return voice, words


def cut_of(
    spec: AdSpec, plan: Plan, pace: float, pause: float
) -> tuple[Timeline, Media, list[Word]]:
    voice, words = spoken(spec, plan, pace, pause)
    clips = {
        s.scene_index: footage(f"clip-{s.scene_index}", clip_seconds(s.duration_seconds) * 30)
        for s in plan.scenes
    }
    custom = [
        footage(f"custom-{i}", frames_of(c.duration_seconds) + i)
        for i, c in enumerate(spec.custom_clips)
    ]
    timeline = conform(spec, plan, voice=voice, words=words, clips=clips, custom_clips=custom)
    return timeline, voice, words


@settings(max_examples=200, deadline=None)
@given(orders())
def test_every_cut_keeps_the_laws(order: Order) -> None:
    spec, plan, *_ = order
    try:
        faults.check(spec, plan)
    except InvalidRequestError:
        assume(False)
    stopped, cut = None, None
    try:
        cut = cut_of(*order)
    except CompositorError as error:
        stopped = error
    if cut is None:
        # nothing but speech that can't fit may stop a plan that passed the checks
        length = samples_of(spoken(*order)[0]) / 48_000
        assert "too long" in str(stopped)
        assert length > (budget.seconds_available(spec) - 0.5) * 1.1
        event("too long")
        return
    timeline, voice, words = cut
    added = sum(frames_of(c.duration_seconds) for c in spec.custom_clips)
    pictures = 0 if spec.ad_format is AdFormat.RADIO else spec.duration_seconds * 30 + added
    assert timeline.frames == pictures
    assert timeline.samples == (spec.duration_seconds * 30 + added) * 1600
    check_pictures(timeline, spec)
    check_sounds(timeline, voice, words)
    check_writing(timeline)


def check_pictures(timeline: Timeline, spec: AdSpec) -> None:
    items: list[Clip | EndCard] = [*timeline.clips]
    if timeline.card:
        items.append(timeline.card)
    if not timeline.has_picture:
        assert items == []
        return
    assert items[0].start_frame == 0
    assert items[0].transition is None
    assert items[-1].end_frame == timeline.frames
    for left, right in pairwise(items):
        overlap = right.transition.frames if right.transition else 0
        assert right.start_frame == left.end_frame - overlap
    for one, other in zip(items, items[2:], strict=False):
        assert one.end_frame <= other.start_frame
    available = {media.id: media.available_frames or 0 for media in timeline.media}
    for clip in timeline.clips:
        assert clip.frames >= 1
        assert 0.9 <= clip.speed <= 1
        assert clip.source_frame + clip.frames * clip.speed <= available[clip.media] + 1e-6
    assert (timeline.card is not None) == spec.has_end_card
    if timeline.card:
        assert 75 <= timeline.card.frames <= 120 + 6


def check_sounds(timeline: Timeline, voice: Media, words: list[Word]) -> None:
    sounds = timeline.voice
    assert sounds[0].start_sample >= 0
    assert sounds[-1].start_sample + sounds[-1].samples <= timeline.samples
    for left, right in pairwise(sounds):
        assert left.start_sample + left.samples <= right.start_sample
        assert left.source_sample + left.samples * left.speed <= right.source_sample + 2
    for sound in sounds:
        assert 1.0 <= sound.speed <= 1.15
        end = sound.source_sample + sound.samples * sound.speed
        assert end <= samples_of(voice) + 2
    for word in words:
        first, last = word.start_seconds * 48_000, word.end_seconds * 48_000
        assert any(
            s.source_sample <= first + 1 and last - 1 <= s.source_sample + s.samples * s.speed
            for s in sounds
        )


def check_writing(timeline: Timeline) -> None:
    end = timeline.card.start_frame if timeline.card else timeline.frames
    for cue in timeline.cues:
        assert 0 <= cue.start_frame < cue.start_frame + cue.frames <= end
        for word in cue.words:
            assert cue.start_frame <= word.start_frame
            assert word.start_frame + word.frames <= cue.start_frame + cue.frames
    for left, right in pairwise(timeline.cues):
        assert left.start_frame + left.frames <= right.start_frame
    for title in timeline.titles:
        assert 0 <= title.start_frame < title.start_frame + title.frames <= end
