"""
Texts that would be spoken or written, and can't be: found before anything is charged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ars0n_core import specs
from ars0n_core.plans import derive
from ars0n_core.specs.model import AdFormat, CaptionStyle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import Ports
    from ars0n_core.specs.model import AdSpec

NAMED_MAX: Final = 5
"""
Characters named in one message.
"""


def find_faults(ports: Ports, spec: AdSpec, plan: Plan, *, planned: bool) -> specs.Faults:
    """
    Return the faults of every text of *plan* and *spec*: what this voice can't speak,
    what no font can draw. Of a plan the planner made (*planned*) the prompt is at fault.
    """
    faults = specs.Faults()
    for field, message in (*_unspeakable(ports, spec, plan), *_undrawable(ports, spec, plan)):
        if not planned or not field.startswith("plan"):
            faults.add(field, message)
        elif "company_name" not in faults.by_field:
            # A planner only repeats the company's name; its fault is told once.
            faults.add("prompt", message)
    return faults


def _unspeakable(ports: Ports, spec: AdSpec, plan: Plan) -> Iterator[tuple[str, str]]:
    for spoken in derive.narration(spec, plan):
        reason = ports.speech.refusal(spoken.text, spec.voice_id)
        if reason is not None:
            is_segment = spoken.custom_clip is None
            yield ("plan.voiceover_segments" if is_segment else "custom_clips"), reason


def _undrawable(ports: Ports, spec: AdSpec, plan: Plan) -> Iterator[tuple[str, str]]:
    if spec.ad_format is not AdFormat.VIDEO:
        return
    written = [*of_brand(spec), ("plan.call_to_action", plan.call_to_action)]
    written += [("plan.scenes", scene.on_screen_text or "") for scene in plan.scenes]
    if spec.captions is not CaptionStyle.OFF:
        texts = (spoken.text for spoken in derive.narration(spec, plan))
        written += [("plan.voiceover_segments", text) for text in texts]
    yield from undrawable(ports, written)


def of_brand(spec: AdSpec) -> list[tuple[str, str]]:
    """
    Return the texts of a brand that the card shows, each with its field.
    """
    names = ("company_name", "tagline", "website", "legal_line")
    return [(name, getattr(spec, name) or "") for name in names]


def undrawable(ports: Ports, written: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """
    Yield, of the fields and texts *written*, what no font can draw.
    """
    for field, text in written:
        missing = ports.compositor.undrawable(text)
        if missing:
            named = ", ".join(f"U+{point:04X}" for point in missing[:NAMED_MAX])
            more = f" and {len(missing) - NAMED_MAX} more" if len(missing) > NAMED_MAX else ""
            yield field, f"No font here can draw {named}{more}; leave them out"
