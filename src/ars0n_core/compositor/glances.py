"""
Glances at a film's clips: a few key pictures of each, small, enough to tell light from dark, and
a hundredth of decoding it all.

**Owns** when a clip is looked at, and that it is once. **Does not own** what is made of it
(`dressings`). **Invariant**: nothing that computes is loaded before it is needed: clips are looked
at while the rest of the compositor is still being loaded.
"""

from __future__ import annotations

import contextlib
import math
from functools import partial
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor import commands, ffmpeg
from ars0n_core.compositor.groups import Once
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE, MediaKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.cache import Cache
    from ars0n_core.compositor.colors import Floats
    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.groups import Crew
    from ars0n_core.compositor.probe import MediaFacts
    from ars0n_core.timelines import Clip, Cue, Overlay, Timeline, Title

GLANCE: Final = 8
"""
A glance has an eighth of the film's width and height.
"""

PICTURES: Final = 8
"""
Footage is taken in with a key picture a second: as many seconds as a scene lasts.
"""

LOOK_SECONDS: Final = commands.patience(900)
"""
How long a look may take: as long as decoding half a minute.
"""

SECONDS_UNSEEN_MAX: Final = 2.0
"""
With key pictures further apart, what is between them is not known.
"""


class Glances:
    """
    Small pictures of each clip, taken when first asked for, and ``facts``, what was seen of the
    files on the way; each is looked at once, whoever asks.
    """

    def __init__(
        self,
        timeline: Timeline,
        media: Mapping[str, Path],
        *,
        binary: Ffmpeg,
        cache: Cache,
        pieces: Path,
        group: Group,
    ) -> None:
        self._timeline = timeline
        self._media = media
        self._binary = binary
        self._cache = cache
        self._pieces = pieces
        self._group = group
        self._known = {each.id: each for each in timeline.media}
        self._small = (max(2, timeline.width // GLANCE), max(2, timeline.height // GLANCE))
        self._picture_bytes = self._small[0] * self._small[1] * 3
        # By content: the same photo may be shown as several media.
        self._taken = {each.sha256: Once[bytes]() for each in timeline.media}
        self._seen: dict[str, list[Floats]] = {}
        self.facts: dict[str, MediaFacts] = {}

    def begin(self, crew: Crew) -> None:
        """
        Have *crew* look at all clips that something lies over: at once, for ffmpeg needs nothing
        of us while it looks.
        """
        film = self._timeline
        laid: list[Overlay | Title | Cue] = [*film.overlays, *film.titles, *film.cues]
        wanted = {
            self.sha256(clip.media): clip.media
            for each in laid
            for clip in self.shown(each.start_frame, each.start_frame + each.frames)
        }
        for name in wanted.values():
            crew.begin(partial(self._bytes, name))

    def sha256(self, name: str) -> str:
        """
        Return the identity of a medium's content.
        """
        return self._known[name].sha256

    def between(self, first: int, last: int) -> list[Floats]:
        """
        Return key pictures, RGB (height, width, 3), 0 to 255, of the clips shown from *first* on
        and before *last*.
        """
        return [picture for clip in self.shown(first, last) for picture in self._keys(clip.media)]

    def seen(self, clip: Clip) -> list[Floats]:
        """
        Return those key pictures of *clip* that are shown, and their neighbours: the first second
        of footage of which the third is shown is nobody's ground.
        """
        pictures = self._keys(clip.media)
        available = self._known[clip.media].available_frames
        if not available or len(pictures) == PICTURES:  # there may be more
            return pictures
        each = available / len(pictures)
        first = math.floor(clip.source_frame / each)
        last = math.ceil((clip.source_frame + clip.frames * clip.speed) / each)
        return pictures[first : last + 1] or pictures[-1:]

    def of(self, clip: Clip) -> list[Floats] | None:
        """
        Return key pictures of *clip*, None where it is still to come.
        """
        return self._keys(clip.media) if clip.media in self._media else None

    def are_close(self, clip: Clip) -> bool:
        """
        Whether the key pictures of *clip* are as close as it takes to know what it shows.
        """
        seconds = min(clip.frames * clip.speed / FRAME_RATE, PICTURES)
        return not self.moves(clip.media) or (
            len(self._keys(clip.media)) * SECONDS_UNSEEN_MAX >= seconds
        )

    def moves(self, name: str) -> bool:
        """
        Whether a medium is more than a single picture.
        """
        return self._known[name].kind is not MediaKind.STILL

    def shown(self, first: int, last: int) -> list[Clip]:
        """
        Return the clips that are shown from *first* on and before *last*, as far as they have come.
        """
        return [
            clip
            for clip in self._timeline.clips
            if clip.start_frame < last and first < clip.end_frame
            if clip.media in self._media  # it may be still to come
        ]

    def _keys(self, name: str) -> list[Floats]:
        """
        Return the key pictures of a medium.
        """
        # Loaded while the first clips are looked at.
        import numpy as np  # noqa: PLC0415 (so)

        sha256 = self.sha256(name)
        if sha256 not in self._seen:
            across, down = self._small
            content = np.frombuffer(self._bytes(name), np.uint8)
            shape = (len(content) // self._picture_bytes, down, across, 3)
            whole = content[: shape[0] * self._picture_bytes].reshape(shape)
            self._seen[sha256] = list(whole.astype(np.float32))
        return self._seen[sha256]

    def _bytes(self, name: str) -> bytes:
        """
        Return the key pictures of a medium: those seen before, from the cache, or taken.
        """
        return self._taken[self.sha256(name)].get(partial(self._fetched, name))

    def _fetched(self, name: str) -> bytes:
        across, down = self._small
        file = self._pieces / f"{self.sha256(name)}-{across}x{down}.{PICTURES}.glance"
        if not file.exists() and not self._cache.fetch(file.name, file):
            file.write_bytes(self._looked(name))
            self._cache.store(file.name, file)
        return file.read_bytes()

    def _looked(self, name: str) -> bytes:
        """
        Look at a medium: never seen, it will be decoded, so that what it is must be known too.
        """
        found = b""
        with contextlib.suppress(CompositorError):  # what it is will be told by the second look
            found = self._keys_of(name)
        if len(found) < self._picture_bytes:
            # Footage may come without a picture called key: one a second of all is as good.
            found = self._run(name, keys_only=False).stdout
        if len(found) < self._picture_bytes:
            raise CompositorError(f"{name} shows no picture", media=name)
        return found

    def _keys_of(self, name: str) -> bytes:
        """
        Return the key pictures of a medium, and note what ffmpeg reports of footage on the way.
        """
        if not self.moves(name):
            return self._run(name).stdout
        from ars0n_core.compositor import probe  # noqa: PLC0415 (as numpy, which it loads)

        made = self._run(name, loglevel="info", tail_bytes=probe.REPORT_BYTES_MAX)
        self.facts[name] = probe.facts_of(
            made.stderr, self._media[name], binary=self._binary, media=name
        )
        return made.stdout

    def _run(
        self,
        name: str,
        *,
        keys_only: bool = True,
        loglevel: str = "error",
        tail_bytes: int = ffmpeg.TAIL_BYTES,
    ) -> ffmpeg.Output:
        graph = commands.key_pictures(
            self._media[name],
            size=self._small,
            pictures=PICTURES if self.moves(name) else 1,
            keys_only=keys_only,
        )
        return ffmpeg.run(
            ffmpeg.arguments(self._binary, graph, loglevel=loglevel),
            timeout_seconds=LOOK_SECONDS,
            media=name,
            group=self._group,
            tail_bytes=tail_bytes,
        )
