"""
The animatic: how an ad will be cut, seen before anybody is paid.

**Owns** what stands in for what isn't made yet: scenes are the order's own photos (or a
slate with the scene's description), words are timed as a narrator would say them, and
nothing is heard. Everything else is the finished ad's own: the same cut, joins, titles,
captions and card, at a quarter of the width and height. **Invariants**: no provider is asked; the
same plan and photos give the same bytes; it is as long as the ad.

Start at `render`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve
from PIL import Image, ImageOps

from ars0n_core.compositor import colors, commands, ffmpeg, rasters, stills, text
from ars0n_core.compositor.captions import GAP, SPEECH, caption_zone, scale_of
from ars0n_core.compositor.disks import writing
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style
from ars0n_core.compositor.titles import title_strip, title_zone
from ars0n_core.errors import CompositorError
from ars0n_core.plans import budget, derive
from ars0n_core.plans.conform import conform
from ars0n_core.plans.conform.cut import SIZES
from ars0n_core.timelines import FRAME_RATE, Media, MediaKind, Word, frames_of, samples_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.local import LocalCompositor
    from ars0n_core.ids import AssetId
    from ars0n_core.plans.derive import NarratedText
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.timelines import Rendering, Timeline

REDUCED: Final = 4
"""
A quarter of either side: the shape of everything, in a sixteenth of the time.
"""

PAUSE_SECONDS: Final = 0.3
SLATES: Final = ("#22313F", "#3B2F4A", "#2F4A3E", "#4A3B2F")
LABEL: Final = Style(Face.TEXT, 550, 0.004, 1.22)
"""
A slate's own text: so small that it is set wider than what is read large.
"""

VOICE: Final = "narration"


def spoken(texts: Sequence[NarratedText]) -> tuple[Word, ...]:
    """
    Return when each word of *texts* would be said by an ordinary narrator.
    """
    words: list[Word] = []
    place = 0.0
    for segment, narrated in enumerate(texts):
        for word in narrated.text.split():
            weight = max(budget.count_words(word), 0.5) * (0.6 + 0.08 * min(len(word), 10))
            end = place + weight / budget.WORDS_PER_SECOND
            words.append(Word(text=word, start_seconds=place, end_seconds=end, segment=segment))
            place = end
        place += PAUSE_SECONDS
    return tuple(words)


def cut(
    spec: AdSpec, plan: Plan, photos: Mapping[AssetId, Path], folder: Path
) -> tuple[Timeline, dict[str, Path]]:
    """
    Return the cut of *plan* with stand-ins for all that isn't made, and the stand-ins' files in
    *folder*; *photos* are the order's own pictures, its logo among them.

    Raises:
        CompositorError: The plan can't be cut; or a photo can't be read (it is named).
    """
    plan = derive.complete(spec, plan)
    width, height = SIZES[spec.aspect_ratio]
    size = (width // REDUCED // 2 * 2, height // REDUCED // 2 * 2)
    files: dict[str, Path] = {}
    seen: dict[AssetId, Media] = {}
    scenes: dict[int, Media] = {}
    for scene in plan.scenes:
        name, shown = f"scene-{scene.scene_index}", scene.image_asset_id
        photo = photos.get(shown) if shown is not None else None
        if shown in seen:  # a photo is decoded once however many scenes show it
            own = evolve(seen[shown], id=name)
            files[name] = files[seen[shown].id]
        else:
            label = f"{scene.scene_index + 1}. {scene.description}"
            own = _still(name, photo, label, size, folder, files)
            if photo is not None and shown is not None:
                seen[shown] = own
        scenes[scene.scene_index] = evolve(own, available_frames=frames_of(scene.duration_seconds))
    customs = [
        evolve(
            _still(f"clip-{i}", None, "Your own clip", size, folder, files),
            available_frames=frames_of(each.duration_seconds),
        )
        for i, each in enumerate(spec.custom_clips)
    ]
    logo = None
    if spec.logo_asset_id is not None and spec.logo_asset_id in photos:
        files["logo"] = photos[spec.logo_asset_id]
        logo = Media(id="logo", kind=MediaKind.STILL, sha256=_sha256(files["logo"]))
    words = spoken(derive.narration(spec, plan))
    seconds = words[-1].end_seconds + PAUSE_SECONDS if words else 0.0
    voice = Media(id=VOICE, kind=MediaKind.SOUND, sha256="", available_samples=samples_of(seconds))
    timeline = conform(
        spec, plan, voice=voice, words=words, clips=scenes, custom_clips=customs, logo=logo,
        size=size, name="Animatic",
    )  # fmt: skip
    media = tuple(each for each in timeline.media if each.id != VOICE)
    return evolve(timeline, voice=(), media=media), files


def render(
    compositor: LocalCompositor,
    spec: AdSpec,
    plan: Plan,
    photos: Mapping[AssetId, Path],
    folder: Path,
) -> Rendering:
    """
    Render the animatic of *plan* into *folder*.

    Raises:
        CompositorError: The plan can't be cut, it is a radio ad's, or a photo can't be read.
    """
    slates = folder / "stills"
    with writing():
        slates.mkdir(parents=True, exist_ok=True)
        try:
            timeline, files = cut(spec, plan, photos, slates)
            if not timeline.has_picture:
                raise CompositorError("a radio ad has no pictures to see before it is made")
            # Nothing of it is delivered: what would be measured of it is nobody's to read.
            quick = evolve(compositor, preset="superfast", crf=26, certifies=False)
            return quick.render(timeline, files, folder)
        finally:
            for path in slates.iterdir():
                path.unlink()
            slates.rmdir()


def _still(
    name: str,
    photo: Path | None,
    label: str,
    size: tuple[int, int],
    folder: Path,
    files: dict[str, Path],
) -> Media:
    """
    Write what stands in for a clip: the photo, filled to the edges, or a slate.
    """
    if photo is not None:
        # Most of a photo's pixels are averaged away first: a tenth of filtering them all.
        image = stills.opened(photo, name, seen=(2 * size[0], 2 * size[1]))
        image = ImageOps.fit(image.convert("RGB"), size, Image.Resampling.BICUBIC)
    else:
        image = _slate(label, size, len(files))
    files[name] = folder / f"{name}.png"
    image.save(files[name], compress_level=1)
    return Media(id=name, kind=MediaKind.STILL, sha256=_sha256(files[name]))


def _slate(label: str, size: tuple[int, int], number: int) -> Image.Image:
    color = colors.parse_hex(SLATES[number % len(SLATES)])
    image = Image.new("RGBA", size, colors.to_bytes(color))
    scale, room = scale_of(*size), label_zone(*size)
    block = text.fit(
        label, LABEL, width=min(room.width, 1.1 * scale), height=room.height,
        size_max=0.05 * scale, size_min=0.02 * scale, lines_max=8,
    )  # fmt: skip
    painted = rasters.paint(block, colors.WHITE, 0.5, 0.85)
    middle = room.center
    left = round(middle[0] - painted.width / 2)
    top = round(middle[1] - painted.height / 2)
    image.alpha_composite(painted, (max(0, left), max(0, top)))
    return image.convert("RGB")


def label_zone(width: int, height: int) -> Box:
    """
    Return where a slate says what will be seen: clear of every place that captions, titles and
    the logo have below it (under the safe area, where a feed has its buttons) or, where there is
    no such room, of those they are given if nothing is in their way.

    >>> label_zone(180, 320)
    Box(left=32, top=217, right=148, bottom=304)
    """
    captions, gap = caption_zone(width, height), round(GAP * height)
    if height - captions.bottom > captions.bottom - captions.top + 2 * gap:
        return Box(captions.left, captions.bottom + gap, captions.right, round(0.95 * height))
    title = title_strip(title_zone(width, height), (width, height), 0.0)
    return Box(captions.left, title.bottom + gap, captions.right, captions.top - gap)


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


SHEET_COLUMNS: Final = 4
SHEET_GAP: Final = 12
SHEET_LABEL: Final = 26
SHEET_PICTURES_MAX: Final = 60


def contact_sheet(
    film: Path,
    target: Path,
    *,
    frames: int,
    size: tuple[int, int],
    binary: Ffmpeg,
    pictures: int = 12,
    longer_side: int = 320,
) -> Path:
    """
    Write a sheet of *pictures* evenly spaced over the *frames* of *film*, of *size*, each with
    its time; the first and last are the film's own. The format is that of *target*'s suffix.

    Raises:
        CompositorError: The film can't be decoded.
    """
    count = max(1, min(pictures, frames, SHEET_PICTURES_MAX))
    chosen = [round(i * (frames - 1) / max(1, count - 1)) for i in range(count)]
    scale = longer_side / max(size)
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    graph = commands.chosen(film, chosen, size=(width, height))
    raw = ffmpeg.run(
        ffmpeg.arguments(binary, graph), timeout_seconds=commands.patience(frames)
    ).stdout
    step = width * height * 3
    if len(raw) < step * count:
        raise CompositorError(f"{film.name} has fewer than {frames} frames")
    columns = min(SHEET_COLUMNS, count)
    rows = -(-count // columns)
    across, down = width + SHEET_GAP, height + SHEET_LABEL + SHEET_GAP
    sheet = Image.new(
        "RGBA", (columns * across + SHEET_GAP, rows * down + SHEET_GAP), (18, 19, 22, 255)
    )
    for i, frame in enumerate(chosen):
        pixels = np.frombuffer(raw, np.uint8, step, i * step).reshape(height, width, 3)
        left, top = SHEET_GAP + i % columns * across, SHEET_GAP + i // columns * down
        sheet.paste(Image.fromarray(pixels), (left, top))
        seconds, rest = divmod(frame, FRAME_RATE)
        label = f"{seconds // 60}:{seconds % 60:02}.{rest * 10 // FRAME_RATE}"
        block = text.fit(
            label, SPEECH, width=width, height=SHEET_LABEL, size_max=16, size_min=8, lines_max=1
        )
        painted = rasters.paint(block, colors.WHITE, 0.0, 0.8)
        sheet.alpha_composite(painted, (left, top + height + 2))
    with writing():
        sheet.convert("RGB").save(target)
    return target
