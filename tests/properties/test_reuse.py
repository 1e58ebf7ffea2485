"""
Law: reuse never changes the result. The film of an edit is, byte for byte, the film of
the same plan ordered anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.projects import VersionStatus
from ars0n_core.testing.strategies import edits, plans
from ars0n_core.usecases.edit import edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.ids import VersionId
    from ars0n_core.testing.shop import Shop

    OpenShop = Callable[[], AbstractContextManager[Shop]]


def film_of(shop: Shop, version_id: VersionId) -> bytes:
    report = shop.finish(version_id)
    assert report.status is VersionStatus.COMPLETED, [job.error for job in report.jobs]
    assert report.output is not None
    return shop.content(report.output)


@settings(max_examples=max(10, settings().max_examples // 5))
@given(data=st.data(), radio=st.booleans())
def test_an_edited_ad_is_the_ad_ordered_anew(
    open_shop: OpenShop, data: st.DataObject, *, radio: bool
) -> None:
    with open_shop() as shop:
        spec = evolve(shop.radio() if radio else shop.film(), company_name="Nordlys")
        told = data.draw(plans(spec))
        first = shop.order(spec, told)
        film_of(shop, first.version_id)
        changed = data.draw(edits(told))

        edited = edit(shop.ports, shop.policy, shop.caller, first.version_id, plan=changed)
        assert edited.version_id is not None
        plan = shop.version(edited.version_id).plan
        anew = shop.order(spec, plan)

        assert film_of(shop, edited.version_id) == film_of(shop, anew.version_id)
        assert edited.credits <= anew.total_credits
