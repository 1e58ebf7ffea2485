"""
The table of routes: what may be asked, and which endpoint answers.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ars0n_adapters.web import endpoints
from ars0n_adapters.web.endpoints import Endpoint


@frozen(kw_only=True)
class Route:
    """
    One row. ``charges``: the endpoint may take credits, so an ``Idempotency-Key`` is
    honoured. ``uploads``: the body is a file. ``tagged``: the answer carries an ETag.
    """

    method: str
    path: str
    endpoint: Endpoint
    charges: bool = False
    uploads: bool = False
    tagged: bool = False

    @property
    def name(self) -> str:
        """
        The route's name in logs, metrics and the OpenAPI document.
        """
        return self.endpoint.__name__


ROUTES: Final = (
    Route(method="POST", path="/generate", endpoint=endpoints.post_generate, charges=True),
    Route(method="GET", path="/jobs/{versionId}", endpoint=endpoints.get_jobs, tagged=True),
    Route(method="POST", path="/jobs/{jobId}/retry", endpoint=endpoints.post_retry, charges=True),
    Route(
        method="POST",
        path="/jobs/{jobId}/regenerate",
        endpoint=endpoints.post_regenerate,
        charges=True,
    ),
    Route(method="POST", path="/jobs/{versionId}/cancel", endpoint=endpoints.post_cancel),
    Route(
        method="POST", path="/versions/{versionId}/edit", endpoint=endpoints.post_edit, charges=True
    ),
    Route(method="POST", path="/plan", endpoint=endpoints.post_plan),
    Route(
        method="POST", path="/preview-voice", endpoint=endpoints.post_preview_voice, charges=True
    ),
    Route(method="POST", path="/estimate", endpoint=endpoints.post_estimate),
    Route(method="GET", path="/credits", endpoint=endpoints.get_credits),
    Route(method="POST", path="/assets", endpoint=endpoints.post_assets, uploads=True),
    Route(method="DELETE", path="/assets/{assetId}", endpoint=endpoints.delete_asset),
    Route(method="GET", path="/video", endpoint=endpoints.get_video),
    Route(method="GET", path="/voices", endpoint=endpoints.get_voices),
    Route(method="GET", path="/projects", endpoint=endpoints.get_projects),
    Route(method="DELETE", path="/projects/{projectId}", endpoint=endpoints.delete_project),
    Route(method="GET", path="/packages", endpoint=endpoints.get_packages),
    Route(method="GET", path="/usage", endpoint=endpoints.get_usage),
)
"""
Every route below ``/api/v1``, as documented.
"""
