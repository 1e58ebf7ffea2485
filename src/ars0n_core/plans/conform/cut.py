"""
The cut itself: running order, lengths, speech, joins, titles, captions, card.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_core.plans import derive, wording
from ars0n_core.plans.conform import captions, speech
from ars0n_core.plans.conform.layout import Stretch, fit_joins, lay_out, owners_of, stretches_of
from ars0n_core.specs.model import AdFormat, AspectRatio, CaptionStyle, CtaDesign
from ars0n_core.specs.seen import seen
from ars0n_core.timelines import (
    FRAME_RATE,
    SAMPLES_PER_FRAME,
    Bed,
    Clip,
    EndCard,
    Media,
    Overlay,
    Timeline,
    Title,
    Transition,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.plans.conform.speech import Utterance
    from ars0n_core.plans.derive import NarratedText
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.timelines import Cue, Sound, Word

SIZES: Final = {
    AspectRatio.PORTRAIT: (720, 1280),
    AspectRatio.LANDSCAPE: (1280, 720),
    AspectRatio.SQUARE: (1080, 1080),
    AspectRatio.FEED: (1080, 1350),
}
"""
Width and height of the picture where the deployment asks for no other.
"""

LINE_COLUMNS: Final = {
    AspectRatio.PORTRAIT: 26,
    AspectRatio.LANDSCAPE: wording.LINE_COLUMNS,
    AspectRatio.SQUARE: 34,
    AspectRatio.FEED: 28,
}
"""
Columns of a caption's line that each shape's safe area shows at a size for reading.
"""

FILM_LOUDNESS: Final = (-14.0, -1.0)
RADIO_LOUDNESS: Final = (-16.0, -2.0)
"""
Integrated loudness (LUFS) and true peak (dBTP) of the finished ad.
"""

COLOR: Final = "#FF5500"
_TITLE_DELAY_FRAMES: Final = 6
_TITLE_FRAMES_MIN: Final = 20


def conform(
    spec: AdSpec,
    plan: Plan,
    *,
    voice: Media,
    words: Sequence[Word],
    clips: Mapping[int, Media],
    custom_clips: Sequence[Media] = (),
    logo: Media | None = None,
    bed: Media | None = None,
    size: tuple[int, int] | None = None,
    name: str = "",
) -> Timeline:
    """
    Return the cut of *plan*.

    Args:
        spec: The order.
        plan: How it is told, completed and without faults.
        voice: The narration of `plans.derive.narration`, as one sound.
        words: When each word is spoken in it.
        clips: The footage of each scene, by ``scene_index``.
        custom_clips: The customer's footage, in the order of ``spec.custom_clips``.
        logo: The still laid over the film and set on the card.
        bed: The music.
        size: Width and height, both even; by the aspect ratio if not given.
        name: What the cut is called.

    Raises:
        CompositorError: The narration can't fit, even quickened; the footage can't
            fill the time, even slowed; or the words don't belong to the texts.
    """
    texts = derive.narration(spec, plan)
    music = Bed(media=bed.id, volume=spec.music_volume) if bed else None
    if spec.ad_format is AdFormat.RADIO:
        return _radio(spec, texts, voice=voice, words=words, bed=bed, music=music, name=name)
    stretches = stretches_of(spec, plan, clips, custom_clips)
    frames = spec.duration_seconds * FRAME_RATE + sum(s.fixed_frames or 0 for s in stretches)
    samples = frames * SAMPLES_PER_FRAME
    parted = speech.utterances(words, media=voice, samples=samples, texts=len(texts))
    owners = owners_of(stretches, texts, parted)
    joins, cuts, parted = lay_out(spec, stretches, parted, owners, frames=frames)
    joins = fit_joins(joins, stretches, cuts, frames)
    card = _card(spec, plan, logo, joins[-1], cuts[-1], frames) if spec.has_end_card else None
    shown = _clips(stretches, joins, cuts)
    picture_end = card.start_frame if card else frames
    width, height = size or SIZES[spec.aspect_ratio]
    used = {media.id: media for media in (s.media for s in stretches)}
    return Timeline(
        width=width,
        height=height,
        frames=frames,
        samples=samples,
        media=(*used.values(), voice, *filter(None, (logo, bed))),
        clips=shown,
        card=card,
        overlays=(Overlay(media=logo.id, start_frame=0, frames=picture_end),) if logo else (),
        titles=_titles(stretches, shown, picture_end),
        cues=_cues(spec, parted, shown, picture_end),
        voice=_sounds(parted, voice),
        bed=music,
        loudness_lufs=FILM_LOUDNESS[0],
        true_peak_dbtp=FILM_LOUDNESS[1],
        name=name,
    )


def _radio(
    spec: AdSpec,
    texts: Sequence[NarratedText],
    *,
    voice: Media,
    words: Sequence[Word],
    bed: Media | None,
    music: Bed | None,
    name: str,
) -> Timeline:
    samples = spec.duration_seconds * FRAME_RATE * SAMPLES_PER_FRAME
    parted = speech.utterances(words, media=voice, samples=samples, texts=len(texts))
    windows = [(0, samples - speech.TAIL)] * len(parted)
    return Timeline(
        width=0,
        height=0,
        frames=0,
        samples=samples,
        media=(voice, *filter(None, (bed,))),
        voice=_sounds(speech.lay(parted, windows, samples=samples), voice),
        bed=music,
        loudness_lufs=RADIO_LOUDNESS[0],
        true_peak_dbtp=RADIO_LOUDNESS[1],
        name=name,
    )


def _clips(
    stretches: Sequence[Stretch], joins: Sequence[Transition], cuts: Sequence[int]
) -> tuple[Clip, ...]:
    shown: list[Clip] = []
    for i, stretch in enumerate(stretches):
        join_in = joins[i].frames
        join_out = joins[i + 1].frames if i + 1 < len(joins) else 0
        start = cuts[i] - (join_in - join_in // 2)
        frames = cuts[i + 1] + join_out // 2 - start
        # four decimals, rounded down: never past the footage's end
        slowed = stretch.footage_frames * 10_000 // frames / 10_000
        shown.append(
            Clip(
                media=stretch.media.id,
                start_frame=start,
                frames=frames,
                speed=min(slowed, 1.0),
                transition=joins[i] if join_in else None,
            )
        )
    return tuple(shown)


def _card(
    spec: AdSpec, plan: Plan, logo: Media | None, join: Transition, cut: int, frames: int
) -> EndCard:
    start = cut - (join.frames - join.frames // 2)
    return EndCard(
        design=spec.cta_design
        or (CtaDesign.GRADIENT if spec.gradient_color else CtaDesign.MINIMAL),
        start_frame=start,
        frames=frames - start,
        transition=join if join.frames else None,
        company_name=seen(spec.company_name),
        call_to_action=seen(plan.call_to_action),
        tagline=seen(spec.tagline),
        website=_shown(spec.website) if spec.website is not None else _website(spec),
        legal_line=seen(spec.legal_line),
        font=spec.brand_font,
        color=spec.gradient_color or COLOR,
        logo=logo.id if logo else None,
    )


def _shown(address: str) -> str:
    """
    Return *address* as it is written on a card: no scheme, no slash at its end.

    >>> _shown("https://northwind.example/")
    'northwind.example'
    """
    return re.sub(r"^https?://(www\.)?", "", seen(address), flags=re.IGNORECASE).rstrip("/")


def _website(spec: AdSpec) -> str:
    """
    Return the company's address if the order's own words hold it.
    """
    company = re.sub(r"[\W_]", "", (spec.company_name or "").lower())
    if not company:
        return ""
    for host in re.findall(r"(?<![@\w])(?:[a-z0-9-]+\.)+[a-z]{2,}", spec.prompt.lower()):
        if company in host.replace("-", ""):
            return str(host).removeprefix("www.")
    return ""


def _titles(
    stretches: Sequence[Stretch], shown: Sequence[Clip], picture_end: int
) -> tuple[Title, ...]:
    titles: list[Title] = []
    for i, stretch in enumerate(stretches):
        text = seen(stretch.item.scene.on_screen_text if stretch.item.scene else None)
        clip = shown[i]
        coming = clip.transition.frames if clip.transition else 0
        start = clip.start_frame + coming + _TITLE_DELAY_FRAMES
        end = shown[i + 1].start_frame if i + 1 < len(shown) else picture_end
        if text and end - start >= _TITLE_FRAMES_MIN:
            titles.append(Title(text=text, start_frame=start, frames=end - start))
    return tuple(titles)


def _cues(
    spec: AdSpec, laid: Sequence[Utterance], shown: Sequence[Clip], end_frame: int
) -> tuple[Cue, ...]:
    if spec.captions is CaptionStyle.OFF:
        return ()
    word_by_word = spec.captions is CaptionStyle.WORD
    return captions.cues(
        laid,
        end_frame=end_frame,
        word_by_word=word_by_word,
        line_columns=LINE_COLUMNS[spec.aspect_ratio],
        joins=[
            (
                clip.start_frame,
                clip.start_frame + (clip.transition.frames if clip.transition else 0),
            )
            for clip in shown[1:]
        ],
    )


def _sounds(laid: Sequence[Utterance], voice: Media) -> tuple[Sound, ...]:
    return tuple(utterance.sound(voice) for utterance in laid)
