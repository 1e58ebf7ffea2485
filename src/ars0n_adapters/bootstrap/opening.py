"""
What a process opens: `product` what makes ads, `application` the REST API on top of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, fields, frozen

from ars0n_adapters.bootstrap import offline
from ars0n_adapters.bootstrap.late import open_now, opened_late
from ars0n_adapters.settings import PREFIX, Keys, Settings, read_keys
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import MisconfiguredError, PortError
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.applications import Starlette

    from ars0n_core.pipelines.commands import Command
    from ars0n_core.ports import BlobStore

_SECRET_BYTES: Final = 32

_UPKEEP_SECONDS: Final = 20.0  # a clip is collected, a lost job put back so late

_CHECK_OFFLINE: Final = timedelta(milliseconds=500)
_STOP_SECONDS: Final = 3.0
# What runs when a server is told to stop may end within this; then its lease is given back.

_SCRATCH_LIFETIME: Final = timedelta(hours=6)  # longer than any job works


_PROVIDERS: Final = frozenset({"planner", "images", "clips", "speech", "voices", "music"})
# A test key gets those of this machine, whatever was chosen.


@frozen
class Product:
    """
    Everything a process needs to serve the use cases; ``test_ports`` never cost money.
    ``ffmpeg`` is where the one is that was found.
    """

    ports: Ports
    test_ports: Ports
    policy: Policy
    settings: Settings
    blobs: LocalBlobs
    runner: ThreadRunner
    ffmpeg: str


@contextmanager
def product(
    settings: Settings, *, own: Mapping[str, Any] | None = None, store_at_once: bool = True
) -> Iterator[Product]:
    """
    Open the product of *settings*: embedded store (when it is first asked, unless
    *store_at_once*), the chosen providers, worker threads. *own* are adapters of the
    caller's in their place, by the port's name; its providers are taken to bill each call.

    Raises:
        PortError: The data folder or the database can't be used.
        MisconfiguredError: There is no usable ffmpeg, a chosen provider has no key, or
            *own* names no port.
    """
    own = _known(own or {})
    keys = read_keys()
    _check_keys(settings, keys)
    binary = ffmpeg.find(settings.ffmpeg or None).path
    folder = _data_folder(settings.data_dir)
    opened: list[Ports] = []
    runner = ThreadRunner(
        threads=settings.threads,
        renew=lambda command: _renew(opened[0], policy, command),
        release=lambda command: _release(opened[0], command),
    )
    policy = _policy(settings, own)
    blobs = LocalBlobs(
        folder / "blobs",
        f"{settings.base_url}/api/v1/blobs" if settings.base_url else None,
        _secret(folder / "secret"),
    )
    scratch = TemporaryFolders(folder / "scratch")
    scratch.sweep(older_than=_SCRATCH_LIFETIME)
    # What is opened late is closed last: those that are at work may use it to the end.
    with contextlib.ExitStack() as closing, contextlib.ExitStack() as stack:
        open_store = partial(offline.store, settings, closing)
        store_at_once = store_at_once and "store" not in own
        opened.append(
            Ports(
                clock=SystemClock(),
                ids=RandomIds(),
                scratch=scratch,
                store=open_store() if store_at_once else opened_late(open_store),
                rates=offline.rates(settings, folder, closing),
                blobs=_blobs(settings, keys, blobs),
                fetcher=offline.fetcher(settings.fetch_allow),
                ingest=offline.ingest(binary),
                planner=offline.planner(),
                images=offline.images(),
                clips=offline.clips(folder / "clips", binary, closing),
                speech=offline.speech(),
                voices=offline.voices(),
                music=offline.music(),
                compositor=LocalCompositor(
                    ffmpeg_path=binary,
                    cache_folder=folder / "cache",
                    cache_bytes_max=settings.cache_megabytes * 1_048_576,
                    workers=settings.segments,
                    preset=settings.preset,
                    certifies=True,
                    sign=_signer(settings),
                ),
                runner=runner,
            )
        )
        stack.callback(runner.close)
        shared = {name: port for name, port in own.items() if name not in _PROVIDERS}
        here = evolve(opened[0], **shared)
        opened[0] = evolve(here, **{**_providers(settings, keys, folder), **own})
        yield Product(opened[0], here, policy, settings, blobs, runner, binary)


def application(
    settings: Settings,
    *,
    own: Mapping[str, Any] | None = None,
    on_closed: Callable[[], None] | None = None,
) -> Starlette:
    """
    Open the product of *settings*, with adapters of one's *own* if there are any, and
    return the REST API over it, which closes the product when it shuts down, and then
    calls *on_closed*.

    Raises:
        PortError: As `product`.
        MisconfiguredError: The same.
    """
    from ars0n_adapters.fetch import GuardedSender
    from ars0n_adapters.web import create_app  # of an extra: only to serve
    from ars0n_adapters.web.upkeep import Upkeep

    with contextlib.ExitStack() as opening:
        opened = opening.enter_context(product(settings, own=own))
        ask_providers(opened.ports)
        for port in fields(Ports):  # before the first request, which would wait for it
            open_now(getattr(opened.ports, port.name))
        stack = opening.pop_all()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        from anyio import to_thread  # of an extra: only to serve

        drives = settings.drive == "server"
        upkeep = Upkeep(app.state.application, every_seconds=_UPKEEP_SECONDS, drives=drives)
        try:
            yield
        finally:
            # A round at hand may wait for a customer's server: it is not waited for.
            await to_thread.run_sync(partial(upkeep.close, timeout_seconds=1.0))
            await to_thread.run_sync(partial(opened.runner.close, timeout_seconds=_STOP_SECONDS))
            await to_thread.run_sync(stack.close)
            if on_closed is not None:
                on_closed()

    return create_app(
        opened.ports,
        opened.policy,
        # Offline providers, whatever was chosen: test keys run the same, and cost nothing.
        test_ports=opened.test_ports,
        blobs=opened.blobs,
        sender=GuardedSender(offline.guard(settings.fetch_allow)),
        base_url=settings.base_url,
        at_once=settings.is_all_here and not {"store", "rates"} & (own or {}).keys(),
        lifespan=lifespan,
    )


def _check_keys(settings: Settings, keys: Keys) -> None:
    """
    Refuse a choice that lacks its key, before anything is opened.
    """
    missing = []
    if settings.elevenlabs_is_chosen and not keys.elevenlabs:
        missing.append("ELEVENLABS_API_KEY, for ElevenLabs")
    on_platform = settings.vertex_project or keys.vertex
    if settings.clips == "veo" and not on_platform:
        missing.append(
            f"{PREFIX}VERTEX_PROJECT (with Google credentials) or VERTEX_API_KEY, for Veo"
        )
    plain = settings.clips == "omni" or "gemini" in {settings.planner, settings.images}
    if plain and not (keys.gemini or on_platform):
        missing.append("GEMINI_API_KEY, for Gemini")
    if settings.storage == "s3" and not settings.s3_bucket:
        missing.append(f"{PREFIX}S3_BUCKET, for S3")
    if missing:
        raise MisconfiguredError(f"Not set: {'; '.join(missing)}", port="settings")


def _signer(settings: Settings) -> Callable[[Path, Mapping[str, Any]], None] | None:
    places = (settings.c2pa_certificates, settings.c2pa_key)
    if not any(places):
        return None
    if not all(places):
        raise MisconfiguredError(
            f"Set both {PREFIX}C2PA_CERTIFICATES and {PREFIX}C2PA_KEY, or neither", port="settings"
        )
    from ars0n_adapters import credentials

    signer = credentials.read(
        *places, algorithm=settings.c2pa_algorithm, timestamp_url=settings.c2pa_timestamp_url
    )
    return partial(credentials.sign, signer=signer)


def _known(own: Mapping[str, Any]) -> Mapping[str, Any]:
    known = {port.name for port in fields(Ports)}
    strange = sorted(own.keys() - known)
    if strange:
        message = f"{', '.join(strange)}: no such port; there are {', '.join(sorted(known))}"
        raise MisconfiguredError(message, port="own")
    return own


def _policy(settings: Settings, own: Mapping[str, Any]) -> Policy:
    # A look at somebody else's clip takes of the calls that he allows.
    is_ours = settings.clips == "offline" and "clips" not in own
    return Policy(
        bounds=Bounds(lease=timedelta(seconds=settings.lease_seconds)),
        check_every=_CHECK_OFFLINE if is_ours else timedelta(seconds=settings.check_seconds),
        picture_lines=settings.lines,
        renders_ahead=True,
        billed=_billed(settings, own),
        doubt=timedelta(seconds=settings.doubt_seconds),
        repeats_unknown=settings.unknown == "repeat",
    )


def _billed(settings: Settings, own: Mapping[str, Any]) -> frozenset[Operation]:
    """
    Return the operations whose provider bills each call.
    """
    makers = {
        Operation.EDIT_IMAGE: "images",
        Operation.GENERATE_CLIP: "clips",
        Operation.SPEAK: "speech",
        # The cut orders the bed, if it has none.
        Operation.COMPOSE: "music",
        Operation.MIX: "music",
    }
    return frozenset(
        operation
        for operation, port in makers.items()
        if port in own or getattr(settings, port) != "offline"
    )


def ask_providers(ports: Ports) -> None:
    """
    Ask each chosen provider, for free, whether its key is good and its model is there.

    Raises:
        MisconfiguredError: One is not.
    """
    from ars0n_adapters.bootstrap import vendors

    vendors.ask(ports)


def _blobs(settings: Settings, keys: Keys, local: LocalBlobs) -> BlobStore:
    if settings.storage == "local":
        return local
    from ars0n_adapters.bootstrap import vendors

    return vendors.bucket(settings, keys)


def _providers(settings: Settings, keys: Keys, folder: Path) -> dict[str, Any]:
    chosen = {settings.planner, settings.images, settings.clips, settings.speech, settings.music}
    if chosen == {"offline"}:
        return {}
    from ars0n_adapters.bootstrap import vendors

    return vendors.providers(settings, keys, folder)


def _renew(ports: Ports, policy: Policy, command: Command) -> None:
    from ars0n_core.usecases import carry_out

    carry_out.renew(ports, policy, command)


def _release(ports: Ports, command: Command) -> None:
    from ars0n_core.usecases import carry_out

    carry_out.release(ports, command)


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
