from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve

from ars0n_core.compositor import finishing, profiles, subtitles
from ars0n_core.compositor.finishing import Wanted
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import InvalidRequestError
from ars0n_core.timelines import (
    COMPOSITE,
    Bed,
    Clip,
    Media,
    MediaKind,
    Provenance,
    Rendering,
    Sound,
    Source,
    Timeline,
    Title,
    Word,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

ORIGIN = Provenance(
    generator="ars0n 0",
    title="Alba",
    sources=(Source(part="voice", model="speaker-1"), Source(part="music")),
)
FRAMES = 90
WORDS = (
    Word(text="Hear", start_seconds=0.2, end_seconds=0.7, segment=0),
    Word(text="it.", start_seconds=0.8, end_seconds=1.8, segment=0),
)


@pytest.fixture(scope="module")
def media(bench: Bench, voice_file: Path, music_file: Path) -> dict[str, Path]:
    return {"c": bench.clip("f.mp4", frames=FRAMES), "v": voice_file, "m": music_file}


@pytest.fixture(scope="module")
def film(media: dict[str, Path]) -> Timeline:
    return Timeline(
        width=144, height=256, frames=FRAMES, samples=FRAMES * 1600,
        media=tuple(
            Media(
                id=name,
                kind=MediaKind.FOOTAGE if name == "c" else MediaKind.SOUND,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for name, path in media.items()
        ),
        clips=(Clip(media="c", start_frame=0, frames=FRAMES),),
        voice=(Sound(media="v", start_sample=4_800, samples=2 * 48_000),),
        bed=Bed(media="m"),
        provenance=ORIGIN,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(film: Timeline, media: dict[str, Path], bench: Bench) -> Rendering:
    folder = bench.folder / "finishing"
    folder.mkdir()
    return LocalCompositor(certifies=True).render(film, media, folder)


def test_a_finished_ad_carries_its_origin_and_its_certificate(
    made: Rendering, film: Timeline, media: dict[str, Path], bench: Bench, tmp_path: Path
) -> None:
    assert COMPOSITE in bench.run("-i", str(made.path), "-f", "ffmetadata", "-").decode()
    assert made.sidecar is not None
    told = json.loads(made.sidecar.read_text())
    assert told["sha256"] == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert told["digitalSourceType"] == COMPOSITE
    assert made.certificate is not None
    proof = json.loads(made.certificate.read_text())
    assert proof["sha256"] == told["sha256"]
    # As right as so small a picture can be.
    assert [rule["rule"] for rule in proof["rules"] if not rule["passed"]] == ["frame_size"]

    plain = LocalCompositor().render(evolve(film, provenance=None), media, tmp_path)

    assert (plain.sidecar, plain.certificate) == (None, None)
    assert np.array_equal(bench.pictures(plain.path), bench.pictures(made.path))
    assert np.array_equal(bench.heard(plain.path), bench.heard(made.path))


def test_a_radio_ad_carries_them_too_and_is_signed_by_who_can(
    film: Timeline, media: dict[str, Path], bench: Bench, tmp_path: Path
) -> None:
    signed = []
    compositor = LocalCompositor(
        certifies=True, sign=lambda path, claim: signed.append((path.suffix, claim))
    )
    radio = evolve(film, width=0, height=0, frames=0, clips=(), loudness_lufs=-16.0,
                   true_peak_dbtp=-2.0)  # fmt: skip
    done = compositor.render(radio, media, tmp_path)

    assert COMPOSITE in bench.run("-i", str(done.path), "-f", "ffmetadata", "-").decode()
    assert len(bench.heard(done.path, 44_100)) == FRAMES * 1470
    assert done.certificate is not None
    assert json.loads(done.certificate.read_text())["passed"] is True
    ((suffix, claim),) = signed
    assert suffix == ".mp3"
    assert claim["assertions"][1]["data"]["sources"][0]["model"] == "speaker-1"


def test_the_pictures_alone_are_those_of_the_film(
    made: Rendering, film: Timeline, media: dict[str, Path], bench: Bench, tmp_path: Path
) -> None:
    path = LocalCompositor().pictures(film, media, tmp_path)
    assert np.array_equal(bench.pictures(path), bench.pictures(made.path))
    assert [each.name for each in tmp_path.iterdir()] == ["pictures.mp4"]


def test_everything_that_is_wanted_stands_beside_the_ad(
    made: Rendering, film: Timeline, media: dict[str, Path], bench: Bench, tmp_path: Path
) -> None:
    wanted = Wanted(
        deliver=("radio_na", "spotify_audio"), subtitles=("srt", "ass"), stems=True,
        interchange=True, sheet=True,
    )  # fmt: skip
    done = finishing.finish(
        made.path, film, media, WORDS, wanted, tmp_path, compositor=LocalCompositor(), name="x"
    )

    assert {path.name for path in tmp_path.iterdir()} == {
        "x.srt", "x.ass", "x.otio", "x.sheet.jpg", "x.voice.wav", "x.music.wav", "x.mix.wav",
        *(
            f"x.{profile}.mp3{more}"
            for profile in ("radio_na", "spotify_audio")
            for more in ("", ".certificate.json", ".provenance.json")
        ),
    }  # fmt: skip
    assert set(done.files.values()) == set(tmp_path.iterdir())
    assert subtitles.read(tmp_path / "x.srt")[0].lines == ("Hear it.",)
    assert [proof.passed for proof in done.certificates] == [True, True]
    for name in ("radio_na", "spotify_audio"):
        path = done.files[name]
        assert COMPOSITE in bench.run("-i", str(path), "-f", "ffmetadata", "-").decode()
        assert bench.ebur128(path)[0] == pytest.approx(-16, abs=0.5)


def test_what_cannot_be_made_is_all_said_before_anything_is(
    made: Rendering, film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    wanted = Wanted(deliver=("cinema", "dv360", "social"), subtitles=("srt", "sub"), stems=True)
    with pytest.raises(InvalidRequestError) as caught:
        finishing.finish(
            made.path, film, media, WORDS, wanted, tmp_path, compositor=LocalCompositor()
        )
    deliver = " ".join(caught.value.field_errors["deliver"])
    assert all(word in deliver for word in ("'cinema'", "15 or 30 s", "at least 5 s"))
    assert "'sub'" in caught.value.field_errors["subtitles"][0]
    radio = evolve(film, width=0, height=0, frames=0, clips=())
    with pytest.raises(InvalidRequestError, match="no pictures"):
        finishing.check(Wanted(sheet=True), radio)
    assert list(tmp_path.iterdir()) == []


def test_a_delivery_is_certified_where_its_words_were_drawn(
    film: Timeline, media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice as large, and at 25 frames a second: its boxes and frames are other ones.
    ebu = profiles.find("ebu_r128_s1")
    assert ebu.picture is not None
    tall = evolve(ebu, picture=evolve(ebu.picture, sizes=((288, 512),), rates=(Fraction(25),)))
    monkeypatch.setitem(profiles.PROFILES, "tall", evolve(tall, name="tall"))
    titled = evolve(film, titles=(Title(text="New", start_frame=40, frames=40),))
    compositor = LocalCompositor()
    ad = compositor.render(titled, media, tmp_path).path
    done = finishing.finish(
        ad, titled, media, (), Wanted(deliver=("tall",)), tmp_path, compositor=compositor
    )
    (proof,) = done.certificates
    assert {finding.rule for finding in proof.findings} >= {"text_safe_area", "text_contrast"}
    assert not {"text_safe_area", "text_contrast"} & set(proof.failed)
    picture = proof.measured.picture
    assert picture is not None
    assert picture.placed is not None
    assert picture.placed["title 'New'"] > 7
