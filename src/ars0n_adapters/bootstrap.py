"""
The composition root: the only file that names concrete adapters.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor.local import LocalCompositor
from attrs import frozen

from ars0n_adapters.fetch import GuardedFetcher
from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import MemoryRateWindows
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.settings import Settings
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.compositor import ffmpeg
from ars0n_core.errors import PortError
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.usecases.carry_out import release, renew

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LEASE: Final = timedelta(seconds=45)
# Renewed every ten seconds while a worker lives: a killed one is replaced within a minute.

_SECRET_BYTES: Final = 32


@frozen
class Product:
    """
    Everything a process needs to serve the use cases.
    """

    ports: Ports
    policy: Policy
    settings: Settings
    blobs: LocalBlobs


@contextmanager
def product(settings: Settings) -> Iterator[Product]:
    """
    Open the product of *settings*: embedded store, offline providers, worker threads.

    Raises:
        PortError: The data folder or the database can't be used.
        MisconfiguredError: There is no usable ffmpeg.
    """
    binary = ffmpeg.find(settings.ffmpeg or None).path
    folder = _data_folder(settings.data_dir)
    opened: list[Ports] = []
    runner = ThreadRunner(
        threads=settings.threads,
        renew=lambda command: renew(opened[0], policy, command),
        release=lambda command: release(opened[0], command),
    )
    policy = Policy(
        bounds=Bounds(lease=_LEASE),
        check_every=timedelta(milliseconds=500),
        picture_lines=settings.lines,
    )
    blobs = LocalBlobs(folder / "blobs", settings.base_url or None, _secret(folder / "secret"))
    with contextlib.ExitStack() as stack:
        store = SqlStore(settings.database)
        stack.callback(store.close)
        clips = OfflineVideoGenerator(folder / "clips", ffmpeg=binary)
        stack.callback(clips.close)
        opened.append(
            Ports(
                clock=SystemClock(),
                ids=RandomIds(),
                scratch=TemporaryFolders(folder / "scratch"),
                store=store,
                rates=MemoryRateWindows(),
                blobs=blobs,
                fetcher=GuardedFetcher(),
                ingest=MediaIngest(ffmpeg=binary),
                planner=OfflinePlanner(),
                images=OfflineImageEditor(),
                clips=clips,
                speech=OfflineSpeech(),
                voices=OfflineVoices(),
                music=OfflineMusic(),
                compositor=LocalCompositor(
                    ffmpeg_path=binary,
                    cache_folder=folder / "cache",
                    cache_bytes_max=settings.cache_megabytes * 1_048_576,
                    workers=settings.workers,
                    preset=settings.preset,
                ),
                runner=runner,
            )
        )
        stack.callback(runner.close)
        yield Product(opened[0], policy, settings, blobs)


def _data_folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        message = f"The data folder {path} can't be written to: {error.strerror or error}"
        raise PortError(message, port="data") from error
    return path.resolve()


def _secret(path: Path) -> bytes:
    # Signs the URLs of this data folder; made once, readable by its owner only.
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
    return path.read_bytes()
