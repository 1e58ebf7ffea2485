"""
What may be asked, and reading it with every fault at once.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import field, frozen

from ars0n_core.plans.typical import CLIP_SECONDS
from ars0n_core.pricing.rates import CARDS
from ars0n_core.specs.checks import DURATION, REQUIRED, find_faults, images_fault, no_clips_fault
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION, LIMITS
from ars0n_core.specs.model import DURATIONS_SECONDS, AdFormat, AdSpec, VideoModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

MODELS: Final = {"fast": VideoModel.FAST, "premium": VideoModel.PREMIUM} | {
    model.value: model for model in VideoModel
}
"""
The models by their short names and by those of the documents.
"""

SCENES_MAX: Final = 20
"""
As many scenes as a plan may have.
"""

_FLAGS: Final = {
    "duration_seconds": "--duration",
    "ad_format": "--format",
    "variants": "--variants",
    "video_model": "--model",
}


@frozen(kw_only=True)
class Asked:
    """
    The arguments, read. What is None was not given.
    """

    command: str
    spec: AdSpec
    edition: int
    json: bool
    scenes: int | None = None
    clip_seconds: int | None = None
    budget: int = 0
    formats: tuple[AdFormat, ...] = field(default=tuple(AdFormat))
    end_card: bool = False
    with_sound: bool = False


def parser(prog: str) -> argparse.ArgumentParser:
    """
    Return the parser of the whole calculator; values are read later, all together.
    """
    top = argparse.ArgumentParser(prog=prog, description="What an ad costs, in credits.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--duration", metavar="S", help="15, 30 or 60 seconds")
    shared.add_argument("--format", metavar="F", help="video (default) or radio")
    shared.add_argument("--edition", metavar="N", help="edition of the rules: 1 or 2 (default)")
    shared.add_argument("--json", action="store_true", help="as JSON")
    order = argparse.ArgumentParser(add_help=False)
    order.add_argument("--images", metavar="N", help="product images (default 1)")
    order.add_argument("--model", metavar="M", help="fast (default), premium, or a full name")
    order.add_argument("--variants", metavar="N", help="picture variants a scene: 1, 2 or 3")
    order.add_argument("--clips", metavar="N", help="custom clips (they cost nothing)")
    order.add_argument("--scenes", metavar="N", help="scenes, if not the usual 3, 5 or 9")
    order.add_argument("--clip-seconds", metavar="S", help="every clip's length: 4, 6 or 8")
    commands.add_parser("estimate", parents=[shared, order], help="the price of an ad")
    advise = commands.add_parser("advise", parents=[shared], help="what a budget buys")
    advise.add_argument("--budget", metavar="N", help="credits to spend")
    advise.add_argument("--end-card", action="store_true", help="the ad closes with a card")
    margin = commands.add_parser(
        "margin", parents=[shared, order], help="prices against what the providers ask"
    )
    margin.add_argument("--with-sound", action="store_true", help="clips are made with sound")
    return top


def read(argv: Sequence[str] | None, prog: str) -> Asked:
    """
    Return what is asked.

    Raises:
        InvalidRequestError: With every fault, by flag.
        SystemExit: Help was asked for, or an argument is unknown.
    """
    given = vars(parser(prog).parse_args(argv))
    faults = Faults()
    edition = _number(given, "edition", faults, among=CARDS) or EDITION
    limits = LIMITS[edition]
    duration = _number(given, "duration", faults, among=DURATIONS_SECONDS, otherwise=DURATION)
    if given["duration"] is None:
        faults.add("--duration", REQUIRED)
    ad_format = _word(given, "format", {str(one): one for one in AdFormat}, faults)
    spec = AdSpec(
        prompt="-",
        voice_id="-",
        duration_seconds=duration or DURATIONS_SECONDS[-1],
        ad_format=ad_format or AdFormat.VIDEO,
        video_model=_word(given, "model", MODELS, faults) or VideoModel.FAST,
        variants=_number(given, "variants", faults, among=limits.variants) or 2,
    )
    images = _number(given, "images", faults, least=1)
    if images and duration and spec.ad_format is AdFormat.VIDEO:
        excess = images_fault(images, duration, limits)
        if excess:
            faults.add("--images", excess)
    none = "" if limits.custom_clips_max else no_clips_fault(limits)
    _number(given, "clips", faults, most=limits.custom_clips_max, otherwise=none)
    asked = Asked(
        command=given["command"],
        spec=spec,
        edition=edition,
        json=given["json"],
        scenes=_number(given, "scenes", faults, least=1, most=SCENES_MAX),
        clip_seconds=_number(given, "clip_seconds", faults, among=CLIP_SECONDS),
        budget=_number(given, "budget", faults) or 0,
        formats=(ad_format,) if ad_format else limits.ad_formats,
        end_card=given.get("end_card", False),
        with_sound=given.get("with_sound", False),
    )
    if "budget" in given and given["budget"] is None:
        faults.add("--budget", REQUIRED)
    found = find_faults(spec, limits, images_required=False)
    faults.merge(found, except_fields=set(faults.by_field), name=lambda name: _FLAGS[name])
    faults.raise_any()
    return asked


def _number(
    given: dict[str, str | None],
    name: str,
    faults: Faults,
    *,
    least: int = 0,
    most: int | None = None,
    among: Iterable[int] = (),
    otherwise: str = "",
) -> int | None:
    """
    Return the whole number given under *name*, or None.
    """
    text = given.get(name)
    if text is None:
        return None
    flag = "--" + name.replace("_", "-")
    choices = tuple(among)
    wrong = _wanted(least, most, choices)
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(10**9)):
        faults.add(flag, otherwise or f"{wrong}, not {text!r}")
        return None
    number = int(text)
    in_range = least <= number and (most is None or number <= most)
    if not in_range or (choices and number not in choices):
        faults.add(flag, otherwise or f"{wrong}, not {number}")
        return None
    return number


def _wanted(least: int, most: int | None, choices: Sequence[int]) -> str:
    """
    Return what a number must be.
    """
    if choices:
        *first, last = map(str, choices)
        return f"Must be {', '.join(first)} or {last}"
    return f"Must be a whole number from {least}" + ("" if most is None else f" to {most}")


def _word(given: dict[str, str | None], name: str, words: dict[str, T], faults: Faults) -> T | None:
    """
    Return what the word given under *name* stands for, or None.
    """
    text = given.get(name)
    if text is None:
        return None
    if text not in words:
        faults.add(f"--{name}", f"Must be one of {', '.join(words)}, not {text!r}")
        return None
    return words[text]
