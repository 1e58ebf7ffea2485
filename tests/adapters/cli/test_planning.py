"""
A plan costs what it needs, shows what would be ordered, and leaves nothing behind.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from ars0n_adapters import system
from ars0n_adapters.cli import main
from ars0n_core.compositor import animatic

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.ids import AssetId
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec

PROMPT = "A lamp of warm light"

HEAVY = ("alembic", "boto3", "httpx", "sqlalchemy")


def loaded(*words: str) -> set[str]:
    """
    Return which of `HEAVY` a command loads.
    """
    program = (
        "import sys\nfrom ars0n_adapters.cli import main\n"
        f"try: code = main({list(words)!r})\nexcept SystemExit as end: code = end.code\n"
        f"print(*({ {*HEAVY, 'numpy'}!r} & set(sys.modules)), file=sys.stderr)\n"
        "sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(run.stderr.split())


def test_help_and_prices_load_next_to_nothing() -> None:
    assert loaded("--help") == set()
    assert loaded("estimate", "--duration", "15") == set()


def test_a_first_plan_opens_no_database_and_keeps_no_photo(tmp_path: Path) -> None:
    photo, kept = tmp_path / "photo.jpg", tmp_path / "kept"
    Image.effect_noise((400, 300), 60).convert("RGB").save(photo)

    found = loaded(
        "plan", "--image", str(photo), "--prompt", PROMPT, "--data-dir", str(kept),
        "--out", str(tmp_path / "plan.json"),
    )  # fmt: skip

    assert not found & set(HEAVY)
    assert not list(kept.rglob("*.png"))
    assert not list(kept.rglob("*.sqlite3"))
    told = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert {scene["image_asset_id"] for scene in told["plan"]["scenes"]} == {"file:0"}


def test_an_animatic_wears_the_brand_kit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[Any] = []

    def render(
        compositor: object, spec: AdSpec, plan: Plan, photos: Mapping[AssetId, Path], folder: Path
    ) -> SimpleNamespace:
        del compositor, plan
        folder.mkdir()
        path = folder / "film.mp4"
        path.write_bytes(b"film")
        sizes = {}
        for asset, photo in photos.items():
            with Image.open(photo) as picture:
                sizes[asset] = picture.size
        shown.append((spec.company_name, spec.logo_asset_id in sizes, sorted(sizes.values())))
        return SimpleNamespace(path=path)

    monkeypatch.setattr(animatic, "render", render)
    Image.new("RGBA", (60, 40), (200, 40, 40, 255)).save(tmp_path / "logo.png")
    Image.new("RGB", (2400, 1600), (40, 40, 200)).save(tmp_path / "photo.jpg")
    kept = ("--data-dir", str(tmp_path / "kept"))
    logo = str(tmp_path / "logo.png")
    assert main(["brand", "save", "--company", "Alba", "--logo", logo, *kept]) == 0
    before = sorted((tmp_path / "kept" / "blobs").rglob("*"))

    photo, film = str(tmp_path / "photo.jpg"), tmp_path / "film.mp4"
    words = ["plan", "--prompt", PROMPT, "--image", photo, "--animatic", str(film), *kept]
    assert main(words) == 0

    capsys.readouterr()
    # The photo no larger than is shown of it; nothing of it is kept.
    assert shown == [("Alba", True, [(60, 40), (720, 480)])]
    assert film.read_bytes() == b"film"
    assert sorted((tmp_path / "kept" / "blobs").rglob("*")) == before
    assert not list((tmp_path / "kept" / "scratch").iterdir())


def test_faults_of_photos_are_told_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{n}.png" for n in range(3)]
    for name in names:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    photos = [word for name in names for word in ("--image", str(tmp_path / name))]

    assert main(["plan", "--prompt", PROMPT, *photos, "--data-dir", str(tmp_path / "kept")]) == 2

    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0] for line in said] == [f"--image {tmp_path / n}" for n in names]
    assert all("8 x 8" in line for line in said)


def test_where_nothing_can_be_put_is_told_with_all_else_and_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken.mp4").mkdir()
    wrong = ["--duration", "14", "--image", "no.jpg", "--out", str(tmp_path / "no" / "plan.json")]
    kept = ("--data-dir", str(tmp_path / "kept"))
    film = ("--animatic", str(tmp_path / "taken.mp4"))

    assert main(["plan", "--prompt", PROMPT, *wrong, *film, *kept]) == 2

    options = [line.split()[0].rstrip(":") for line in capsys.readouterr().err.splitlines()]
    assert sorted(options) == ["--animatic", "--duration", "--image", "--out"]
    both = str(tmp_path / "both.mp4")
    assert main(["plan", "--prompt", PROMPT, "--out", both, "--animatic", both, *kept]) == 2
    assert "a file each" in capsys.readouterr().err


def test_the_release_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("ars0n ")


def test_told_twice_to_stop_it_still_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, told = shutil.rmtree, []

    def interrupted(path: Path, **options: Any) -> None:
        told.append(path)
        if len(told) == 1:
            raise KeyboardInterrupt
        remove(path, **options)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt), system.TemporaryFolders(tmp_path).folder() as folder:
        (folder / "half").write_text("made")

    assert list(tmp_path.iterdir()) == []
