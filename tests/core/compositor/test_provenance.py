from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import inspection, provenance
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Provenance, Source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

FACTS = Provenance(
    generator="ars0n 0.1.0",
    title="Fresh <coffee> & more",
    sources=(
        Source(part="scene 0", model="veo-3.1", provider="google",
               prompt_sha256=provenance.prompt_sha256("a secret prompt"), licence="as ordered"),
        Source(part="logo"),
    ),
)  # fmt: skip
KIND = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def made(bench: Bench, folder: Path, name: str, *more: str) -> Path:
    path = folder / name
    seen = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=30:d=1", "-pix_fmt", "yuv420p")
    sound = ("-f", "lavfi", "-i", "sine=d=1:r=48000", "-ac", "2")
    if path.suffix == ".mp4":
        bench.run(*seen[:4], *sound[:4], *seen[4:], *sound[4:], *more, str(path))
    else:
        bench.run(*sound, *more, str(path))
    return path


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.mp4", ("-movflags", "+faststart")), ("b.mp4", ()), ("c.mp3", ()), ("d.wav", ())],
)
def test_a_marked_file_says_so_and_is_otherwise_as_it_was(
    name: str, options: tuple[str, ...], bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    path = made(bench, tmp_path, name, *options)
    sound = bench.heard(path)
    before = inspection.inspect(path, binary=binary)
    beside = provenance.mark(path, FACTS)
    assert KIND in bench.run("-i", str(path), "-f", "ffmetadata", "-").decode()
    assert np.array_equal(bench.heard(path), sound)
    after = inspection.inspect(path, binary=binary)
    assert after.index_first == before.index_first
    assert after.picture == before.picture
    assert after.sound is not None
    assert before.sound is not None
    assert after.sound.samples == before.sound.samples
    once = path.read_bytes()
    told = json.loads(beside.read_text())
    assert told["sha256"] == hashlib.sha256(once).hexdigest()
    assert told["sources"][0]["model"] == "veo-3.1"
    assert told["sources"][1]["generated"] is False
    assert b"secret" not in once + beside.read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_marking_an_mp4_twice_is_marking_it_once(bench: Bench, tmp_path: Path) -> None:
    path = made(bench, tmp_path, "a.mp4", "-movflags", "+faststart")
    provenance.mark(path, FACTS)
    once = path.read_bytes()
    provenance.mark(path, FACTS)
    assert path.read_bytes() == once


def test_the_packet_is_xml_that_names_the_source_type() -> None:
    text = provenance.xmp(FACTS).decode()
    root = ET.fromstring(text[text.index("<x:") : text.index("<?xpacket end")])  # noqa: S314 - our own packet
    found = root.find(".//{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found is not None
    assert found.text == KIND
    assert "Fresh <coffee> & more" in "".join(root.itertext())


def test_an_ad_without_models_is_not_marked_as_made_by_one(bench: Bench, tmp_path: Path) -> None:
    path = made(bench, tmp_path, "c.mp3")
    before = path.read_bytes()
    plain = Provenance(generator="ars0n", title="x", sources=(Source(part="scene 0"),))
    told = json.loads(provenance.mark(path, plain).read_text())
    assert told["digitalSourceType"] is None
    assert path.read_bytes() == before
    assert "digitalSourceType" not in json.dumps(provenance.manifest(plain))


def test_what_is_no_such_file_is_left_alone(tmp_path: Path) -> None:
    for name, content in (("x.mp4", b"\0\0\0\4junk junk"), ("x.wav", b"no"), ("x.txt", b"hi")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CompositorError, match=name.replace(".", r"\.")):
            provenance.mark(path, FACTS)
        assert path.read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 3
