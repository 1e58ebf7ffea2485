"""
What an ad was made of, and by whom: kept with each job, told with the finished ad.

Regulation (EU) 2024/1689, Article 50(2), asks that what a model made is marked. Whatever
comes out of a provider's port counts as made by one: a mark too many does no harm.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from ars0n_core import __version__
from ars0n_core.ports.providers import Maker, Named
from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import Provenance, Source
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.projects import Version
    from ars0n_core.work import Json

GENERATOR: Final = f"ars0n {__version__}"

_PARTS: Final = {
    Operation.EDIT_IMAGE: ("picture", ("description", "edit_prompt", "edit_style", "tone")),
    Operation.GENERATE_CLIP: ("clip", ("motion_prompt", "emotion")),
}
# What a scene's jobs make, and the inputs that are their prompt.


def made_by(port: object, grade: str = "") -> dict[str, Json]:
    """
    Return what *port* says of who makes its things, as facts of a job.
    """
    maker = maker_of(port, grade)
    return {"provider": maker.provider, "model": maker.model}


def maker_of(port: object, grade: str = "") -> Maker:
    """
    Return what *port* says of who makes its things; one that says nothing is nobody known.
    """
    if isinstance(port, Named) and hasattr(type(port), "maker"):  # a wrapper may feign it
        return port.maker(grade)
    return Maker()


def told(version: Version, job: Job, bed: Maker | None) -> Provenance:
    """
    Return what the ad that *job* finishes is made of; *bed* is who composed its music, None
    where the customer gave it or there is none.

    It holds no id and no time: the same order gives the same bytes.
    """
    return Provenance(
        generator=GENERATOR,
        title=version.spec.company_name or "Ad",
        sources=(*_sources(version, job, bed),),
    )


def _sources(version: Version, job: Job, bed: Maker | None) -> Iterator[Source]:
    spec = version.spec
    needs = [version.pipeline.job(need) for need in job.needs]
    (voice,) = (need for need in needs if need.item.operation is Operation.SPEAK)
    for need in needs:
        if need is voice:
            continue
        for one in (*(version.pipeline.job(before) for before in need.needs), need):
            name, fields = _PARTS[one.item.operation]
            part = f"scene {need.item.scene_index} {name}"
            yield _source(part, one, "\n".join(str(one.item.inputs.get(f, "")) for f in fields))
    texts = voice.item.inputs.get("texts")
    lines = texts if isinstance(texts, list | tuple) else ()
    yield _source("voice", voice, "\n".join(map(str, lines)))
    if bed is not None:
        mood = str(job.item.inputs.get("music_mood") or "")
        yield Source(
            part="music",
            provider=bed.provider,
            model=bed.model,
            prompt_sha256=_sha256(mood),
            is_generated=True,
        )
    elif spec.music_asset_id is not None:
        yield Source(part="music")
    if spec.ad_format is AdFormat.VIDEO:
        yield from (Source(part=f"photo {i}") for i, _ in enumerate(spec.image_asset_ids))
        yield from (Source(part=f"custom clip {i}") for i, _ in enumerate(spec.custom_clips))
        if spec.logo_asset_id is not None:
            yield Source(part="logo")


def _source(part: str, job: Job, prompt: str) -> Source:
    return Source(
        part=part,
        provider=str(job.facts.get("provider") or ""),
        model=str(job.facts.get("model") or ""),
        prompt_sha256=_sha256(prompt),
        is_generated=True,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
