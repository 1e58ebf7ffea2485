"""
Scene pictures by a Gemini image model: made one by one, judged, conformed.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.genai import calls, faults, pictures
from ars0n_adapters.providers.genai.calls import Line
from ars0n_adapters.providers.genai.judging import Judge
from ars0n_core.errors import ProviderRejectedError, ProviderUnknownError
from ars0n_core.ports import Maker, Variant

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import ImageOrder
    from ars0n_core.work import Json

VARIANTS_MAX: Final = 3
RECIPE: Final = 1
"""
Counted up when the same order begins to be asked in other words.
"""

SIDE_1K_MAX: Final = 1376
"""
Pixels of the longer side that a "1K" picture has in the tallest shapes we order.
"""

REFERENCES_MAX: Final = 5
"""
Further photos sent beside the scene's own. The image models take up to 14 pictures and
keep about six objects apart; each costs 1120 tokens (looked up Nov 2026).
"""

_PROMPT: Final = """\
Make one photographic ad picture from the product in {photo}.
Keep the product exactly as it is: shape, proportions, colours, material, label and lettering. \
Change its surroundings, light and framing only.
What is seen: {description}
How it looks: {direction}
Compose for a {ratio} frame with the whole product in it. Add no text, no logo, no watermark, \
no border."""

_ONE: Final = "this photo"
_SEVERAL: Final = """\
the first of these {count} photos. The others are more photos of the same order: where one \
shows the same product, take from it what the first doesn't show (its other sides, its \
details); take nothing from a photo of anything else, and show the product once"""

_TAKES: Final = (
    "",
    "This is the second take: choose another angle than the most obvious one.\n",
    "This is the third take: choose another light and distance than the most obvious ones.\n",
)


@frozen
class GeminiImageEditor:
    """
    Makes scene pictures with a Gemini image model and has each judged.
    """

    line: Line
    judge: Judge

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return the model that makes the pictures.
        """
        return Maker(provider="Google", model=self.line.model)

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        """
        Return up to three pictures of the ordered size, best first. One that is refused
        or lost is left out as long as there is another.

        Raises:
            ProviderRejectedError: All were refused; the message says why.
            ProviderUnavailableError: It can't now; what was made before is kept.
            ProviderUnknownError: A picture may have been billed, and none came.
            MisconfiguredError: The key or the model's name is no good.
        """
        shown = (order.source, *order.references[:REFERENCES_MAX])
        photos = tuple(pictures.as_jpeg(path, port=self.line.port) for path in shown)
        made: list[Variant] = []
        lost: ProviderRejectedError | ProviderUnknownError | None = None
        for number in range(max(1, min(order.variants, VARIANTS_MAX))):
            try:
                made.append(self._variant(order, photos, number, folder))
            except (ProviderRejectedError, ProviderUnknownError) as error:
                # That something may have been billed weighs more than that it was refused.
                if lost is None or isinstance(error, ProviderUnknownError):
                    lost = error
        if not made and lost is not None:
            raise lost
        return tuple(sorted(made, key=lambda variant: -variant.score))

    def _variant(
        self, order: ImageOrder, photos: tuple[bytes, ...], number: int, folder: Path
    ) -> Variant:
        asked = self._asked(order, photos, number)
        kept = self.line.kept.get(asked)
        if kept is None:
            content, media_type = self._made(order, photos, number)
            kept = _written(content, media_type, None)
            self.line.kept.put(asked, kept)
        content, media_type, verdict = _told(kept)
        path = folder / f"variant-{number}.png"
        try:
            size = (order.width, order.height)
            pictures.conformed(content, size, path, port=self.line.port)
        except ProviderUnknownError:
            # A retry would only be told the same again.
            self.line.kept.drop(asked)
            raise
        if verdict is None:
            verdict = self.judge.score(photos, content, media_type, order)
            if "judge" not in verdict[1]:
                self.line.kept.put(asked, _written(content, media_type, verdict))
        score, notes = verdict
        return Variant(path=path, score=score, notes={**notes, "model": self.line.model})

    def _made(self, order: ImageOrder, photos: tuple[bytes, ...], number: int) -> tuple[bytes, str]:
        side = max(order.width, order.height)
        response = self.line.generate(
            [
                *(calls.picture(photo, "image/jpeg") for photo in photos),
                _prompt(order, number, len(photos)),
            ],
            {
                "response_modalities": ["IMAGE"],
                "image_config": {
                    "aspect_ratio": order.aspect_ratio.value,
                    "image_size": "1K" if side <= SIDE_1K_MAX else "2K",
                },
            },
        )
        for part in response.parts or ():
            blob = part.inline_data
            # A model that thinks in pictures may show its sketches, too.
            shown = blob and blob.data and not part.thought
            if shown and (blob.mime_type or "").startswith("image/"):
                return blob.data, blob.mime_type
        reason = faults.refusal(response) or "Google made no picture and gave no reason"
        raise ProviderRejectedError(reason, port=self.line.port)

    def _asked(self, order: ImageOrder, photos: tuple[bytes, ...], number: int) -> Json:
        seen: list[Json] = [hashlib.sha256(photo).hexdigest() for photo in photos]
        return {
            "provider": "google-image",
            "recipe": RECIPE,
            "model": self.line.model,
            "prompt": _prompt(order, number, len(photos)),
            "size": [order.width, order.height],
            "photos": seen,
            "seed": order.seed,
            "number": number,
        }


def _prompt(order: ImageOrder, number: int, photos: int) -> str:
    return _TAKES[number] + _PROMPT.format(
        photo=_ONE if photos == 1 else _SEVERAL.format(count=photos),
        description=order.description or "the product by itself",
        direction=order.direction or "as a careful product photographer would have it",
        ratio=order.aspect_ratio.value,
    )


def _written(content: bytes, media_type: str, verdict: tuple[float, Any] | None) -> bytes:
    return json.dumps(
        {"picture": base64.b64encode(content).decode(), "type": media_type, "verdict": verdict}
    ).encode()


def _told(kept: bytes) -> tuple[bytes, str, tuple[float, dict[str, float | str]] | None]:
    said = json.loads(kept)
    verdict = said["verdict"]
    return (
        base64.b64decode(said["picture"]),
        said["type"],
        (verdict[0], verdict[1]) if verdict else None,
    )
