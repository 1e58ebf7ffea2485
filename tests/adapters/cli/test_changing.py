"""
An ad made before is changed by its plan only while it would still be made the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_adapters.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SAID = "the plan of the ad made before"


def test_an_ad_of_another_brand_kit_is_no_longer_the_one_to_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data-dir", str(tmp_path / "data")]
    order = ["--prompt", "Hear this", "--duration", "15", *data]
    assert main(["radio", *order, "--out", str(tmp_path / "ad.mp3")]) == 0
    capsys.readouterr()

    def told() -> str:
        assert main(["plan", "--format", "radio", *order]) == 0
        return capsys.readouterr().err

    assert SAID in told()
    assert main(["brand", "save", "--company", "Another", *data]) == 0
    assert SAID not in told()
    assert main(["brand", "clear", *data]) == 0
    assert SAID in told()
