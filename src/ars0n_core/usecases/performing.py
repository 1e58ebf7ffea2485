"""
The only place where jobs meet the ports: one branch a command.

Each branch builds the port's order from the stored version, has it done in a working
folder, stores what was made under a key of job and attempt, and returns what happened.
Nothing is written down here (`recording`), and failures are raised (`carry_out`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, assert_never

from ars0n_core import work
from ars0n_core.assets import AssetKind
from ars0n_core.errors import BlobNotFoundError, InvalidRequestError, PortError
from ars0n_core.pipelines.commands import (
    CheckClip,
    Command,
    Compose,
    EditImage,
    Mix,
    Speak,
    SubmitClip,
)
from ars0n_core.pipelines.states import Cause, Checked, Failed, Submitted
from ars0n_core.ports.providers import ClipOrder, ImageOrder, SpeechOrder, Unfinished
from ars0n_core.specs.model import AspectRatio, VideoModel
from ars0n_core.timelines import FRAME_RATE
from ars0n_core.usecases import cutting, materials, origins
from ars0n_core.usecases.outputs import Outputs
from ars0n_core.usecases.recording import Happening

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.projects import Version
    from ars0n_core.work import Json

_IDS: Final = frozenset({"image_asset_id", "reference_asset_ids"})
# Inputs that name files.


def perform(ports: Ports, policy: Policy, command: Command, version: Version) -> Happening:
    """
    Do what *command* says and return what happened.

    Raises:
        PortError: The outside did not deliver.
    """
    job = version.pipeline.job(command.job)
    with ports.scratch.folder() as folder:
        outputs = Outputs(ports, version.organization_id, job, command.attempt)
        try:
            match command:
                case EditImage():
                    return _edit_image(ports, policy, job, outputs, folder)
                case SubmitClip():
                    return _submit_clip(ports, policy, version, job, command.attempt, folder)
                case CheckClip():
                    return _check_clip(ports, policy, version, job, outputs, folder)
                case Speak():
                    return _speak(ports, job, outputs, folder)
                case Compose() | Mix():
                    return cutting.cut(ports, policy, version, job, outputs, folder)
                case _ as never:
                    assert_never(never)
        except BaseException:
            materials.discard(ports, outputs.blob_keys)
            raise


def _edit_image(
    ports: Ports, policy: Policy, job: Job, outputs: Outputs, folder: Path
) -> Happening:
    inputs = job.item.inputs
    aspect_ratio = AspectRatio(_text(inputs, "aspect_ratio"))
    width, height = cutting.size_of(aspect_ratio, policy.picture_lines)
    source = cutting.stored(ports, _text(inputs, "image_asset_id"))
    order = ImageOrder(
        source=materials.copy_out(ports, {"source": source}, folder)["source"],
        references=_references(ports, inputs, folder),
        description=_text(inputs, "description"),
        direction=_sentences(inputs, "edit_prompt", "edit_style", "tone"),
        aspect_ratio=aspect_ratio,
        width=width,
        height=height,
        variants=int(job.item.grade[0]),
        seed=_seed(job, source.sha256),
    )
    variants = ports.images.edit(order, folder)
    if not variants:
        raise PortError("The image editor returned no picture", port="images")
    best = max(variants, key=lambda variant: variant.score)
    scores: list[Json] = [
        {"score": variant.score, "notes": dict(variant.notes)} for variant in variants
    ]
    return outputs.succeeded(
        best.path,
        AssetKind.IMAGE,
        cutting.media_type_of(best.path, "image/png"),
        facts={
            "width": width,
            "height": height,
            "scores": scores,
            **origins.made_by(ports.images),
        },
    )


def _references(ports: Ports, inputs: Mapping[str, Json], folder: Path) -> tuple[Path, ...]:
    """
    Return copies of the order's other photos. They only help: one that was deleted since
    is left out.
    """
    named = inputs.get("reference_asset_ids")
    found = []
    for number, asset_id in enumerate(named if isinstance(named, list | tuple) else ()):
        name = f"reference-{number}"
        with contextlib.suppress(BlobNotFoundError):
            asset = cutting.stored(ports, str(asset_id))
            found.append(materials.copy_out(ports, {name: asset}, folder)[name])
    return tuple(found)


def _submit_clip(
    ports: Ports, policy: Policy, version: Version, job: Job, attempt: int, folder: Path
) -> Happening:
    (picture,) = (version.pipeline.job(need) for need in job.needs)
    seen, inputs = picture.item.inputs, job.item.inputs
    still = cutting.stored(ports, picture.output)
    model, seconds = job.item.grade
    order = ClipOrder(
        still=materials.copy_out(ports, {"still": still}, folder)["still"],
        prompt=_sentences({**seen, **inputs}, "description", "motion_prompt", "emotion"),
        model=VideoModel(str(model)),
        aspect_ratio=AspectRatio(_text(seen, "aspect_ratio")),
        seconds=int(seconds),
        seed=_seed(job, still.sha256),
        label=f"{job.id}-{attempt}",
    )
    ticket = ports.clips.submit(order)
    now = ports.clock.now()
    return Happening(
        event=Submitted(
            job.id, attempt, ticket, now + policy.check_every, now + policy.ticket_lifetime
        )
    )


def _check_clip(
    ports: Ports, policy: Policy, version: Version, job: Job, outputs: Outputs, folder: Path
) -> Happening:
    answer = ports.clips.check(job.ticket or "", folder)
    if isinstance(answer, Unfinished):
        check_at = ports.clock.now() + policy.check_every
        return Happening(event=Checked(job.id, job.attempt, check_at, answer.fraction))
    conformed = folder / "conformed.mp4"
    try:
        facts = ports.ingest.footage(answer.path, conformed, aspect_ratio=version.spec.aspect_ratio)
    except InvalidRequestError as error:
        # The customer never saw it: a provider's file that is no footage is no order's fault.
        message = f"The provider's clip can't be used: {error}"
        return Happening(event=Failed(job.id, job.attempt, message, Cause.OURS))
    return outputs.succeeded(
        conformed,
        AssetKind.VIDEO,
        "video/mp4",
        facts={
            "width": facts.width,
            "height": facts.height,
            "frames": facts.frames,
            "duration_seconds": facts.frames / FRAME_RATE,
            **origins.made_by(ports.clips, str(job.item.grade[0])),
        },
    )


def _speak(ports: Ports, job: Job, outputs: Outputs, folder: Path) -> Happening:
    inputs = job.item.inputs
    texts = inputs["texts"]
    order = SpeechOrder(
        texts=tuple(str(text) for text in texts) if isinstance(texts, list | tuple) else (),
        voice_id=_text(inputs, "voice_id"),
        style=_text(inputs, "style"),
        emotion=_text(inputs, "emotion"),
        seed=_seed(job),
        seconds=float(str(job.item.grade[1])),
    )
    spoken = ports.speech.speak(order, folder)
    words: list[Json] = [
        [word.text, word.start_seconds, word.end_seconds, word.segment] for word in spoken.words
    ]
    return outputs.succeeded(
        spoken.path,
        AssetKind.AUDIO,
        spoken.media_type,
        facts={
            "duration_seconds": spoken.duration_seconds,
            "words": words,
            **origins.made_by(ports.speech),
        },
    )


def _seed(job: Job, *contents: str) -> str:
    """
    Return the chance of a job: from what is made of what, never from ids, so that the
    same order gives the same ad wherever it is placed. Another take has another.
    """
    inputs = {name: value for name, value in job.item.inputs.items() if name not in _IDS}
    return work.digest(
        {
            "operation": job.item.operation,
            "grade": list(job.item.grade),
            "inputs": inputs,
            "take": job.item.take,
            "contents": list(contents),
        }
    )


def _text(inputs: Mapping[str, Json], name: str) -> str:
    value = inputs.get(name)
    return value if isinstance(value, str) else ""


def _sentences(inputs: Mapping[str, Json], *names: str) -> str:
    texts = (_text(inputs, name).strip() for name in names)
    return "\n".join(text for text in texts if text)
