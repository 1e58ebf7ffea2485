"""
What works on this machine, each loaded when something is first asked of it.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from ars0n_adapters.bootstrap.late import opened_late

if TYPE_CHECKING:
    import contextlib
    from pathlib import Path

    from ars0n_adapters.fetch import Guard
    from ars0n_adapters.settings import Network, Settings
    from ars0n_core.ports import (
        Fetcher,
        ImageEditor,
        Ingest,
        Music,
        Planner,
        RateWindows,
        Speech,
        Store,
        VideoGenerator,
        VoiceLibrary,
    )


def store(settings: Settings, closing: contextlib.ExitStack) -> Store:
    """
    Return the database of *settings*, opened here and now.

    Raises:
        PortError: It can't be used.
    """
    from ars0n_adapters.repositories import SqlStore

    opened = SqlStore(settings.database)
    closing.callback(opened.close)
    return opened


def rates(settings: Settings, folder: Path, closing: contextlib.ExitStack) -> RateWindows:
    """
    Return where requests are counted, opened here and now.
    """
    if settings.rates_url.startswith("memory:"):
        from ars0n_adapters.memory import MemoryRateWindows

        return MemoryRateWindows()
    from ars0n_adapters.rates import open_windows

    shared = settings.database_url if settings.database_url.startswith("postgres") else ""
    windows = open_windows(settings.rates_url or shared, folder)
    closing.callback(windows.close)
    return windows


def guard(allowed: tuple[Network, ...]) -> Guard:
    """
    Return what the guarded clients let through: the public, and the networks *allowed*.
    """
    from ars0n_adapters.fetch import Guard, addresses

    if not allowed:
        return Guard()

    def is_allowed(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return addresses.is_public(address) or any(parsed in network for network in allowed)

    return Guard(is_allowed=is_allowed, ports=None)


def fetcher(allowed: tuple[Network, ...]) -> Fetcher:
    """
    Return what downloads pictures.
    """

    def opened() -> Fetcher:
        from ars0n_adapters.fetch import GuardedFetcher

        return GuardedFetcher(guard(allowed))

    return opened_late(opened)


def ingest(binary: str) -> Ingest:
    """
    Return what takes files in.
    """

    def opened() -> Ingest:
        from ars0n_adapters.ingest import MediaIngest

        return MediaIngest(ffmpeg=binary)

    return opened_late(opened)


def planner() -> Planner:
    """
    Return who plans without a key.
    """

    def opened() -> Planner:
        from ars0n_adapters.providers.offline.planner import OfflinePlanner

        return OfflinePlanner()

    return opened_late(opened)


def images() -> ImageEditor:
    """
    Return who makes pictures without a key.
    """

    def opened() -> ImageEditor:
        from ars0n_adapters.providers.offline.images import OfflineImageEditor

        return OfflineImageEditor()

    return opened_late(opened)


def clips(folder: Path, binary: str, closing: contextlib.ExitStack) -> VideoGenerator:
    """
    Return who makes clips without a key; *folder* keeps their orders.
    """

    def opened() -> VideoGenerator:
        from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator

        generator = OfflineVideoGenerator(folder, ffmpeg=binary)
        closing.callback(generator.close)
        return generator

    return opened_late(opened)


def speech() -> Speech:
    """
    Return who speaks without a key.
    """

    def opened() -> Speech:
        from ars0n_adapters.providers.offline.speech import OfflineSpeech

        return OfflineSpeech()

    return opened_late(opened)


def voices() -> VoiceLibrary:
    """
    Return the voices of who speaks without a key.
    """

    def opened() -> VoiceLibrary:
        from ars0n_adapters.providers.offline.voices import OfflineVoices

        return OfflineVoices()

    return opened_late(opened)


def music() -> Music:
    """
    Return who composes without a key.
    """

    def opened() -> Music:
        from ars0n_adapters.providers.offline.music import OfflineMusic

        return OfflineMusic()

    return opened_late(opened)
