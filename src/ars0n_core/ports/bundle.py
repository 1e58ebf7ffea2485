"""
All ports in one value, and a deployment's numbers.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports.files import BlobStore, Fetcher, Ingest
from ars0n_core.ports.machine import Clock, Compositor, Ids, Runner, Scratch
from ars0n_core.ports.providers import (
    ImageEditor,
    Music,
    Planner,
    Speech,
    VideoGenerator,
    VoiceLibrary,
)
from ars0n_core.ports.store import RateWindows, Store
from ars0n_core.work import Operation


@frozen(kw_only=True)
class Ports:
    """
    Every port, bundled: what a use case is given.
    """

    clock: Clock
    ids: Ids
    scratch: Scratch
    store: Store
    rates: RateWindows
    blobs: BlobStore
    fetcher: Fetcher
    ingest: Ingest
    planner: Planner
    images: ImageEditor
    clips: VideoGenerator
    speech: Speech
    voices: VoiceLibrary
    music: Music
    compositor: Compositor
    runner: Runner


@frozen(kw_only=True)
class Policy:
    """
    The numbers a deployment may choose.

    ``billed`` names the operations whose provider bills each call: before such a call the
    attempt is journalled, and until ``doubt`` has passed its answer may still come. After
    that it is made again, if it ``repeats_unknown``; else a call that is known to have left
    and to be lost fails its job at once, and only one nobody can vouch for is repeated.
    ``retry_after_max`` bounds how long a provider may ask to be left alone.
    ``renders_ahead``: a scene is rendered when its clip arrives, not when all have.
    """

    edition: int = 2
    bounds: Bounds = field(factory=Bounds)
    check_every: timedelta = timedelta(seconds=5)
    ticket_lifetime: timedelta = timedelta(hours=47)
    doubt: timedelta = timedelta(minutes=10)
    deferrals_max: int = 5
    deferral: timedelta = timedelta(seconds=5)
    retry_after_max: timedelta = timedelta(minutes=10)
    repeats_unknown: bool = True
    billed: frozenset[Operation] = frozenset()
    asset_url_lifetime: timedelta = timedelta(hours=2)
    preview_url_lifetime: timedelta = timedelta(hours=1)
    abandoned_after: timedelta = timedelta(hours=24)
    picture_lines: int = 720
    renders_ahead: bool = False
