"""
Answers out: what the use cases return, in the documents' shapes.

Assets leave as links; who answers knows what its own addresses look like and gives the
function that makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import asdict

from ars0n_core.ids import AssetId
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from ars0n_core.pipelines.report import JobReport
    from ars0n_core.ports import Delivery, Voice
    from ars0n_core.pricing.packages import Package
    from ars0n_core.usecases.billing import Credits, PeriodUsage
    from ars0n_core.usecases.edit import Edited
    from ars0n_core.usecases.generate import Generated
    from ars0n_core.usecases.jobs import Cancelled, Regenerated
    from ars0n_core.usecases.preview import Preview
    from ars0n_core.usecases.projects import Page, Shown
    from ars0n_core.usecases.reports import Report
    from ars0n_core.usecases.webhooks import Log
    from ars0n_core.work import Json

Link = Callable[[AssetId], str]


def unstructure_moment(moment: datetime) -> str:
    """
    Return *moment* as the documents write it.

    >>> unstructure_moment(datetime(2026, 3, 24, 15, 51, 1, tzinfo=UTC))
    '2026-03-24T15:51:01Z'
    """
    # Not strftime: it writes years before 1000 with fewer than four digits.
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def unstructure_generated(generated: Generated) -> dict[str, Json]:
    """
    Return the answer of ``/generate``.
    """
    return {
        "projectId": generated.project_id,
        "versionId": generated.version_id,
        "totalCredits": generated.total_credits,
        "jobCount": generated.job_count,
    }


def unstructure_report(report: Report, link: Link) -> dict[str, Json]:
    """
    Return the answer of ``/jobs/{versionId}``.
    """
    return {
        "versionId": report.version_id,
        "projectId": report.project_id,
        "adFormat": str(report.ad_format),
        "status": str(report.status),
        "progress": report.progress,
        **_urls(report, link),
        "totalCredits": report.total_credits,
        "jobs": {
            "total": len(report.jobs),
            "completed": report.completed,
            "failed": report.failed,
            "details": [unstructure_job(job, link) for job in report.jobs],
        },
    }


def unstructure_job(job: JobReport, link: Link) -> dict[str, Json]:
    """
    Return one job of a version.
    """
    return {
        "id": job.id,
        "job_type": str(job.operation),
        "status": str(job.status),
        "output_asset_id": job.output,
        "assetUrl": None if job.output is None else link(job.output),
        "error_message": job.error,
        "input_params": {} if job.scene_index is None else {"scene_index": job.scene_index},
        "depends_on": list(job.depends_on),
        "retry_count": job.retry_count,
        "credits": job.credits,
        "reused_from": job.reused_from,
    }


def unstructure_retried(job: JobReport) -> dict[str, Json]:
    """
    Return the answer of ``/jobs/{jobId}/retry``.
    """
    return {
        "job": {
            "id": job.id,
            "job_type": str(job.operation),
            "status": str(job.status),
            "retry_count": job.retry_count,
        }
    }


def unstructure_regenerated(regenerated: Regenerated) -> dict[str, Json]:
    """
    Return the answer of ``/jobs/{jobId}/regenerate``.
    """
    return {"cost": regenerated.cost, "jobsReset": list(regenerated.jobs_reset)}


def unstructure_cancelled(cancelled: Cancelled) -> dict[str, Json]:
    """
    Return the answer of ``/jobs/{versionId}/cancel``.
    """
    return {
        "cancelled": True,
        "jobsCancelled": cancelled.jobs_cancelled,
        "creditsRefunded": cancelled.credits_refunded,
    }


def unstructure_edited(edited: Edited) -> dict[str, Json]:
    """
    Return the answer of ``/versions/{versionId}/edit``. A dry run has no version: its
    jobs are named by what they would do ("clip-2", "voice").
    """
    is_dry_run = edited.version_id is None
    return {
        "projectId": edited.project_id,
        "versionId": edited.version_id,
        "reusedJobs": list(edited.reused_keys if is_dry_run else edited.reused_jobs),
        "newJobs": list(edited.new_keys if is_dry_run else edited.new_jobs),
        "estimatedCredits": edited.credits,
        "dryRun": is_dry_run,
    }


def unstructure_preview(preview: Preview) -> dict[str, Json]:
    """
    Return the answer of ``/preview-voice``.
    """
    return {"audioUrl": preview.audio_url, "durationSeconds": round(preview.duration_seconds, 3)}


def unstructure_voices(voices: tuple[Voice, ...]) -> dict[str, Json]:
    """
    Return the answer of ``/voices``.
    """
    return {"voices": [asdict(one) | {"preview_url": one.preview_url or None} for one in voices]}


def unstructure_credits(known: Credits) -> dict[str, Json]:
    """
    Return the answer of ``/credits``.
    """
    return {
        "balance": known.balance,
        "unlimited": known.unlimited,
        "tier": str(known.tier),
        "activeGenerations": known.active_generations,
        "limits": {
            "maxConcurrentGenerations": known.limits.concurrent_generations,
            "rateLimitRpm": known.limits.requests_per_minute,
        },
    }


def unstructure_packages(packages: tuple[Package, ...]) -> dict[str, Json]:
    """
    Return the answer of ``/packages``.
    """
    return {
        "packages": [
            {
                "id": package.id,
                "name": package.name,
                "credits": package.credits,
                "priceCents": package.price_cents,
                "priceDisplay": package.price_display,
                "popular": package.popular,
            }
            for package in packages
        ]
    }


def unstructure_usage(used: PeriodUsage) -> dict[str, Json]:
    """
    Return the answer of ``/usage``.
    """
    return {
        "period": {"from": unstructure_moment(used.start), "to": unstructure_moment(used.end)},
        "tier": str(used.tier),
        "cost_cents": used.credits.cost_cents,
        "credits": {
            "used": used.credits.used,
            "purchased": used.credits.purchased,
            "granted": used.credits.granted,
            "refunded": used.credits.refunded,
        },
        "generations": {
            "total": used.total,
            "completed": used.completed,
            "generating": used.generating,
            "projects": used.projects,
        },
    }


def unstructure_page(page: Page, link: Link) -> dict[str, Json]:
    """
    Return the answer of ``/projects``.
    """
    return {
        "projects": [_project(shown, link) for shown in page.projects],
        "pagination": {"limit": page.limit, "offset": page.offset, "count": page.count},
    }


def unstructure_event(delivery: Delivery, link: Link) -> dict[str, Json]:
    """
    Return what a webhook is told of the end of a version.
    """
    url = None if delivery.output is None else link(delivery.output)
    is_video = delivery.ad_format is AdFormat.VIDEO
    return {
        "type": delivery.event,
        "timestamp": unstructure_moment(delivery.happened_at),
        "data": {
            "versionId": delivery.version_id,
            "projectId": delivery.project_id,
            "adFormat": str(delivery.ad_format),
            "status": delivery.event.rpartition(".")[2],
            "videoUrl": url if is_video else None,
            "audioUrl": None if is_video else url,
            "totalCredits": delivery.total_credits,
        },
    }


def unstructure_deliveries(log: Log) -> dict[str, Json]:
    """
    Return the answer of ``/webhooks/deliveries``.
    """
    return {
        "deliveries": [
            {
                "id": delivery.id,
                "type": delivery.event,
                "versionId": delivery.version_id,
                "createdAt": unstructure_moment(delivery.happened_at),
                "status": str(delivery.status),
                "attempts": delivery.attempts,
                "lastAttemptAt": _moment_or_none(delivery.last_attempt_at),
                "nextAttemptAt": _moment_or_none(delivery.next_at),
                "responseStatus": delivery.answer,
                "error": delivery.fault or None,
            }
            for delivery in log.deliveries
        ],
        "pagination": {"limit": log.limit, "offset": log.offset, "count": log.count},
    }


def _moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else unstructure_moment(moment)


def _project(shown: Shown, link: Link) -> Mapping[str, Json]:
    latest = shown.latest
    return {
        "id": shown.project.id,
        "name": shown.project.name,
        "thumbnailUrl": shown.thumbnail_url,
        "createdAt": unstructure_moment(shown.project.created_at),
        "latestVersion": {
            "id": latest.version_id,
            "status": str(latest.status),
            "adFormat": str(latest.ad_format),
            **_urls(latest, link),
            "totalCredits": latest.total_credits,
        },
    }


def _urls(report: Report, link: Link) -> dict[str, Json]:
    url = None if report.output is None else link(report.output)
    is_video = report.ad_format is AdFormat.VIDEO
    return {"videoUrl": url if is_video else None, "audioUrl": None if is_video else url}
