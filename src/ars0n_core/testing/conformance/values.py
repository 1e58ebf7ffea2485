"""
What every `Store` must do with a value: give it back as it was, to the letter.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import ledger
from ars0n_core.errors import NotFoundError
from ars0n_core.ids import AssetId, EntryId, JobId, OrganizationId, ProjectId, VersionId
from ars0n_core.pipelines import graph
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.testing.conformance.furnishings import (
    NOON,
    OURS,
    a_key,
    a_project,
    a_version,
    an_asset,
    an_entry,
    an_organization,
)
from ars0n_core.testing.conformance.messages import a_delivery, a_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Store

LARGE_CHARACTERS = 100_000
"""
More than the 65,535 bytes that a short column of text holds.
"""


class ValueRules:
    """
    That what is stored comes back as it was. Part of `StoreSuite`.
    """

    def test_what_is_long_and_exact_comes_back_as_it_was(self, store: Store) -> None:
        """
        Texts at their limits in any script, instants to the microsecond, numbers as exact as
        they are, files of gigabytes.
        """
        moment = NOON + timedelta(microseconds=123_457)
        long = "灯💡 a lamp\n" * 200
        organization = evolve(an_organization(), name=long[:200], created_at=moment)
        project = evolve(a_project(), name=long[:200], created_at=moment)
        facts = {"seconds": 12.48, "exact": 0.1 + 0.2, "width": 3, "alpha": False}
        asset = evolve(an_asset(), size_bytes=5_000_000_000, created_at=moment, facts=facts)
        version = a_version()
        version = evolve(
            version,
            spec=evolve(version.spec, prompt=long[:2000], edit_style=long[:1000]),
            plan=Plan(segments=(Segment(text=long, scene_index=0),), scenes=version.plan.scenes),
            created_at=moment,
            updated_at=moment + timedelta(microseconds=1),
        )
        key = evolve(a_key(), created_at=moment, last_used_at=moment)
        with store.transaction() as tx:
            tx.organizations.add(organization)
            tx.keys.add(key)
            tx.assets.add(asset)
            tx.projects.add(project)
            tx.versions.add(version)
            tx.commit()

        with store.transaction() as tx:
            assert organization == tx.organizations.find(OURS)
            assert key == tx.keys.find(key.digest)
            assert asset == tx.assets.find(asset.id)
            assert project == tx.projects.find(project.id)
            assert version == tx.versions.find(version.id)

    def test_what_is_large_comes_back_whole(self, furnished: Store) -> None:
        """
        A plan and an answer of more bytes than a short column holds, and the end of both.
        """
        large = "x" * LARGE_CHARACTERS + "end"
        said = tuple(Segment(text=large[-10_000:], scene_index=number) for number in range(10))
        version = evolve(a_version(), plan=Plan(segments=said))
        reply = evolve(a_reply(), status=200, body=large)
        with furnished.transaction() as tx:
            tx.versions.add(version)
            tx.replies.save(reply)
            tx.commit()

        with furnished.transaction() as tx:
            plan = tx.versions.find(version.id).plan
            found = tx.replies.find(OURS, reply.scope, reply.key)
        assert len(plan.segments) == len(said)
        assert plan == version.plan
        assert found is not None
        assert len(found.body) == len(large), f"{len(found.body)} of {len(large)} characters"
        assert found.body == large

    def test_texts_are_kept_sign_for_sign(self, furnished: Store) -> None:
        """
        However a letter is put together, and with the spaces at both ends.
        """
        text = unicodedata.normalize("NFD", "  Café Ånë\t\n") + "\N{OHM SIGN}\N{NO-BREAK SPACE} "
        version = a_version()
        version = evolve(version, spec=evolve(version.spec, prompt=text))
        with furnished.transaction() as tx:
            tx.versions.add(version)
            tx.projects.add(evolve(a_project(2), name=text))
            tx.commit()

        with furnished.transaction() as tx:
            kept = [
                tx.versions.find(version.id).spec.prompt,
                tx.projects.find(ProjectId("proj_2")).name,
            ]
        assert [ascii(one) for one in kept] == [ascii(text)] * 2

    def test_names_are_told_apart_to_the_letter(self, furnished: Store) -> None:
        """
        Capitals are other letters: of ids, of digests, and of what is booked under.
        """
        shouted = evolve(an_entry(), id=EntryId("entry_shouted"), reference="PURCHASE/1")
        digest = "ab" * 32
        with furnished.transaction() as tx:
            tx.assets.add(an_asset())
            tx.versions.add(a_version())
            tx.keys.add(evolve(a_key(), digest=digest))
            assert tx.ledger.append(an_entry())
            assert tx.ledger.append(shouted), "PURCHASE/1 was taken for purchase/1"
            tx.commit()

        with furnished.transaction() as tx:
            assert tx.assets.find(AssetId("ASSET_1")) is None
            assert tx.keys.find(digest.upper()) is None
            assert tx.versions.made(AssetId("ASSET_1")) == ()
            for find in (
                lambda: tx.organizations.find(OrganizationId(OURS.upper())),
                lambda: tx.projects.find(ProjectId("PROJ_1")),
                lambda: tx.versions.find(VersionId("VER_1")),
                lambda: tx.versions.find_by_job(JobId("JOB_1A")),
            ):
                with pytest.raises(NotFoundError):
                    find()

    def test_jobs_stay_in_the_order_of_the_work_list(self, furnished: Store) -> None:
        """
        Which is no order of their names: the last of them makes the ad.
        """
        version = a_version()
        items = [job.item for job in version.pipeline.jobs.values()]
        names = (JobId("job_long_z"), JobId("job_a"))
        pipeline = graph.build(
            items,
            job_ids=names,
            charges={
                job.item.key: job.charge for job in version.pipeline.jobs.values() if job.charge
            },
        )
        with furnished.transaction() as tx:
            tx.versions.add(evolve(version, pipeline=pipeline))
            tx.commit()
        with furnished.transaction() as tx:
            read = tx.versions.find(version.id)
            saved = tx.versions.save(
                evolve(read, pipeline=evolve(read.pipeline, fallback=read.pipeline.jobs))
            )
            tx.commit()

        with furnished.transaction() as tx:
            found = tx.versions.find(version.id)
            assert saved == found
            every: list[Mapping[JobId, Job]] = [
                read.pipeline.jobs,
                found.pipeline.jobs,
                found.pipeline.fallback,
                *(one.pipeline.jobs for one in tx.versions.generating(OURS)),
            ]
        assert [tuple(jobs) for jobs in every] == [names] * 4

    def test_credits_are_whole_numbers(self, furnished: Store) -> None:
        """
        Of Python's own kind, not floats or decimals that happen to be equal.
        """
        with furnished.transaction() as tx:
            tx.ledger.append(an_entry())
            tx.versions.add(a_version())
            tx.assets.add(an_asset())
            tx.commit()

        with furnished.transaction() as tx:
            (entry,) = tx.ledger.entries(OURS)
            numbers = {
                "a balance": tx.ledger.balance(OURS, ledger.PREPAID),
                "an empty balance": tx.ledger.balance(OURS, ledger.SPENT),
                "what was booked": entry.postings[0].credits,
                "what was paid": entry.price_cents,
                "what a version cost": tx.versions.find(VersionId("ver_1")).total_credits,
                "the bytes uploaded": tx.assets.uploaded_bytes(OURS),
                "how many projects": tx.projects.count(OURS),
            }
        kinds = {name: type(number).__name__ for name, number in numbers.items()}
        assert kinds == dict.fromkeys(numbers, "int")

    def test_instants_come_back_in_utc(self, furnished: Store) -> None:
        """
        Not in the zone of the database or of the machine.
        """
        with furnished.transaction() as tx:
            tx.keys.add(evolve(a_key(), last_used_at=NOON))
            tx.assets.add(an_asset())
            tx.versions.add(a_version())
            tx.ledger.append(an_entry())
            tx.replies.save(a_reply())
            tx.deliveries.add(a_delivery())
            tx.commit()

        with furnished.transaction() as tx:
            key, reply = tx.keys.find(a_key().digest), tx.replies.find(OURS, "post_generate", "k1")
            asset, version = tx.assets.find(an_asset().id), tx.versions.find(VersionId("ver_1"))
            told = {
                "an organisation": tx.organizations.find(OURS).created_at,
                "a key": key and key.last_used_at,
                "an asset": asset and asset.created_at,
                "a project": tx.projects.find(ProjectId("proj_1")).created_at,
                "a version": version.created_at,
                "a version's change": version.updated_at,
                "an entry": tx.ledger.entries(OURS)[0].booked_at,
                "a reply": reply and reply.claimed_until,
                "a delivery": tx.deliveries.due(NOON + timedelta(hours=1), limit=1)[0].next_at,
            }
        zones = {name: moment and moment.utcoffset() for name, moment in told.items()}
        assert zones == dict.fromkeys(told, timedelta(0))
