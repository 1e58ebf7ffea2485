"""
The compositor of this machine: a timeline and its media in, a finished ad out.

**Owns** where a rendering happens, what goes before what, and what is left of it; `assembly`
makes it. **Invariants**: the file's bytes depend on the timeline and its media alone, never on
the cache or the number of workers; nothing is written outside the job's folder and the cache;
when `render` returns or raises, no process is left, and the ad is either whole under its name
or not there.

Start at `LocalCompositor.render`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, field, frozen

from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.archive import Archive
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.disks import writing
from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
from ars0n_core.compositor.groups import Crew, Precedence
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.compositor.assembly import Assembly
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.timelines import Rendering, Timeline
    from ars0n_core.work import Json


CACHE_BYTES_MAX: Final = 2 << 30
"""
2 GB: some 250 finished ads and their segments.
"""


@frozen(kw_only=True)
class LocalCompositor:
    """
    Renders with this machine's ffmpeg.

    Args:
        ffmpeg_path: Which ffmpeg; None for the system's if new enough, else the wheel's.
        cache_folder: Where finished pieces are kept for the next render; None for nowhere.
        workers: How many segments are rendered at once; one for each core is best.
        preset: x264's preset: veryfast by default, superfast for drafts, medium for masters.
        crf: x264's constant rate factor.
        cache_bytes_max: What the cache may hold.
        certifies: Whether each ad comes with its certificate; measuring takes a quarter to a third as long
            as making it.
        sign: Signs a marked file in place, with the C2PA manifest it is given; None: unsigned.
        stopwatch: Seconds from any start, for the report of where time went.
    """

    ffmpeg_path: str | None = None
    cache_folder: Path | None = None
    workers: int = 2
    preset: str = "veryfast"
    crf: float = 21
    cache_bytes_max: int = CACHE_BYTES_MAX
    certifies: bool = False
    sign: Callable[[Path, Mapping[str, Any]], None] | None = None
    stopwatch: Callable[[], float] = ffmpeg.stopwatch
    _found: list[Ffmpeg] = field(factory=list, init=False, repr=False, eq=False)
    _precedence: Precedence = field(factory=Precedence, init=False, repr=False, eq=False)

    @property
    def binary(self) -> Ffmpeg:
        """
        The ffmpeg that renders, looked for once.

        Raises:
            MisconfiguredError: There is none.
        """
        if not self._found:
            self._found.append(ffmpeg.find(self.ffmpeg_path))
        return self._found[0]

    def undrawable(self, text: str) -> tuple[int, ...]:
        """
        Return the code points of *text* that no font here can draw, each once.
        """
        from ars0n_core.compositor import fonts  # noqa: PLC0415 (late, as all below)

        return fonts.coverage(text)

    def mark(self, path: Path, timeline: Timeline) -> None:
        """
        Write what *timeline* says of its origin into the file at *path*, and sign it.

        Raises:
            CompositorError: It can't be written.
            MisconfiguredError: It can't be signed.
        """
        from ars0n_core.compositor import provenance  # noqa: PLC0415 (late, as all below)

        told = timeline.provenance
        if told is None:
            return
        provenance.embed(path, told)
        if self.sign is not None and told.digital_source_type is not None:
            self.sign(path, provenance.manifest(told))

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Render *timeline* into *folder*; *media* gives the file of each of its media.

        Raises:
            CompositorError: An input can't be used (it is named), or the machine can't;
                nothing is left running.
            MisconfiguredError: There is no usable ffmpeg.
        """
        self._check(timeline, media)
        begun, archive = self.stopwatch(), self._archive(timeline)
        with writing():
            kept = archive.fetch(folder) if archive is not None else None
        if kept is not None:
            return evolve(kept, seconds_spent={"fetch": self.stopwatch() - begun})
        with self._assembly(timeline, media, folder) as assembly:
            ad = assembly.film() if timeline.has_picture else assembly.radio()
            if archive is not None:
                archive.keep(ad, assembly.pieces)
            return ad

    def _archive(self, timeline: Timeline) -> Archive | None:
        """
        Return where the whole ad may be kept; a signature is never kept, for it tells a time.
        """
        if self.cache_folder is None or self.sign is not None:
            return None
        settings: list[Json] = [self.binary.fingerprint, self.preset, self.crf, self.certifies]
        return Archive(self._cache(), timeline, settings)

    def _cache(self) -> Cache:
        return Cache(self.cache_folder, size_bytes_max=self.cache_bytes_max)

    def _check(self, timeline: Timeline, media: Mapping[str, Path]) -> None:
        for each in timeline.media:
            if each.id not in media:
                raise CompositorError(f"no file was given for {each.id}", media=each.id)

    def pictures(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Path:
        """
        Render the pictures of *timeline* alone, without its sound, and return the MP4 file in
        *folder*.

        Raises:
            CompositorError: As `render`.
            MisconfiguredError: The same.
        """
        with self._assembly(timeline, media, folder) as assembly:
            return assembly.silent()

    def placed(
        self, timeline: Timeline, media: Mapping[str, Path], folder: Path
    ) -> tuple[Placed, ...]:
        """
        Return where titles, the logo and the card's texts of *timeline* are laid, for whom
        certifies a file made of it; *folder* is left as it was.

        Raises:
            CompositorError: As `render`.
            MisconfiguredError: The same.
        """
        with self._assembly(timeline, media, folder) as assembly:
            return assembly.placed()

    def prepare(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> int:
        """
        Render those pieces of *timeline* that only need the given *media* into the cache, one
        after another, and return how many; nothing without a cache, or while a film is
        rendered. A film that begins takes the machine: what is under way is given up.

        Raises:
            CompositorError: As `render`.
            MisconfiguredError: The same.
        """
        overlays = [each.media for each in timeline.overlays]
        if self.cache_folder is None or not all(name in media for name in overlays):
            return 0
        with Group() as group, self._precedence.ahead(group) as free:
            if not free:
                return 0
            with self._place(timeline, media, folder, group) as assembly:
                return assembly.ahead()

    @contextlib.contextmanager
    def _assembly(
        self, timeline: Timeline, media: Mapping[str, Path], folder: Path
    ) -> Iterator[Assembly]:
        self._check(timeline, media)
        with (
            self._precedence.needed(),
            Group() as group,
            self._place(timeline, media, folder, group) as assembly,
        ):
            yield assembly

    @contextlib.contextmanager
    def _place(
        self, timeline: Timeline, media: Mapping[str, Path], folder: Path, group: Group
    ) -> Iterator[Assembly]:
        """
        Give the place where *timeline* is rendered; after it, only what was finished is there.
        """
        # What renders is loaded when something is rendered: an ad that is kept needs none of it.
        from ars0n_core.compositor.glances import Glances  # noqa: PLC0415 (so)

        cache, pieces = self._cache(), folder / "pieces"
        looks = Glances(
            timeline, media, binary=self.binary, cache=cache, pieces=pieces, group=group
        )
        with writing():
            pieces.mkdir(parents=True, exist_ok=True)
            with _emptied(pieces), Crew(self.workers, group) as crew:
                if timeline.has_picture:
                    looks.begin(crew)
                from ars0n_core.compositor.assembly import Assembly, Settings  # noqa: PLC0415 (so)

                yield Assembly(
                    settings=Settings(
                        binary=self.binary,
                        workers=self.workers,
                        preset=self.preset,
                        crf=self.crf,
                        certifies=self.certifies,
                        stopwatch=self.stopwatch,
                        mark=self.mark,
                    ),
                    timeline=timeline,
                    media=media,
                    folder=folder,
                    pieces=pieces,
                    cache=cache,
                    group=group,
                    looks=looks,
                    spent={},
                )
            cache.trim()


@contextlib.contextmanager
def _emptied(folder: Path) -> Iterator[None]:
    """
    Remove *folder* and its files at the end.
    """
    try:
        yield
    finally:
        for path in folder.iterdir():
            path.unlink(missing_ok=True)
        folder.rmdir()
