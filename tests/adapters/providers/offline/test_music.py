from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_adapters.providers.offline import instruments, moods, music
from ars0n_adapters.providers.offline.moods import Role
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_core.errors import ProviderUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

MUSIC = OfflineMusic()


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 48_000)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).T
    return sound.astype(np.float64) / 32768


def band_share(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(sound.mean(axis=0))) ** 2
    hertz = np.fft.rfftfreq(sound.shape[1], 1 / 48_000)
    return float(power[(hertz >= low_hz) & (hertz < high_hz)].sum() / power.sum())


@pytest.fixture(scope="module")
def beds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    folder = tmp_path_factory.mktemp("beds")
    return {
        mood.name: samples(MUSIC.bed(mood.name, seconds=5, seed="a", folder=folder))
        for mood in moods.MOODS
    }


NAMES = [mood.name for mood in moods.MOODS]


@pytest.mark.parametrize("name", NAMES)
def test_a_bed_is_one_loop_of_whole_bars(beds: dict[str, np.ndarray], name: str) -> None:
    measures = music.loop(name, seconds=5, seed="a")
    assert beds[name].shape[1] == measures.loop_samples == measures.bars * measures.bar_samples
    assert measures.bars % 4 == 0
    assert beds[name].shape[1] >= 5 * 48_000


@pytest.mark.parametrize("name", NAMES)
def test_the_seam_is_like_any_other_place(beds: dict[str, np.ndarray], name: str) -> None:
    sound = beds[name]
    steps = np.abs(np.diff(sound, axis=1))
    assert np.abs(sound[:, 0] - sound[:, -1]).max() <= np.percentile(steps, 99.5)
    bends = np.abs(np.diff(np.concatenate([sound[:, -3:], sound[:, :3]], axis=1), n=2, axis=1))
    assert bends.max() <= np.percentile(np.abs(np.diff(sound, n=2, axis=1)), 99.9)


@pytest.mark.parametrize("name", NAMES)
def test_what_rings_past_the_end_goes_on_at_the_start(
    beds: dict[str, np.ndarray], name: str
) -> None:
    opening = beds[name][:, : 48_000 // 50]
    assert np.sqrt(np.mean(opening**2)) > 0.003


@pytest.mark.parametrize("name", NAMES)
def test_levels_leave_room(beds: dict[str, np.ndarray], name: str) -> None:
    sound = beds[name]
    assert np.abs(sound).max() <= 10 ** (-3 / 20)
    assert -20 <= music.loudness_lufs(sound) <= -16
    assert np.abs(sound.mean(axis=1)).max() < 1e-4
    assert band_share(sound, 1_000, 4_000) < 0.12
    assert band_share(sound, 0, 35) < 0.02


@pytest.mark.parametrize("name", NAMES)
def test_beds_are_stereo_and_survive_mono(beds: dict[str, np.ndarray], name: str) -> None:
    left, right = beds[name]
    assert not np.array_equal(left, right)
    mono = np.mean(((left + right) / 2) ** 2)
    assert mono > 0.4 * (np.mean(left**2) + np.mean(right**2)) / 2
    assert 0.7 < np.std(left) / np.std(right) < 1.4


def test_loudness_is_measured_as_the_recommendation_says() -> None:
    # BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LKFS.
    size = 48_000
    tone = np.sin(2 * np.pi * 997 * np.arange(size) / 48_000)
    assert music.loudness_lufs(np.stack([tone, np.zeros(size)])) == pytest.approx(-3.01, abs=0.02)


def test_the_same_mood_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    first = MUSIC.bed("Playful  tune", seconds=5, seed="a", folder=tmp_path)
    (tmp_path / "again").mkdir()
    again = OfflineMusic().bed("playful tune", seconds=5, seed="a", folder=tmp_path / "again")
    assert first.parent == tmp_path
    assert first.name == again.name
    assert first.read_bytes() == again.read_bytes()


def test_seeds_vary_the_bed(tmp_path: Path) -> None:
    one = MUSIC.bed("playful", seconds=5, seed="a", folder=tmp_path)
    two = MUSIC.bed("playful", seconds=5, seed="b", folder=tmp_path)
    assert one != two
    assert one.read_bytes() != two.read_bytes()
    scores = [music.loop("happy", seconds=5, seed=str(seed)) for seed in range(20)]
    assert len({score.key for score in scores}) > 2
    assert len({score.progression for score in scores}) > 2
    assert len({score.step_samples for score in scores}) > 2


def test_moods_differ_to_the_ear(beds: dict[str, np.ndarray]) -> None:
    def strokes(sound: np.ndarray) -> float:
        """How much the level jumps from one sixteenth of a second to the next."""
        blocks = sound.mean(axis=0)[: sound.shape[1] // 3_000 * 3_000].reshape(-1, 3_000)
        levels = np.log(np.sqrt(np.mean(blocks**2, axis=1)) + 1e-4)
        return float(np.mean(np.maximum(np.diff(levels), 0)))

    assert strokes(beds["electronic"]) > 2 * strokes(beds["ambient"])
    assert strokes(beds["happy"]) > 1.5 * strokes(beds["cinematic"])
    assert band_share(beds["electronic"], 6_000, 16_000) > 10 * band_share(
        beds["ambient"], 6_000, 16_000
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("upbeat electronic", "electronic"),
        ("UPBEAT ELECTRONIC!", "electronic"),
        ("energetic", "electronic"),
        ("calm ambient piano", "ambient"),
        ("relaxing spa", "ambient"),
        ("luxury cinematic", "cinematic"),
        ("elegant orchestral strings", "cinematic"),
        ("playful acoustic guitar", "playful"),
        ("upbeat acoustic", "playful"),
        ("inspiring corporate", "inspiring"),
        ("premium tech", "tech"),
        ("dark, futuristic", "tech"),
        ("happy summer pop", "happy"),
        ("warm", "nostalgic"),
        ("nostalgic lo-fi", "nostalgic"),
        ("", "inspiring"),
        ("音楽", "inspiring"),
        ("airport", "inspiring"),
        ("aggressive metal", "electronic"),
        ("latin salsa", "happy"),
        ("R&B ballad, mellow", "nostalgic"),
        ("spooky halloween", "tech"),
        ("calm, no drums", "ambient"),
        ("upbeat but not too electronic, acoustic guitar", "playful"),
    ],
)
def test_free_words_find_their_mood(text: str, name: str) -> None:
    assert moods.mood(text).name == name


@pytest.mark.parametrize("seconds", [0.0, -1.0, 15.0, 30.0, 95.0, float("inf"), float("nan")])
@pytest.mark.parametrize("name", NAMES)
def test_any_length_is_covered_or_looped(name: str, seconds: float) -> None:
    measures = music.loop(name, seconds=seconds, seed="x")
    length = measures.loop_samples / 48_000
    assert 12 < length < 40
    if seconds <= 24:
        assert length >= seconds
    low, high = measures.mood.bpm
    assert low - 3 <= measures.bpm <= high + 3


@pytest.mark.parametrize("mood", moods.MOODS, ids=NAMES)
def test_every_player_has_an_instrument_and_playable_patterns(mood: moods.Mood) -> None:
    marks = {
        Role.CHORD: "123456789",
        Role.DRUM: "123456789",
        Role.BASS: "058",
        Role.LEAD: "01234567",
    }
    for layer in mood.layers:
        known = instruments.DRUMS if layer.role is Role.DRUM else instruments.TONES
        assert layer.instrument in known
        for pattern in layer.patterns:
            assert len(pattern) == music.STEPS_PER_BAR
            assert set(pattern) <= {".", *marks[layer.role]}


@pytest.mark.parametrize("mood", moods.MOODS, ids=NAMES)
def test_harmony_stays_in_key_and_under_the_voice(mood: moods.Mood) -> None:
    scale = {0, 2, 3, 5, 7, 8, 10} if mood.minor else {0, 2, 4, 5, 7, 9, 11}
    for seed in range(8):
        score = music.loop(mood.name, seconds=5, seed=str(seed))
        for bass, close, ladder in music.chords(score):
            assert {(pitch - score.key) % 12 for pitch in (bass, *close, *ladder)} <= scale
            assert 36 <= bass < 48
            assert all(54 <= pitch < 66 for pitch in close)
            assert ladder == sorted(ladder)


def test_a_disk_that_refuses_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="written to disk"):
        MUSIC.bed("happy", seconds=5, seed="a", folder=tmp_path / "missing")
