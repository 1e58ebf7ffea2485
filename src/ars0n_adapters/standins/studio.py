"""
Who makes what the stand-ins sell: any planner, image editor, clip generator, voice and band.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.compositor import ffmpeg
from ars0n_core.ports import (
    ClipOrder,
    Finished,
    ImageEditor,
    ImageOrder,
    Music,
    Planner,
    Speech,
    SpeechOrder,
    VideoGenerator,
    VoiceLibrary,
)
from ars0n_core.specs.model import AspectRatio, VideoModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ars0n_core.ports import Narration

ENCODE_SECONDS_MAX: Final = 120.0

SIDES: Final = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
"""
Pixels of a "1K" picture in each shape the image models know.
"""

SCALES: Final = {"512": 0.5, "1K": 1.0, "2K": 2.0, "4K": 4.0}


@frozen(kw_only=True)
class Studio:
    """
    The ports behind the counters, and the *ffmpeg* that encodes their sound.
    """

    planner: Planner
    images: ImageEditor
    clips: VideoGenerator
    speech: Speech
    voices: VoiceLibrary
    music: Music
    ffmpeg: str | None = None

    def picture(
        self, photos: Sequence[bytes], prompt: str, *, shape: str, size: str, seed: str
    ) -> bytes:
        """
        Return a PNG made from the first of *photos*, the others beside it.
        """
        width, height = (round(side * SCALES[size]) for side in SIDES[shape])
        with _folder() as folder:
            paths = [folder / f"photo-{number}" for number in range(len(photos))]
            for path, photo in zip(paths, photos, strict=True):
                path.write_bytes(photo)
            order = ImageOrder(
                source=paths[0],
                references=tuple(paths[1:]),
                description=prompt,
                direction=prompt,
                aspect_ratio=(
                    AspectRatio(shape) if shape in set(AspectRatio) else AspectRatio.SQUARE
                ),
                width=width,
                height=height,
                variants=1,
                seed=seed,
            )
            return self.images.edit(order, folder)[0].path.read_bytes()

    def order_clip(self, still: bytes, prompt: str, *, shape: str, seconds: int, fine: bool,
                   seed: str) -> str:  # fmt: skip
        """
        Order a clip that starts from *still* and return its ticket.
        """
        with _folder() as folder:
            path = folder / "still"
            path.write_bytes(still)
            return self.clips.submit(
                ClipOrder(
                    still=path,
                    prompt=prompt,
                    model=VideoModel.PREMIUM if fine else VideoModel.FAST,
                    aspect_ratio=AspectRatio(shape),
                    seconds=seconds,
                    seed=seed,
                )
            )

    def clip(self, ticket: str) -> bytes | None:
        """
        Return the MP4 of *ticket*, or None while it is being made.
        """
        with _folder() as folder:
            result = self.clips.check(ticket, folder)
            return result.path.read_bytes() if isinstance(result, Finished) else None

    def narration(
        self, text: str, voice_id: str, *, seed: str, form: str
    ) -> tuple[bytes, Narration]:
        """
        Return *text* spoken, encoded as *form*, and when each word is said.
        """
        with _folder() as folder:
            said = self.speech.speak(
                SpeechOrder(texts=(text,), voice_id=voice_id, seed=seed), folder
            )
            return self._encoded(said.path, form), said

    def bed(self, mood: str, *, seconds: float, seed: str, form: str) -> bytes:
        """
        Return a bed of exactly *seconds*, encoded as *form*.
        """
        with _folder() as folder:
            path = self.music.bed(mood, seconds=seconds, seed=seed, folder=folder)
            return self._encoded(path, form, seconds=seconds)

    def _encoded(self, path: Path, form: str, seconds: float | None = None) -> bytes:
        """
        Return the sound at *path* as one of ElevenLabs' formats, like ``mp3_44100_128``.
        """
        kind, rate, *rest = form.split("_")
        coded = {
            "mp3": ["-c:a", "libmp3lame", "-b:a", f"{rest[0] if rest else 128}k", "-f", "mp3"],
            "pcm": ["-c:a", "pcm_s16le", "-f", "s16le"],
            "wav": ["-c:a", "pcm_s16le", "-f", "wav"],
            "opus": ["-c:a", "libopus", "-b:a", f"{rest[0] if rest else 64}k", "-f", "ogg"],
            "ulaw": ["-c:a", "pcm_mulaw", "-f", "mulaw"],
            "alaw": ["-c:a", "pcm_alaw", "-f", "alaw"],
        }[kind]
        looped = [] if seconds is None else ["-stream_loop", "-1"]
        length = [] if seconds is None else ["-t", f"{seconds:.3f}"]
        with _folder() as folder:
            # A file, not a pipe: a WAV's header is written last.
            target = folder / "sound"
            ffmpeg.run(
                [ffmpeg.find(self.ffmpeg).path, "-v", "error", "-nostdin", "-threads", "1",
                 *looped, "-i", ffmpeg.url(path), "-map", "0:a:0", *length,
                 "-ar", rate, *coded, ffmpeg.url(target)],
                timeout_seconds=ENCODE_SECONDS_MAX,
            )  # fmt: skip
            return target.read_bytes()


def seed_of(*parts: object) -> str:
    """
    Return a fingerprint of *parts*.
    """
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ars0n-standin-") as name:
        yield Path(name)
