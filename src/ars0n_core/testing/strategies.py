"""
Hypothesis strategies for what passes through the product: orders, plans, changes, work,
runs, prices, books, cuts.

Each draws sound values by default, and small ones: a law that holds for three scenes and
two words holds for more. They compose: `plans` fits a plan to an order you drew,
`edits` changes a plan you have, `runs` takes a work list through events that may happen to
it. Runs, books and cuts are in `strategies_histories`.

>>> from hypothesis import given
>>> from ars0n_core.testing.strategies import plans, specs
>>> @given(specs().flatmap(plans))
... def test_something_of_every_plan(plan): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve
from hypothesis import strategies as st

from ars0n_core import pricing
from ars0n_core.ids import AssetId
from ars0n_core.plans import derive
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.plans.typical import SCENE_SECONDS_MAX, SCENE_SECONDS_MIN, SCENES
from ars0n_core.specs.limits import EDITION, limits_of
from ars0n_core.specs.model import (
    DURATIONS_SECONDS,
    AdFormat,
    AdSpec,
    AspectRatio,
    BrandFont,
    CaptionStyle,
    CtaDesign,
    CustomClip,
    VideoModel,
)
from ars0n_core.timelines import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.pricing.rates import RateCard
    from ars0n_core.work import Operation, WorkItem

WORDS: Final = ("light", "Sea.", "Look at this", "灯", "naïve — yes", "24/7", "now!")
"""
Words an ad might say, some of them awkward.
"""


def texts(*, most: int = 4) -> st.SearchStrategy[str]:
    """
    Draw a few words with something to say.
    """
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=most).map(" ".join)


def asset_ids() -> st.SearchStrategy[AssetId]:
    """
    Draw the name of one of a few assets.
    """
    return st.sampled_from(["asset_a", "asset_b", "asset_c"]).map(AssetId)


def custom_clips() -> st.SearchStrategy[CustomClip]:
    """
    Draw uploaded footage somewhere in the ad, told over or not.
    """
    return st.builds(
        CustomClip,
        position=st.integers(0, 10),
        asset_id=st.just(AssetId("asset_clip")),
        duration_seconds=st.integers(1, 60).map(lambda half: half / 2),
        voiceover_text=st.none() | texts(most=2),
    )


@st.composite
def specs(
    draw: st.DrawFn,
    *,
    formats: tuple[AdFormat, ...] = tuple(AdFormat),
    clips_max: int = 2,
    edition: int = EDITION,
) -> AdSpec:
    """
    Draw an order without faults, of one of *formats*, with up to *clips_max* custom clips.
    """
    limits = limits_of(edition)
    ad_format = draw(st.sampled_from([one for one in formats if one in limits.ad_formats]))
    seconds = draw(st.sampled_from(DURATIONS_SECONDS))
    spec = AdSpec(
        prompt=draw(texts()),
        duration_seconds=seconds,
        voice_id=draw(st.sampled_from(["ada", "adam"])),
        ad_format=ad_format,
        music_asset_id=draw(st.none() | st.just(AssetId("asset_music"))),
        music_volume=draw(st.sampled_from([0.0, 0.3, 1.0])),
        company_name=draw(st.none() | st.sampled_from(["Nordlys", "灯屋"])),
        voice_style=draw(st.none() | texts(most=1)),
        music_mood=draw(st.none() | texts(most=1)),
        tone=draw(st.none() | texts(most=1)),
        emotion=draw(st.none() | texts(most=1)),
    )
    if ad_format is AdFormat.RADIO:
        return spec
    most = min(limits.images_max[seconds], 3)
    return evolve(
        spec,
        image_asset_ids=tuple(draw(st.lists(asset_ids(), min_size=1, max_size=most, unique=True))),
        aspect_ratio=draw(st.sampled_from(AspectRatio)),
        video_model=draw(st.sampled_from(VideoModel)),
        variants=draw(st.sampled_from(limits.variants)),
        logo_asset_id=draw(st.none() | st.just(AssetId("asset_logo"))),
        cta_design=draw(st.none() | st.sampled_from(CtaDesign)),
        gradient_color=draw(st.none() | st.just("#FF5500")),
        tagline=draw(st.none() | st.just("In your cup tonight")),
        website=draw(st.none() | st.just("nordlys.example")),
        legal_line=draw(st.none() | st.just("Terms apply.")),
        brand_font=draw(st.none() | st.sampled_from(BrandFont)),
        edit_style=draw(st.none() | texts(most=1)),
        captions=draw(st.sampled_from(CaptionStyle)),
        custom_clips=tuple(
            draw(st.lists(custom_clips(), max_size=min(clips_max, limits.custom_clips_max)))
        ),
    )


_ONE_FAULT: Final[Mapping[str, tuple[Any, ...]]] = {
    "prompt": ("", "a\x00b", "\ud800", "x" * 2001),
    "voice_id": ("", "v" * 201),
    "duration_seconds": (0, 20, 61, -15),
    "music_volume": (-0.1, 1.01, float("nan"), float("inf")),
    "company_name": ("x" * 101, "\x00"),
    "voice_style": ("x" * 201,),
    "tone": ("x" * 201,),
    "variants": (0, 4),
    "gradient_color": ("red", "#12345"),
    "tagline": ("x" * 121,),
    "legal_line": ("x" * 301, "\x00"),
    "edit_style": ("x" * 1001,),
    "logo_asset_id": ("",),
    "custom_clips": ((CustomClip(-1, AssetId("asset_clip"), 3.0),),),
    "image_asset_ids": (tuple(AssetId(f"asset_{i}") for i in range(10)),),
}


@st.composite
def faulty_specs(draw: st.DrawFn) -> tuple[AdSpec, str]:
    """
    Draw the order of a film with exactly one fault, and the name of its field.
    """
    spec = draw(specs(formats=(AdFormat.VIDEO,), clips_max=0))
    name = draw(st.sampled_from(sorted(_ONE_FAULT)))
    wrong = draw(st.sampled_from(_ONE_FAULT[name]))
    return evolve(spec, **{name: wrong}), name


@st.composite
def scenes(draw: st.DrawFn, index: int, images: tuple[AssetId, ...] = ()) -> Scene:
    """
    Draw the scene of this name; of *images* it shows one, or leaves it to be derived.
    """
    halves = st.integers(int(SCENE_SECONDS_MIN * 2), int(SCENE_SECONDS_MAX * 2))
    return Scene(
        scene_index=index,
        description=draw(texts(most=2)),
        duration_seconds=draw(halves) / 2,
        image_asset_id=draw(st.none() | st.sampled_from(images)) if images else None,
        edit_prompt=draw(st.just("") | texts(most=1)),
        motion_prompt=draw(st.just("") | texts(most=1)),
        transition=draw(st.sampled_from(Look)),
        on_screen_text=draw(st.none() | texts(most=1)),
    )


@st.composite
def plans(draw: st.DrawFn, spec: AdSpec, *, complete: bool = True) -> Plan:
    """
    Draw a plan for *spec* that passes every check: its scenes in any order, each long
    enough that together they fill the ad; unless *complete*, fields are left out.
    """
    if spec.ad_format is AdFormat.RADIO:
        said = draw(st.lists(texts(most=2), min_size=1, max_size=3))
        plan = Plan(
            segments=tuple(Segment(text=text, scene_index=i) for i, text in enumerate(said))
        )
        return derive.complete(spec, plan) if complete else plan
    count = SCENES[spec.duration_seconds]
    told = [
        # Eight-second clips fill any ad; a shorter scene is drawn where there is room.
        evolve(draw(scenes(index, spec.image_asset_ids)), duration_seconds=8.0)
        for index in range(count)
    ]
    shorter = draw(st.integers(0, count - 1))
    told[shorter] = evolve(told[shorter], duration_seconds=draw(st.sampled_from([6.0, 6.5, 7.5])))
    segment = st.builds(Segment, text=texts(most=1), scene_index=st.integers(0, count - 1))
    plan = Plan(
        segments=tuple(draw(st.lists(segment, min_size=1, max_size=count))),
        scenes=tuple(draw(st.permutations(told))),
        music_mood=draw(st.just("") | texts(most=1)),
        voice_style=draw(st.just("") | texts(most=1)),
        call_to_action=draw(st.just("") | texts(most=1)),
    )
    return derive.complete(spec, plan) if complete else plan


def ads(
    *, formats: tuple[AdFormat, ...] = tuple(AdFormat)
) -> st.SearchStrategy[tuple[AdSpec, Plan]]:
    """
    Draw an order with a complete plan for it.
    """
    return specs(formats=formats).flatmap(lambda spec: st.tuples(st.just(spec), plans(spec)))


@st.composite
def edits(draw: st.DrawFn, plan: Plan) -> Plan:
    """
    Draw *plan* as a customer changes it: scenes moved, shown or told otherwise, made longer
    or shorter within their clip, other words, other music, or nothing at all.
    """
    for change in draw(
        st.lists(st.sampled_from(["move", "show", "say", "music", "cut"]), max_size=3)
    ):
        if change == "music":
            plan = evolve(plan, music_mood=draw(texts(most=1)))
        elif change == "say" and plan.segments:
            at = draw(st.integers(0, len(plan.segments) - 1))
            said = list(plan.segments)
            said[at] = evolve(said[at], text=draw(texts(most=2)))
            plan = evolve(plan, segments=tuple(said))
        elif plan.scenes and change == "move":
            plan = evolve(plan, scenes=tuple(draw(st.permutations(plan.scenes))))
        elif plan.scenes and change in {"show", "cut"}:
            at = draw(st.integers(0, len(plan.scenes) - 1))
            shown = list(plan.scenes)
            if change == "show":
                shown[at] = evolve(shown[at], description=draw(texts(most=2)))
            else:
                shown[at] = evolve(shown[at], duration_seconds=draw(st.sampled_from([7.0, 8.0])))
            plan = evolve(plan, scenes=tuple(shown))
    return plan


def work_lists(
    *, formats: tuple[AdFormat, ...] = tuple(AdFormat)
) -> st.SearchStrategy[tuple[WorkItem, ...]]:
    """
    Draw the work list of an ad.
    """
    return ads(formats=formats).map(lambda ad: break_down(*ad))


@st.composite
def rate_cards(draw: st.DrawFn, *, edition: int = EDITION, most: int = 200) -> RateCard:
    """
    Draw a card that sells what the edition's does, at other prices from 1 to *most*.
    """
    sold = pricing.card(edition)
    rates: dict[Operation, dict[tuple[str | int, ...], int]] = {
        operation: {grade: draw(st.integers(1, most)) for grade in row}
        for operation, row in sold.rates.items()
    }
    return evolve(sold, rates=rates, revision=sold.revision + 1)
