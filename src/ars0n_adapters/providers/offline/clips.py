"""
Clips without a provider: a camera move over the still, made in the background.

**Owns** `OfflineVideoGenerator`, the `VideoGenerator` port done on this machine, with a
real queue behind it: `submit` writes the order down and returns, `check` looks. All that
is known of a ticket lies in its folder, so any process may ask for it, and one that finds
it neither made nor in the making takes it up. **Invariants**: a ticket is a digest of the
order, so ordering twice makes once; a clip appears whole or not at all; at most
`RENDERS_MAX` are made at a time in a process; nothing keeps running when the process ends.

```text
<folder>/<ticket>/order.json  still   what was ordered (written first, renamed into place)
                  lock                held (flock) by the process that is making it
                  progress            how many frames it has
                  failure.json        why it was given up
                  clip.mp4            it
```
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cattrs
from attrs import asdict, frozen
from PIL import Image

from ars0n_adapters.providers.offline import filming, moves
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.errors import (
    CompositorError,
    MisconfiguredError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.ports import Finished, Maker, Unfinished
from ars0n_core.specs.model import AspectRatio, VideoModel
from ars0n_core.timelines import FRAME_RATE
from ars0n_core.work import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.ports import ClipOrder

PORT: Final = "clips"

RENDERS_MAX: Final = 2

SECONDS: Final = (4, 6, 8)

SIZES: Final = {
    AspectRatio.PORTRAIT: (720, 1280),
    AspectRatio.LANDSCAPE: (1280, 720),
    AspectRatio.SQUARE: (720, 720),
    AspectRatio.FEED: (720, 900),
}

RECIPE: Final = 4
"""
Counted up when the same order begins to give another clip.
"""

KEPT_MAX: Final = 400
"""
Tickets kept; beyond them the oldest clips that were handed over go (about 1 GB).
"""

TICKET: Final = re.compile(r"clip-[0-9a-f]{40}")

STILL_PIXELS_MAX: Final = 50_000_000


@frozen(kw_only=True)
class _Order:
    """
    A clip order as it is written down.
    """

    prompt: str
    model: VideoModel
    aspect_ratio: AspectRatio
    seconds: int
    seed: str


class OfflineVideoGenerator:
    """
    Makes clips from stills in background threads, with its books in *folder*.

    *threads* are the encoder's; one keeps the bytes the same on any machine.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        renders: int = RENDERS_MAX,
        ffmpeg: str | None = None,
    ) -> None:
        self._folder = folder
        self._threads = threads
        self._ffmpeg = ffmpeg
        self._slots = threading.Semaphore(renders)
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Thread] = {}
        self._group = engine.Group()
        # At the interpreter's end as well: an encoder is never left behind.
        self._end = weakref.finalize(self, self._group.stop)

    def close(self) -> None:
        """
        End what is being made here; another `check` anywhere takes it up again.
        """
        self._group.stop()
        with self._lock:
            busy = list(self._busy.values())
        for thread in busy:
            thread.join(timeout=30)

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return who makes the clips.
        """
        return Maker(provider="ars0n", model="offline clips")

    def submit(self, order: ClipOrder) -> str:
        """
        Write the order down, begin it, and return its ticket.

        Raises:
            ProviderRejectedError: The still can't be read, or the length is not made.
            ProviderUnavailableError: The order could not be written down.
        """
        if order.seconds not in SECONDS:
            raise ProviderRejectedError(
                f"clips are made of {SECONDS} seconds, not {order.seconds}", port=PORT
            )
        _checked(order.still)
        written = _Order(
            prompt=order.prompt,
            model=order.model,
            aspect_ratio=order.aspect_ratio,
            seconds=order.seconds,
            seed=order.seed,
        )
        try:
            sha256 = hashlib.sha256(order.still.read_bytes()).hexdigest()
            ticket = f"clip-{digest({**asdict(written), 'still': sha256, 'recipe': RECIPE})[:40]}"
            self._write_down(ticket, written, order.still)
        except OSError as error:
            raise ProviderUnavailableError(
                f"the clip's order could not be written to {self._folder}: {error}", port=PORT
            ) from error
        self._begin(ticket)
        return ticket

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        """
        Return how far the clip is, or copy it into *folder*.

        Raises:
            ProviderRejectedError: No such ticket, or a clip that can't be made.
            ProviderUnavailableError: It failed for now and will be begun anew.
        """
        place = self._folder / ticket
        if TICKET.fullmatch(ticket) is None or not place.is_dir():
            raise ProviderRejectedError(f"no such ticket: {ticket}", port=PORT)
        try:
            if (place / "clip.mp4").exists():
                return Finished(self._handed_over(place, folder / f"{ticket}.mp4"))
            if (place / "failure.json").exists():
                raise self._failure(place)
            self._begin(ticket)
            return Unfinished(_fraction(place))
        except OSError as error:
            raise ProviderUnavailableError(
                f"clip {ticket} can't be read or written: {error}", port=PORT
            ) from error

    def _write_down(self, ticket: str, order: _Order, still: Path) -> None:
        place = self._folder / ticket
        if place.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clear_out()
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=self._folder))
        try:
            shutil.copyfile(still, fresh / "still")
            _written(fresh / "order.json", json.dumps(asdict(order)))
            _synced(fresh / "still")
            with contextlib.suppress(FileExistsError):
                fresh.rename(place)
        except OSError:
            if not place.is_dir():  # else another process was quicker with the same order
                raise
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _clear_out(self) -> None:
        """
        Forget the oldest clips that were handed over, beyond `KEPT_MAX`.
        """
        kept = [place for place in self._folder.iterdir() if TICKET.fullmatch(place.name)]
        if len(kept) < KEPT_MAX:
            return
        over = [place for place in kept if (place / "handed-over").exists()]
        over.sort(key=lambda place: place.stat().st_mtime)
        for place in over[: len(kept) - KEPT_MAX + 1]:
            shutil.rmtree(place, ignore_errors=True)

    def _handed_over(self, place: Path, target: Path) -> Path:
        partial = target.with_suffix(".partial")
        shutil.copyfile(place / "clip.mp4", partial)
        partial.replace(target)
        (place / "handed-over").touch()
        return target

    def _failure(self, place: Path) -> ProviderRejectedError | ProviderUnavailableError:
        failure = json.loads((place / "failure.json").read_text())
        if failure["again"]:
            (place / "failure.json").unlink(missing_ok=True)
            return ProviderUnavailableError(failure["message"], port=PORT)
        return ProviderRejectedError(failure["message"], port=PORT)

    def _begin(self, ticket: str) -> None:
        """
        Start making *ticket* in the background, unless this process does already.
        """
        place = self._folder / ticket
        if (place / "clip.mp4").exists() or (place / "failure.json").exists():
            return
        with self._lock:
            if ticket in self._busy or self._group.stopped:
                return
            thread = threading.Thread(
                target=self._make, args=(ticket,), name=f"make {ticket}", daemon=True
            )
            self._busy[ticket] = thread
            thread.start()

    def _make(self, ticket: str) -> None:
        place = self._folder / ticket
        try:
            with self._slots, _held(place / "lock") as ours:
                if ours and not self._group.stopped and not (place / "clip.mp4").exists():
                    self._render(place)
        except (ProviderRejectedError, CompositorError, MisconfiguredError, OSError) as error:
            if not self._group.stopped:
                _note_failure(place, error)
        finally:
            with self._lock:
                self._busy.pop(ticket, None)

    def _render(self, place: Path) -> None:
        order = cattrs.structure(json.loads((place / "order.json").read_text()), _Order)
        chance = int.from_bytes(hashlib.sha256(order.seed.encode()).digest()[:6], "big")
        size = SIZES[order.aspect_ratio]
        name = moves.move_for(order.prompt, chance)
        # An orbit bends columns one to one.
        reserve = 1.0 if name == "orbit" else filming.RESERVE
        picture, focus = filming.fitted(_opened(place / "still"), size, reserve=reserve)
        count = order.seconds * FRAME_RATE
        move = moves.planned(name, size, count, focus, chance)
        partial = place / "clip.partial"

        def report(frame: int) -> None:
            if frame % FRAME_RATE == 0:
                _written(place / "progress", f"{frame / count:.3f}")

        filming.film(
            filming.planes(picture),
            move,
            partial,
            binary=engine.find(self._ffmpeg),
            fine=order.model is VideoModel.PREMIUM,
            threads=self._threads,
            group=self._group,
            report=report,
        )
        _synced(partial)
        partial.replace(place / "clip.mp4")


@contextlib.contextmanager
def _held(path: Path) -> Iterator[bool]:
    """
    Hold the lock *path* if nobody else does; the system drops it when the process ends.
    """
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _note_failure(place: Path, error: Exception) -> None:
    again = not isinstance(error, ProviderRejectedError) and getattr(error, "retryable", True)
    with contextlib.suppress(OSError):  # a full disk: the next check begins anew
        _written(place / "failure.json", json.dumps({"message": str(error), "again": again}))


def _fraction(place: Path) -> float:
    try:
        return min(0.99, float((place / "progress").read_text()))
    except (OSError, ValueError):
        return 0.0


def _written(path: Path, text: str) -> None:
    """
    Write *text* so that a reader sees the old or the new, never a half.
    """
    partial = path.with_suffix(f".{threading.get_ident()}.partial")
    partial.write_text(text)
    partial.replace(path)


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _opened(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > STILL_PIXELS_MAX:
                raise ProviderRejectedError(
                    f"the still has more than {STILL_PIXELS_MAX} pixels", port=PORT
                )
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ProviderRejectedError(
            f"the still can't be read ({type(error).__name__})", port=PORT
        ) from error


def _checked(still: Path) -> None:
    """
    Refuse a still that is no picture, by its head alone.
    """
    try:
        with Image.open(still, formats=("PNG", "JPEG", "WEBP")):
            return
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ProviderRejectedError(
            f"the still {still.name} can't be read ({type(error).__name__})", port=PORT
        ) from error
