"""
The brand kit over HTTP: saved as a whole, shown, and applied to what is ordered after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.ids import VersionId

if TYPE_CHECKING:
    from .conftest import Site

EMPTY = dict.fromkeys(
    ("companyName", "logoAssetId", "gradientColor", "ctaDesign", "brandFont", "tagline",
     "website", "legalLine")
)  # fmt: skip


def test_a_kit_is_saved_shown_and_applied(site: Site) -> None:
    kit = {"companyName": "Nordlys", "brandFont": "outfit", "legalLine": "Terms apply."}

    assert site.us.get("/brand-kit").json() == EMPTY
    saved = site.us.ask("PUT", "/brand-kit", json=kit)

    assert (saved.status_code, saved.json()) == (200, EMPTY | kit)
    assert site.us.get("/brand-kit").json() == EMPTY | kit
    told = site.us.order(site.us.film(companyName=None))
    with site.ports.store.transaction() as tx:
        spec = tx.versions.find(VersionId(told["versionId"])).spec
    assert (spec.company_name, spec.legal_line) == ("Nordlys", "Terms apply.")
    assert site.customer("theirs").get("/brand-kit").json() == EMPTY


def test_every_fault_of_a_kit_is_told_by_its_published_name(site: Site) -> None:
    body = {"brandFont": "comic", "legalLine": 5}
    refused = site.us.ask("PUT", "/brand-kit", json=body)

    assert refused.status_code == 400
    assert set(refused.json()["details"]["fieldErrors"]) == {"brandFont", "legalLine"}
