"""
The adapters a deployment gets, through the real SDKs, against the stand-ins' wire formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_adapters import bootstrap, settings
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import Standins, Studio
from ars0n_core.plans import faults
from ars0n_core.ports import ImageOrder, Picture, SpeechOrder
from ars0n_core.specs.model import AspectRatio
from ars0n_core.testing.conformance import media
from ars0n_core.testing.conformance.planners import FILM

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_done_twice_is_billed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "ELEVENLABS_API_KEY"):
        monkeypatch.setenv(name, "k")
    photo = tmp_path / "photo.png"
    photo.write_bytes(media.png(60, 80))
    studio = Studio(
        planner=OfflinePlanner(),
        images=OfflineImageEditor(),
        clips=OfflineVideoGenerator(tmp_path / "made"),
        speech=OfflineSpeech(),
        voices=OfflineVoices(),
        music=OfflineMusic(),
    )
    order = ImageOrder(
        source=photo,
        description="The lamp",
        direction="soft light",
        aspect_ratio=AspectRatio.PORTRAIT,
        width=72,
        height=128,
        variants=2,
        seed="a",
    )
    with Standins(studio) as standins:
        chosen = settings.read(
            {},
            data_dir=tmp_path / "data",
            planner="gemini",
            images="gemini",
            speech="elevenlabs",
            google_base_url=standins.url,
            elevenlabs_base_url=standins.url,
        )
        for number in range(2):  # as after a crash: another process, the same data folder
            folder = tmp_path / str(number)
            folder.mkdir()
            with bootstrap.product(chosen) as product:
                ports = product.ports
                if not number:
                    shown = [Picture(asset_id=i, path=photo) for i in FILM.image_asset_ids]
                    faults.check(FILM, ports.planner.plan(FILM, shown))
                assert len(ports.images.edit(order, folder)) == 2
                voice = ports.voices.voices()[0]
                said = SpeechOrder(texts=("Meet the lamp.", "Go."), voice_id=voice.voice_id)
                assert {word.segment for word in ports.speech.speak(said, folder).words} == {0, 1}
        routes = standins.book.told()["routes"]

    assert {name: facts["billed"] for name, facts in routes.items() if facts["billed"]} == {
        "text": 1, "image": 2, "judge": 2, "speech": 1,
    }  # fmt: skip
    assert not any(facts["billed_twice"] for facts in routes.values())
