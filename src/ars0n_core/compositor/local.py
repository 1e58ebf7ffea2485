"""
The compositor of this machine: a timeline and its media in, a finished ad out.

**Owns** the order of work: what is cached is fetched, what is missing is rendered by a few
workers beside the sound, the pieces are joined. **Invariants**: the file's bytes depend on
the timeline and its media alone, never on the cache or the number of workers; nothing is
written outside the job's folder and the cache; when `render` returns or raises, no process
is left, and the ad is either whole under its name or not there.

Start at `LocalCompositor.render`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ars0n_core.compositor import (
    audio,
    certificate,
    commands,
    dressings,
    ffmpeg,
    fonts,
    loudness,
    mp4,
    profiles,
    provenance,
    render,
    segments,
    subtitles,
)
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
from ars0n_core.compositor.loudness import Loudness
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Rendering, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.compositor.render import Job
    from ars0n_core.compositor.segments import Run, Segment
    from ars0n_core.work import Json

CACHE_BYTES_MAX: Final = 2 << 30
"""
2 GB: the segments of some 500 finished ads.
"""

POSTER_AT: Final = 1 / 3
"""
Where in the film its poster is looked for: past the opening, before the card.
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
        certifies: Whether each ad comes with its certificate; measuring decodes it once.
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
        return fonts.coverage(text)

    def mark(self, path: Path, timeline: Timeline) -> None:
        """
        Write what *timeline* says of its origin into the file at *path*, and sign it.

        Raises:
            CompositorError: It can't be written.
            MisconfiguredError: It can't be signed.
        """
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
        with self._rendering(timeline, media, folder) as rendering:
            return rendering.film() if timeline.has_picture else rendering.radio()

    def pictures(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Path:
        """
        Render the pictures of *timeline* alone, without its sound, and return the MP4 file in
        *folder*.

        Raises:
            CompositorError: As `render`.
            MisconfiguredError: The same.
        """
        with self._rendering(timeline, media, folder) as rendering:
            return rendering.silent()

    @contextlib.contextmanager
    def _rendering(
        self, timeline: Timeline, media: Mapping[str, Path], folder: Path
    ) -> Iterator[_Rendering]:
        for each in timeline.media:
            if each.id not in media:
                raise CompositorError(f"no file was given for {each.id}", media=each.id)
        cache = Cache(self.cache_folder, size_bytes_max=self.cache_bytes_max)
        pieces = folder / "pieces"
        try:
            pieces.mkdir(parents=True, exist_ok=True)
            with _emptied(pieces), Group() as group:
                yield _Rendering(
                    compositor=self,
                    timeline=timeline,
                    media=media,
                    folder=folder,
                    pieces=pieces,
                    cache=cache,
                    group=group,
                    spent={},
                )
            cache.trim()
        except OSError as error:
            raise ffmpeg.of_disk(error) from error


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


@frozen(kw_only=True, eq=False)
class _Rendering:
    """
    One render under way.
    """

    compositor: LocalCompositor
    timeline: Timeline
    media: Mapping[str, Path]
    folder: Path
    pieces: Path
    cache: Cache
    group: Group
    spent: dict[str, float]

    @contextlib.contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        begun = self.compositor.stopwatch()
        yield
        self.spent[name] = self.compositor.stopwatch() - begun

    def radio(self) -> Rendering:
        """
        Make the radio ad.
        """
        with self._stage("sound"):
            sound = self._sound(".mp3")
        target = self.folder / "ad.mp3"
        with self._stage("join"):
            self.compositor.mark(sound.path, self.timeline)
            sound.path.replace(target)
        return self._finished(target, "audio/mpeg", 0, sound, None, {"rounds": sound.rounds})

    def film(self) -> Rendering:
        """
        Make the film.
        """
        compositor, timeline = self.compositor, self.timeline
        with self._stage("prepare"):
            job, film = self._planned()
            missing = self._missing(job, film)
            runs = segments.runs(timeline, missing, compositor.workers)
        found: list[audio.Encoded] = []
        jobs = [partial(self._hear, found), *(partial(self._see, job, run) for run in runs)]
        with self._stage("pictures"):
            ffmpeg.in_parallel(jobs, workers=compositor.workers, group=self.group)
        sound = found[0]
        target, beside = self.folder / "ad.mp4", self.folder / "ad.part.mp4"
        try:
            with self._stage("join"):
                streams = [mp4.read(job.file(segment)) for segment in film]
                frames = mp4.join(
                    beside,
                    streams,
                    mp4.read(sound.path),
                    width=timeline.width,
                    height=timeline.height,
                )
                self._check(frames)
                compositor.mark(beside, timeline)
                beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        with self._stage("poster"):
            poster = self._poster(job, film)
        measured: dict[str, Json] = {
            "rounds": sound.rounds,
            "segments": len(film),
            "rendered": len({segment.key for segment in missing}),
        }
        return self._finished(target, "video/mp4", frames, sound, poster, measured)

    def silent(self) -> Path:
        """
        Make the film's pictures alone.
        """
        compositor, timeline = self.compositor, self.timeline
        job, film = self._planned()
        runs = segments.runs(timeline, self._missing(job, film), compositor.workers)
        jobs = [partial(self._see, job, run) for run in runs]
        ffmpeg.in_parallel(jobs, workers=compositor.workers, group=self.group)
        target, beside = self.folder / "pictures.mp4", self.folder / "pictures.part.mp4"
        try:
            streams = [mp4.read(job.file(segment)) for segment in film]
            self._check(
                mp4.join(beside, streams, None, width=timeline.width, height=timeline.height)
            )
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        return target

    def _check(self, frames: int) -> None:
        if frames != self.timeline.frames:
            raise CompositorError(f"{frames} of {self.timeline.frames} frames were joined")

    def _planned(self) -> tuple[Job, tuple[Segment, ...]]:
        compositor, timeline = self.compositor, self.timeline
        track = segments.items(timeline)
        worn = dressings.dress(
            timeline, self.media, binary=compositor.binary, cache=self.cache,
            pieces=self.pieces, group=self.group,
        )  # fmt: skip
        encode = partial(
            commands.encode_segment,
            size=(timeline.width, timeline.height),
            preset=compositor.preset,
            crf=compositor.crf,
        )
        told = encode(Path("segment.mp4"), frames=1).get_args()
        encoding = segments.Encoding(
            build=compositor.binary.fingerprint, command=tuple(str(word) for word in told)
        )
        job = render.Job(
            timeline=timeline,
            track=track,
            media=self.media,
            dressing=worn,
            encode=encode,
            binary=compositor.binary,
            group=self.group,
            folder=self.pieces,
        )
        return job, segments.cut(timeline, encoding, worn.identity)

    def _missing(self, job: Job, film: tuple[Segment, ...]) -> list[Segment]:
        """
        Fetch what the cache has, and return what it has not, each key once.
        """
        missing: dict[str, Segment] = {}
        for segment in film:
            file = job.file(segment)
            if segment.key in missing or file.exists():
                continue
            if self.cache.fetch(file.name, file):
                try:
                    whole = len(mp4.read(file).sizes) == segment.frames
                except CompositorError:
                    whole = False
                if whole:
                    continue
                self.cache.discard(file.name)
                file.unlink()
            missing[segment.key] = segment
        return list(missing.values())

    def _see(self, job: Job, run: Run) -> None:
        def keep(segment: Segment) -> None:
            file = job.file(segment)
            self.cache.store(file.name, file)

        render.render(job, run, keep)

    def _hear(self, found: list[audio.Encoded]) -> None:
        with self._stage("sound"):
            found.append(self._sound(".m4a"))

    def _sound(self, suffix: str) -> audio.Encoded:
        """
        Return the ad's sound, from the cache or made.
        """
        timeline, binary = self.timeline, self.compositor.binary
        key = audio.identity(timeline, suffix, binary)
        file, note = self.pieces / f"{key}{suffix}", self.pieces / f"{key}.json"
        if self.cache.fetch(note.name, note) and self.cache.fetch(file.name, file):
            try:
                words = json.loads(note.read_bytes())
                return audio.Encoded(
                    path=file, **(words | {"loudness": Loudness(**words["loudness"])})
                )
            except (ValueError, TypeError, KeyError):
                self.cache.discard(note.name)
        for path in (file, note):  # a link may not be written through
            path.unlink(missing_ok=True)
        made = audio.make(timeline, self.media, file, binary=binary, group=self.group)
        found = made.loudness
        words = {
            "rate": made.rate,
            "samples": made.samples,
            "rounds": made.rounds,
            "loudness": {
                "integrated_lufs": found.integrated_lufs,
                "momentary_max_lufs": found.momentary_max_lufs,
                "short_term_max_lufs": found.short_term_max_lufs,
                "true_peak_dbtp": found.true_peak_dbtp,
            },
        }
        note.write_text(json.dumps(words))
        self.cache.store(file.name, file)
        self.cache.store(note.name, note)
        return made

    def _poster(self, job: Job, film: tuple[Segment, ...]) -> Path:
        """
        Write the first frame of the unmixed segment that begins nearest to `POSTER_AT`: a key
        frame, so that nothing before it is decoded.
        """
        wanted = self.timeline.frames * POSTER_AT
        plain = [each for each in film if each.upper is None] or list(film)
        chosen = min(plain, key=lambda each: abs(each.start_frame - wanted))
        target = self.folder / "poster.jpg"
        graph = commands.poster(job.file(chosen), target)
        args = ffmpeg.arguments(self.compositor.binary, graph)
        ffmpeg.run(args, timeout_seconds=commands.patience(chosen.frames), group=self.group)
        return target

    def _finished(
        self,
        target: Path,
        media_type: str,
        frames: int,
        sound: audio.Encoded,
        poster: Path | None,
        measured: Mapping[str, Json],
    ) -> Rendering:
        found = sound.loudness
        told = self.timeline.provenance
        proof = None
        if self.compositor.certifies:
            with self._stage("certify"):
                proof = self._certified(target)
        return Rendering(
            path=target,
            media_type=media_type,
            frames=frames,
            samples=sound.samples,
            poster=poster,
            measured={
                "loudness_lufs": round(found.integrated_lufs, 2),
                "true_peak_dbtp": round(found.true_peak_dbtp, 2),
                "momentary_max_lufs": round(found.momentary_max_lufs, 2),
                "short_term_max_lufs": round(found.short_term_max_lufs, 2),
                "frames": frames,
                "samples": sound.samples,
                "sample_rate": sound.rate,
                "is_silent": found.integrated_lufs <= loudness.SILENCE_LUFS,
                **measured,
            },
            seconds_spent=dict(self.spent),
            sidecar=provenance.tell(target, told) if told is not None else None,
            certificate=proof,
        )

    def _certified(self, target: Path) -> Path:
        """
        Measure the finished file and write what was found beside it.
        """
        cues = self.timeline.cues
        proof = certificate.certify(
            target,
            profiles.find("film" if self.timeline.has_picture else "radio"),
            binary=self.compositor.binary,
            captions=subtitles.shown(cues) if cues else None,
            burnt_in=bool(cues),
        )
        return certificate.write(proof, target)
