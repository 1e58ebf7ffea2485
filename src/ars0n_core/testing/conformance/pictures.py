"""
What every `ImageEditor` must do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from ars0n_core.ports import ImageOrder
from ars0n_core.specs.model import AspectRatio
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import ImageEditor

SIZES = {AspectRatio.PORTRAIT: (72, 128), AspectRatio.LANDSCAPE: (128, 72)}


class ImageEditorSuite:
    """
    What every `ImageEditor` must do. Subclass it and give the fixture an editor.
    """

    @pytest.fixture
    def images(self) -> ImageEditor:
        """
        Return an editor.
        """
        raise AssertionError("give the fixture `images`")

    @pytest.fixture
    def size_of(self) -> Callable[[Path], tuple[int, int] | None]:
        """
        Return what reads a picture's size; give another for other formats than PNG, JPEG.
        """
        return media.size_of

    @pytest.fixture
    def order(self, tmp_path: Path) -> Callable[..., ImageOrder]:
        """
        Return a function that makes an order for a small picture.
        """
        source = tmp_path / "source.png"
        source.write_bytes(media.png(96, 64))

        def make(
            *,
            variants: int = 2,
            seed: str = "a",
            ratio: AspectRatio = AspectRatio.PORTRAIT,
            references: int = 0,
        ) -> ImageOrder:
            width, height = SIZES[ratio]
            others = [tmp_path / f"reference-{number}.png" for number in range(references)]
            for number, other in enumerate(others):
                other.write_bytes(media.png(40 + 8 * number, 48))
            return ImageOrder(
                source=source,
                references=tuple(others),
                description="The product on a table",
                direction="soft light",
                aspect_ratio=ratio,
                width=width,
                height=height,
                variants=variants,
                seed=seed,
            )

        return make

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """
        Return where the pictures go.
        """
        path = tmp_path / "made"
        path.mkdir()
        return path

    @pytest.mark.parametrize("ratio", SIZES)
    def test_every_picture_is_of_the_ordered_size(
        self,
        images: ImageEditor,
        order: Callable[..., ImageOrder],
        size_of: Callable[[Path], tuple[int, int] | None],
        folder: Path,
        ratio: AspectRatio,
    ) -> None:
        """
        To the pixel, and in the folder.
        """
        made = images.edit(order(ratio=ratio), folder)

        assert {size_of(variant.path) for variant in made} == {SIZES[ratio]}
        assert all(variant.path.is_relative_to(folder) for variant in made)

    @pytest.mark.parametrize("variants", [1, 2, 3])
    def test_there_are_as_many_as_ordered_at_most_best_first(
        self,
        images: ImageEditor,
        order: Callable[..., ImageOrder],
        folder: Path,
        variants: int,
    ) -> None:
        """
        One at least; each a file of its own.
        """
        made = images.edit(order(variants=variants), folder)

        assert 1 <= len(made) <= variants
        assert len({variant.path for variant in made}) == len(made)
        scores = [variant.score for variant in made]
        assert all(math.isfinite(score) for score in scores), scores
        assert scores == sorted(scores, reverse=True)

    @pytest.mark.parametrize("references", [1, 8])
    def test_other_photos_may_help(
        self,
        images: ImageEditor,
        order: Callable[..., ImageOrder],
        size_of: Callable[[Path], tuple[int, int] | None],
        folder: Path,
        references: int,
    ) -> None:
        """
        As many as an order has: they change neither size nor number, and stay as they are.
        """
        asked = order(variants=1, references=references)
        before = [path.read_bytes() for path in asked.references]

        (made,) = images.edit(asked, folder)

        assert size_of(made.path) == (asked.width, asked.height)
        assert [path.read_bytes() for path in asked.references] == before

    def test_the_source_stays(
        self, images: ImageEditor, order: Callable[..., ImageOrder], folder: Path
    ) -> None:
        """
        Unchanged: other scenes are made from it, too.
        """
        asked = order()
        before = asked.source.read_bytes()

        images.edit(asked, folder)

        assert asked.source.read_bytes() == before

    def test_the_same_order_gives_the_same_pictures(
        self, images: ImageEditor, order: Callable[..., ImageOrder], tmp_path: Path
    ) -> None:
        """
        So that what was done need not be done again.
        """
        made = []
        for name in ("one", "other"):
            folder = tmp_path / name
            folder.mkdir()
            made.append([v.path.read_bytes() for v in images.edit(order(), folder)])

        assert made[0] == made[1]
