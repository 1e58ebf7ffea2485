"""
A finished ad says what it was made of, and can be taken apart again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.assets import AssetKind
from ars0n_core.errors import BlobNotFoundError, NotFoundError, VersionNotEditableError
from ars0n_core.ports import Maker
from ars0n_core.specs.model import CustomClip
from ars0n_core.testing import fakes
from ars0n_core.timelines import COMPOSITE, GENERATED, Provenance
from ars0n_core.usecases.reopen import reopen
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.timelines import Rendering, Timeline

    from .conftest import Stage


class NamedImages(fakes.FakeImages):
    """
    Pictures by somebody who says so.
    """

    def maker(self, grade: str = "") -> Maker:
        del grade
        return Maker(provider="Somebody", model="painter-2")


def told(stage: Stage) -> Provenance:
    """
    What the last ad was made of.
    """
    provenance = stage.ports.compositor.cuts[-1].provenance
    assert isinstance(provenance, Provenance)
    return provenance


def test_a_film_says_what_a_model_made_and_what_the_customer_gave(stage: Stage) -> None:
    stage.ports = evolve(stage.ports, images=NamedImages())
    clip = CustomClip(position=0, asset_id=stage.asset(AssetKind.VIDEO), duration_seconds=6)
    stage.finished(
        stage.film(company_name="Alba", logo_asset_id=stage.asset(), custom_clips=(clip,))
    )

    found = told(stage)

    assert (found.title, found.digital_source_type) == ("Alba", COMPOSITE)
    assert found.generator.startswith("ars0n ")
    parts = {source.part: source for source in found.sources}
    assert {part for part, source in parts.items() if source.is_generated} == {
        *(f"scene {i} {what}" for i in range(3) for what in ("picture", "clip")), "voice", "music",
    }  # fmt: skip
    assert {"photo 0", "custom clip 0", "logo"} <= parts.keys()
    assert (parts["scene 1 picture"].provider, parts["scene 1 picture"].model) == (
        "Somebody",
        "painter-2",
    )
    assert parts["scene 1 clip"].model == ""
    assert len(parts["voice"].prompt_sha256) == 64


def test_a_radio_ad_is_the_models_own_but_for_music_that_was_given(stage: Stage) -> None:
    stage.finished(stage.radio())
    own = told(stage)
    stage.finished(stage.radio(music_asset_id=stage.asset(AssetKind.AUDIO)))
    given = told(stage)

    assert own.digital_source_type == GENERATED
    assert given.digital_source_type == COMPOSITE
    assert [s.part for s in given.sources if not s.is_generated] == ["music"]


def test_the_facts_of_an_ad_hold_nothing_that_chance_made(stage: Stage) -> None:
    photo = stage.asset()
    for _ in range(2):
        stage.finished(stage.film(image_asset_ids=(photo,)))

    one, other = (cut.provenance for cut in stage.ports.compositor.cuts)
    assert one == other


def test_an_ad_is_reopened_as_it_was_cut(stage: Stage, tmp_path: Path) -> None:
    report = stage.finished(stage.film(company_name="Alba"))
    music = stage.flaky("music")
    music.plan_fault("bed", AssertionError("it is composed once"))
    stage.policy = evolve(stage.policy, picture_lines=1080)

    cut = reopen(stage.ports, stage.policy, stage.caller, report.version_id, tmp_path)

    assert cut.timeline == stage.ports.compositor.cuts[-1]
    assert cut.words
    assert set(cut.media) == {media.id for media in cut.timeline.media}
    assert all(path.is_relative_to(tmp_path) and path.exists() for path in cut.media.values())
    assert cut.poster is not None
    made = stage.version(report.version_id).pipeline.final
    copied = tmp_path / "copy"
    with stage.ports.store.transaction() as tx:
        asset = tx.assets.find(made.output)
    assert asset is not None
    stage.blobs.copy_to(asset.blob_key, copied)
    assert cut.ad.read_bytes() == copied.read_bytes()


def test_a_radio_ad_with_music_of_its_own_is_reopened_without_a_poster(
    stage: Stage, tmp_path: Path
) -> None:
    report = stage.finished(stage.radio(music_asset_id=stage.asset(AssetKind.AUDIO)))

    cut = reopen(stage.ports, stage.policy, stage.caller, report.version_id, tmp_path)

    assert cut.poster is None
    assert cut.timeline == stage.ports.compositor.cuts[-1]


def test_an_ad_whose_words_would_not_fit_today_is_not_cut_otherwise(
    stage: Stage, tmp_path: Path
) -> None:
    # As an older release may have cut it, which let more be said.
    report = stage.finished()
    version = stage.version(report.version_id)
    (voice,) = (
        job for job in version.pipeline.jobs.values() if job.item.operation is Operation.SPEAK
    )
    slow = [[text, 50 * start, 50 * end, said] for text, start, end, said in voice.facts["words"]]
    facts = {**voice.facts, "words": slow, "duration_seconds": slow[-1][2]}
    jobs = {**version.pipeline.jobs, voice.id: evolve(voice, facts=facts)}
    with stage.ports.store.transaction() as tx:
        tx.versions.save(evolve(version, pipeline=evolve(version.pipeline, jobs=jobs)))
        tx.commit()

    with pytest.raises(BlobNotFoundError, match="can't be made again"):
        reopen(stage.ports, stage.policy, stage.caller, report.version_id, tmp_path)


def test_what_was_told_and_measured_of_an_ad_is_kept_beside_it(stage: Stage) -> None:
    class Telling(fakes.FakeCompositor):
        def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
            rendering = super().render(timeline, media, folder)
            sidecar, certificate = folder / "provenance.json", folder / "certificate.json"
            sidecar.write_text('{"told": 1}')
            certificate.write_text('{"measured": 1}')
            return evolve(rendering, sidecar=sidecar, certificate=certificate)

    stage.ports = evolve(stage.ports, compositor=Telling())
    report = stage.finished()
    facts = stage.version(report.version_id).pipeline.final.facts
    place = stage.folder / "kept"

    for name, content in (("provenance", '{"told": 1}'), ("certificate", '{"measured": 1}')):
        stage.blobs.copy_to(facts[f"{name}_key"], place)
        assert place.read_text() == content


def test_only_a_finished_ad_of_ones_own_is_reopened(stage: Stage, tmp_path: Path) -> None:
    version_id = stage.order().version_id
    with pytest.raises(VersionNotEditableError, match="no finished ad"):
        reopen(stage.ports, stage.policy, stage.caller, version_id, tmp_path)
    stage.finish(version_id)
    with pytest.raises(NotFoundError):
        reopen(stage.ports, stage.policy, stage.customer("theirs"), version_id, tmp_path)
    assert not list(tmp_path.glob("voice*"))
