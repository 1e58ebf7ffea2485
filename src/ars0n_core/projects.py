"""
Projects and their versions: one order, what became of it, and its money.

**Owns** `Project` and `Version`. **Does not own** how jobs move (`pipelines`) or what is
booked (`ledger`). **Invariants**: a version and its charge are stored together; a version
is saved only against the revision it was read at; its order and plan never change (an
edit is a new version).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen

from ars0n_core.ids import ApiKeyId, OrganizationId, ProjectId, VersionId
from ars0n_core.pipelines.graph import Pipeline
from ars0n_core.plans.model import Plan
from ars0n_core.specs.model import AdSpec


class VersionStatus(StrEnum):
    """
    The documents' three statuses of a version.
    """

    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"


@frozen(kw_only=True)
class Project:
    """
    What a customer calls one ad, through all its versions.
    """

    id: ProjectId
    organization_id: OrganizationId
    name: str
    created_at: datetime


@frozen(kw_only=True)
class Version:
    """
    One generation of a project.

    ``edition`` names the rate card the order was priced under; ``total_credits`` is what
    was charged for it, regenerations included. ``takes`` counts regenerations by scene
    subject (`plans.break_down`). ``revision`` grows with every save.
    """

    id: VersionId
    project_id: ProjectId
    organization_id: OrganizationId
    spec: AdSpec
    plan: Plan
    pipeline: Pipeline
    created_at: datetime
    updated_at: datetime
    status: VersionStatus = VersionStatus.GENERATING
    edition: int = 2
    total_credits: int = 0
    takes: Mapping[str, int] = field(factory=dict)
    api_key_id: ApiKeyId | None = None
    parent_id: VersionId | None = None
    is_cancelled: bool = False
    is_test: bool = False
    last_polled_at: datetime | None = None
    revision: int = 0
