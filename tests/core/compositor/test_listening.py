"""
What a sound engineer would send back, measured: pumping, clicks, chopped ends, bad inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from tests.core.compositor import conftest

from ars0n_core.compositor import audio, mixing
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Bed, Sound, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

RATE = 48_000
AD = Timeline(
    width=0, height=0, frames=0, samples=10 * RATE, media=(),
    voice=(Sound(media="v", start_sample=RATE, samples=5 * RATE),),
    bed=Bed(media="m"),
)  # fmt: skip
WORDS = ((0.5, 0.9), (1.0, 1.25), (1.65, 2.2), (2.58, 3.0), (3.1, 3.5), (4.3, 4.7))
"""
When, in seconds of the narration, something is said: gaps of 0.1 to 0.8 s between.
"""


def narrated(seconds: float = 5.0) -> np.ndarray:
    voice = conftest.speech(seconds, RATE) * 0
    steady = 0.2 * np.sign(np.sin(2 * np.pi * 140 * np.arange(len(voice)) / RATE))
    for start, end in WORDS:
        span = slice(round(start * RATE), round(end * RATE))
        voice[span] = steady[span] * np.hanning(span.stop - span.start) ** 0.25
    return voice


def tone(hertz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.repeat((level * np.sin(2 * np.pi * hertz * t))[:, None], 2, axis=1)


@pytest.fixture
def parted(binary: Ffmpeg, tmp_path: Path) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """
    What mixes, and returns the voice and the bed, each (samples, 2).
    """

    def parted(timeline: Timeline, **media: Path) -> tuple[np.ndarray, np.ndarray]:
        with mixing.parts(timeline, media, tmp_path, binary=binary) as parts:
            return parts.voice(0, timeline.samples), parts.music(0, timeline.samples)

    return parted


def test_the_bed_does_not_pump(
    bench: Bench, parted: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    voice = bench.sound("words.wav", narrated())
    bed = bench.sound("steady.wav", tone(1_000, 1))
    _, music = parted(AD, v=voice, m=bed)
    levels = 10 * np.log10(np.square(music[:, 0]).reshape(-1, 480).mean(axis=1) + 1e-12)
    gain = levels - levels[400:420].mean()  # a hundredth of a second each; 4 s is under words

    # In place before the first word is heard, and not as if somebody pulled a plug.
    first, last = 100 + 50, 100 + 470
    assert gain[first - 50 : first - 30].min() > 13
    assert abs(gain[first]) < 0.7
    fall = gain[40 : first - 10] - gain[50:first]
    assert fall.max() < 9
    # Down it stays over every pause, the longest of 0.8 s among them.
    assert np.abs(gain[first + 1 : last]).max() < 0.7
    # Then it comes back, slowly, and is there within a second.
    rise = gain[last + 10 : last + 110] - gain[last : last + 100]
    assert rise.max() < 3
    assert gain[last + 100] > 13.3
    assert np.diff(gain[last : last + 100]).min() > -0.1


def test_a_click_between_phrases_is_no_word(
    bench: Bench, parted: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    quiet = narrated(8)
    quiet[7 * RATE : 7 * RATE + 500] = 0.2
    timeline = evolve(AD, voice=(Sound(media="v", start_sample=0, samples=8 * RATE),))
    bed = bench.sound("steady.wav", tone(1_000, 1))
    _, music = parted(timeline, v=bench.sound("click.wav", quiet), m=bed)
    levels = 10 * np.log10(np.square(music[:, 0]).reshape(-1, 480).mean(axis=1))
    assert np.ptp(levels[600:850]) < 0.5


def bursts(sound: np.ndarray, places: list[int]) -> np.ndarray:
    """
    How much more bends about each of *places*, within 3 ms, than in the tenth of a second about.
    """
    bends = np.abs(np.diff(sound, n=2, axis=0)).max(axis=1)
    found = []
    for place in places:
        near = bends[max(0, place - 144) : place + 144]
        about = bends[max(0, place - 2_400) : place + 2_400]
        found.append(near.max() / np.percentile(about, 98))
    return np.asarray(found)


def test_the_joints_of_a_loop_are_not_heard(
    bench: Bench, parted: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    # It ends in the middle of a wave, and as loud as it began.
    odd = bench.sound("odd.wav", tone(331.7, 1.2345))
    _, music = parted(evolve(AD, voice=()), v=odd, m=odd)
    middle = music[RATE : 8 * RATE]
    bends = np.abs(np.diff(middle, n=2, axis=0)).max(axis=1)
    assert bends.max() < 1.5 * np.percentile(bends, 90)
    level = np.sqrt(np.square(middle[:, 0]).reshape(-1, 960).mean(axis=1))
    assert level.min() > 0.5 * np.median(level)  # nor a hole


def test_speech_begins_and_ends_without_a_click(
    bench: Bench, parted: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    # Cut out of a steady hum with a constant in it, which is the worst there is.
    hum = bench.sound("hum.wav", tone(130, 5)[:, 0] + 0.3)
    stretches = (
        Sound(media="v", start_sample=RATE, samples=RATE, source_sample=1_111),
        Sound(media="v", start_sample=3 * RATE, samples=RATE, source_sample=50_007),
    )
    voice, _ = parted(evolve(AD, voice=stretches, bed=None), v=hum)
    edges = [RATE, 2 * RATE, 3 * RATE, 4 * RATE]
    assert bursts(voice, edges).max() < 3
    assert np.abs(voice[: RATE - 10]).max() < 1e-6
    assert np.abs(voice[RATE : RATE + 24]).max() < 0.2 * np.abs(voice).max()
    assert np.abs(voice[2 * RATE + 2_400 : 3 * RATE - 10]).max() < 1e-2 * np.abs(voice).max()


def test_the_ad_begins_and_ends_at_rest(
    bench: Bench, parted: Callable[..., tuple[np.ndarray, np.ndarray]]
) -> None:
    loud = bench.sound("loud.wav", tone(220, 3, 0.9) + 0.1)
    whole = evolve(AD, voice=(Sound(media="v", start_sample=0, samples=10 * RATE),))
    voice, music = parted(whole, v=bench.sound("whole.wav", tone(150, 11)[:, 0]), m=loud)
    for part in (voice, music):
        assert np.abs(part[[0, -1]]).max() < 1e-3 * np.abs(part).max()
    # The bed goes out over more than a second, steadily.
    tail = np.abs(music[-RATE:, 0]).reshape(10, -1).max(axis=1)
    assert (np.diff(tail) < 0).all()
    assert tail[0] > 20 * tail[-1]


def sine_over() -> np.ndarray:
    t = np.arange(2 * RATE)
    return np.repeat((0.99 * np.sin(np.pi / 2 * t + np.pi / 4))[:, None], 2, axis=1)


@pytest.mark.parametrize(
    ("name", "sound", "rate"),
    [
        ("clipped", np.clip(tone(150, 3, 4.0), -1, 1), RATE),
        ("mono", tone(150, 3)[:, :1], RATE),
        ("telephone", tone(150, 3)[:16_000], 8_000),
        ("studio", tone(150, 3), 96_000),
        ("short", tone(150, 1), RATE),
        ("between samples", sine_over() + 0.01 * tone(150, 2), RATE),
        ("constant", 0.5 * tone(150, 3) + 0.4, RATE),
        ("one side", tone(150, 3) * (1, 0), RATE),
    ],
)
def test_any_music_becomes_a_right_ad(
    bench: Bench, binary: Ffmpeg, tmp_path: Path, voice_file: Path, name: str, sound: np.ndarray,
    rate: int,
) -> None:  # fmt: skip
    music = bench.sound(f"{name}.wav", sound, rate)
    timeline = evolve(AD, samples=4 * RATE, voice=(Sound(media="v", start_sample=0, samples=RATE),))
    made = audio.make(
        evolve(timeline, bed=Bed(media="m", volume=1.0)), {"v": voice_file, "m": music},
        tmp_path / "ad.m4a", binary=binary,
    )  # fmt: skip
    heard = bench.heard(made.path)
    assert len(heard) == 4 * RATE
    level, peak = bench.ebur128(made.path)
    assert level == pytest.approx(-14, abs=0.5)
    assert peak <= -0.95
    assert np.abs(heard.mean(axis=0)).max() < 0.003
    assert [path.name for path in tmp_path.iterdir()] == ["ad.m4a"]


def test_music_cut_off_in_the_middle_of_a_packet_is_looped(
    bench: Bench,
    parted: Callable[..., tuple[np.ndarray, np.ndarray]],
    music_file: Path,
    tmp_path: Path,
) -> None:
    file = tmp_path / "cut.mp3"
    bench.run("-stream_loop", "2", "-i", str(music_file), "-b:a", "128k", str(file))
    file.write_bytes(file.read_bytes()[:-20_011] + bytes(400))
    _, music = parted(evolve(AD, voice=()), m=file)
    level = np.sqrt(np.square(music[RATE : 8 * RATE, 0]).reshape(-1, 4_800).mean(axis=1))
    assert level.min() > 0.4 * level.max()


@pytest.mark.parametrize("samples", [1, 200, 4_000])
def test_what_is_too_short_to_be_music_or_speech_is_named(
    bench: Bench,
    parted: Callable[..., tuple[np.ndarray, np.ndarray]],
    voice_file: Path,
    samples: int,
) -> None:
    scrap = bench.sound(f"scrap{samples}.wav", np.full(samples, 0.3))
    for files in ({"v": scrap, "m": scrap}, {"v": voice_file, "m": scrap}):
        wrong = "v" if files["v"] == scrap else "m"
        with pytest.raises(CompositorError, match="s of sound") as caught:
            parted(evolve(AD, voice=(Sound(media="v", start_sample=0, samples=RATE),)), **files)
        assert caught.value.media in {wrong, "m"}
        assert not caught.value.retryable
