"""
What is to be done next: one command a claimed job.

A command names its job and attempt and nothing more, so that it can travel as a message
to another machine; who carries it out reads the rest from the version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from ars0n_core.ids import JobId, VersionId
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class EditImage:
    """
    Make the scene's picture.
    """

    version: VersionId
    job: JobId
    attempt: int


@frozen
class SubmitClip:
    """
    Order the scene's clip.
    """

    version: VersionId
    job: JobId
    attempt: int


@frozen
class CheckClip:
    """
    Ask about the scene's clip.
    """

    version: VersionId
    job: JobId
    attempt: int


@frozen
class Speak:
    """
    Speak the narration.
    """

    version: VersionId
    job: JobId
    attempt: int


@frozen
class Compose:
    """
    Cut the film together.
    """

    version: VersionId
    job: JobId
    attempt: int


@frozen
class Mix:
    """
    Mix the radio ad.
    """

    version: VersionId
    job: JobId
    attempt: int


Command: TypeAlias = EditImage | SubmitClip | CheckClip | Speak | Compose | Mix
"""
What can be ordered of a worker.
"""

STARTS: Final[Mapping[Operation, type[EditImage | SubmitClip | Speak | Compose | Mix]]] = {
    Operation.EDIT_IMAGE: EditImage,
    Operation.GENERATE_CLIP: SubmitClip,
    Operation.SPEAK: Speak,
    Operation.COMPOSE: Compose,
    Operation.MIX: Mix,
}
"""
The command that starts a job of each operation (a preview is no job).
"""
