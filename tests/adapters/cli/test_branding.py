from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ars0n_adapters import bootstrap, settings
from ars0n_adapters.cli import arguments, customers, making, orders
from ars0n_adapters.cli.commands import main
from ars0n_core.specs import brands
from ars0n_core.specs.model import AdFormat
from ars0n_core.usecases import brands as saving

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def kept(tmp_path: Path) -> tuple[str, ...]:
    return ("--data-dir", str(tmp_path / "kept"))


def test_a_saved_kit_is_shown_and_replaced_as_a_whole(
    kept: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (120, 40), (200, 30, 60, 255)).save(logo)
    saved = [
        "--company",
        "Alba",
        "--gradient-color",
        "#00AA77",
        "--cta",
        "bold",
        "--logo",
        str(logo),
    ]
    assert main(["brand", "save", *saved, "--tagline", "Good mornings", *kept]) == 0
    told = capsys.readouterr().out
    assert "--company" in told
    assert "Good mornings" in told
    assert main(["brand", "show", "--json", *kept]) == 0
    kit = json.loads(capsys.readouterr().out)
    assert (kit["companyName"], kit["ctaDesign"]) == ("Alba", "bold")
    assert kit["logoAssetId"].startswith("asset_")
    assert main(["brand", "save", "--company", "Alba Ltd", *kept]) == 0
    assert main(["brand", "show", "--json", *kept]) == 0
    kit = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {name for name, value in kit.items() if value is not None} == {"companyName"}
    assert main(["brand", "clear", *kept]) == 0
    assert "no brand kit" in capsys.readouterr().out


def test_what_cannot_be_saved_is_told_by_its_options(
    kept: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["brand", "save", "--company", "Alba", *kept]) == 0
    wrong = ["--logo", str(tmp_path / "no.png"), "--cta", "loud"]
    assert main(["brand", "save", *wrong, *kept]) == 2
    said = capsys.readouterr().err
    assert "--logo" in said
    assert "--cta" in said
    assert main(["brand", "save", "--gradient-color", "teal", *kept]) == 2
    assert main(["brand", "save", *kept]) == 2
    (tmp_path / "words.png").write_text("no picture")
    assert main(["brand", "save", "--logo", str(tmp_path / "words.png"), *kept]) == 2
    capsys.readouterr()
    assert main(["brand", "show", *kept]) == 0  # as it was
    assert capsys.readouterr().out == "--company  Alba\n"


def test_an_ad_made_before_the_kit_was_changed_is_another(tmp_path: Path, photo: Path) -> None:
    words = ["make", "--prompt", "A lamp", "--image", str(photo)]
    with bootstrap.product(settings.read(data_dir=tmp_path / "kept")) as product:

        def note(*more: str) -> Path:
            options = arguments.parser().parse_args([*words, *more])
            order = orders.read(options, ad_format=AdFormat.VIDEO, default_voice="v")
            return making._note(product, order)

        before = note()
        caller = customers.local_caller(product)
        saving.save(product.ports, product.policy, caller, brands.BrandKit(tagline="New"))
        assert note() != before
        assert note("--no-brand") not in {before, note()}
