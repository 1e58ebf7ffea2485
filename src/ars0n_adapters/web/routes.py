"""
The table of routes: what may be asked, which endpoint answers, and with what shape.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ars0n_adapters.web import endpoints
from ars0n_adapters.web.endpoints import Endpoint, Glance


@frozen(kw_only=True)
class Route:
    """
    One row. ``takes`` names the schema of the body, ``gives`` that of the answer (see
    `schemas` and `shapes`); ``query`` the parameters of the query.

    ``charges``: the endpoint may take credits, so an ``Idempotency-Key`` is honoured; a
    ``slow`` one charges long before it answers. ``uploads``: the body is a file.
    ``tagged``: the answer carries an ETag. ``streams``: it is events. ``packs``: it is a
    ZIP file. ``glance`` answers without waiting for anybody, or says that it can't.
    ``fails`` are its documented errors beside those of every route.
    """

    method: str
    path: str
    endpoint: Endpoint
    gives: str
    takes: str = ""
    query: tuple[str, ...] = ()
    fails: tuple[int, ...] = ()
    status: int = 200
    charges: bool = False
    slow: bool = False
    uploads: bool = False
    tagged: bool = False
    streams: bool = False
    packs: bool = False
    glance: Glance | None = None

    @property
    def name(self) -> str:
        """
        The route's name in the OpenAPI document and in the scope of idempotency keys.
        """
        return self.endpoint.__name__ + ("_events" if self.streams else "")


PAGE: Final = ("limit", "offset")

ROUTES: Final = (
    Route(
        method="POST",
        path="/generate",
        endpoint=endpoints.post_generate,
        takes="GenerateRequest",
        gives="Generated",
        fails=(402, 403, 404, 409, 422),
        charges=True,
    ),
    Route(
        method="GET",
        path="/jobs/{versionId}",
        endpoint=endpoints.get_jobs,
        gives="Report",
        fails=(404,),
        tagged=True,
        glance=endpoints.glance_at_jobs,
    ),
    Route(
        method="GET",
        path="/jobs/{versionId}/events",
        endpoint=endpoints.get_jobs,
        gives="Report",
        fails=(404,),
        streams=True,
    ),
    Route(
        method="POST",
        path="/jobs/{jobId}/retry",
        endpoint=endpoints.post_retry,
        gives="Retried",
        fails=(402, 404, 409, 422),
        charges=True,
    ),
    Route(
        method="POST",
        path="/jobs/{jobId}/regenerate",
        endpoint=endpoints.post_regenerate,
        takes="RegenerateRequest",
        gives="Regenerated",
        fails=(402, 404, 409, 422),
        charges=True,
    ),
    Route(
        method="POST",
        path="/jobs/{versionId}/cancel",
        endpoint=endpoints.post_cancel,
        gives="Cancelled",
        fails=(404, 409),
    ),
    Route(
        method="POST",
        path="/versions/{versionId}/edit",
        endpoint=endpoints.post_edit,
        takes="EditRequest",
        gives="Edited",
        fails=(402, 403, 404, 409, 422),
        charges=True,
    ),
    Route(
        method="POST",
        path="/versions/{versionId}/export",
        endpoint=endpoints.post_export,
        takes="ExportRequest",
        gives="",
        fails=(404, 409),
        packs=True,
    ),
    Route(
        method="POST",
        path="/plan",
        endpoint=endpoints.post_plan,
        takes="PlanRequest",
        gives="Planned",
        fails=(403, 404),
    ),
    Route(
        method="POST",
        path="/preview-voice",
        endpoint=endpoints.post_preview_voice,
        takes="PreviewRequest",
        gives="Preview",
        fails=(402, 409, 422),
        charges=True,
        slow=True,
    ),
    Route(
        method="POST",
        path="/estimate",
        endpoint=endpoints.post_estimate,
        takes="EstimateRequest",
        gives="Estimated",
        glance=endpoints.post_estimate,
    ),
    Route(
        method="GET",
        path="/credits",
        endpoint=endpoints.get_credits,
        gives="Credits",
        glance=endpoints.get_credits,
    ),
    Route(
        method="POST",
        path="/assets",
        endpoint=endpoints.post_assets,
        takes="Upload",
        gives="Uploaded",
        status=201,
        uploads=True,
    ),
    Route(
        method="DELETE",
        path="/assets/{assetId}",
        endpoint=endpoints.delete_asset,
        gives="Deleted",
        fails=(403, 404, 409),
    ),
    Route(
        method="GET",
        path="/video",
        endpoint=endpoints.get_video,
        query=("id",),
        gives="",
        fails=(403, 404),
        status=302,
    ),
    Route(
        method="GET",
        path="/voices",
        endpoint=endpoints.get_voices,
        query=("gender", "accent", "age", "q"),
        gives="Voices",
    ),
    Route(
        method="GET",
        path="/brand-kit",
        endpoint=endpoints.get_brand_kit,
        gives="BrandKit",
    ),
    Route(
        method="PUT",
        path="/brand-kit",
        endpoint=endpoints.put_brand_kit,
        takes="BrandKitRequest",
        gives="BrandKit",
        fails=(403, 404),
    ),
    Route(
        method="GET",
        path="/projects",
        endpoint=endpoints.get_projects,
        query=PAGE,
        gives="Projects",
    ),
    Route(
        method="DELETE",
        path="/projects/{projectId}",
        endpoint=endpoints.delete_project,
        gives="Deleted",
        fails=(404, 409),
    ),
    Route(
        method="GET",
        path="/packages",
        endpoint=endpoints.get_packages,
        gives="Packages",
        glance=endpoints.get_packages,
    ),
    Route(
        method="GET",
        path="/usage",
        endpoint=endpoints.get_usage,
        query=("from", "to"),
        gives="Usage",
    ),
    Route(
        method="GET",
        path="/webhooks/deliveries",
        endpoint=endpoints.get_deliveries,
        query=PAGE,
        gives="Deliveries",
    ),
)
"""
Every route below ``/api/v1``.
"""
