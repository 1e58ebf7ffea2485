"""
A clip order as Google takes it: checked, and small enough to be kept for a second try.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, frozen

from ars0n_adapters.providers.genai import pictures
from ars0n_core.errors import ProviderRejectedError
from ars0n_core.specs.model import AspectRatio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.ports import ClipOrder
    from ars0n_core.work import Json

SECONDS: Final = (4, 6, 8)
PROMPT_CHARACTERS_MAX: Final = 2000
NEGATIVE: Final = "text, captions, watermark, logo animation, warped product, extra objects"

SHAPES: Final[Mapping[AspectRatio, str]] = {
    AspectRatio.PORTRAIT: "9:16",
    AspectRatio.LANDSCAPE: "16:9",
    # Not made: the tall shape with bars, which the ingest crops away again.
    AspectRatio.SQUARE: "9:16",
    AspectRatio.FEED: "9:16",
}

_SEEDS: Final = 2**32


@frozen(kw_only=True)
class Shot:
    """
    One clip to be made: *still* is a JPEG, *padded* whether it gets bars to fit.
    """

    model: str
    prompt: str
    seconds: int
    shape: str
    padded: bool
    seed: int
    still: bytes
    label: str = ""

    @property
    def asked(self) -> Json:
        """
        What decides the clip: the label doesn't.
        """
        facts: dict[str, Any] = asdict(self)
        del facts["label"]
        return {**facts, "still": hashlib.sha256(self.still).hexdigest()}


def shot_of(order: ClipOrder, model: str, *, port: str) -> Shot:
    """
    Return *order* for *model*, every value one that can be made.

    Raises:
        ProviderRejectedError: The still can't be read, or the length is not made.
    """
    if order.seconds not in SECONDS:
        raise ProviderRejectedError(
            f"clips are made of {SECONDS} seconds, not {order.seconds}", port=port
        )
    prompt = order.prompt.strip() or "Slow push in towards the product"
    return Shot(
        model=model,
        prompt=prompt[:PROMPT_CHARACTERS_MAX],
        seconds=order.seconds,
        shape=SHAPES[order.aspect_ratio],
        padded=SHAPES[order.aspect_ratio] != order.aspect_ratio.value,
        seed=int(hashlib.sha256(order.seed.encode()).hexdigest(), 16) % _SEEDS,
        still=pictures.as_jpeg(order.still, port=port),
        label=order.label,
    )


def written(shot: Shot) -> bytes:
    """
    Return *shot* as it is kept.
    """
    return json.dumps({**asdict(shot), "still": base64.b64encode(shot.still).decode()}).encode()


def read(kept: bytes) -> Shot:
    """
    Return the shot that was kept.
    """
    facts = json.loads(kept)
    return Shot(**{**facts, "still": base64.b64decode(facts["still"])})
