"""
One film or radio ad being made: what is cached is fetched, what is missing is rendered by a
few workers beside the sound, the pieces are joined.

**Owns** the order of work inside one rendering. **Does not own** where it happens and what
is left of it (`local`), nor any pixel or sample. Start at `Assembly.film`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.compositor import (
    audio,
    commands,
    dressings,
    ffmpeg,
    loudness,
    mp4,
    provenance,
    render,
    segments,
    typesetting,
)
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
from ars0n_core.compositor.glances import Glances
from ars0n_core.compositor.groups import Crew
from ars0n_core.compositor.loudness import Loudness
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import SAMPLE_RATE, Clip, Rendering, Timeline

if TYPE_CHECKING:
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.compositor.render import Task
    from ars0n_core.compositor.segments import Run, Segment
    from ars0n_core.work import Json

POSTER_AT: Final = 1 / 3
"""
Where in the film its poster is looked for: past the opening, before the card.
"""


HEARING: Final = 0.05
"""
What is left of a frame's sound to make when the pictures are planned, in the time to encode its
picture, about.
"""


LAID_MAX: Final = 4
"""
Overlaps whose pictures may lie aside on disk, 40 MB for each at 720p, while bodies are rendered:
short as they are, they make both workers end together.
"""


@frozen(kw_only=True, eq=False)
class Settings:
    """
    How a compositor renders, whatever it renders; ``mark`` writes into a file what its timeline
    says of its origin, and signs it.
    """

    binary: Ffmpeg
    workers: int
    preset: str
    crf: float
    certifies: bool
    stopwatch: Callable[[], float]
    mark: Callable[[Path, Timeline], None]


@frozen(kw_only=True, eq=False)
class Assembly:
    """
    One render under way.
    """

    settings: Settings
    timeline: Timeline
    media: Mapping[str, Path]
    folder: Path
    pieces: Path
    cache: Cache
    group: Group
    looks: Glances
    spent: dict[str, float]

    @contextlib.contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        begun = self.settings.stopwatch()
        yield
        self.spent[name] = self.settings.stopwatch() - begun

    def radio(self) -> Rendering:
        """
        Make the radio ad.
        """
        with self._stage("sound"):
            sound = self._sound(".mp3")
        target = self.folder / "ad.mp3"
        with self._stage("join"):
            self.settings.mark(sound.path, self.timeline)
            sound.path.replace(target)
        with self._whole():
            return self._finished(target, "audio/mpeg", 0, sound, None, {"rounds": sound.rounds})

    def film(self) -> Rendering:
        """
        Make the film.
        """
        settings, timeline = self.settings, self.timeline
        found: list[audio.Encoded] = []
        with self._stage("pictures"), Crew(settings.workers, self.group) as crew:
            # The sound needs nothing of the pictures: it is made while they are planned.
            crew.begin(partial(self._hear, found))
            with self._stage("prepare"):
                task, film = self._planned()
                missing = self._missing(task, film)
                task.expect(missing)
                posing = self._posing(film)
            hearing = timeline.frames * HEARING
            plan = segments.runs(timeline, missing, settings.workers, beside=hearing)
            self._begin(crew, task, plan, posing)
        sound = found[0]
        target, beside = self.folder / "ad.mp4", self.folder / "ad.part.mp4"
        try:
            with self._stage("join"):
                streams = [mp4.read(task.file(segment)) for segment in film]
                frames = mp4.join(
                    beside,
                    streams,
                    mp4.read(sound.path),
                    width=timeline.width,
                    height=timeline.height,
                )
                self._check(frames)
                settings.mark(beside, timeline)
                beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        measured: dict[str, Json] = {
            "rounds": sound.rounds,
            "segments": len(film),
            "rendered": len({segment.key for segment in missing}),
        }
        with self._whole():
            with self._stage("poster"):
                poster = self._poster(task, posing)
            return self._finished(target, "video/mp4", frames, sound, poster, measured, task)

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """
        Leave the ad with all that belongs to it, or nothing of it.
        """
        try:
            yield
        except BaseException:
            for pattern in ("ad.*", "poster.jpg"):
                for path in self.folder.glob(pattern):
                    path.unlink(missing_ok=True)
            raise

    def ahead(self) -> int:
        """
        Render what is missing and needs no medium that is not there; return how many pieces.
        """
        task, film = self._planned()

        def is_there(index: int) -> bool:
            item = task.track[index]
            name = item.media if isinstance(item, Clip) else item.logo
            return name is None or name in self.media

        ready = [
            segment
            for segment in film
            if is_there(segment.lower) and (segment.upper is None or is_there(segment.upper))
        ]
        missing = self._missing(task, tuple(ready))
        for run in segments.runs(self.timeline, missing, 1):
            self._see(task, run)
        return len(missing)

    def silent(self) -> Path:
        """
        Make the film's pictures alone.
        """
        settings, timeline = self.settings, self.timeline
        task, film = self._planned()
        missing = self._missing(task, film)
        task.expect(missing)
        runs = segments.runs(timeline, missing, settings.workers)
        with Crew(settings.workers, self.group) as crew:
            self._begin(crew, task, runs)
        target, beside = self.folder / "pictures.mp4", self.folder / "pictures.part.mp4"
        try:
            streams = [mp4.read(task.file(segment)) for segment in film]
            self._check(
                mp4.join(beside, streams, None, width=timeline.width, height=timeline.height)
            )
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        return target

    def placed(self) -> tuple[Placed, ...]:
        """
        Return where titles, the logo and the card's texts are laid; nothing is rendered.
        """
        return self._laid(self._planned()[0])

    def _laid(self, task: Task) -> tuple[Placed, ...]:
        from ars0n_core.compositor import placements  # noqa: PLC0415 (only for proof)

        card = self.timeline.card
        art = render.card(task, card) if card is not None else None
        return placements.of(task.dressing.layers, card, art)

    def _check(self, frames: int) -> None:
        if frames != self.timeline.frames:
            raise CompositorError(f"{frames} of {self.timeline.frames} frames were joined")

    def _planned(self) -> tuple[Task, tuple[Segment, ...]]:
        settings, timeline = self.settings, self.timeline
        track = segments.items(timeline)
        worn = dressings.dress(timeline, self.media, self.looks, workers=settings.workers)
        encode = partial(
            commands.encode_segment,
            size=(timeline.width, timeline.height),
            preset=settings.preset,
            crf=settings.crf,
            tells_frames=settings.binary.tells_frames,
        )
        told = encode(Path("segment.mp4"), frames=1).get_args()
        encoding = segments.Encoding(
            build=settings.binary.fingerprint,
            command=tuple(str(word) for word in told),
            drawing=typesetting.drawing(),
            type=typesetting.identity(),
        )
        task = render.Task(
            timeline=timeline,
            track=track,
            media=self.media,
            dressing=worn,
            encode=encode,
            binary=settings.binary,
            group=self.group,
            folder=self.pieces,
            cache=self.cache,
            facts=self.looks.facts,
        )
        return task, segments.cut(timeline, encoding, worn.identity)

    def _missing(self, task: Task, film: tuple[Segment, ...]) -> list[Segment]:
        """
        Fetch what the cache has, and return what it has not, each key once.
        """
        missing: dict[str, Segment] = {}
        for segment in film:
            file = task.file(segment)
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

    def _begin(
        self, crew: Crew, task: Task, plan: Sequence[Run], posing: Segment | None = None
    ) -> None:
        """
        Have *crew* render the runs of *plan*: in order, but what need not wait before what must,
        and overlaps as soon as many can be.
        """

        def chosen(left: Sequence[Run]) -> int:
            ready = [
                at
                for at, run in enumerate(left)
                if task.is_ready(run, [*left[:at], *left[at + 1 :]])
            ]
            overlaps = [at for at in ready if left[at].segments[0].upper is not None]
            at = next(iter(overlaps if len(overlaps) > LAID_MAX else ready), 0)
            task.pledge(left[at])
            return at

        crew.share(plan, chosen, partial(self._see, task, posing=posing))

    def _see(self, task: Task, run: Run, posing: Segment | None = None) -> None:
        def keep(segment: Segment) -> None:
            file = task.file(segment)
            self.cache.store(file.name, file)
            if posing is not None and segment.key == posing.key:
                self._pose(task, posing)

        render.render(task, run, keep)

    def _hear(self, found: list[audio.Encoded]) -> None:
        with self._stage("sound"):
            found.append(self._sound(".m4a"))

    def _sound(self, suffix: str) -> audio.Encoded:
        """
        Return the ad's sound, from the cache or made.
        """
        timeline, binary = self.timeline, self.settings.binary
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
        made = audio.make(
            timeline, self.media, file, binary=binary, group=self.group, cache=self.cache
        )
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

    def _posing(self, film: tuple[Segment, ...]) -> Segment:
        """
        Return the segment whose first frame is the poster: the unmixed one that begins nearest
        to `POSTER_AT`. It is a key frame, so that nothing before it is decoded.
        """
        wanted = self.timeline.frames * POSTER_AT
        plain = [each for each in film if each.upper is None] or list(film)
        return min(plain, key=lambda each: abs(each.start_frame - wanted))

    def _pose(self, task: Task, posing: Segment) -> Path:
        """
        Return the poster among the pieces, from the cache or made.
        """
        kept = self.pieces / f"{posing.key}.jpg"
        if not kept.exists() and not self.cache.fetch(kept.name, kept):
            graph = commands.poster(task.file(posing), kept)
            args = ffmpeg.arguments(self.settings.binary, graph)
            ffmpeg.run(args, timeout_seconds=commands.patience(posing.frames), group=self.group)
            self.cache.store(kept.name, kept)
        return kept

    def _poster(self, task: Task, posing: Segment) -> Path:
        """
        Put the poster beside the film: a copy, for whoever owns it may write to it.
        """
        target = self.folder / "poster.jpg"
        target.write_bytes(self._pose(task, posing).read_bytes())
        return target

    def _finished(
        self,
        target: Path,
        media_type: str,
        frames: int,
        sound: audio.Encoded,
        poster: Path | None,
        measured: Mapping[str, Json],
        task: Task | None = None,
    ) -> Rendering:
        found = sound.loudness
        told = self.timeline.provenance
        proof = None
        if self.settings.certifies:
            with self._stage("certify"):
                proof = self._certified(target, task)
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

    def _certified(self, target: Path, task: Task | None) -> Path:
        """
        Measure the finished file, which *task* drew if it has pictures, and write what was found
        beside it.
        """
        # Two dozen modules that only who asks for proof pays for: loaded late.
        from ars0n_core.compositor import certificate, profiles, subtitles  # noqa: PLC0415 (the same)

        cues = self.timeline.cues
        proof = certificate.certify(
            target,
            profiles.find("film" if self.timeline.has_picture else "radio"),
            binary=self.settings.binary,
            captions=subtitles.shown(cues) if cues else None,
            burnt_in=bool(cues),
            placed=self._laid(task) if task is not None else None,
            seconds=Fraction(self.timeline.samples, SAMPLE_RATE),
        )
        return certificate.write(proof, target)
