from __future__ import annotations

import contextlib
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve
from tests.core.compositor import conftest

from ars0n_core.compositor import audio, beds, encoders, mastering, mixing, stretch, tapes
from ars0n_core.compositor.cache import Cache
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Bed, Media, MediaKind, Sound, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor import ffmpeg

RADIO = Timeline(
    width=0,
    height=0,
    frames=0,
    samples=4 * 48_000,
    media=(),
    voice=(Sound(media="v", start_sample=24_000, samples=2 * 48_000),),
    bed=Bed(media="m"),
    loudness_lufs=-16.0,
    true_peak_dbtp=-2.0,
)


@pytest.fixture(scope="module")
def media(voice_file: Path, music_file: Path) -> dict[str, Path]:
    return {"v": voice_file, "m": music_file}


@pytest.fixture
def mix(binary: ffmpeg.Ffmpeg, tmp_path: Path) -> Callable[..., np.ndarray]:
    """
    What mixes a timeline, (samples, 2), at the levels before mastering.
    """

    def mix(timeline: Timeline, media: dict[str, Path]) -> np.ndarray:
        with mixing.parts(timeline, media, tmp_path, binary=binary) as parts:
            return parts.mix(0, timeline.samples)

    return mix


@pytest.mark.parametrize(
    ("suffix", "rate", "target", "ceiling"), [(".m4a", 48_000, -14, -1), (".mp3", 44_100, -16, -2)]
)
def test_the_file_has_its_length_and_loudness(
    bench: Bench,
    binary: ffmpeg.Ffmpeg,
    media: dict[str, Path],
    tmp_path: Path,
    suffix: str,
    rate: int,
    target: float,
    ceiling: float,
) -> None:
    timeline = evolve(RADIO, loudness_lufs=target, true_peak_dbtp=ceiling)
    made = audio.make(timeline, media, tmp_path / f"a{suffix}", binary=binary)
    assert len(bench.heard(made.path, rate)) == made.samples == 4 * rate
    level, peak = bench.ebur128(made.path)
    assert level == pytest.approx(target, abs=0.5)
    assert peak <= ceiling + 0.05
    assert made.loudness.integrated_lufs == pytest.approx(level, abs=0.2)
    assert made.loudness.true_peak_dbtp == pytest.approx(peak, abs=0.2)
    assert made.rounds == 1  # what the codec does to a level is known before


def test_the_same_inputs_give_the_same_bytes(
    binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    files = [tmp_path / "one.mp3", tmp_path / "two.mp3"]
    for file in files:
        audio.make(RADIO, media, file, binary=binary)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("samples", [48_000, 48_000 + 1600, 72_000 - 1600])
def test_lengths_that_fill_no_codec_frame_are_exact(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path, samples: int
) -> None:
    timeline = evolve(RADIO, samples=samples)
    made = audio.make(timeline, media, tmp_path / "a.m4a", binary=binary)
    assert len(bench.heard(made.path)) == samples


def test_a_long_sound_is_encoded_in_halves_that_no_one_can_hear(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    samples = 8 * 48_000 + 333
    middle = samples // 1024 // 2 * 1024
    rng = np.random.default_rng(4)
    swell = 0.02 + 0.2 * np.abs(np.sin(np.linspace(0, 11, samples)))
    sound = (rng.standard_normal((samples, 2)) * swell[:, None] * 0.5).astype(np.float32)
    kept = {}
    for name, part in (("halved", sound), ("whole", sound[: 8 * 48_000 - 1])):
        encoders.encode(
            whole(part), len(part), 48_000, tmp_path / f"{name}.m4a", binary=binary, group=None
        )
        kept[name] = bench.heard(tmp_path / f"{name}.m4a")
    assert len(kept["halved"]) == samples
    assert sorted(path.name for path in tmp_path.iterdir()) == ["halved.m4a", "whole.m4a"]

    def error(name: str, packet: int) -> float:
        here = slice(middle + 1024 * packet, middle + 1024 * (packet + 1))
        return float(np.square(kept[name][here] - sound[here]).sum())

    # About the joint, the coding error is what it is where nothing was joined.
    for packet in range(-2, 4):
        assert error("halved", packet) < 1.6 * error("whole", packet)


def test_speech_stands_where_the_cut_has_it(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    clicks = np.zeros(48_000)
    clicks[10_000] = 0.9
    file = bench.sound("click.wav", clicks)
    timeline = evolve(
        RADIO, voice=(Sound(media="v", start_sample=30_001, samples=20_000, source_sample=5_000),)
    )
    with contextlib.ExitStack() as kept:
        spoken = mixing.narration(timeline, {"v": file}, tmp_path, kept, binary=binary)
        track = spoken.read(0, timeline.samples)
    assert track.shape == (timeline.samples, 1)
    assert int(np.abs(track).argmax()) == 30_001 + 10_000 - 5_000


def test_the_bed_makes_room_for_speech_and_comes_back(
    mix: Callable[..., np.ndarray], media: dict[str, Path]
) -> None:
    longer = evolve(RADIO, samples=6 * 48_000)
    both = mix(longer, media)
    alone = mix(evolve(longer, bed=None), media)
    bed = (both - alone)[:, 0]

    def level(first: float, last: float) -> float:
        part = bed[round(first * 48_000) : round(last * 48_000)]
        return float(10 * np.log10(np.mean(part * part)))

    assert level(1.0, 2.0) == pytest.approx(level(3.6, 4.6) - 14, abs=1)
    # Syllables and the gaps between them leave the bed alone: no pumping.
    inside = [level(0.7 + step / 10, 0.8 + step / 10) for step in range(16)]
    assert max(inside) - min(inside) < 1.5


def test_words_are_well_above_the_bed(
    mix: Callable[..., np.ndarray], media: dict[str, Path]
) -> None:
    both = mix(RADIO, media)
    alone = mix(evolve(RADIO, bed=None), media)
    spoken = slice(48_000, 96_000)
    voice, bed = alone[spoken, 0], (both - alone)[spoken, 0]
    above = 10 * np.log10(np.mean(voice**2) / np.mean(bed**2))
    assert 14 < above < 26


def test_the_bed_ends_in_silence(mix: Callable[..., np.ndarray], media: dict[str, Path]) -> None:
    bed = mix(evolve(RADIO, voice=()), media)
    assert np.abs(bed[-48:]).max() < 0.002
    assert np.abs(bed[:48]).max() < 0.002
    fall = [
        float(np.abs(bed[-60_000 + 6_000 * n : -54_000 + 6_000 * n or None]).max())
        for n in range(10)
    ]
    assert fall == sorted(fall, reverse=True)


def test_no_volume_is_no_music(mix: Callable[..., np.ndarray], media: dict[str, Path]) -> None:
    silent = mix(evolve(RADIO, bed=Bed(media="m", volume=0)), media)
    assert np.array_equal(silent, mix(evolve(RADIO, bed=None), media))


def test_in_what_blocks_a_sound_is_read_changes_no_sample(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    # A bed that loops, at odd places, under a voice that begins in the middle of its source.
    music = bench.sound("odd.wav", conftest.music(1.37) * np.linspace(1, 0.3, 65_760)[:, None])
    voice = (
        Sound(media="v", start_sample=12_345, samples=50_001, source_sample=777),
        Sound(media="v", start_sample=80_000, samples=40_000, source_sample=60_000, speed=1.08),
    )
    timeline = evolve(RADIO, voice=voice)
    files = {"v": media["v"], "m": music}
    with mixing.parts(timeline, files, tmp_path, binary=binary) as parts:
        whole = parts.mix(0, timeline.samples)
        for size in (4_801, 48_000, 100_000):
            read = [block for _, block in tapes.blocks(parts.mix, 0, timeline.samples, size)]
            assert np.array_equal(np.concatenate(read), whole)
        takes = [
            mastering.taken(iter(np.split(whole, places)), 48_000, tmp_path / f"{number}.tape")
            for number, places in enumerate(([], [7, 24_000, 100_001]))
        ]
    one, two = takes
    with one.tape, two.tape:
        assert np.array_equal(one.powers, two.powers)
        gains = [mastering.brought(take, np.ones(len(take.peaks) + 1), -9, -1) for take in takes]
        assert np.array_equal(gains[0], gains[1])
        assert gains[0].min() < gains[0].max()  # the limiter has worked
        read = [
            block for _, block in tapes.blocks(mastering.mastered(two, gains[1]), 0, 90_000, 77)
        ]
        assert np.array_equal(np.concatenate(read), mastering.mastered(one, gains[0])(0, 90_000))


def test_a_longer_sound_takes_no_more_memory(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    long = bench.sound("long.wav", conftest.speech(24, 24_000), 24_000)

    def peak(seconds: int) -> int:
        timeline = evolve(
            RADIO,
            samples=seconds * 48_000,
            voice=(Sound(media="v", start_sample=0, samples=(seconds - 1) * 48_000),),
        )
        tracemalloc.start()
        try:
            files = {"v": long, "m": media["m"]}
            with audio.mixed(timeline, files, tmp_path, binary=binary) as take:
                gains = mastering.brought(take, np.ones(len(take.peaks) + 1), -14, -1)
                for _ in tapes.blocks(mastering.mastered(take, gains), 0, timeline.samples):
                    pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(6)  # what is made once and kept
    longer_by = (24 - 6) * 48_000 * 2 * 4
    # Voice and bed are read side by side: how their blocks coincide takes a block more or less.
    assert peak(24) - peak(6) < longer_by / 4
    assert list(tmp_path.iterdir()) == []


def test_a_silent_voice_is_not_raised(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    hiss = np.random.default_rng(1).standard_normal(48_000 * 3) * 1e-4
    quiet = bench.sound("hiss.wav", hiss)
    timeline = evolve(RADIO, bed=None)
    made = audio.make(timeline, {"v": quiet}, tmp_path / "a.m4a", binary=binary)
    assert np.abs(bench.heard(made.path)).max() < 0.001
    with_music = audio.make(RADIO, {"v": quiet, "m": media["m"]}, tmp_path / "b.m4a", binary=binary)
    assert bench.ebur128(with_music.path)[0] == pytest.approx(-16, abs=0.5)


def test_a_voice_with_one_channel_the_wrong_way_round_is_heard(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    said = conftest.speech(0.5)
    told: dict[str, Any] = {"channels": 1, "seconds_max": 1.0, "binary": binary}
    wrong = bench.sound("wrong.wav", np.stack([said, -said], axis=1))
    with tapes.decoded(wrong, "v", tmp_path / "wrong.tape", **told) as tape:
        assert np.allclose(tape.read(0, 24_000)[:, 0], said, atol=1e-4)
    quiet = bench.sound("quiet.wav", np.stack([said, said], axis=1) * 0.002)
    with tapes.decoded(quiet, "v", tmp_path / "quiet.tape", **told) as tape:
        assert np.allclose(tape.read(0, 24_000)[:, 0], said * 0.002, atol=1e-4)
    assert not list(tmp_path.iterdir())


def test_clipped_music_stays_under_the_ceiling(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    loud = np.sign(np.sin(np.arange(96_000) * 0.05))[:, None].repeat(2, axis=1)
    music = bench.sound("clipped.wav", loud)
    timeline = evolve(RADIO, bed=Bed(media="m", volume=1.0))
    made = audio.make(timeline, {"v": media["v"], "m": music}, tmp_path / "a.mp3", binary=binary)
    level, peak = bench.ebur128(made.path)
    assert peak <= -1.95
    assert level == pytest.approx(-16, abs=0.5)


def test_what_holds_no_sound_is_named(
    bench: Bench, mix: Callable[..., np.ndarray], media: dict[str, Path], tmp_path: Path
) -> None:
    picture = bench.clip("silent.mp4", frames=5)
    for wrong in (tmp_path / "text.mp3", picture):
        if wrong != picture:
            wrong.write_text("this is no music")
        with pytest.raises(CompositorError) as caught:
            mix(RADIO, {"v": media["v"], "m": wrong})
        assert caught.value.media == "m"
        assert not caught.value.retryable


def test_a_narration_shorter_than_its_cut_is_refused(
    mix: Callable[..., np.ndarray], media: dict[str, Path]
) -> None:
    timeline = evolve(RADIO, voice=(Sound(media="v", start_sample=0, samples=4 * 48_000),))
    with pytest.raises(CompositorError, match="of sound, but the cut takes") as caught:
        mix(timeline, media)
    assert caught.value.media == "v"


@pytest.mark.parametrize("layout", ["mono", "5.1"])
def test_any_layout_and_rate_becomes_stereo(
    bench: Bench,
    mix: Callable[..., np.ndarray],
    media: dict[str, Path],
    tmp_path: Path,
    layout: str,
) -> None:
    file = tmp_path / "odd.wav"
    bench.run(
        "-i", str(media["m"]), "-ac", "6" if layout == "5.1" else "1", "-ar", "8000", str(file)
    )
    bed = mix(evolve(RADIO, voice=()), {"m": file})
    assert bed.shape == (RADIO.samples, 2)
    assert np.abs(bed).max() > 0.01


def whole(sound: np.ndarray) -> tapes.Read:
    """
    What reads a sound that is all there, as a tape would.
    """
    grid = sound.reshape(len(sound), -1)

    def read(start: int, count: int) -> np.ndarray:
        part = grid[max(0, start) : max(0, start + count)]
        before = max(0, -start)
        return np.pad(part, ((before, count - before - len(part)), (0, 0)))

    return read


def repeated(music: np.ndarray, samples: int, folder: Path) -> np.ndarray:
    with tapes.recorded([music], folder / "music.tape", 2) as tape:
        return beds.looped(tape, samples, 48_000).read(0, samples)


def paced(voice: np.ndarray, speed: float, samples: int) -> np.ndarray:
    return np.concatenate(list(stretch.stretched(whole(voice), 0, speed, samples)))[:, 0]


def test_a_seamless_loop_is_repeated_as_it_is(tmp_path: Path) -> None:
    t = np.arange(48_000) / 48_000
    loop = np.stack([np.sin(2 * np.pi * 200 * t)] * 2, axis=1).astype(np.float32)
    long = repeated(loop, 130_000, tmp_path)
    assert np.array_equal(long[:96_000], np.tile(loop, (2, 1)))


@pytest.mark.parametrize(
    ("beats_a_minute", "seconds"), [(120, 4.7), (97, 6.3), (140, 9.13), (84, 11.0), (128, 3.99)]
)
def test_music_of_any_length_is_looped_on_its_beat(
    beats_a_minute: float, seconds: float, tmp_path: Path
) -> None:
    rate, beat = 48_000, 60 / beats_a_minute
    # A little noise, so that the end flows into the start as if it were made to.
    loop = np.random.default_rng(3).normal(0, 0.002, (round(seconds * rate), 2)).astype(np.float32)
    drum = np.exp(-np.arange(4_000) / 600) * np.sin(np.arange(4_000) * 0.05)
    for number in range(int(seconds / beat) + 1):
        place = loop[round(number * beat * rate) :][: len(drum)]
        place += (0.8 if number % 4 == 0 else 0.5) * drum[: len(place), None]

    heard = np.abs(repeated(loop, 30 * rate, tmp_path)[:, 0])

    hop = 240
    peaks = heard[: len(heard) // hop * hop].reshape(-1, hop).max(axis=1)
    loud = np.concatenate(([False, False], peaks > 0.2))
    onsets = np.flatnonzero(loud[2:] & ~loud[1:-1] & ~loud[:-2]) * hop / rate
    assert len(onsets) > 40
    assert np.abs(np.diff(onsets) - beat).max() < 0.015


@pytest.mark.parametrize(("silent", "seconds"), [(0.0, 6), (3.0, 5), (3.0, 2)])
def test_music_begins_with_its_first_sound(silent: float, seconds: int, tmp_path: Path) -> None:
    t = np.arange(48_000 * seconds) / 48_000
    tune = (np.sin(2 * np.pi * 211 * t + 1) * 0.5)[:, None].repeat(2, axis=1)
    tune = np.concatenate([np.zeros((round(48_000 * silent), 2)), tune]).astype(np.float32)
    begun = repeated(tune, 48_000 * 4, tmp_path)
    assert np.abs(begun[:48_000].reshape(-1, 480, 2)).max(axis=1).min() > 0.2
    assert np.abs(begun.reshape(-1, 24_000, 2)).max(axis=1).min() > 0.2


@pytest.mark.parametrize("seconds", [2, 6])
def test_music_with_a_channel_the_wrong_way_round_is_heard_on_one_loudspeaker(
    seconds: int, tmp_path: Path
) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(48_000 * seconds) / 48_000)
    opposed = np.stack([tone, -tone], axis=1).astype(np.float32)
    assert np.abs(repeated(opposed, 48_000 * 4, tmp_path).sum(axis=1)).max() > 0.5
    side = np.stack([tone, np.roll(tone, 50)], axis=1).astype(np.float32)
    assert np.array_equal(repeated(side, 48_000, tmp_path), side[:48_000])


def test_other_music_is_joined_without_a_click_or_a_hole(tmp_path: Path) -> None:
    t = np.arange(48_000 * 3 + 777) / 48_000
    beat = np.exp(-(t % 0.5) * 8)
    fade = np.clip((t[-1] - t) / 0.4, 0, 1)
    tune = (np.sin(2 * np.pi * 211 * t) * beat * fade * 0.5)[:, None].repeat(2, axis=1)
    tune = np.concatenate([tune, np.zeros((9_000, 2))]).astype(np.float32)
    long = repeated(tune, 48_000 * 9, tmp_path)
    assert np.abs(np.diff(long, axis=0)).max() < 1.3 * np.abs(np.diff(tune, axis=0)).max()
    peaks = np.abs(long[: 48_000 * 8, 0]).reshape(-1, 24_000).max(axis=1)
    assert peaks.min() > 0.25


@pytest.mark.parametrize("speed", [0.9, 1.07, 1.15])
def test_stretching_keeps_the_pitch_and_does_not_click(speed: float) -> None:
    t = np.arange(48_000 * 2) / 48_000
    voice = np.asarray(sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 8)), np.float32)
    samples = round(48_000 * 1.6)
    fast = paced(voice, speed, samples)
    assert len(fast) == samples
    spectrum = np.abs(np.fft.rfft(fast[:72_000] * np.hanning(72_000)))
    assert spectrum.argmax() * 48_000 / 72_000 == pytest.approx(140, abs=1)
    assert np.abs(np.diff(fast[2_000:])).max() < 1.2 * np.abs(np.diff(voice)).max()


def test_stretched_speech_ends_when_it_should() -> None:
    burst = np.zeros(96_000, np.float32)
    burst[57_500:57_600] = 1.0
    fast = paced(burst, 1.15, 80_000)
    assert int(np.abs(fast).argmax()) == pytest.approx(57_550 / 1.15, abs=800)


def test_decoded_music_is_kept_for_another_voice(
    bench: Bench, binary: ffmpeg.Ffmpeg, media: dict[str, Path], tmp_path: Path
) -> None:
    coded = tmp_path / "coded.mp3"
    bench.run("-i", str(media["m"]), "-b:a", "128k", str(coded))
    files = {"v": media["v"], "m": coded}
    sounds = tuple(Media(id=name, kind=MediaKind.SOUND, sha256=name) for name in "vm")
    first = evolve(RADIO, media=sounds)
    other = evolve(first, voice=(Sound(media="v", start_sample=30_000, samples=48_000),))
    kept, job = tmp_path / "kept", tmp_path / "job"
    job.mkdir()

    def made(timeline: Timeline, *, cached: bool = True) -> bytes:
        cache = Cache(kept if cached else None, size_bytes_max=1 << 30)
        done = audio.make(timeline, files, job / "a.m4a", binary=binary, cache=cache)
        assert [path.name for path in job.iterdir()] == ["a.m4a"]
        return done.path.read_bytes()

    cold = made(other, cached=False)
    made(first)
    files["m"] = tmp_path / "gone.mp3"  # no decoder is asked
    assert made(other) == cold
    files["m"] = coded
    (tape,) = kept.glob("*.tape")
    whole = tape.read_bytes()
    tape.write_bytes(whole[:-800])
    assert made(other) == cold
    assert tape.read_bytes() == whole
