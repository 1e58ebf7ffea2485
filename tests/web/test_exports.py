"""
What stands beside a finished ad, over HTTP: refused in the documents' words, one at a time.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ars0n_core.ids import VersionId

from .conftest import RADIO

if TYPE_CHECKING:
    from .conftest import Site


def export(site: Site, version_id: str, body: Any = None) -> Any:
    return site.us.post(f"/versions/{version_id}/export", {} if body is None else body)


def test_nothing_asked_for_is_what_is_kept_beside_the_ad(site: Site) -> None:
    told = site.finished()
    before = site.balance()

    answer = export(site, told["versionId"])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"].endswith(f'"{told["versionId"]}.zip"')
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    assert site.balance() == before


def test_what_was_packed_counts_as_fetched(site: Site) -> None:
    told = site.finished()

    def delivered() -> bool:
        with site.ports.store.transaction() as tx:
            charge = tx.versions.find(VersionId(told["versionId"])).pipeline.final.charge
        assert charge is not None
        return charge.delivered

    assert export(site, told["versionId"], {"stems": True}).status_code == 503
    assert not delivered()
    assert export(site, told["versionId"]).status_code == 200
    assert delivered()


def test_every_fault_is_told(site: Site) -> None:
    body = {"deliver": "youtube", "subtitles": [7], "stems": "yes", "otio": None, "more": 1}

    answer = export(site, site.finished()["versionId"], body)

    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"] == {
        "deliver": ["Expected array of strings"],
        "subtitles": ["Expected array of strings"],
        "stems": ["Expected boolean"],
    }


@pytest.mark.parametrize("body", [[], "youtube", 7])
def test_what_is_no_object_is_refused(site: Site, body: Any) -> None:
    assert export(site, site.finished()["versionId"], body).status_code == 400


def test_an_ad_that_is_not_finished_is_waited_for(site: Site) -> None:
    answer = export(site, site.us.order()["versionId"])

    assert (answer.status_code, answer.json()["code"]) == (409, "VERSION_NOT_EDITABLE")


def test_another_customers_ad_is_not_there(site: Site) -> None:
    told = site.finished()
    theirs = site.customer("theirs")

    assert theirs.post(f"/versions/{told['versionId']}/export", {}).status_code == 404


def test_a_deployment_that_makes_only_the_ad_says_so(site: Site) -> None:
    answer = export(site, site.finished()["versionId"], {"stems": True})

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def test_one_is_made_at_a_time(site: Site) -> None:
    told = site.finished()
    with site.application.exports.turn():
        answer = export(site, told["versionId"])
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")

    assert export(site, told["versionId"]).status_code == 200


def test_an_order_that_cannot_be_exported_is_refused_before_it_is_charged(site: Site) -> None:
    before = site.balance(), site.snapshot()
    long = {**RADIO, "duration": 60, "deliver": ["spotify_audio", "youtube", "radio_na", "vhs"]}

    for path in ("/generate", "/plan"):
        answer = site.us.post(path, long)
        assert answer.status_code == 400
        told = answer.json()["details"]["fieldErrors"]
        assert list(told) == ["deliver"]
        assert told["deliver"][:2] == [
            "spotify_audio takes at most 30 s, and the ad is 60 s",
            "youtube is for films, and this is a radio ad",
        ]
        assert "'vhs'" in told["deliver"][2]
    for body, faulty in (({"deliver": "vhs"}, "deliver"), ({**long, "duration": 7}, "duration")):
        answer = site.us.post("/generate", {**RADIO, **body})
        assert list(answer.json()["details"]["fieldErrors"]) == [faulty]
    assert (site.balance(), site.snapshot()) == before

    told = site.finished({**RADIO, "deliver": ["spotify_audio", "radio_na"]})
    answer = site.us.post(f"/versions/{told['versionId']}/edit", {"deliver": ["youtube"]})
    assert list(answer.json()["details"]["fieldErrors"]) == ["deliver"]
