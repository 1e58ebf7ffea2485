"""
The values that the suites of the store put into it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ars0n_core import ledger
from ars0n_core.access import ApiKey, Organization
from ars0n_core.assets import Asset, AssetKind
from ars0n_core.ids import (
    ApiKeyId,
    AssetId,
    EntryId,
    JobId,
    OrganizationId,
    ProjectId,
    VersionId,
)
from ars0n_core.ledger import Booking, Entry
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.projects import Project, Version
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdSpec
from ars0n_core.work import Operation, WorkItem

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = OrganizationId("org_ours")
THEIRS = OrganizationId("org_theirs")


def an_organization(organization_id: OrganizationId = OURS) -> Organization:
    """
    Return an organisation made at noon.
    """
    return Organization(id=organization_id, name="Ours", tier=Tier.PRO, created_at=NOON)


def a_key(number: int = 1) -> ApiKey:
    """
    Return one of the organisation's keys.
    """
    return ApiKey(
        id=ApiKeyId(f"key_{number}"),
        organization_id=OURS,
        name="Production",
        digest=f"{number:064x}",
        hint="sk_live_ab12",
        created_at=NOON + timedelta(seconds=number),
    )


def an_asset(number: int = 1) -> Asset:
    """
    Return one of the organisation's assets.
    """
    return Asset(
        id=AssetId(f"asset_{number}"),
        organization_id=OURS,
        kind=AssetKind.IMAGE,
        media_type="image/png",
        blob_key=f"uploads/{number}",
        size_bytes=7,
        sha256="0" * 64,
        created_at=NOON + timedelta(seconds=number),
        facts={"width": 3, "nested": ["a", None, {"b": 1.5}]},
    )


def a_project(number: int = 1, organization_id: OrganizationId = OURS) -> Project:
    """
    Return a project made *number* seconds after noon.
    """
    return Project(
        id=ProjectId(f"proj_{number}"),
        organization_id=organization_id,
        name="A lamp",
        created_at=NOON + timedelta(seconds=number),
    )


def a_version(
    number: int = 1, *, project: int = 1, organization_id: OrganizationId = OURS
) -> Version:
    """
    Return a version of one scene, charged and ready to start.
    """
    items = (
        WorkItem(
            key="edit-0",
            operation=Operation.EDIT_IMAGE,
            grade=(2,),
            inputs={"description": "hero", "texts": ["a", None]},
            scene_index=0,
        ),
        WorkItem(key="film", operation=Operation.COMPOSE, needs=("edit-0",)),
    )
    charge = Charge(credits=10, account=ledger.PREPAID, serial=1)
    return Version(
        id=VersionId(f"ver_{number}"),
        project_id=ProjectId(f"proj_{project}"),
        organization_id=organization_id,
        spec=AdSpec(
            prompt="A lamp — 灯 💡",
            duration_seconds=15,
            voice_id="v",
            image_asset_ids=(AssetId("asset_1"),),
            logo_asset_id=AssetId("asset_2"),
        ),
        plan=Plan(
            segments=(Segment(text="Light.", scene_index=0),),
            scenes=(
                Scene(
                    scene_index=0,
                    description="hero",
                    duration_seconds=6,
                    image_asset_id=AssetId("asset_1"),
                ),
            ),
        ),
        pipeline=graph.build(
            items,
            job_ids=(JobId(f"job_{number}a"), JobId(f"job_{number}b")),
            charges={"edit-0": charge, "film": charge},
        ),
        created_at=NOON + timedelta(seconds=number),
        updated_at=NOON + timedelta(seconds=number),
        total_credits=20,
        takes={"subject#0": 1},
    )


def an_entry(number: int = 1, *, credits_bought: int = 500) -> Entry:
    """
    Return the entry of a purchase *number* seconds after noon.
    """
    booking = Booking(
        id=EntryId(f"entry_{number}"),
        organization_id=OURS,
        reference=f"purchase/{number}",
        booked_at=NOON + timedelta(seconds=number),
    )
    return ledger.purchase(booking, credits_bought=credits_bought, price_cents=3900)
