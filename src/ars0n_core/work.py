"""
The work list: one item per paid step.

**Owns** `Operation` and `WorkItem`, and the fingerprint that says whether two items
would give the same result. **Does not own** prices (`pricing`), or where an item stands
(`pipelines`). The price of anything is the sum over a work list; each job is one item;
a refund is the sum over items not consumed; a regeneration and an edit are the sum over
the items done anew. There is no second formula.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

if TYPE_CHECKING:
    Json: TypeAlias = (
        "bool | int | float | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"
    )
else:
    # A recursive alias can't be resolved at run time, and converters ask.
    Json = Any
"""
What canonical JSON can say.
"""


class Operation(StrEnum):
    """
    The kinds of paid step, under the documents' names.
    """

    EDIT_IMAGE = "nanobanana_edit"
    GENERATE_CLIP = "video_generation"
    SPEAK = "voiceover"
    COMPOSE = "compositing"
    MIX = "audio_compositing"
    PREVIEW_VOICE = "voice_preview"


@frozen(kw_only=True)
class WorkItem:
    """
    One paid step.

    ``key`` names the place in its list ("edit-2", "clip-2", "voice", "film", "mix");
    ``needs`` are keys of the same list. ``grade`` is what the price depends on beside
    the operation: ``(variants,)``, ``(model, clip seconds)``, ``(ad format, seconds)``
    or ``()``. ``inputs`` is everything else that decides the result, as JSON.
    ``take`` counts regenerations: the same inputs at another take are another result.
    """

    key: str
    operation: Operation
    grade: tuple[str | int, ...] = ()
    needs: tuple[str, ...] = ()
    inputs: Mapping[str, Json] = field(factory=dict)
    take: int = 0
    scene_index: int | None = None


def canonical(value: Json) -> str:
    """
    Return *value* as canonical JSON: sorted keys, no spaces, plain Unicode.

    >>> canonical({"b": 1, "a": ["é", None]})
    '{"a":["é",null],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Json) -> str:
    """
    Return the SHA-256 of *value*'s canonical JSON, as 64 hex characters.

    >>> digest([])[:8]
    '4f53cda1'
    """
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def fingerprints(items: Iterable[WorkItem]) -> dict[str, str]:
    """
    Return the fingerprint of each item by key.

    An item's fingerprint covers its operation, grade, inputs and take, and the
    fingerprints of what it needs; its key and place in the ad do not count, so moving
    a scene changes nothing of its image and clip.

    Raises:
        KeyError: An item needs a key that is not in the list before it.
    """
    known: dict[str, str] = {}
    for item in items:
        known[item.key] = digest(
            {
                "operation": item.operation,
                "grade": list(item.grade),
                "inputs": dict(item.inputs),
                "take": item.take,
                "needs": [known[key] for key in item.needs],
            }
        )
    return known
