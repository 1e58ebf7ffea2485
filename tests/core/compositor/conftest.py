"""
Small media made with ffmpeg, for the tests of the engine.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WIDTH, HEIGHT = 144, 256


@pytest.fixture(scope="session")
def binary() -> ffmpeg.Ffmpeg:
    return ffmpeg.find()


class Bench:
    """
    Makes files and looks at them with ffmpeg itself, beside the code under test.
    """

    def __init__(self, binary: ffmpeg.Ffmpeg, folder: Path) -> None:
        self.path = binary.path
        self.folder = folder

    def run(self, *args: str) -> bytes:
        command = [self.path, "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *args]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout

    def clip(
        self,
        name: str,
        *,
        source: str = "testsrc2",
        rate: str = "30",
        frames: int = 60,
        size: str = f"{WIDTH}x{HEIGHT}",
        tags: str = "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv",
        options: tuple[str, ...] = (),
    ) -> Path:
        target = self.folder / name
        joiner = ":" if "=" in source else "="
        self.run(
            *("-f", "lavfi", "-i", f"{source}{joiner}s={size}:r={rate}"),
            *("-vf", f"setparams={tags},format=yuv420p", "-frames:v", str(frames)),
            *("-c:v", "libx264", "-preset", "ultrafast", "-qp", "8", "-threads", "1"),
            *("-g", "250", *options, str(target)),
        )
        return target

    def sound(self, name: str, samples: np.ndarray, rate: int = 48_000) -> Path:
        target = self.folder / name
        grid = samples.reshape(len(samples), -1)
        with wave.open(str(target), "wb") as out:
            out.setnchannels(grid.shape[1])
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(grid, -1, 1) * 32767).astype("<i2").tobytes())
        return target

    def pictures(self, path: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
        """
        Every decoded frame, (frames, bytes of yuv420p).
        """
        raw = self.run(
            *("-err_detect", "explode", "-xerror", "-i", str(path), "-map", "0:v"),
            *("-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"),
        )
        return np.frombuffer(raw, np.uint8).reshape(-1, size[0] * size[1] * 3 // 2)

    def heard(self, path: Path, rate: int = 48_000) -> np.ndarray:
        """
        Every decoded sample, (samples, 2).
        """
        raw = self.run(
            "-i", str(path), "-map", "0:a", "-f", "f32le", "-ac", "2", "-ar", str(rate), "-"
        )
        return np.frombuffer(raw, np.float32).reshape(-1, 2)

    def ebur128(self, path: Path) -> tuple[float, float]:
        """
        Ffmpeg's own integrated loudness (LUFS) and true peak (dBTP).
        """
        command = [self.path, "-hide_banner", "-nostats", "-i", str(path)]
        command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
        said = subprocess.run(command, check=True, capture_output=True, timeout=60).stderr.decode()
        level = re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]
        return float(level), float(re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", said)[-1])


@pytest.fixture(scope="session")
def bench(binary: ffmpeg.Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(binary, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def sha256() -> Callable[[Path], str]:
    return lambda path: hashlib.sha256(path.read_bytes()).hexdigest()


def speech(seconds: float, rate: int = 48_000) -> np.ndarray:
    """
    Something with a voice's pitch, syllables and pauses, (samples,).
    """
    t = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(130 + 25 * np.sin(2 * np.pi * 0.6 * t)) / rate
    spread = np.random.default_rng(7).uniform(0, 6, 20)
    voice = sum(np.sin(k * phase + spread[k]) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 3.7 * t), 0, 1) ** 0.5
    return np.asarray(0.15 * voice * syllables)


def music(seconds: float, rate: int = 48_000) -> np.ndarray:
    """
    A steady chord that loops exactly every half second, (samples, 2).
    """
    t = np.arange(round(seconds * rate)) / rate
    left = sum(np.sin(2 * np.pi * hertz * t) for hertz in (110, 220, 330))
    right = sum(np.sin(2 * np.pi * hertz * t + 1) for hertz in (110, 220, 440))
    return np.asarray(0.1 * np.stack([left, right], axis=1))


@pytest.fixture(scope="session")
def voice_file(bench: Bench) -> Path:
    return bench.sound("voice.wav", speech(3.0, 24_000), 24_000)


@pytest.fixture(scope="session")
def music_file(bench: Bench) -> Path:
    return bench.sound("music.wav", music(2.0))
