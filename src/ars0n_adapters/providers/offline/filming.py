"""
A still and a move made into a clip: planes, frames, H.264.

**Owns** the pixels between a still picture and an MP4: BT.709 planes once, where each
frame looks at them, and the encoder at the end of a pipe (it ends when the pipe does,
so an interrupted process leaves none running). **Does not own** the move (`moves`),
the sums (`resampling`), or when all this happens (`clips`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ffmpeg
import numpy as np
from attrs import frozen
from PIL import Image, ImageOps

from ars0n_adapters.providers.offline import moves, subject
from ars0n_adapters.providers.offline.resampling import Resampler, taps
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
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
    cameras = (
        _Camera.on((canvas.luma,), move, "cubic", ratio=1),
        _Camera.on((canvas.blue, canvas.red), move, "triangle", ratio=2),
    )
    frame = np.empty(sum(camera.samples for camera in cameras), np.uint8)
    for number in range(move.frames):
        start = 0
        for camera in cameras:
            camera.shoot(move.pose(number), frame[start : start + camera.samples])
            start += camera.samples
        yield frame.tobytes()


@frozen(kw_only=True, eq=False)
class _Camera:
    """
    Looks at planes of a still that lie alike: *ratio* is 2 for chroma, whose samples sit on
    every other column, in its middle, and between two rows.
    """

    planes: tuple[Resampler, ...]
    move: moves.Move
    kernel: str
    ratio: int
    columns: Reals
    rows: Reals

    @classmethod
    def on(
        cls, planes: Iterable[Image.Image], move: moves.Move, kernel: str, *, ratio: int
    ) -> _Camera:
        return cls(
            planes=tuple(Resampler(np.asarray(plane)) for plane in planes),
            move=move,
            kernel=kernel,
            ratio=ratio,
            # In pixels of the frame, from its left and its top.
            columns=np.arange(move.width // ratio) * ratio + 0.5,
            rows=(np.arange(move.height // ratio) + 0.5) * ratio,
        )

    @property
    def samples(self) -> int:
        return len(self.planes) * self.columns.size * self.rows.size

    def shoot(self, pose: Pose, into: NDArray[np.uint8]) -> None:
        move = self.move
        # The picture may have more pixels than the canvas the camera is planned on.
        width, height = self.planes[0].size
        fine_x, fine_y = self.ratio * width / move.width, self.ratio * height / move.height
        across = bent(self.columns, pose, move) * fine_x
        down = (pose.y + (self.rows - move.height / 2) / pose.zoom) * fine_y
        columns = taps(
            (across - 0.5) / self.ratio + 0.5,  # luma and chroma both have a sample at 0.5
            fine_x / pose.zoom,
            width,
            self.kernel,
        )
        rows = taps(down / self.ratio, fine_y / pose.zoom, height, self.kernel)
        places = into.reshape(len(self.planes), self.rows.size, self.columns.size)
        for plane, place in zip(self.planes, places, strict=True):
            plane.see(columns, rows, place)


def bent(places: Reals, pose: Pose, move: moves.Move) -> Reals:
    """
    Return the canvas column seen at each output column of *places* (pixels from the left).
    """
    straight: Reals = pose.x + (places - move.width / 2) / pose.zoom
    if not pose.bend:
        return straight
    away = (straight - move.focus[0]) / (ORBIT_REACH * move.width)
    shifted: Reals = straight - pose.bend / pose.zoom * np.exp(-(away**2))
    return shifted


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
