"""
How good a scene picture is, by a Gemini model that sees the photo beside it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.genai import calls, faults
from ars0n_adapters.providers.genai.calls import Line
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.ports import ImageOrder

WEIGHTS: Final[Mapping[str, float]] = {
    "identity": 0.35,
    "artefacts": 0.25,
    "direction": 0.15,
    "composition": 0.15,
    "legibility": 0.1,
}
"""
The score is the product of the parts to these powers: one bad part spoils a picture.
"""

UNJUDGED: Final = 0.5
"""
The score of a picture nobody could judge: neither good nor bad.
"""

_MOST: Final = 10
_TOKENS_MAX: Final = 1024
_COMMENT_CHARACTERS_MAX: Final = 300

_SCHEMA: Final = {
    "type": "object",
    "properties": {
        **{name: {"type": "integer", "minimum": 0, "maximum": _MOST} for name in WEIGHTS},
        "comment": {"type": "string"},
    },
    "required": [*WEIGHTS, "comment"],
}

_ONE: Final = "The first picture is the photo of a product, the second an ad picture made from it."
_SEVERAL: Final = """\
The first {count} pictures are the photos of an order, the last is an ad picture made from the \
product in the first one. The other photos may show the same product from elsewhere: what they \
show is no invention. What is in none of them is."""

_TASK: Final = """\
{shown} Judge the ad picture, each from 0 (unusable) to 10 (flawless):
identity: it is the same product: shape, colours, material, label, proportions.
artefacts: nothing is melted, doubled, cut off or impossible.
direction: it shows what was ordered.
composition: the product stands well in the frame, with light that flatters it.
legibility: lettering that was on the product is still readable, and none was invented.
comment: the worst fault in one short sentence.
What was ordered: {ordered}"""


@frozen
class Judge:
    """
    A Gemini model that scores pictures.
    """

    line: Line

    def score(
        self, photos: Sequence[bytes], picture: bytes, media_type: str, order: ImageOrder
    ) -> tuple[float, dict[str, float | str]]:
        """
        Return the score of *picture* beside the *photos* (JPEG) it was made from, the main
        one first: 0..1, and its parts. A picture that can't be judged
        is middling, and the notes say why: it was paid for all the same.
        """
        several = len(photos) > 1
        told = _TASK.format(
            shown=_SEVERAL.format(count=len(photos)) if several else _ONE,
            ordered=f"{order.description}\n{order.direction}",
        )
        try:
            response = self.line.generate(
                [
                    *(calls.picture(photo, "image/jpeg") for photo in photos),
                    calls.picture(picture, media_type),
                    told,
                ],
                {
                    "temperature": 0.0,
                    "max_output_tokens": _TOKENS_MAX,
                    "response_mime_type": "application/json",
                    "response_json_schema": _SCHEMA,
                    "thinking_config": {"thinking_level": "LOW"},
                },
                billed=False,
            )
        except PortError as error:
            return UNJUDGED, {"judge": f"unjudged: {error}"}
        try:
            return _read(response)
        except (ValueError, TypeError, KeyError):
            reason = faults.refusal(response) or "the verdict can't be read"
            return UNJUDGED, {"judge": f"unjudged: {reason}"}


def _read(response: Any) -> tuple[float, dict[str, float | str]]:
    parts = response.parts or ()
    said = json.loads("".join(p.text for p in parts if p.text and not p.thought))
    notes: dict[str, float | str] = {}
    score = 1.0
    for name, weight in WEIGHTS.items():
        part = min(max(float(said[name]) / _MOST, 0.0), 1.0)
        notes[name] = round(part, 3)
        score *= max(part, 1e-3) ** weight
    notes["comment"] = str(said.get("comment") or "")[:_COMMENT_CHARACTERS_MAX]
    return round(score, 6), notes
