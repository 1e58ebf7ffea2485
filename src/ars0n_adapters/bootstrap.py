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

from attrs import evolve, frozen

from ars0n_adapters import credentials
from ars0n_adapters.budgets import Budget
from ars0n_adapters.fetch import Guard, GuardedFetcher, GuardedSender, addresses
from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import MemoryRateWindows
from ars0n_adapters.providers.elevenlabs import accounts as elevenlabs_accounts
from ars0n_adapters.providers.elevenlabs import calls as elevenlabs_calls
from ars0n_adapters.providers.elevenlabs.music import ElevenLabsMusic
from ars0n_adapters.providers.elevenlabs.speech import ElevenLabsSpeech
from ars0n_adapters.providers.elevenlabs.voices import ElevenLabsVoices
from ars0n_adapters.providers.genai import accounts as genai_accounts
from ars0n_adapters.providers.genai import calls as genai_calls
from ars0n_adapters.providers.genai.clips import GoogleVideoGenerator
from ars0n_adapters.providers.genai.images import GeminiImageEditor
from ars0n_adapters.providers.genai.judging import Judge
from ars0n_adapters.providers.genai.omni import OmniStudio
from ars0n_adapters.providers.genai.planner import GeminiPlanner
from ars0n_adapters.providers.genai.veo import VeoStudio
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.rates import open_windows
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.results import KeptResults
from ars0n_adapters.settings import PREFIX, Keys, Network, Settings, read_keys
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.storage.s3 import Bucket, S3Blobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import MisconfiguredError, PortError
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.specs.model import VideoModel
from ars0n_core.usecases.carry_out import release, renew
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from pathlib import Path

    from starlette.applications import Starlette

    from ars0n_core.ports import BlobStore, RateWindows

_SECRET_BYTES: Final = 32

_UPKEEP_SECONDS: Final = 20.0  # a webhook is told, a clip collected, a lost job put back so late

_CHECK_OFFLINE: Final = timedelta(milliseconds=500)
_TRIES: Final = 3  # by whoever waits for the answer, if nothing is billed
_STOP_SECONDS: Final = 3.0
# What runs when a server is told to stop may end within this; then its lease is given back.

_RESULTS_SECONDS: Final = 24 * 3600.0  # so long a paid answer serves who does the job anew

_SCRATCH_LIFETIME: Final = timedelta(hours=6)  # longer than any job works


@frozen
class Product:
    """
    Everything a process needs to serve the use cases; ``test_ports`` never cost money.
    """

    ports: Ports
    test_ports: Ports
    policy: Policy
    settings: Settings
    blobs: LocalBlobs
    runner: ThreadRunner


@contextmanager
def product(settings: Settings) -> Iterator[Product]:
    """
    Open the product of *settings*: embedded store, the chosen providers, worker threads.

    Raises:
        PortError: The data folder or the database can't be used.
        MisconfiguredError: There is no usable ffmpeg, or a chosen provider has no key.
    """
    keys = read_keys()
    _check_keys(settings, keys)
    binary = ffmpeg.find(settings.ffmpeg or None).path
    folder = _data_folder(settings.data_dir)
    opened: list[Ports] = []
    runner = ThreadRunner(
        threads=settings.threads,
        renew=lambda command: renew(opened[0], policy, command),
        release=lambda command: release(opened[0], command),
    )
    is_real = settings.clips != "offline"  # a look at a real one takes of its budget
    policy = Policy(
        bounds=Bounds(lease=timedelta(seconds=settings.lease_seconds)),
        check_every=timedelta(seconds=settings.check_seconds) if is_real else _CHECK_OFFLINE,
        picture_lines=settings.lines,
        renders_ahead=True,
        billed=_billed(settings),
        doubt=timedelta(seconds=settings.doubt_seconds),
        repeats_unknown=settings.unknown == "repeat",
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
                blobs=_blobs(settings, keys, blobs),
                fetcher=GuardedFetcher(_guard(settings.fetch_allow)),
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
                    certifies=True,
                    sign=_signer(settings),
                ),
                runner=runner,
            )
        )
        stack.callback(runner.close)
        offline = opened[0]
        opened[0] = evolve(offline, **_providers(settings, keys, folder))
        yield Product(opened[0], offline, policy, settings, blobs, runner)


def application(settings: Settings, *, on_closed: Callable[[], None] | None = None) -> Starlette:
    """
    Open the product of *settings* and return the REST API over it, which closes the
    product when it shuts down, and then calls *on_closed*.

    Raises:
        PortError: As `product`.
        MisconfiguredError: The same.
    """
    from ars0n_adapters.web import create_app  # noqa: PLC0415 - of an extra: only to serve
    from ars0n_adapters.web.upkeep import Upkeep  # noqa: PLC0415 - the same

    with contextlib.ExitStack() as opening:
        opened = opening.enter_context(product(settings))
        ask_providers(opened.ports)
        stack = opening.pop_all()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        from anyio import to_thread  # noqa: PLC0415 - of an extra: only to serve

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
        sender=GuardedSender(_guard(settings.fetch_allow)),
        base_url=settings.base_url,
        at_once=settings.is_all_here,
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
    signer = credentials.read(
        *places, algorithm=settings.c2pa_algorithm, timestamp_url=settings.c2pa_timestamp_url
    )
    return partial(credentials.sign, signer=signer)


def _billed(settings: Settings) -> frozenset[Operation]:
    """
    Return the operations whose provider bills each call.
    """
    chosen = {
        Operation.EDIT_IMAGE: settings.images,
        Operation.GENERATE_CLIP: settings.clips,
        Operation.SPEAK: settings.speech,
        # The cut orders the bed, if it has none.
        Operation.COMPOSE: settings.music,
        Operation.MIX: settings.music,
    }
    return frozenset(operation for operation, who in chosen.items() if who != "offline")


def _blobs(settings: Settings, keys: Keys, local: LocalBlobs) -> BlobStore:
    if settings.storage == "local":
        return local
    return S3Blobs(
        Bucket(
            name=settings.s3_bucket,
            prefix=settings.s3_prefix,
            region=settings.s3_region,
            endpoint=settings.s3_endpoint,
            public_endpoint=settings.s3_public_endpoint,
            access_key=keys.s3,
            secret_key=keys.s3_secret,
            session_token=keys.s3_session,
            addressing="" if settings.s3_addressing == "auto" else settings.s3_addressing,
            checksums=None if settings.s3_checksums == "auto" else settings.s3_checksums == "on",
        )
    )


def _providers(settings: Settings, keys: Keys, folder: Path) -> dict[str, Any]:
    """
    Return the chosen providers by their port's name, but for the offline ones.
    """
    results = KeptResults(
        folder / "results",
        bytes_max=settings.results_megabytes * 1_048_576,
        lifetime_seconds=_RESULTS_SECONDS,
    )
    found: dict[str, Any] = {}
    google = _google(settings, keys, folder, results)
    if settings.planner == "gemini":
        found["planner"] = GeminiPlanner(evolve(google("gemini_model", "planner"), tries=_TRIES))
    if settings.images == "gemini":
        judge = Judge(google("gemini_judge_model", "images"))
        found["images"] = GeminiImageEditor(google("gemini_image_model", "images"), judge)
    if settings.clips != "offline":
        lines = settings.lines
        is_veo = settings.clips == "veo"
        found["clips"] = GoogleVideoGenerator(
            studio=VeoStudio(lines=lines) if is_veo else OmniStudio(lines=lines),
            lines={
                VideoModel.FAST: google(f"{settings.clips}_fast_model", "clips"),
                VideoModel.PREMIUM: google(f"{settings.clips}_premium_model", "clips"),
            },
        )
    account = elevenlabs_accounts.Account(
        api_key=keys.elevenlabs,
        base_url=settings.elevenlabs_base_url,
        timeout_seconds=settings.provider_seconds,
    )
    budget = Budget(
        "elevenlabs",
        folder / "budgets",
        places=settings.elevenlabs_calls,
        per_minute=settings.elevenlabs_calls_per_minute,
    )

    def line(name: str, port: str) -> elevenlabs_calls.Line:
        return elevenlabs_calls.Line(
            account=account,
            budget=budget,
            kept=results,
            model=getattr(settings, name),
            setting=PREFIX + name.upper(),
            port=port,
        )

    if settings.speech == "elevenlabs":
        spoken, rate = line("elevenlabs_model", "speech"), settings.elevenlabs_sample_rate
        found["speech"] = ElevenLabsSpeech(line=spoken, sample_rate=rate)
        found["voices"] = ElevenLabsVoices(evolve(line("elevenlabs_model", "voices"), tries=_TRIES))
    if settings.music == "elevenlabs":
        found["music"] = ElevenLabsMusic(line=line("elevenlabs_music_model", "music"))
    return found


def _google(
    settings: Settings, keys: Keys, folder: Path, results: KeptResults
) -> Callable[[str, str], genai_calls.Line]:
    """
    Return what makes a line to the model of a setting, for a port.
    """
    shared: dict[str, Any] = {
        "base_url": settings.google_base_url,
        "timeout_seconds": settings.provider_seconds,
    }
    platform = genai_accounts.Account(
        api_key=keys.vertex,
        project=settings.vertex_project,
        location=settings.vertex_location,
        access_token=keys.google_token,
        express=not settings.vertex_project,
        **shared,
    )
    # Veo is on the platform only; a plain key, where there is one, does for the rest.
    entered = evolve(platform, location=settings.gemini_location)
    plain = genai_accounts.Account(api_key=keys.gemini, **shared) if keys.gemini else entered
    budget = Budget(
        "google",
        folder / "budgets",
        places=settings.google_calls,
        per_minute=settings.google_calls_per_minute,
    )

    def line(name: str, port: str) -> genai_calls.Line:
        return genai_calls.Line(
            account=platform if name.startswith("veo") else plain,
            budget=budget,
            kept=results,
            model=getattr(settings, name),
            setting=PREFIX + name.upper(),
            port=port,
        )

    return line


def ask_providers(ports: Ports) -> None:
    """
    Ask each chosen provider, for free, whether its key is good and its model is there.

    Raises:
        MisconfiguredError: One is not.
    """
    if isinstance(ports.music, ElevenLabsMusic):
        ports.music.line.account.check("", "")  # music models are on no list
    asked = ports.planner, ports.images, getattr(ports.images, "judge", None), ports.speech
    lines: list[Any] = [line for one in asked if (line := getattr(one, "line", None))]
    if isinstance(ports.clips, GoogleVideoGenerator):
        lines += ports.clips.lines.values()
    for line in lines:
        line.account.check(line.model, line.setting)
    if isinstance(ports.blobs, S3Blobs):
        ports.blobs.check()


def _rates(settings: Settings, folder: Path, stack: contextlib.ExitStack) -> RateWindows:
    if settings.rates_url.startswith("memory:"):
        return MemoryRateWindows()
    shared = settings.database_url if settings.database_url.startswith("postgres") else ""
    windows = open_windows(settings.rates_url or shared, folder)
    stack.callback(windows.close)
    return windows


def _guard(allowed: tuple[Network, ...]) -> Guard:
    """
    Return what the guarded clients let through: the public, and the networks *allowed*.
    """
    if not allowed:
        return Guard()

    def is_allowed(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return addresses.is_public(address) or any(parsed in network for network in allowed)

    return Guard(is_allowed=is_allowed, ports=None)


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
