"""
What a poll is told of a version.
"""

from __future__ import annotations

from attrs import frozen

from ars0n_core.ids import AssetId, ProjectId, VersionId
from ars0n_core.pipelines import report
from ars0n_core.pipelines.report import JobReport
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.specs.model import AdFormat


@frozen(kw_only=True)
class Report:
    """
    Where a version stands. ``output`` is the finished ad, once there is one; ``revision``
    tells what was stored of the version from what was stored before.
    """

    version_id: VersionId
    project_id: ProjectId
    ad_format: AdFormat
    status: VersionStatus
    progress: int
    output: AssetId | None
    total_credits: int
    jobs: tuple[JobReport, ...]
    revision: int = 0

    @property
    def completed(self) -> int:
        """
        How many jobs are completed.
        """
        return sum(job.status is JobStatus.COMPLETED for job in self.jobs)

    @property
    def failed(self) -> int:
        """
        How many jobs have failed.
        """
        return sum(job.status is JobStatus.FAILED for job in self.jobs)


def report_on(version: Version) -> Report:
    """
    Return where *version* stands.
    """
    return Report(
        version_id=version.id,
        project_id=version.project_id,
        ad_format=version.spec.ad_format,
        status=version.status,
        progress=report.progress(version.pipeline),
        output=output_of(version),
        total_credits=version.total_credits,
        jobs=report.jobs(version.pipeline),
        revision=version.revision,
    )


def output_of(version: Version) -> AssetId | None:
    """
    Return the finished ad of *version*, if it is finished.
    """
    final = version.pipeline.final
    if version.status is not VersionStatus.COMPLETED or not final.is_paid:
        return None
    return final.output
