"""
What was made, page by page; and gone for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_core.errors import InvalidRequestError, NotFoundError, PortError, ProjectBusyError
from ars0n_core.plans.model import Segment
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import billing, projects
from ars0n_core.usecases.assets import serve
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.jobs import regenerate
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from .conftest import Stage


def test_projects_are_listed_newest_first_by_the_page(stage: Stage) -> None:
    made = [stage.finished(stage.radio(prompt=f"Ad {i}")).project_id for i in range(3)]

    page = projects.browse(stage.ports, stage.policy, stage.caller, limit=2)
    rest = projects.browse(stage.ports, stage.policy, stage.caller, limit=2, offset=2)

    assert [shown.project.id for shown in (*page.projects, *rest.projects)] == made[::-1]
    assert (page.limit, page.offset, page.count) == (2, 0, 3)
    assert page.projects[0].project.name == "Ad 2"


def shown(stage: Stage) -> Any:
    (one,) = projects.browse(stage.ports, stage.policy, stage.caller).projects
    return one


def test_a_project_shows_its_latest_version(stage: Stage) -> None:
    report = stage.finished()
    before = shown(stage)
    plan = stage.version(report.version_id).plan
    words = evolve(plan, segments=(Segment(text="New words.", scene_index=0),))

    answer = edit(stage.ports, stage.policy, stage.caller, report.version_id, plan=words)
    after = shown(stage)

    assert before.latest.output == report.output
    assert before.thumbnail_url.startswith("memory:")
    assert after.latest.version_id == answer.version_id
    assert (after.latest.status, after.latest.output) == (VersionStatus.GENERATING, None)
    assert after.latest.total_credits == 5
    assert after.thumbnail_url == before.thumbnail_url


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (1, -1)])
def test_a_page_has_its_bounds(stage: Stage, limit: int, offset: int) -> None:
    with pytest.raises(InvalidRequestError):
        projects.browse(stage.ports, stage.policy, stage.caller, limit=limit, offset=offset)


def test_others_projects_are_not_listed(stage: Stage) -> None:
    stage.finished(stage.radio())

    page = projects.browse(stage.ports, stage.policy, stage.customer("theirs"))

    assert (page.projects, page.count) == ((), 0)


def test_a_deleted_project_is_gone_with_all_it_made_and_the_book_stays(stage: Stage) -> None:
    picture = stage.asset()
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    edit(stage.ports, stage.policy, stage.caller, report.version_id)
    entries = stage.entries()

    projects.delete(stage.ports, stage.caller, report.project_id)

    assert stage.blobs.keys == {f"assets/{picture}"}
    assert stage.entries() == entries
    assert stage.balance() == 860
    with pytest.raises(NotFoundError):
        stage.poll(report.version_id)
    with pytest.raises(NotFoundError):
        serve(stage.ports, stage.policy, stage.caller, report.output)
    with pytest.raises(NotFoundError):
        projects.delete(stage.ports, stage.caller, report.project_id)


def test_a_generating_project_or_a_strangers_is_not_deleted(stage: Stage) -> None:
    ordered = stage.order(stage.radio())

    with pytest.raises(ProjectBusyError):
        projects.delete(stage.ports, stage.caller, ordered.project_id)
    with pytest.raises(NotFoundError):
        projects.delete(stage.ports, stage.customer("theirs"), ordered.project_id)

    assert stage.finish(ordered.version_id).output
    assert billing.credits_of(stage.ports, stage.policy, stage.caller).active_generations == 0


def test_takes_that_were_replaced_go_with_their_project(stage: Stage) -> None:
    picture = stage.asset()
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    clip = next(job.id for job in report.jobs if job.operation is Operation.GENERATE_CLIP)
    for fault in (None, ZeroDivisionError()):
        stage.flaky("compositor").plan_fault("render", fault)
        regenerate(stage.ports, stage.policy, stage.caller, clip)
        stage.finish(report.version_id)
    assert len(stage.blobs.keys) > 1 + len(report.jobs)

    projects.delete(stage.ports, stage.caller, report.project_id)

    assert stage.blobs.keys == {f"assets/{picture}"}
    with stage.ports.store.transaction() as tx:
        (left,) = tx.assets.of(stage.caller.organization.id)
    assert left.id == picture


def test_another_projects_files_are_left_alone(stage: Stage) -> None:
    gone, kept = (stage.finished(stage.radio()) for _ in range(2))

    projects.delete(stage.ports, stage.caller, gone.project_id)

    assert serve(stage.ports, stage.policy, stage.caller, kept.output).url


def test_a_list_without_pictures_is_better_than_no_list(stage: Stage) -> None:
    stage.finished()
    stage.flaky("blobs").plan_fault("url", PortError("away"))

    assert shown(stage).thumbnail_url is None
    assert shown(stage).thumbnail_url is not None


def test_a_long_prompt_names_its_project_by_its_beginning(stage: Stage) -> None:
    stage.finished(stage.radio(prompt="word " * 100))

    name = shown(stage).project.name
    assert name == ("word " * 16).rstrip() + "…"
