"""
The files and URLs an order names: looked at before anything is made, then taken in.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core import assets as kinds
from ars0n_core import wire
from ars0n_core.errors import FetchRefusedError, InvalidRequestError
from ars0n_core.usecases import assets as storing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ars0n_core.assets import Asset
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.usecases.callers import Caller

_STORED_AT_ONCE: Final = 2
_STANDARD_OUTPUT: Final = Path("-")
# As other commands call it.

_PHOTOS: Final = frozenset({"product_image", "logo"})


@frozen
class NamedFile:
    """
    A file or URL an option names, and what it is to be.
    """

    option: str
    place: str
    category: str

    @property
    def is_url(self) -> bool:
        """
        Whether it is to be downloaded.
        """
        return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", self.place) is not None

    @property
    def label(self) -> str:
        """
        How a fault of it is introduced.
        """
        return f"{self.option} {self.place}"


def by_name(files: Iterable[NamedFile]) -> dict[str, NamedFile]:
    """
    Return *files* by the ids that stand for them until they are stored.
    """
    return {f"file:{number}": file for number, file in enumerate(files)}


def stored(
    files: Mapping[str, NamedFile], ports: Ports, policy: Policy, caller: Caller
) -> dict[str, Asset]:
    """
    Store *files* and return the asset of each by the id that stood for it.

    Raises:
        FaultyOptionsError: With every file that can't be used.
    """
    faults: list[tuple[str, str]] = []
    assets: dict[str, Asset] = {}
    # Photos as many at once as are decoded at once. What may take long is taken in turn, in
    # this thread, where Ctrl-C ends it.
    with ThreadPoolExecutor(_STORED_AT_ONCE) as pool:
        try:
            storing_each = {
                name: pool.submit(_stored, file, ports, policy, caller)
                for name, file in files.items()
                if file.category in _PHOTOS and not file.is_url
            }
            for name, file in files.items():
                try:
                    assets[name] = (
                        storing_each[name].result()
                        if name in storing_each
                        else _stored(file, ports, policy, caller)
                    )
                except InvalidRequestError as error:
                    faults += [(file.label, fault) for fault in _messages(error)]
                except FetchRefusedError as error:
                    faults.append((file.label, str(error)))
                except FaultyOptionsError as error:
                    faults += error.faults
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if faults:
        raise FaultyOptionsError(faults)
    return assets


def _stored(file: NamedFile, ports: Ports, policy: Policy, caller: Caller) -> Asset:
    with _opened(file, ports) as path:
        served = storing.upload(
            ports,
            policy,
            caller,
            path,
            file_name=Path(file.place).name,
            category=file.category or None,
        )
    kind = served.asset.kind
    if file.option == "--clip" and kind is not kinds.AssetKind.VIDEO:
        fault = f"This is no film but {kind}; a clip is an MP4, WebM or MOV video"
        raise FaultyOptionsError([(file.label, fault)])
    return served.asset


def _messages(error: InvalidRequestError) -> Iterator[str]:
    found = wire.faults_of(error)
    for messages in (*found.by_field.values(), found.of_form):
        yield from messages


def fault_of(file: NamedFile) -> str | None:
    """
    Return why the file can't be opened, or None.
    """
    if file.is_url:
        return None
    path = Path(file.place)
    try:
        if not path.exists():
            return "No such file"
        if not path.is_file():
            return "Not a file"
        with path.open("rb") as opened:
            head = opened.read(kinds.HEAD_BYTES)
    except OSError as error:
        return f"Can't be read: {error.strerror}"
    return None if head else "The file is empty"


@contextmanager
def _opened(file: NamedFile, ports: Ports) -> Iterator[Path]:
    if not file.is_url:
        yield Path(file.place)
        return
    with ports.scratch.folder() as folder:
        target = folder / "download"
        most = max(kinds.SIZE_BYTES_MAX.values())
        if file.category in kinds.CATEGORIES:
            most = kinds.SIZE_BYTES_MAX[kinds.CATEGORIES[file.category]]
        ports.fetcher.fetch(file.place, target, size_bytes_max=most)
        yield target


def content_of(file: NamedFile) -> str:
    """
    Return what tells the file's content from every other; a URL stands for itself.
    """
    if file.is_url:
        return file.place
    with Path(file.place).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_special(out: Path) -> bool:
    """
    Whether a device or a pipe is at *out*.
    """
    return out.exists() and not out.is_file() and not out.is_dir()


def unwritable(out: Path) -> str | None:
    """
    Return why no file can be put at *out*, or None.
    """
    folder = out.parent
    if out.is_dir():
        return "Is a folder: name a file"
    if out == _STANDARD_OUTPUT or is_special(out):
        # A file put in the place of a device would be the end of that.
        return "Is no place for a file, which is put there whole: name a file"
    if not folder.is_dir():
        return f"There is no folder {folder}: make it first"
    try:
        handle, name = tempfile.mkstemp(prefix=".ars0n-", dir=folder)
    except OSError as error:
        return f"Can't be written: {error.strerror}"
    os.close(handle)
    Path(name).unlink()
    return None
