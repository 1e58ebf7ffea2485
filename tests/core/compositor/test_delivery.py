from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve

from ars0n_core.compositor import delivery, loudness, mastering, profiles, streams
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import InvalidRequestError
from ars0n_core.timelines import Bed, Clip, Media, MediaKind, Rendering, Sound, Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

FRAMES, SIZE = 120, (144, 256)


@pytest.fixture(scope="module")
def media(bench: Bench, voice_file: Path, music_file: Path) -> dict[str, Path]:
    return {"c": bench.clip("d.mp4", frames=FRAMES), "v": voice_file, "m": music_file}


@pytest.fixture(scope="module")
def ad(media: dict[str, Path]) -> Timeline:
    return Timeline(
        width=SIZE[0], height=SIZE[1], frames=FRAMES, samples=FRAMES * 1600,
        media=tuple(
            Media(
                id=name,
                kind=MediaKind.FOOTAGE if name == "c" else MediaKind.SOUND,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for name, path in media.items()
        ),
        clips=(Clip(media="c", start_frame=0, frames=FRAMES),),
        voice=(Sound(media="v", start_sample=9_600, samples=2 * 48_000),),
        bed=Bed(media="m"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def film(ad: Timeline, media: dict[str, Path], bench: Bench) -> Rendering:
    folder = bench.folder / "film"
    folder.mkdir()
    return LocalCompositor().render(ad, media, folder)


def small(profile: profiles.Profile, **rules: Any) -> profiles.Profile:
    """
    The profile for a picture as small as ours, and an ad as short.
    """
    assert profile.picture is not None
    picture = evolve(profile.picture, **{"sizes": (SIZE,), **rules})
    return evolve(profile, picture=picture, seconds_min=0, seconds_allowed=())


def test_pictures_that_already_fit_are_copied(
    ad: Timeline, media: dict[str, Path], film: Rendering, binary: Ffmpeg, bench: Bench,
    tmp_path: Path,
) -> None:  # fmt: skip
    profile = small(profiles.find("social"), kbps=None)
    (done,) = delivery.deliver(film.path, ad, media, [profile], tmp_path, binary=binary)
    assert done.copied
    assert np.array_equal(bench.pictures(done.path), bench.pictures(film.path))
    assert np.array_equal(streams.read(done.path).sizes, streams.read(film.path).sizes)
    assert [path.name for path in tmp_path.iterdir()] == ["social.mp4"]


@pytest.mark.parametrize(
    ("name", "rate", "frames"),
    [("ebu_r128_s1", Fraction(25), 100), ("atsc_a85", Fraction(30_000, 1001), 120)],
)
def test_another_rate_keeps_the_length_and_the_loudness_asked(
    ad: Timeline, media: dict[str, Path], film: Rendering, binary: Ffmpeg, bench: Bench,
    tmp_path: Path, name: str, rate: Fraction, frames: int,
) -> None:  # fmt: skip
    profile = small(profiles.find(name))
    (done,) = delivery.deliver(film.path, ad, media, [profile], tmp_path, binary=binary)
    assert not done.copied
    assert len(bench.pictures(done.path)) == done.frames == frames
    assert len(bench.heard(done.path)) == done.samples == FRAMES * 1600
    assert abs(frames / rate - FRAMES / 30) <= 1 / (2 * rate)
    level, peak = bench.ebur128(done.path)
    assert level == pytest.approx(profile.sound.loudness_lufs, abs=0.5)
    assert peak <= profile.sound.true_peak_dbtp + 0.05
    limit = profile.sound.short_term_max_lufs
    assert limit is None or done.sound.loudness.short_term_max_lufs <= limit


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(24_000, 1001), Fraction(30_000, 1001)])
def test_motion_stays_even_and_cuts_stay_cuts_at_another_rate(
    rate: Fraction, ad: Timeline, media: dict[str, Path], binary: Ffmpeg, bench: Bench,
    tmp_path: Path,
) -> None:  # fmt: skip
    # A white hill on black that goes two pixels a frame, and from frame 60 on its negative.
    across = np.arange(SIZE[0])
    raw = bytearray()
    for n in range(FRAMES):
        hill = 16 + 200 * np.exp(-(((across - 20 - n % 60 * 1.6) / 9) ** 2))
        row = hill if n < 60 else 251 - hill
        raw += np.tile(row, SIZE[1]).astype(np.uint8).tobytes()
        raw += bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    (tmp_path / "raw").write_bytes(raw)
    moving = tmp_path / "moving.mp4"
    bench.run(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{SIZE[0]}x{SIZE[1]}", "-r", "30"),
        *("-i", str(tmp_path / "raw"), "-c:v", "libx264", "-qp", "4", "-bf", "0", str(moving)),
    )
    profile = small(profiles.find("ebu_r128_s1"), rates=(rate,))
    (done,) = delivery.deliver(moving, ad, media, [profile], tmp_path, binary=binary)
    rows = bench.pictures(done.path)[:, : SIZE[0]].astype(float)
    means = rows.mean(axis=1)
    assert set(np.digitize(means, [110, 150])) == {0, 2}  # no picture is both sides of the cut
    light = np.clip(rows - 30, 0, None)[: round(50 * rate / 30)]
    steps = np.diff((light * across).sum(axis=1) / light.sum(axis=1))
    assert steps == pytest.approx(1.6 * 30 / float(rate), abs=0.25)


def test_a_bit_rate_that_is_asked_is_met_even_by_easy_pictures(
    ad: Timeline, media: dict[str, Path], film: Rendering, binary: Ffmpeg, bench: Bench,
    tmp_path: Path,
) -> None:  # fmt: skip
    profile = small(
        profiles.find("adobe_ctv"), sizes=((288, 512),), kbps=(3_000, 5_000), aim_kbps=4_000
    )
    (done,) = delivery.deliver(film.path, ad, media, [profile], tmp_path, binary=binary)
    stream = streams.read(done.path)
    kbps = stream.sizes.sum() * 8 / (done.frames * 1001 / 30_000) / 1000
    assert 3_000 <= kbps <= 5_000
    assert len(bench.pictures(done.path, (288, 512))) == done.frames
    assert streams.h264_level(stream) == 31


def test_one_mix_becomes_every_radio_file(
    ad: Timeline, media: dict[str, Path], binary: Ffmpeg, bench: Bench, tmp_path: Path
) -> None:
    radio = evolve(ad, width=0, height=0, frames=0, clips=())
    wanted = [profiles.find(name) for name in ("spotify_audio", "radio_na_wav")]
    done = delivery.deliver(None, radio, media, wanted, tmp_path, binary=binary)
    assert [each.path.name for each in done] == ["spotify_audio.mp3", "radio_na_wav.wav"]
    assert len(bench.heard(done[0].path, 44_100)) == FRAMES * 1470
    assert len(bench.heard(done[1].path)) == FRAMES * 1600
    for each in done:
        assert bench.ebur128(each.path)[0] == pytest.approx(-16, abs=0.5)


def test_what_cannot_be_is_refused_before_anything_is_made(
    ad: Timeline, media: dict[str, Path], binary: Ffmpeg, tmp_path: Path
) -> None:
    for name, fault in (("adobe_ctv", "shape"), ("dv360", "15 or 30 s"), ("social", "at least 5")):
        wanted = [profiles.find("radio_na"), profiles.find(name)]
        with pytest.raises(InvalidRequestError) as caught:
            delivery.deliver(None, ad, media, wanted, tmp_path, binary=binary)
        assert fault in str(caught.value.field_errors)
    radio = evolve(ad, width=0, height=0, frames=0, clips=())
    with pytest.raises(InvalidRequestError) as caught:
        delivery.deliver(None, radio, media, [profiles.find("youtube")], tmp_path, binary=binary)
    assert "radio" in str(caught.value.field_errors)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidRequestError):
        profiles.find("cinema")


def test_a_shout_is_ridden_down_to_the_short_term_limit(tmp_path: Path) -> None:
    t = np.arange(12 * 48_000) / 48_000
    tone = np.sin(2 * np.pi * 997 * t) * np.where((t > 5) & (t < 7), 0.5, 0.05)
    sound = np.repeat(tone[:, None], 2, axis=1).astype(np.float32)
    take = mastering.taken([sound], 48_000, tmp_path / "shout.tape")
    with take.tape:
        ridden = mastering.mastered(take, mastering.even(take, 4.5))(0, len(sound))
    found = loudness.measure(ridden, 48_000)
    assert found.short_term_max_lufs - found.integrated_lufs <= 4.7


def test_every_profile_names_its_source_and_the_day_it_was_read() -> None:
    for profile in profiles.PROFILES.values():
        assert profile.source
        assert len(profile.read_on) == 10
        assert profile.title


def test_pictures_are_drawn_anew_for_another_size_and_only_once(
    ad: Timeline, media: dict[str, Path], film: Rendering, binary: Ffmpeg, bench: Bench,
    tmp_path: Path,
) -> None:  # fmt: skip
    drawn: list[Path] = []

    def redraw(width: int, height: int) -> Path:
        if not drawn:
            drawn.append(
                LocalCompositor().pictures(
                    evolve(ad, width=width, height=height), media, bench.folder
                )
            )
        return drawn[0]

    rules = {"sizes": ((288, 512),), "kbps": None}
    names = ("ebu_r128_s1", "social")
    wanted = [small(profiles.find(name), **rules) for name in names]
    done = delivery.deliver(film.path, ad, media, wanted, tmp_path, binary=binary, redraw=redraw)
    assert len(drawn) == 1
    for each, frames in zip(done, (100, 120), strict=True):
        assert not each.copied
        assert len(bench.pictures(each.path, (288, 512))) == frames
