"""
A still and a move made into a clip: planes, frames, H.264.

**Owns** the pixels between a still picture and an MP4: BT.709 planes once, one resampled
frame after the other, and the encoder at the end of a pipe (it ends when the pipe does,
so an interrupted process leaves none running). **Does not own** the move (`moves`) or
when all this happens (`clips`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ffmpeg
import numpy as np
from attrs import frozen
from PIL import Image, ImageOps

from ars0n_adapters.providers.offline import moves, subject
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.moves import Pose

    Plane = NDArray[np.float32]
    Reals = NDArray[np.floating[Any]]

RENDER_SECONDS_MAX: Final = 300.0
"""
Thirty times what a clip takes on a slow machine.
"""

KEYFRAME_EVERY: Final = 15
"""
The compositor cuts anywhere; half a second is the most it has to decode in vain.
"""

CRF: Final = 17
"""
About 50 dB: what the compositor reads, and encodes once more, shows no trace of it.
"""

RESERVE: Final = 1.4
"""
Canvas sizes of pixels a still keeps: a push-in ends at 1.1, and details then stay crisp.
"""

ORBIT_REACH: Final = 0.3
"""
How wide about the subject an orbit bends the picture, of its width.
"""


@frozen(kw_only=True, eq=False)
class Canvas:
    """
    A still as 8-bit limited-range BT.709 planes: luma (height, width), chroma half as
    large, left-sited as H.264 has it; as large as the frame or larger.
    """

    luma: Image.Image
    blue: Image.Image
    red: Image.Image


def fitted(
    still: Image.Image, size: tuple[int, int], *, reserve: float = 1.0
) -> tuple[Image.Image, tuple[float, float]]:
    """
    Return *still* cropped about its subject to the shape of *size*, and the subject's middle
    in it (0..1).

    A still with more pixels than *size* keeps up to *reserve* times as many each way.
    """
    still = still.convert("RGB")
    found = subject.find(still)
    more = min(still.width / size[0], still.height / size[1], reserve)
    if more > 1:
        # Even sides, for chroma has half of them.
        size = (2 * round(size[0] * more / 2), 2 * round(size[1] * more / 2))
    picture = still
    if still.size != size:
        picture = ImageOps.fit(still, size, Image.Resampling.LANCZOS, centering=found.centre)
    if picture.width * still.height == picture.height * still.width:
        return picture, found.centre
    return picture, subject.find(picture).centre


def planes(picture: Image.Image) -> Canvas:
    """
    Return *picture* (RGB, even sides) as planes.
    """
    rgb = np.asarray(picture, np.float32)
    luma = rgb @ subject.LUMA
    blue = (rgb[..., 2] - luma) / np.float32(1.8556)
    red = (rgb[..., 0] - luma) / np.float32(1.5748)
    return Canvas(
        luma=_eight_bits(luma * np.float32(219 / 255) + 16),
        blue=_eight_bits(_halved(blue) * np.float32(224 / 255) + 128),
        red=_eight_bits(_halved(red) * np.float32(224 / 255) + 128),
    )


def _eight_bits(plane: Reals) -> Image.Image:
    return Image.fromarray(np.clip(plane + np.float32(0.5), 0, 255).astype(np.uint8))


def _halved(plane: Reals) -> Reals:
    """
    Return *plane* at half its size, samples sited on every other column, between rows.
    """
    padded = np.pad(plane, ((0, 0), (1, 1)), mode="edge")
    across = (padded[:, :-2:2] + 2 * padded[:, 1:-1:2] + padded[:, 2::2]) * np.float32(0.25)
    halved: Reals = (across[::2] + across[1::2]) * np.float32(0.5)
    return halved


def frames(canvas: Canvas, move: moves.Move) -> Iterator[bytes]:
    """
    Yield the frames of *move* over *canvas* as planar yuv420p bytes.
    """
    warp = _Warp.of(canvas, move) if move.name == "orbit" else None
    for number in range(move.frames):
        pose = move.pose(number)
        if warp is not None:
            yield warp.frame(pose)
        else:
            yield _frame(canvas, move, pose)


def _frame(canvas: Canvas, move: moves.Move, pose: Pose) -> bytes:
    width, height = move.width, move.height
    step = 1 / pose.zoom
    left, top = pose.x - width * step / 2, pose.y - height * step / 2
    # The picture may have more pixels than the canvas the camera is planned on.
    across, down = canvas.luma.width / width, canvas.luma.height / height
    right, bottom = left + width * step, top + height * step
    box = (left * across, top * down, right * across, bottom * down)
    luma = canvas.luma.resize((width, height), Image.Resampling.BICUBIC, box=box)
    # Chroma samples sit on even columns: half a luma pixel left of their cell's middle.
    c_left = (left * across + 0.5 - 0.5 * step * across) / 2
    c_wide = width * step * across / 2
    c_box = (c_left, top * down / 2, c_left + c_wide, bottom * down / 2)
    half = (width // 2, height // 2)
    blue = canvas.blue.resize(half, Image.Resampling.BILINEAR, box=c_box)
    red = canvas.red.resize(half, Image.Resampling.BILINEAR, box=c_box)
    return luma.tobytes() + blue.tobytes() + red.tobytes()


@frozen(kw_only=True, eq=False)
class _Warp:
    """
    Frames of an orbit: columns near the subject shift against those at the sides.

    Rows are resampled by Pillow, columns by Catmull-Rom at real-valued places.
    """

    canvas: Canvas
    move: moves.Move

    @classmethod
    def of(cls, canvas: Canvas, move: moves.Move) -> _Warp:
        return cls(canvas=canvas, move=move)

    def frame(self, pose: Pose) -> bytes:
        move = self.move
        step = 1 / pose.zoom
        top = pose.y - move.height * step / 2
        luma_x = np.arange(move.width) + 0.5
        chroma_x = np.arange(move.width // 2) * 2 + 0.5
        parts: list[bytes] = []
        for plane, filter_, ratio, places in (
            (self.canvas.luma, Image.Resampling.BICUBIC, 1, luma_x),
            (self.canvas.blue, Image.Resampling.BILINEAR, 2, chroma_x),
            (self.canvas.red, Image.Resampling.BILINEAR, 2, chroma_x),
        ):
            height = move.height // ratio
            box = (0.0, top / ratio, float(plane.width), (top + move.height * step) / ratio)
            rows = plane.resize((plane.width, height), filter_, box=box)
            source = bent(places, pose, move)
            index = source - 0.5 if ratio == 1 else (source - 0.5) / 2
            parts.append(_columns(np.asarray(rows), index).tobytes())
        return b"".join(parts)


def bent(places: Reals, pose: Pose, move: moves.Move) -> Reals:
    """
    Return the canvas column seen at each output column of *places* (pixels from the left).
    """
    straight = pose.x + (places - move.width / 2) / pose.zoom
    away = (straight - move.focus[0]) / (ORBIT_REACH * move.width)
    shifted: Reals = straight - pose.bend / pose.zoom * np.exp(-(away**2))
    return shifted


def _columns(rows: NDArray[np.uint8], index: Reals) -> NDArray[np.uint8]:
    """
    Return the columns of *rows* at real-valued *index*, by Catmull-Rom.
    """
    whole = np.floor(index).astype(np.int64)
    part = (index - whole).astype(np.float32)
    weights = (
        ((-0.5 * part + 1) * part - 0.5) * part,
        (1.5 * part - 2.5) * part * part + 1,
        ((-1.5 * part + 2) * part + 0.5) * part,
        (0.5 * part - 0.5) * part * part,
    )
    turned = np.ascontiguousarray(rows.T).astype(np.float32)
    last = turned.shape[0] - 1
    total = np.full((index.size, turned.shape[1]), np.float32(0.5))
    for tap, weight in enumerate(weights):
        total += turned[np.clip(whole + tap - 1, 0, last)] * weight[:, None]
    return np.ascontiguousarray(np.clip(total, 0, 255).astype(np.uint8).T)


def film(
    canvas: Canvas,
    move: moves.Move,
    target: Path,
    *,
    binary: engine.Ffmpeg,
    fine: bool,
    threads: int,
    group: engine.Group,
    report: Callable[[int], None],
) -> None:
    """
    Encode *move* over *canvas* into the MP4 *target*: H.264, yuv420p, BT.709, no sound.

    *report* is told how many frames are made.

    Raises:
        CompositorError: The encoder failed.
        MisconfiguredError: There is no encoder.
    """
    color = {"color_range": "tv", "colorspace": "bt709", "color_primaries": "bt709"}
    color["color_trc"] = "bt709"
    source = ffmpeg.input(
        "pipe:0",
        f="rawvideo",
        pix_fmt="yuv420p",
        s=f"{move.width}x{move.height}",
        r=FRAME_RATE,
        **color,
    )
    graph = source.output(
        engine.url(target),
        f="mp4",
        vcodec="libx264",
        preset="superfast" if fine else "ultrafast",
        crf=CRF,
        pix_fmt="yuv420p",
        bf=0,
        g=KEYFRAME_EVERY,
        threads=threads,
        movflags="+faststart",
        map_metadata=-1,
        fflags="+bitexact",
        **{"profile:v": "high", "flags:v": "+bitexact"},
        **color,
    )
    command = engine.arguments(binary, graph)
    with engine.Process(
        command, timeout_seconds=RENDER_SECONDS_MAX, writes=True, group=group
    ) as process:
        for number, frame in enumerate(frames(canvas, move)):
            process.write(frame)
            report(number + 1)
        process.finish()
