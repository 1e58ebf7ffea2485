"""
All that can stand beside a finished ad, made in one go.

**Owns** which files there are and what they are called. **Does not own** how any is made
(`delivery`, `subtitles`, `stems`, `interchange`) or proved (`certificate`). **Invariants**:
what can't be made is refused before anything is; each file appears whole or not at all;
every film and sound for a taker carries the mark of its origin and has a certificate.

Start at `finish`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.compositor import (
    animatic,
    certificate,
    delivery,
    ffmpeg,
    interchange,
    profiles,
    provenance,
    stems,
    subtitles,
)
from ars0n_core.compositor.certificate import Certificate
from ars0n_core.compositor.disks import writing
from ars0n_core.errors import InvalidRequestError
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ars0n_core.compositor.delivery import Delivered
    from ars0n_core.compositor.local import LocalCompositor
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.timelines import Cue, Timeline, Word

MASTER_CRF: Final = 12.0
"""
Pictures drawn anew for a delivery lose nothing that the encoder after them could keep.
"""


@frozen(kw_only=True)
class Wanted:
    """
    What shall stand beside an ad: deliveries by the names of their profiles, subtitles by
    format, stems, the cut for an editor, a contact sheet.
    """

    deliver: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    stems: bool = False
    interchange: bool = False
    sheet: bool = False

    def __bool__(self) -> bool:
        return any((self.deliver, self.subtitles, self.stems, self.interchange, self.sheet))


@frozen(kw_only=True)
class Finished:
    """
    What stands beside an ad: files by what they are ("social", "srt", "voice", "otio"), and the
    certificate of each delivery.
    """

    files: Mapping[str, Path]
    certificates: tuple[Certificate, ...]


def check(wanted: Wanted, timeline: Timeline) -> None:
    """
    Refuse what can't be made of *timeline*: of its shape and length, before there is one.

    Raises:
        InvalidRequestError: With every fault, under ``deliver``, ``subtitles`` and ``sheet``.
    """
    size = (timeline.width, timeline.height) if timeline.has_picture else None
    check_order(wanted, seconds=timeline.samples / SAMPLE_RATE, size=size)


def check_order(wanted: Wanted, *, seconds: float | None, size: tuple[int, int] | None) -> None:
    """
    Refuse what can't be made of an ad of *size* (none for radio) that lasts for *seconds*, if
    they are known: before there is a timeline.

    Raises:
        InvalidRequestError: As `check`.
    """
    faults: dict[str, tuple[str, ...]] = {}
    try:
        profiles.check(wanted.deliver, seconds=seconds, size=size)
    except InvalidRequestError as error:
        faults["deliver"] = error.field_errors["deliver"]
    unknown = [name for name in wanted.subtitles if name not in subtitles.FORMATS]
    if unknown:
        kinds = ", ".join(subtitles.FORMATS)
        faults["subtitles"] = tuple(f"there are no {n!r}: choose from {kinds}" for n in unknown)
    if wanted.sheet and size is None:
        faults["sheet"] = ("a radio ad has no pictures to show",)
    if faults:
        raise InvalidRequestError(faults)


def finish(
    ad: Path,
    timeline: Timeline,
    media: Mapping[str, Path],
    words: Sequence[Word],
    wanted: Wanted,
    folder: Path,
    *,
    compositor: LocalCompositor,
    name: str = "ad",
) -> Finished:
    """
    Make what is *wanted* beside the finished *ad* of *timeline*, in *folder*, each file called
    *name* and what it is. The cut for an editor refers to the files of *media* where they are.

    Raises:
        InvalidRequestError: Something can't be made of this ad; nothing is.
        CompositorError: An input can't be used, or the machine can't.
    """
    check(wanted, timeline)
    cues = timeline.cues or subtitles.spoken(timeline, words)
    files: dict[str, Path] = {}
    with writing():
        for kind in wanted.subtitles:
            files[kind] = folder / f"{name}.{kind}"
            subtitles.write(
                cues, files[kind], width=timeline.width, height=timeline.height, title=name
            )
        if wanted.interchange:
            files["otio"] = folder / f"{name}.otio"
            _write(files["otio"], interchange.to_otio(timeline, media))
    if wanted.sheet:
        size = (timeline.width, timeline.height)
        files["sheet"] = animatic.contact_sheet(
            ad, folder / f"{name}.sheet.jpg", frames=timeline.frames, size=size,
            binary=compositor.binary,
        )  # fmt: skip
    if wanted.stems:
        made = stems.write(timeline, media, folder, binary=compositor.binary)
        for stem, path in made.items():
            files[stem] = path.replace(folder / f"{name}.{stem}.wav")
    certificates = _deliveries(
        ad, timeline, media, cues, wanted, folder, compositor, name, files
    )  # fmt: skip
    return Finished(files=files, certificates=certificates)


def _deliveries(
    ad: Path,
    timeline: Timeline,
    media: Mapping[str, Path],
    cues: Sequence[Cue],
    wanted: Wanted,
    folder: Path,
    compositor: LocalCompositor,
    name: str,
    files: dict[str, Path],
) -> tuple[Certificate, ...]:
    if not wanted.deliver:
        return ()
    said = subtitles.shown(cues) if timeline.cues or wanted.subtitles else None
    rooms = folder / f".{name}.deliveries"
    rooms.mkdir(exist_ok=True)
    film = ad if timeline.has_picture else None
    certificates = []
    try:
        made = delivery.deliver(
            film, timeline, media, map(profiles.find, dict.fromkeys(wanted.deliver)), rooms,
            binary=compositor.binary, redraw=_redraw(timeline, media, rooms, compositor),
        )  # fmt: skip
        for each in made:
            compositor.mark(each.path, timeline)
            path = folder / f"{name}.{each.profile}{each.path.suffix}"
            files[each.profile] = each.path.replace(path)
            placed = None
            if each.frames:
                placed = _placed(timeline, media, rooms, compositor, each)
            proof = certificate.certify(
                path,
                profiles.find(each.profile),
                binary=compositor.binary,
                captions=said,
                burnt_in=bool(timeline.cues),
                placed=placed,
                seconds=Fraction(timeline.samples, SAMPLE_RATE),
            )
            certificates.append(proof)
            if timeline.provenance is not None:
                files[f"{each.profile} provenance"] = provenance.tell(path, timeline.provenance)
            files[f"{each.profile} certificate"] = certificate.write(proof, path)
    except OSError as error:
        raise ffmpeg.of_disk(error) from error
    finally:
        for path in rooms.iterdir():
            path.unlink(missing_ok=True)
        rooms.rmdir()
    return tuple(certificates)


def _placed(
    timeline: Timeline,
    media: Mapping[str, Path],
    rooms: Path,
    compositor: LocalCompositor,
    made: Delivered,
) -> tuple[Placed, ...]:
    """
    Return where words and logo were laid in what was *made*, in frames of its own rate.
    """
    size = made.size or (timeline.width, timeline.height)
    drawn = evolve(timeline, width=size[0], height=size[1])
    last = made.frames - 1
    return tuple(
        evolve(each, frame=min(last, each.frame * made.frames // timeline.frames))
        for each in compositor.placed(drawn, media, rooms)
    )


def _redraw(
    timeline: Timeline, media: Mapping[str, Path], rooms: Path, compositor: LocalCompositor
) -> Callable[[int, int], Path]:
    """
    Return what draws the pictures at a size, once for each.
    """
    master = evolve(compositor, crf=MASTER_CRF, preset="superfast", cache_folder=None)
    drawn: dict[tuple[int, int], Path] = {}

    def redraw(width: int, height: int) -> Path:
        if (width, height) not in drawn:
            made = master.pictures(evolve(timeline, width=width, height=height), media, rooms)
            drawn[width, height] = made.replace(rooms / f"{width}x{height}.mp4")
        return drawn[width, height]

    return redraw


def _write(target: Path, text: str) -> None:
    beside = target.with_name(f"{target.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
