"""
Test keys: the offline providers, and nothing charged; nobody drives the other mode's ads.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ars0n_adapters.web import create_app
from ars0n_adapters.web.upkeep import tend
from ars0n_core.testing import fakes

from .conftest import RADIO, Browser, Customer

if TYPE_CHECKING:
    from .conftest import Site


def test_a_test_key_runs_the_test_providers_for_nothing(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)

    order = ours.order(ours.film())
    told = site.finish(order["versionId"], ours)
    spoken = ours.post("/preview-voice", {"text": "Hi.", "voiceId": "ada"})

    assert order["totalCredits"] == 0
    assert told["status"] == "completed"
    assert spoken.status_code == 200
    assert site.balance() == 10_000
    live, test = site.ports.clips, site.test_ports.clips
    assert isinstance(live, fakes.FakeClips)
    assert isinstance(test, fakes.FakeClips)
    assert (len(live.orders), len(test.orders)) == (0, 3)


def test_neither_mode_drives_the_other(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)
    tried = ours.order()["versionId"]
    live = site.us.order()["versionId"]

    for customer, version in ((site.us, tried), (ours, live)):
        for method, path in (
            ("GET", f"/jobs/{version}"),
            ("GET", f"/jobs/{version}/events"),
            ("POST", f"/jobs/{version}/cancel"),
        ):
            assert customer.ask(method, path).status_code == 404
        assert customer.post(f"/versions/{version}/edit", {}).status_code == 404


def test_a_list_shows_the_versions_of_its_mode(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)
    live = site.us.order()
    tried = ours.order({**RADIO, "projectId": live["projectId"]})
    alone = ours.order()

    def latest(customer: Customer) -> dict[str, str]:
        page = customer.get("/projects").json()
        assert page["pagination"]["count"] == len(page["projects"])
        return {one["id"]: one["latestVersion"]["id"] for one in page["projects"]}

    # A client of the documents takes it for granted that there is a latest version.
    assert latest(site.us) == {live["projectId"]: live["versionId"]}
    assert latest(ours) == {
        live["projectId"]: tried["versionId"],
        alone["projectId"]: alone["versionId"],
    }


def test_a_sweep_runs_each_mode_on_its_own_providers(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)
    tried = ours.order(ours.film())["versionId"]

    for _ in range(30):
        assert tend(site.application, drives=True).generating == 1
        site.clock.pass_by(timedelta(seconds=10))
        with site.ports.store.transaction() as tx:
            if not tx.versions.generating():
                break

    assert ours.get(f"/jobs/{tried}").json()["status"] == "completed"
    live, test = site.ports.clips, site.test_ports.clips
    assert isinstance(live, fakes.FakeClips)
    assert isinstance(test, fakes.FakeClips)
    assert (len(live.orders), len(test.orders)) == (0, 3)


def test_modes_take_slots_of_their_own(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)
    for _ in range(3):
        ours.order()

    assert ours.post("/generate", RADIO).status_code == 429
    assert site.us.post("/generate", RADIO).status_code == 200
    assert site.us.get("/credits").json()["activeGenerations"] == 1
    assert ours.get("/credits").json()["activeGenerations"] == 3


def test_without_test_providers_test_keys_are_refused(site: Site) -> None:
    ours = site.key(site.us.organization_id, is_test=True)
    app = create_app(site.ports, site.policy)
    there = Customer(ours.organization_id, Browser(app, site.client._portal), ours.key)

    answer = there.post("/generate", RADIO)

    assert answer.status_code == 403
    assert answer.json() == {"error": "This server takes no test keys", "code": "FORBIDDEN"}
