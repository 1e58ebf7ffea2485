"""
A card being drawn: ground, panels, and pieces with colours that are sure to be read.

**Owns** measuring what is behind each text, repairing
its colour, and making layers. **Invariant**: no text is drawn in a colour whose contrast
with any pixel behind it is below WCAG's 4.5:1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import field, mutable
from PIL import Image

from ars0n_core.compositor import colors, frames, logo, rasters, text
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import STAGGER_FRAMES, CardArt, Entrance, Layer
from ars0n_core.compositor.cards.stack import Button, Mark, Rule, Words, button_text_height
from ars0n_core.compositor.frames import Sprite
from ars0n_core.compositor.safe_areas import Box

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.cards.stack import Placed
    from ars0n_core.compositor.colors import Floats, Rgb

TRAVEL: Final = 44
"""
How far pieces rise on their way in, in pixels of 1080.
"""

FIRST_FRAME: Final = 3
"""
When the first piece starts: the card itself is still coming in.
"""


@mutable(eq=False)
class Canvas:
    """
    The picture so far: ``ground`` is what is there from the start, ``seen`` with panels in.
    """

    brief: Brief
    ground: Floats
    dithered: bool = False
    seen: Floats = field(init=False)
    layers: list[Layer] = field(factory=list)
    boxes: dict[str, Box] = field(factory=dict)
    sizes: dict[str, int] = field(factory=dict)
    contrasts: dict[str, float] = field(factory=dict)
    inks: dict[str, Rgb] = field(factory=dict)
    turn: int = FIRST_FRAME

    def __attrs_post_init__(self) -> None:
        self.seen = self.ground  # until a panel comes

    def stamp(self, image: Image.Image, x: float, y: float) -> None:
        """
        Paint a still shape on the ground.
        """
        paint.over(self.ground, image, round(x), round(y))
        if self.seen is not self.ground:
            paint.over(self.seen, image, round(x), round(y))

    def panel(
        self,
        image: Image.Image,
        x: float,
        y: float,
        entrance: Entrance,
        distance: float,
        start: int = 0,
    ) -> None:
        """
        Bring in a shape that texts may stand on.
        """
        if self.seen is self.ground:
            self.seen = self.ground.copy()
        paint.over(self.seen, image, round(x), round(y))
        sprite = Sprite.from_rgba(image)
        self.layers.append(Layer(sprite, round(x), round(y), entrance, start, distance))

    def add(
        self,
        image: Image.Image,
        x: float,
        y: float,
        entrance: Entrance,
        distance: float | None = None,
    ) -> None:
        """
        Bring in a picture at the current turn.
        """
        far = self.brief.px(TRAVEL) if distance is None else distance
        layer = Layer(Sprite.from_rgba(image), round(x), round(y), entrance, self.turn, far)
        self.layers.append(layer)

    def behind(self, box: Box) -> Floats:
        """
        Return the pixels under *box*, a few hundred of them (n, 3), extremes included.
        """
        part = self.seen[max(0, box.top) : box.bottom, max(0, box.left) : box.right].reshape(-1, 3)
        if not len(part):
            return self.seen[:1, :1].reshape(-1, 3)
        order = np.argsort(colors.luminances(part), kind="stable")
        return np.asarray(part[order[[0, len(part) // 2, -1]]], np.float32)

    def ink(self, name: str, wanted: Rgb, box: Box, own: Iterable[Rgb] = ()) -> Rgb:
        """
        Return *wanted* moved until it is legible on *box* (or on *own* colours), and note it.
        """
        grounds = [*own] or [
            (float(r) / 255, float(g) / 255, float(b) / 255) for r, g, b in self.behind(box)
        ]
        color = colors.readable(wanted, *grounds)
        self.contrasts[name] = colors.least_contrast(color, grounds)
        self.inks[name] = color
        return color

    def place(self, placed: Iterable[Placed], entrance: Entrance = Entrance.RISE) -> None:
        """
        Bring in pieces one after the other.
        """
        for item in placed:
            match item.piece:
                case Words():
                    self._words(item, item.piece, entrance)
                case Button():
                    self._button(item, item.piece, entrance)
                case Mark():
                    self._mark(item, item.piece, entrance)
                case Rule():
                    b = item.box
                    reveal = Entrance.REVEAL_LEFTWARDS if self.brief.rtl else Entrance.REVEAL
                    self.add(paint.box(b.width, b.height, item.piece.color), b.left, b.top, reveal)
            self.turn += STAGGER_FRAMES

    def _note(self, item: Placed) -> None:
        self.boxes[item.piece.name] = item.box
        if item.block is not None:
            self.sizes[item.piece.name] = item.block.size

    def _words(self, item: Placed, piece: Words, entrance: Entrance) -> None:
        if item.block is None:
            return
        self._note(item)
        color = self.ink(piece.name, piece.color, item.box)
        image = rasters.paint(item.block, color, item.align)
        self.add(image, item.box.left - text.PAD, item.box.top - text.PAD, entrance)

    def _mark(self, item: Placed, piece: Mark, entrance: Entrance) -> None:
        b = item.box
        grounds = colors.luminances(self.behind(b))
        done = logo.treated(piece.image, b.width, b.height, grounds)
        left = b.left + round((b.width - done.width) * item.align)
        top = b.top + (b.height - done.height) // 2
        self.boxes[piece.name] = Box(left, top, left + done.width, top + done.height)
        self.add(done.image, left, top, entrance)

    def _button(self, item: Placed, piece: Button, entrance: Entrance) -> None:
        if item.block is None:
            return
        self._note(item)
        image, offset = self.button_image(item, piece)
        self.add(image, item.box.left - offset, item.box.top - offset, entrance)

    def button_image(self, item: Placed, piece: Button) -> tuple[Image.Image, int]:
        """
        Return the button drawn, and how far its shadow or glow reaches past its box.
        """
        block, b = item.block, item.box
        assert block is not None  # noqa: S101 - a button always has text
        own = [] if piece.fill is None else [piece.fill]
        color = self.ink(piece.name, piece.ink, b, own)
        lift = round(piece.shadow)
        width, height = b.width - lift, b.height - lift
        radius = piece.radius * height
        if piece.border:
            face = paint.framed(
                width, height, piece.border, piece.edge or color, piece.fill, radius
            )
        elif piece.fill is not None:
            face = paint.box(width, height, piece.fill, radius)
        else:
            face = Image.new("RGBA", (width, height), (0, 0, 0, 0))
        label = rasters.paint(block, color, 0.5)
        left = (width - block.width) / 2
        top = (height - button_text_height(block)) / 2
        face.alpha_composite(label, (round(left) - text.PAD, max(0, round(top) - text.PAD)))
        if lift:
            whole = Image.new("RGBA", (b.width, b.height), (0, 0, 0, 0))
            whole.alpha_composite(
                paint.box(width, height, piece.edge or color, radius), (lift, lift)
            )
            whole.alpha_composite(face)
            return whole, 0
        if piece.glow is not None:
            halo, reach = paint.glow(face.getchannel("A"), piece.glow, 0.22 * height, 0.9)
            halo.alpha_composite(face, (reach, reach))
            return halo, reach
        if piece.soft:
            halo, reach = paint.shadow(
                face.getchannel("A"), 0.22 * height, 0.3, round(0.12 * height)
            )
            halo.alpha_composite(face, (reach, reach))
            return halo, reach
        return face, 0

    def finished(self) -> CardArt:
        """
        Return the card.
        """
        return CardArt(
            frames.from_rgb(self.ground, dithered=self.dithered),
            tuple(self.layers),
            dict(self.boxes),
            dict(self.sizes),
            dict(self.contrasts),
            dict(self.inks),
        )
