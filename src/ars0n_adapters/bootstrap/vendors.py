"""
Who works for this deployment elsewhere: the chosen providers, and a bucket for its files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from ars0n_adapters.budgets import Budget
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
from ars0n_adapters.results import KeptResults
from ars0n_adapters.settings import PREFIX
from ars0n_adapters.storage.s3 import Bucket, S3Blobs
from ars0n_core.specs.model import VideoModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_adapters.settings import Keys, Settings
    from ars0n_core.ports import BlobStore, Ports

_TRIES: Final = 3  # by whoever waits for the answer, if nothing is billed

_RESULTS_SECONDS: Final = 24 * 3600.0  # so long a paid answer serves who does the job anew


def providers(settings: Settings, keys: Keys, folder: Path) -> dict[str, Any]:
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


def ask(ports: Ports) -> None:
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


def bucket(settings: Settings, keys: Keys) -> BlobStore:
    """
    Return the bucket that keeps this deployment's files.
    """
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
