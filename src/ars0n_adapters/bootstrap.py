"""
The composition root: the only file that names concrete adapters.

`product` opens what makes ads; `application` puts the REST API on top of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.fetch import GuardedFetcher, GuardedSender, addresses
from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import MemoryRateWindows
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.rates import open_windows
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.settings import Network, Settings
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import PortError
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.usecases.carry_out import release, renew

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from starlette.applications import Starlette

    from ars0n_core.ports import RateWindows

_SECRET_BYTES: Final = 32

_UPKEEP_SECONDS: Final = 20.0
# How late a webhook is told, a provider's clip collected, a lost job put back.

_STOP_SECONDS: Final = 5.0
# What runs when a server is told to stop may end within this; then its lease is given back.

_SCRATCH_LIFETIME: Final = timedelta(hours=6)
# No job works as long: folders left by killed processes are older.


@frozen
class Product:
    """
    Everything a process needs to serve the use cases.
    """

    ports: Ports
    policy: Policy
    settings: Settings
    blobs: LocalBlobs
    runner: ThreadRunner


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
        bounds=Bounds(lease=timedelta(seconds=settings.lease_seconds)),
        check_every=timedelta(milliseconds=500),
        picture_lines=settings.lines,
    )
    blobs = LocalBlobs(
        folder / "blobs",
        f"{settings.base_url}/api/v1/blobs" if settings.base_url else None,
        _secret(folder / "secret"),
    )
    scratch = TemporaryFolders(folder / "scratch")
    scratch.sweep(older_than=_SCRATCH_LIFETIME)
    with contextlib.ExitStack() as stack:
        store = SqlStore(settings.database)
        stack.callback(store.close)
        clips = OfflineVideoGenerator(folder / "clips", ffmpeg=binary)
        stack.callback(clips.close)
        opened.append(
            Ports(
                clock=SystemClock(),
                ids=RandomIds(),
                scratch=scratch,
                store=store,
                rates=_rates(settings, folder, stack),
                blobs=blobs,
                fetcher=GuardedFetcher(**_guard(settings.fetch_allow)),
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
        yield Product(opened[0], policy, settings, blobs, runner)


def application(settings: Settings) -> Starlette:
    """
    Open the product of *settings* and return the REST API over it, which closes the
    product when it shuts down.

    Raises:
        PortError: As `product`.
        MisconfiguredError: The same.
    """
    from ars0n_adapters.web import create_app  # noqa: PLC0415 - of an extra: only to serve
    from ars0n_adapters.web.upkeep import Upkeep  # noqa: PLC0415 - the same

    with contextlib.ExitStack() as opening:
        opened = opening.enter_context(product(settings))
        stack = opening.pop_all()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        from anyio import to_thread  # noqa: PLC0415 - of an extra: only to serve

        upkeep = Upkeep(
            app.state.application,
            every_seconds=_UPKEEP_SECONDS,
            drives=settings.drive == "server",
        )
        try:
            yield
        finally:
            # A round at hand may wait for a customer's server: it is not waited for.
            await to_thread.run_sync(partial(upkeep.close, timeout_seconds=1.0))
            await to_thread.run_sync(partial(opened.runner.close, timeout_seconds=_STOP_SECONDS))
            await to_thread.run_sync(stack.close)

    return create_app(
        opened.ports,
        opened.policy,
        # Its providers are the offline ones: test keys run the same, and charge nothing.
        test_ports=opened.ports,
        blobs=opened.blobs,
        sender=GuardedSender(**_guard(settings.fetch_allow)),
        base_url=settings.base_url,
        lifespan=lifespan,
    )


def _rates(settings: Settings, folder: Path, stack: contextlib.ExitStack) -> RateWindows:
    if settings.rates_url.startswith("memory:"):
        return MemoryRateWindows()
    shared = settings.database_url if settings.database_url.startswith("postgres") else ""
    windows = open_windows(settings.rates_url or shared, folder)
    stack.callback(windows.close)
    return windows


def _guard(allowed: tuple[Network, ...]) -> dict[str, Any]:
    """
    Return what the guarded clients let through: the public, and the networks *allowed*.
    """
    if not allowed:
        return {}

    def is_allowed(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return addresses.is_public(address) or any(parsed in network for network in allowed)

    return {"is_allowed": is_allowed, "ports": None}


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
