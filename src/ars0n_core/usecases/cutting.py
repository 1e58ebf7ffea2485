"""
The last step: the cut of a film or the mix of a radio ad, from what the jobs before made.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from attrs import evolve, frozen

from ars0n_core import work
from ars0n_core.assets import HEAD_BYTES, Asset, AssetKind, sniff
from ars0n_core.errors import BlobNotFoundError, CompositorError, PortError
from ars0n_core.ids import AssetId
from ars0n_core.pipelines.states import Cause, Failed, JobStatus
from ars0n_core.plans.conform import conform
from ars0n_core.plans.conform.cut import SIZES
from ars0n_core.specs.model import AdFormat, AspectRatio
from ars0n_core.timelines import (
    FRAME_RATE,
    SAMPLE_RATE,
    Media,
    MediaKind,
    Timeline,
    Word,
    samples_of,
)
from ars0n_core.usecases import materials, origins
from ars0n_core.usecases.outputs import sha256_of
from ars0n_core.usecases.recording import Happening
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.projects import Version
    from ars0n_core.usecases.outputs import Outputs
    from ars0n_core.work import Json

VOICE: Final = "voice"
LOGO: Final = "logo"
MUSIC: Final = "music"
CUSTOM: Final = "custom"
CLIP: Final = "clip"

BED_KEY: Final = "bed_key"
BED_MAKER: Final = "bed_maker"
"""
Facts of the last job: where the music composed for the ad is kept, and who composed it.
"""

LINES: Final = 720
"""
The lines of the sizes in `SIZES`; a deployment may ask for more.
"""


@frozen(kw_only=True)
class Found:
    """
    What the cut is made of: files and facts by name, and when each word is spoken.
    ``composed`` is the music that was made for this ad, None where there is none.
    """

    paths: dict[str, Path]
    media: dict[str, Media]
    words: tuple[Word, ...]
    composed: Path | None = None


def size_of(aspect_ratio: AspectRatio, lines: int) -> tuple[int, int]:
    """
    Return width and height of a picture, both even, with this many *lines* on its shorter
    side; shapes that are no video's keep their own size.

    >>> size_of(AspectRatio.PORTRAIT, 1080), size_of(AspectRatio.LANDSCAPE, 720)
    ((1080, 1920), (1280, 720))
    """
    width, height = SIZES[aspect_ratio]
    if min(width, height) != LINES:
        return width, height
    return width * lines // LINES // 2 * 2, height * lines // LINES // 2 * 2


def cut(
    ports: Ports, policy: Policy, version: Version, job: Job, outputs: Outputs, folder: Path
) -> Happening:
    """
    Make the finished ad of *version* and store it, with its poster.

    Raises:
        PortError: The outside did not deliver.
    """
    found = gather(ports, version, job, folder)
    timeline = conformed(policy, version, found)
    if isinstance(timeline, str):
        return _refused(outputs, timeline)
    maker = None if found.composed is None else origins.maker_of(ports.music)
    timeline = evolve(timeline, provenance=origins.told(version, job, maker))
    result = folder / "result"
    result.mkdir()
    try:
        rendering = ports.compositor.render(timeline, found.paths, result)
    except CompositorError as error:
        if not error.retryable and _is_customers(version, error.media):
            return _refused(outputs, f"The {error.media} can't be used: {error}")
        raise
    facts: dict[str, Json] = {
        **rendering.measured,
        "frames": rendering.frames,
        "samples": rendering.samples,
        "duration_seconds": timeline.samples / SAMPLE_RATE,
        "width": timeline.width,
        "height": timeline.height,
        "seconds_spent": dict(rendering.seconds_spent),
    }
    if rendering.poster is not None:
        media_type = media_type_of(rendering.poster, "image/png")
        facts["poster_key"] = outputs.put(rendering.poster, media_type, "poster")
        facts["poster_media_type"] = media_type
    for name, path in (("provenance", rendering.sidecar), ("certificate", rendering.certificate)):
        if path is not None:
            facts[f"{name}_key"] = outputs.put(path, "application/json", name)
    if found.composed is not None and maker is not None:
        # Whoever asks for stems or deliveries later gets this music, not another take of it.
        media_type = media_type_of(found.composed, "audio/wav")
        facts[BED_KEY] = outputs.put(found.composed, media_type, "bed")
        facts[BED_MAKER] = [maker.provider, maker.model]
    kind = AssetKind.VIDEO if version.spec.ad_format is AdFormat.VIDEO else AssetKind.AUDIO
    return outputs.succeeded(rendering.path, kind, rendering.media_type, facts=facts)


def prepare(ports: Ports, policy: Policy, version: Version, job: Job, folder: Path) -> int:
    """
    Render what only needs what is there already, ahead of `cut`, and return how many pieces.

    Raises:
        PortError: The outside did not deliver.
    """
    found = gather(ports, version, job, folder, hears=False)
    timeline = conformed(policy, version, found)
    if isinstance(timeline, str):
        return 0
    result = folder / "result"
    result.mkdir()
    return ports.compositor.prepare(timeline, found.paths, result)


def orders_bed(version: Version, job: Job) -> bool:
    """
    Whether the cut has its music made: the customer brought none, and it will be heard.
    """
    mood = job.item.inputs.get("music_mood")
    said = isinstance(mood, str) and bool(mood)
    return said and version.spec.music_asset_id is None and bool(version.spec.music_volume)


def stored(ports: Ports, asset_id: str | None) -> Asset:
    """
    Return the record of an asset that a job needs.

    Raises:
        BlobNotFoundError: It is gone.
    """
    with ports.store.transaction() as tx:
        asset = tx.assets.find(AssetId(asset_id or ""))
    if asset is None:
        raise BlobNotFoundError(f"The asset {asset_id} is gone", port="blobs")
    return asset


def media_type_of(path: Path, otherwise: str) -> str:
    """
    Return what the file is by its first bytes, or *otherwise* if they don't say.
    """
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    return found[1] if found else otherwise


def gather(ports: Ports, version: Version, job: Job, folder: Path, *, hears: bool = True) -> Found:
    """
    Copy into *folder* all that *job*, the last one of *version*, puts together; clips that are
    still to come have no file and the length that was ordered. Music is only fetched, or
    composed, for who *hears* it.

    Raises:
        PortError: Some of it is gone, or can't be read.
    """
    spec = version.spec
    before = [version.pipeline.job(need) for need in job.needs]
    (voice,) = (one for one in before if one.item.operation is Operation.SPEAK)
    assets = {VOICE: stored(ports, voice.output)}
    media = {VOICE: _sound(VOICE, assets[VOICE], voice.facts)}
    for clip in before:
        if clip.item.operation is Operation.GENERATE_CLIP:
            name = f"{CLIP}-{clip.item.scene_index}"
            if clip.output is None:
                media[name] = _expected(name, clip)
                continue
            assets[name] = stored(ports, clip.output)
            media[name] = _footage(name, assets[name])
    if spec.ad_format is AdFormat.VIDEO:
        for i, custom in enumerate(spec.custom_clips):
            name = f"{CUSTOM}-{i}"
            assets[name] = stored(ports, custom.asset_id)
            media[name] = _footage(name, assets[name])
        if spec.logo_asset_id is not None:
            assets[LOGO] = stored(ports, spec.logo_asset_id)
            media[LOGO] = Media(id=LOGO, kind=MediaKind.STILL, sha256=assets[LOGO].sha256)
    if hears and spec.music_asset_id is not None:
        assets[MUSIC] = stored(ports, spec.music_asset_id)
        media[MUSIC] = _sound(MUSIC, assets[MUSIC], assets[MUSIC].facts)
    paths = materials.copy_out(ports, assets, folder)
    composed = None
    if hears and orders_bed(version, job):
        composed = _bed(ports, version, job, folder)
    if composed is not None:
        paths[MUSIC] = composed
        media[MUSIC] = Media(id=MUSIC, kind=MediaKind.SOUND, sha256=sha256_of(composed))
    return Found(paths=paths, media=media, words=_words(voice.facts), composed=composed)


def _bed(ports: Ports, version: Version, job: Job, folder: Path) -> Path:
    """
    Return the music composed for the ad: what was kept of it, else made now.
    """
    mood = str(job.item.inputs["music_mood"])
    place = folder / "bed"
    place.mkdir()
    kept = job.facts.get(BED_KEY)
    if job.status is JobStatus.COMPLETED and isinstance(kept, str):
        path = place / Path(kept).name
        ports.blobs.copy_to(kept, path)
        return path
    seconds = float(version.spec.duration_seconds)
    # Of the order, not of the cut: a reworded script keeps its music.
    seed = work.digest({"mood": mood, "prompt": version.spec.prompt})
    return ports.music.bed(mood, seconds=seconds, seed=seed, folder=place)


def _sound(name: str, asset: Asset, facts: Mapping[str, Json]) -> Media:
    seconds = facts.get("duration_seconds")
    samples = samples_of(seconds) if isinstance(seconds, int | float) else None
    return Media(id=name, kind=MediaKind.SOUND, sha256=asset.sha256, available_samples=samples)


def _footage(name: str, asset: Asset) -> Media:
    frames = asset.facts.get("frames")
    known = frames if isinstance(frames, int) else None
    return Media(id=name, kind=MediaKind.FOOTAGE, sha256=asset.sha256, available_frames=known)


def _expected(name: str, clip: Job) -> Media:
    frames = int(clip.item.grade[1]) * FRAME_RATE
    return Media(id=name, kind=MediaKind.FOOTAGE, sha256="", available_frames=frames)


def _words(facts: Mapping[str, Json]) -> tuple[Word, ...]:
    told = facts.get("words")
    rows = cast("Sequence[Sequence[Json]]", told if isinstance(told, list | tuple) else ())
    return tuple(
        Word(
            text=str(text),
            start_seconds=float(str(start)),
            end_seconds=float(str(end)),
            segment=int(str(segment)),
        )
        for text, start, end, segment in rows
    )


def conformed(policy: Policy, version: Version, found: Found) -> Timeline | str:
    """
    Return the cut, or why the order can't be cut.

    Raises:
        PortError: The outside did not deliver what can be cut.
    """
    spec = version.spec
    if not found.words:
        raise PortError("The narration came without word timings", port="speech")
    prefix = f"{CLIP}-"
    try:
        return conform(
            spec,
            version.plan,
            voice=found.media[VOICE],
            words=found.words,
            clips={
                int(name.removeprefix(prefix)): media
                for name, media in found.media.items()
                if name.startswith(prefix)
            },
            custom_clips=tuple(
                found.media[f"{CUSTOM}-{i}"]
                for i in range(len(spec.custom_clips))
                if spec.ad_format is AdFormat.VIDEO
            ),
            logo=found.media.get(LOGO),
            bed=found.media.get(MUSIC),
            size=size_of(spec.aspect_ratio, policy.picture_lines),
            name=version.id,
        )
    except CompositorError as error:
        # There are words, so a voice that is at fault is one that says too much.
        if error.media == VOICE or _is_customers(version, error.media):
            return str(error)
        raise


def _is_customers(version: Version, media: str | None) -> bool:
    if media is None:
        return False
    own_music = media == MUSIC and version.spec.music_asset_id is not None
    return own_music or media == LOGO or media.startswith(f"{CUSTOM}-")


def _refused(outputs: Outputs, message: str) -> Happening:
    return Happening(event=Failed(outputs.job.id, outputs.attempt, message, Cause.ORDER))
