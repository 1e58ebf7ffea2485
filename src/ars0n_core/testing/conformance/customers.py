"""
What every `Store` must do with customers, their keys and their files' records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from ars0n_core.assets import AssetOrigin
from ars0n_core.quotas import Tier
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.model import BrandFont
from ars0n_core.testing.conformance.furnishings import (
    NOON,
    OURS,
    THEIRS,
    a_key,
    an_asset,
    an_organization,
)

if TYPE_CHECKING:
    from ars0n_core.ports import Store


class CustomerRules:
    """
    What is kept of customers. Part of `StoreSuite`.
    """

    def test_keys_are_kept_and_changed(self, furnished: Store) -> None:
        """
        A revocation is seen by the next who looks.
        """
        with furnished.transaction() as tx:
            assert tx.keys.find(a_key(1).digest) is None
            tx.keys.add(a_key(2))
            tx.keys.add(a_key(1))
            tx.commit()
        with furnished.transaction() as tx:
            assert a_key(1) == tx.keys.find(a_key(1).digest)
            tx.keys.save(evolve(a_key(1), revoked_at=NOON))
            tx.commit()

        with furnished.transaction() as tx:
            assert evolve(a_key(1), revoked_at=NOON) == tx.keys.find(a_key(1).digest)
            assert (evolve(a_key(1), revoked_at=NOON), a_key(2)) == tx.keys.of(OURS)
            assert tx.keys.of(THEIRS) == ()

    def test_uploads_are_summed(self, furnished: Store) -> None:
        """
        What jobs made is not the customer's to keep room for.
        """
        made = evolve(an_asset(3), origin=AssetOrigin.MADE, blob_key="made/job_1a/1/a.png")
        with furnished.transaction() as tx:
            assert tx.assets.uploaded_bytes(OURS) == 0
            for one in (an_asset(1), evolve(an_asset(2), size_bytes=2**33), made):
                tx.assets.add(one)
            tx.commit()

        with furnished.transaction() as tx:
            assert tx.assets.uploaded_bytes(OURS) == 2**33 + an_asset(1).size_bytes
            assert tx.assets.uploaded_bytes(THEIRS) == 0

    def test_assets_are_listed_and_deleted(self, furnished: Store) -> None:
        """
        Deleting what is not there is no error.
        """
        with furnished.transaction() as tx:
            tx.assets.add(an_asset(2))
            tx.assets.add(an_asset(1))
            tx.commit()
        with furnished.transaction() as tx:
            assert (an_asset(1), an_asset(2)) == tx.assets.of(OURS)
            tx.assets.delete(an_asset(1).id)
            tx.assets.delete(an_asset(1).id)
            tx.commit()

        with furnished.transaction() as tx:
            assert (an_asset(2),) == tx.assets.of(OURS)

    def test_organisations_are_changed_and_listed(self, furnished: Store) -> None:
        """
        A new tier is seen by the next who looks, and a brand's kit.
        """
        kit = BrandKit(company_name="Ours", brand_font=BrandFont.ANTON)
        raised = evolve(an_organization(), tier=Tier.ENTERPRISE, brand=kit)
        with furnished.transaction() as tx:
            tx.organizations.save(raised)
            tx.commit()

        with furnished.transaction() as tx:
            assert raised == tx.organizations.lock(OURS)
            assert raised == tx.organizations.find(OURS)
            assert {OURS, THEIRS} == {one.id for one in tx.organizations.every()}
