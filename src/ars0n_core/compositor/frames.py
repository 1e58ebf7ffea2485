"""
Frames and sprites: planar 4:2:0 pictures, edited in place where pixels change.

**Owns** the pixel model: a `Frame` is three uint8 planes of BT.709 limited-range
Y'CbCr over one buffer; a `Sprite` is an RGBA drawing converted once to premultiplied
planes; `blend` lays one over the other in integers. **Invariants**: widths and heights
of frames are even; blending is within one code value of doing it in floats; a sprite
may lie at any position, odd, fractional or partly outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ars0n_core.compositor import colors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL import Image

    from ars0n_core.compositor.colors import Floats, Rgb

Bytes: TypeAlias = npt.NDArray[np.uint8]
Words: TypeAlias = npt.NDArray[np.uint16]
Baked: TypeAlias = list[tuple[Words, Words]]
Fit: TypeAlias = tuple[tuple[slice, slice], Words, Words]

SUBPIXELS: Final = 8
"""
Steps of sprite positions per pixel; finer ones can't be seen at 30 frames a second.
"""


ROUNDED_PIXELS: Final = 1 << 15
"""
How many pixels are brought from floats to planes at once: they stay in the processor's cache.
"""


class Frame:
    """
    One picture: planes ``y`` (height, width), ``u`` and ``v`` (half of both), uint8.

    The planes are views of ``data``, a flat buffer of ``width * height * 3 / 2`` bytes in
    the order that ffmpeg calls yuv420p.
    """

    __slots__ = ("data", "height", "u", "v", "width", "y")

    def __init__(self, data: Bytes, width: int, height: int) -> None:
        if width % 2 or height % 2 or min(width, height) < 2:  # noqa: PLR2004 - 4:2:0 needs pairs
            raise ValueError(f"a frame has even sides, not {width}x{height}")
        luma = width * height
        if data.size != luma * 3 // 2:
            raise ValueError(f"{data.size} bytes are no {width}x{height} yuv420p frame")
        self.data = data
        self.width = width
        self.height = height
        half = (height // 2, width // 2)
        self.y = data[:luma].reshape(height, width)
        self.u = data[luma : luma + luma // 4].reshape(half)
        self.v = data[luma + luma // 4 :].reshape(half)

    @classmethod
    def empty(cls, width: int, height: int) -> Frame:
        """
        Return a frame whose pixels are not set yet.
        """
        return cls(np.empty(width * height * 3 // 2, np.uint8), width, height)

    @classmethod
    def filled(cls, width: int, height: int, color: Rgb) -> Frame:
        """
        Return a flat field.
        """
        frame = cls.empty(width, height)
        frame.fill(color)
        return frame

    @classmethod
    def from_bytes(cls, buffer: Any, width: int, height: int) -> Frame:
        """
        Return a view of *buffer*; writable only if the buffer is (a bytearray, say).
        """
        return cls(np.frombuffer(buffer, np.uint8), width, height)

    @property
    def planes(self) -> tuple[Bytes, Bytes, Bytes]:
        """
        Y, U and V.
        """
        return self.y, self.u, self.v

    def fill(self, color: Rgb) -> None:
        """
        Make every pixel *color*.
        """
        for plane, value in zip(self.planes, colors.yuv_of(color), strict=True):
            plane[:] = value

    def copy(self) -> Frame:
        """
        Return a frame of its own with the same pixels.
        """
        return Frame(self.data.copy(), self.width, self.height)

    def copy_from(self, other: Frame) -> None:
        """
        Take the pixels of a frame of the same size.
        """
        np.copyto(self.data, other.data)

    def view(self) -> memoryview:
        """
        Return the bytes without copying, for a pipe.
        """
        return self.data.data

    def tobytes(self) -> bytes:
        """
        Return the bytes.
        """
        return self.data.tobytes()


def from_rgb(rgb: npt.NDArray[Any], *, dithered: bool = False) -> Frame:
    """
    Return the frame of *rgb* (height, width, 3), 0 to 255, chroma averaged over 2x2.

    *dithered* adds a fixed pattern of half a code value before rounding, so that slow
    gradients don't show bands.
    """
    height, width = rgb.shape[:2]
    frame = Frame.empty(width, height)
    # Of two pixels beside one another, what they add to the U and V of both.
    chroma = np.tile(colors.TO_YUV[:, 1:] / np.float32(4), (2, 1))
    rows = max(2, ROUNDED_PIXELS // width // 2 * 2)
    noise: Floats | np.float32 = np.float32(0.5)
    for top in range(0, height, rows):
        part = np.asarray(rgb[top : top + rows, :, :3], np.float32, order="C")
        half = slice(top // 2, (top + len(part)) // 2)
        pairs = (part[0::2] + part[1::2]).reshape(-1, width // 2, 6) @ chroma
        values = (part @ colors.TO_YUV[:, 0], pairs[..., 0], pairs[..., 1])
        planes = (frame.y[top : top + rows], frame.u[half], frame.v[half])
        for index, lights in enumerate(values):
            first = half.start if index else top
            if dithered and index < 2:  # noqa: PLR2004 - U and V have the same
                noise = _noise(first, *lights.shape)
            _rounded(lights, noise + np.float32(colors.YUV_BLACK[index]), planes[index])
    return frame


def _rounded(values: Floats, added: Floats | np.float32, plane: Bytes) -> None:
    """
    Set *plane* to *values*, which are not kept, and what is *added*, rounded down.
    """
    values += added
    np.clip(values, 0, 255, out=values)
    np.copyto(plane, values, casting="unsafe")


def _noise(top: int, height: int, width: int) -> Floats:
    """
    Return rows of interleaved gradient noise (Jimenez 2014) from *top* on: even, patternless, the
    same every time.
    """
    across = np.float32(0.06711056) * np.arange(width, dtype=np.float32)
    down = np.float32(0.00583715) * np.arange(top, top + height, dtype=np.float32)
    noise = across[None] + down[:, None]
    noise -= np.floor(noise)
    noise *= np.float32(52.9829189)
    noise -= np.floor(noise)
    return noise


def to_rgb(frame: Frame) -> Bytes:
    """
    Return the picture as RGB (height, width, 3), chroma repeated: for stills and tests.
    """
    y = (frame.y.astype(np.float32) - 16) * np.float32(255 / 219)
    u, v = (
        (plane.repeat(2, 0).repeat(2, 1).astype(np.float32) - 128) * np.float32(255 / 224)
        for plane in (frame.u, frame.v)
    )
    r = y + np.float32(2 * (1 - colors.KR)) * v
    b = y + np.float32(2 * (1 - colors.KB)) * u
    g = (y - np.float32(colors.KR) * r - np.float32(colors.KB) * b) / np.float32(colors.KG)
    return np.clip(np.stack([r, g, b], -1) + 0.5, 0, 255).astype(np.uint8)


def _halved(plane: Floats) -> Floats:
    return np.asarray(
        (plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2])
        * np.float32(0.25),
        np.float32,
    )


class Sprite:
    """
    A drawing ready to be blended: ``width`` x ``height`` pixels with their own alpha.

    Kept as floats (premultiplied Y, U, V and alpha, 0 to 1); the integer planes of a
    parity of position and an opacity are made when first needed and kept.
    """

    __slots__ = ("_alpha", "_baked", "_pre", "height", "width")

    def __init__(self, pre: tuple[Floats, Floats, Floats], alpha: Floats) -> None:
        self._pre = pre
        self._alpha = alpha
        self.height, self.width = alpha.shape
        self._baked: dict[tuple[float, float, int], Baked] = {}

    @classmethod
    def from_rgba(cls, image: Image.Image | npt.NDArray[Any]) -> Sprite:
        """
        Return the sprite of an RGBA picture with straight alpha, 0 to 255.
        """
        if isinstance(image, np.ndarray):
            pixels = image
        else:
            pixels = np.asarray(image if image.mode == "RGBA" else image.convert("RGBA"))
        alpha = pixels[..., 3].astype(np.float32) / np.float32(255)
        y, u, v = colors.yuv(pixels)
        return cls((y * alpha, u * alpha, v * alpha), alpha)

    def cropped(self, left: int, top: int, right: int, bottom: int) -> Sprite:
        """
        Return the part of the sprite inside the given edges.
        """
        part = (slice(max(0, top), bottom), slice(max(0, left), right))
        y, u, v = self._pre
        return Sprite((y[part], u[part], v[part]), self._alpha[part])

    def planes(self, dx: float, dy: float, opacity: int) -> Baked:
        """
        Return (premultiplied * 256 and half a step, 256 - alpha) of Y, U, V on an even grid.

        *dx* and *dy*, 0 to 2, shift the sprite from the grid's corner; *opacity* counts to
        256. Whole shifts are kept, up to one opacity each; fractional ones are made anew.
        """
        key = (dx, dy, opacity)
        baked = self._baked.get(key)
        if baked is None:
            baked = self._bake(dx, dy, opacity)
            # Several threads may draw one sprite: each step here is safe by itself.
            for old in list(self._baked):
                if old[:2] == (dx, dy):
                    self._baked.pop(old, None)
            if dx == int(dx) and dy == int(dy):
                self._baked[key] = baked
        return baked

    def _bake(self, dx: float, dy: float, opacity: int) -> Baked:
        y, u, v = (_shifted(plane, dx, dy) for plane in self._pre)
        alpha = _shifted(self._alpha, dx, dy)
        half_alpha = _halved(alpha)
        pairs = ((y, alpha), (_halved(u), half_alpha), (_halved(v), half_alpha))
        scale = np.float32(opacity)
        return [
            (
                (pre * scale + np.float32(0.5)).astype(np.uint16) + np.uint16(128),
                (np.float32(256.5) - mask * scale).astype(np.uint16),
            )
            for pre, mask in pairs
        ]


def _shifted(plane: Floats, dx: float, dy: float) -> Floats:
    """
    Return *plane* moved right by *dx* and down by *dy* on a zeroed grid with even sides.
    """
    height, width = plane.shape
    ix, iy = int(dx), int(dy)
    fx, fy = np.float32(dx - ix), np.float32(dy - iy)
    rows = (height + iy + (fy > 0) + 1) // 2 * 2
    columns = (width + ix + (fx > 0) + 1) // 2 * 2
    grid = np.zeros((rows, columns), np.float32)
    if not fx and not fy:
        grid[iy : iy + height, ix : ix + width] = plane
        return grid
    for oy, wy in ((0, 1 - fy), (1, fy)):
        for ox, wx in ((0, 1 - fx), (1, fx)):
            if wx * wy:
                top, left = iy + oy, ix + ox
                grid[top : top + height, left : left + width] += plane * (wx * wy)
    return grid


class Patch:
    """
    A sprite laid at a place: integer planes, their corner on the even grid at (*left*, *top*).
    ``rows`` are the first that it changes and the first after them, wherever a frame ends.
    """

    __slots__ = ("_baked", "_fits", "_left", "rows")

    def __init__(self, baked: Baked, left: int, top: int) -> None:
        self._baked = baked
        self._left = left
        self._fits: dict[tuple[int, tuple[int, ...]], Fit | None] = {}
        self.rows = (top, top + baked[0][0].shape[0])

    def cover(self, plane: Bytes, index: int) -> None:
        """
        Lay it over *plane* *index* (0 Y, 1 U, 2 V) of a frame in place; what lies outside is
        left out.
        """
        key = (index, plane.shape)
        if key not in self._fits:
            self._fits[key] = self._fit(*key)
        fit = self._fits[key]
        if fit is None:
            return
        place, pre, rest = fit
        target = plane[place]
        scratch = np.multiply(target, rest, dtype=np.uint16)
        scratch += pre
        scratch >>= 8
        np.copyto(target, scratch, casting="unsafe")

    def _fit(self, index: int, shape: tuple[int, ...]) -> Fit | None:
        """
        Return where in a plane of *shape* it is seen, and what of it: None if nothing is.
        """
        pre, rest = self._baked[index]
        step = 2 if index else 1
        x, y = self._left // step, self.rows[0] // step
        rows = slice(max(0, y), min(shape[0], y + pre.shape[0]))
        columns = slice(max(0, x), min(shape[1], x + pre.shape[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return None
        seen = (slice(rows.start - y, rows.stop - y), slice(columns.start - x, columns.stop - x))
        return (rows, columns), pre[seen], rest[seen]


def patch(sprite: Sprite, x: float, y: float, opacity: float = 1.0) -> Patch | None:
    """
    Return *sprite* laid with its top left corner at (*x*, *y*), None if nothing of it is seen.

    Positions are kept to an eighth of a pixel.
    """
    strength = round(256 * min(1.0, max(0.0, opacity)))
    if not strength:
        return None
    x, y = round(x * SUBPIXELS) / SUBPIXELS, round(y * SUBPIXELS) / SUBPIXELS
    left, top = int(x // 2) * 2, int(y // 2) * 2
    return Patch(sprite.planes(x - left, y - top, strength), left, top)


def bands(patches: Sequence[Patch], height: int) -> list[tuple[int, int, list[Patch]]]:
    """
    Return the rows of a frame of *height* that *patches* change, in bands apart from one another,
    from the top down: the first of each, the first after it, and its patches, the lowest first.
    """
    spans: list[tuple[int, int]] = []
    for top, bottom in sorted((max(0, p.rows[0]), min(height, p.rows[1])) for p in patches):
        if spans and top <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(bottom, spans[-1][1])
        elif top < bottom:
            spans.append((top, bottom))
    return [
        (top, bottom, [p for p in patches if p.rows[0] < bottom and top < p.rows[1]])
        for top, bottom in spans
    ]


def cover(plane: Bytes, index: int, patches: Iterable[Patch]) -> None:
    """
    Lay *patches* over *plane* *index* (0 Y, 1 U, 2 V) of a frame in place, one upon the other.
    """
    for each in patches:
        each.cover(plane, index)


def lay(frame: Frame, patches: Sequence[Patch]) -> None:
    """
    Lay *patches* over *frame* in place, one upon the other.
    """
    for index, plane in enumerate(frame.planes):
        cover(plane, index, patches)


def blend(frame: Frame, sprite: Sprite, x: float, y: float, opacity: float = 1.0) -> None:
    """
    Lay *sprite* over *frame* in place, its top left corner at (*x*, *y*), as `patch` says.
    """
    laid = patch(sprite, x, y, opacity)
    if laid is not None:
        lay(frame, [laid])
