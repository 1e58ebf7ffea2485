"""
What stands beside a finished ad, packed into one file: what the machine measured and what
the ad was made of, and, as asked, films and sounds for their takers, subtitles, stems, the
cut for an editor, a contact sheet.

Nothing is generated anew and nothing is charged. It is made while the client waits, so one
is made at a time in each process, and nothing of it is kept.
"""

from __future__ import annotations

import tempfile
import threading
import zipfile
from collections.abc import Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_core.errors import (
    InvalidRequestError,
    NotFoundError,
    ProviderUnavailableError,
    VersionNotEditableError,
)
from ars0n_core.usecases import assets
from ars0n_core.usecases.reopen import Cut, reopen
from ars0n_core.usecases.reports import output_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ars0n_core.ids import AssetId, VersionId
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.projects import Version
    from ars0n_core.usecases.callers import Caller

LISTS: Final = ("deliver", "subtitles")
FLAGS: Final = ("stems", "otio", "sheet")

ENTRIES_MAX: Final = 20
"""
How many deliveries may be asked for at a time: more than there are.
"""

_BUSY_SECONDS: Final = 30
_KEPT: Final = ("provenance", "certificate")
# What the last job keeps beside the ad, by the fact that says where.


class Exports:
    """
    One at a time: making one may keep every core busy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """
        Be the one.

        Raises:
            ProviderUnavailableError: Somebody else is.
        """
        if not self._lock.acquire(blocking=False):
            message = "Another export is being made here. Try again."
            raise ProviderUnavailableError(
                message, port="exports", retry_after_seconds=_BUSY_SECONDS
            )
        try:
            yield
        finally:
            self._lock.release()


@frozen(kw_only=True)
class ExportOrder:
    """
    What is asked for, in the words of the body.
    """

    deliver: tuple[str, ...] = ()
    subtitles: tuple[str, ...] = ()
    stems: bool = False
    otio: bool = False
    sheet: bool = False


def structure(body: object) -> ExportOrder:
    """
    Return what *body* asks for.

    Raises:
        InvalidRequestError: With every fault.
    """
    if not isinstance(body, Mapping):
        raise InvalidRequestError(form_errors=["Expected object"])
    faults: dict[str, list[str]] = {}
    given: dict[str, Any] = {}
    for name in (*LISTS, *FLAGS):
        value = body.get(name)
        if value is None:
            continue
        fault = _fault(value) if name in LISTS else _fault_of_flag(value)
        if fault:
            faults[name] = [fault]
        else:
            given[name] = tuple(dict.fromkeys(value)) if name in LISTS else value
    if faults:
        raise InvalidRequestError(faults)
    return ExportOrder(**given)


def profiles_of(body: object) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """
    Return the profiles that an order's *body* names under ``deliver``, and what is wrong with
    them: the ad shall be exported for those, so an order that can't be is refused.
    """
    value = body.get("deliver") if isinstance(body, Mapping) else None
    if value is None:
        return (), {}
    fault = _fault(value)
    return ((), {"deliver": (fault,)}) if fault else (tuple(value), {})


def _fault(value: object) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return "Expected array of strings"
    if len(value) > ENTRIES_MAX:
        return f"Array must contain at most {ENTRIES_MAX} element(s)"
    return ""


def _fault_of_flag(value: object) -> str:
    return "" if isinstance(value, bool) else "Expected boolean"


def pack(
    ports: Ports, policy: Policy, caller: Caller, version_id: VersionId, order: ExportOrder
) -> IO[bytes]:
    """
    Return a ZIP file, open and without a name, of what was ordered beside a finished ad. The
    ad counts as fetched.

    Raises:
        NotFoundError: There is no such version, or it was given back.
        VersionNotEditableError: It has no finished ad.
        InvalidRequestError: Something can't be made of this ad; nothing is.
        ProviderUnavailableError: This deployment makes only the ad itself.
        PortError: The machine can't.
    """
    version, output = _finished(ports, caller, version_id)
    with ports.scratch.folder() as folder:
        files = _kept(ports, version, folder)
        media: dict[str, Path] = {}
        if order != ExportOrder():
            made, media = _made(ports, policy, caller, version_id, order, folder)
            files |= made
        packed = _packed(files, media)
    try:
        # What was taken is paid for; what could not be made was not taken.
        assets.serve(ports, policy, caller, output)
    except BaseException:
        packed.close()
        raise
    return packed


def _finished(ports: Ports, caller: Caller, version_id: VersionId) -> tuple[Version, AssetId]:
    with ports.store.transaction() as tx:
        version = tx.versions.find(version_id)
    if version.organization_id != caller.organization.id:
        raise NotFoundError("version", version_id)
    output = output_of(version)
    if output is None:
        raise VersionNotEditableError(f"Version {version_id} has no finished ad: wait for it")
    return version, output


def _kept(ports: Ports, version: Version, folder: Path) -> dict[str, Path]:
    found = {}
    for what in _KEPT:
        key = version.pipeline.final.facts.get(f"{what}_key")
        if isinstance(key, str):
            name = f"ad.{what}.json"
            found[name] = folder / name
            ports.blobs.copy_to(key, found[name])
    return found


def _made(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    version_id: VersionId,
    order: ExportOrder,
    folder: Path,
) -> tuple[dict[str, Path], dict[str, Path]]:
    """
    Return the files that were made, by their names, and what the cut for an editor refers to.
    """
    # Loads the compositor, which a process that only answers never needs.
    from ars0n_core.compositor import finishing  # noqa: PLC0415 - see above
    from ars0n_core.compositor.local import LocalCompositor  # noqa: PLC0415 - see above

    compositor = ports.compositor
    if not isinstance(compositor, LocalCompositor):
        message = "This deployment makes only the ad itself"
        raise ProviderUnavailableError(message, port="compositor")
    room = folder / "media"
    room.mkdir()
    cut: Cut = reopen(ports, policy, caller, version_id, room)
    wanted = finishing.Wanted(
        deliver=order.deliver,
        subtitles=order.subtitles,
        stems=order.stems,
        interchange=order.otio,
        sheet=order.sheet,
    )
    made = folder / "made"
    made.mkdir()
    done = finishing.finish(
        cut.ad, cut.timeline, cut.media, cut.words, wanted, made, compositor=compositor
    )
    if "otio" not in done.files:
        return {path.name: path for path in done.files.values()}, {}
    # The cut finds its media beside it, wherever the file is unpacked.
    cut_file = done.files["otio"]
    text = cut_file.read_text(encoding="utf-8")
    cut_file.write_text(text.replace(f"{room.absolute().as_uri()}/", "media/"), encoding="utf-8")
    media = {f"media/{path.relative_to(room)}": path for path in cut.media.values()}
    return {path.name: path for path in done.files.values()}, media


def _packed(files: Mapping[str, Path], media: Mapping[str, Path]) -> IO[bytes]:
    packed: IO[bytes] = tempfile.TemporaryFile(prefix="ars0n-export-")  # noqa: SIM115 - whoever sends it closes it
    try:
        # Films and sounds are compressed already.
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for name, path in {**files, **media}.items():
                archive.write(path, name)
        packed.seek(0)
    except BaseException:
        packed.close()
        raise
    return packed
