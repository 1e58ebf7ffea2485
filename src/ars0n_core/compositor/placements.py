"""
Where the words and the logo of a film were laid, so that a certificate can look there.

Start at `of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.compositor.dressing import Standing, Worded
from ars0n_core.compositor.safe_areas import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.compositor.cards import CardArt
    from ars0n_core.compositor.dressing import Layer
    from ars0n_core.timelines import EndCard


@frozen(kw_only=True)
class Placed:
    """
    Something laid over the film, and a ``frame`` in which it is whole. A caption is looked at
    all the time it is shown, other text in that frame.
    """

    name: str
    box: Box
    frame: int
    is_text: bool = True
    is_caption: bool = False


def of(layers: Sequence[Layer], card: EndCard | None, art: CardArt | None) -> tuple[Placed, ...]:
    """
    Return where the *layers* over a film and the texts of its *card*, drawn as *art*, stand.
    """
    placed = []
    for layer in layers:
        middle = (layer.start_frame + layer.end_frame - 1) // 2
        if isinstance(layer, Standing):
            placed.append(Placed(name="logo", box=layer.box, frame=middle, is_text=False))
        elif isinstance(layer, Worded):
            kind = "title" if layer.is_title else "caption"
            placed.append(
                Placed(
                    name=f"{kind} {layer.text!r}",
                    box=layer.box,
                    frame=middle,
                    is_text=layer.is_title,
                    is_caption=not layer.is_title,
                )
            )
    if card is not None and art is not None:
        # A card is cut short by the film's end at the latest: it is whole in its last frame.
        last = card.start_frame + card.frames - 1
        placed += [
            Placed(name=f"card {name}", box=box, frame=last, is_text=name != "logo")
            for name, box in art.boxes.items()
        ]
    return tuple(placed)
