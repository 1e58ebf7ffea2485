"""
Polling drives an ad to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import (
    CompositorError,
    NotFoundError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.projects import VersionStatus

if TYPE_CHECKING:
    from .conftest import Stage


def test_a_film_is_made_by_polling(stage: Stage) -> None:
    ordered = stage.order()

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.COMPLETED
    assert report.progress == 100
    assert report.completed == 8
    assert report.output
    assert report.total_credits == 140


def test_a_radio_ad_is_made_by_polling(stage: Stage) -> None:
    report = stage.finished(stage.radio())

    assert report.status is VersionStatus.COMPLETED
    assert [job.operation for job in report.jobs] == ["voiceover", "audio_compositing"]
    assert report.total_credits == 4
