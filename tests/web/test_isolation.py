"""
No route lets one organisation at another's things, by any id it takes.

The cases are made from the route table and the bodies' schemas: a new route, or a new
field that holds an id, is refused by the first test until it is tried here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from ars0n_adapters.web.http import API_PREFIX
from ars0n_adapters.web.openapi import document
from ars0n_adapters.web.routes import ROUTES
from ars0n_core.testing import fakes

from .conftest import RADIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from .conftest import Customer, Site

ASSET_IDS = {"imageAssetIds", "logoAssetId", "musicAssetId", "customClips.asset_id",
             "plan.scenes.image_asset_id"}  # fmt: skip
OTHER_IDS = {"voiceId", "projectId"}


class Theirs:
    """
    Everything another organisation has, by the name of the parameter that takes its id.
    """

    def __init__(self, site: Site) -> None:
        self.customer = site.customer("theirs")
        told = site.finish(self.customer.order(self.customer.film())["versionId"], self.customer)
        self.version = told["versionId"]
        self.running = self.customer.order(RADIO)["versionId"]
        self.job = next(
            job["id"] for job in told["jobs"]["details"] if job["job_type"] == "video_generation"
        )
        self.project = told["projectId"]
        self.image = self.customer.asset()
        self.clip = self.customer.asset(fakes.footage(5))
        self.sound = self.customer.asset(fakes.sound(5))

    @property
    def of_path(self) -> dict[str, list[str]]:
        return {
            "versionId": [self.version, self.running],
            "jobId": [self.job],
            "assetId": [self.image],
            "projectId": [self.project],
        }


Case = tuple[str, str, dict[str, Any]]


def in_paths(theirs: Theirs) -> Iterator[Case]:
    for route in ROUTES:
        for name in re.findall(r"\{(\w+)\}", route.path):
            for value in theirs.of_path[name]:
                body: dict[str, Any] = {"json": {}} if route.method == "POST" else {}
                yield route.method, route.path.replace(f"{{{name}}}", value), body


def in_queries(theirs: Theirs) -> Iterator[Case]:
    for route in ROUTES:
        if "id" in route.query:
            yield route.method, f"{route.path}?id={theirs.image}", {}


def in_bodies(us: Customer, theirs: Theirs, version: str) -> Iterator[Case]:
    film = us.film()
    plan = us.post("/plan", film).json()["plan"]
    foreign = {
        "imageAssetIds": lambda body: {**body, "imageAssetIds": [theirs.image]},
        "logoAssetId": lambda body: {**body, "logoAssetId": theirs.image},
        "musicAssetId": lambda body: {**body, "musicAssetId": theirs.sound},
        "customClips.asset_id": lambda body: {**body, "customClips": [
            {"position": 0, "asset_id": theirs.clip, "duration_seconds": 3},
        ]},
        "plan.scenes.image_asset_id": lambda body: {**body, "plan": {**plan, "scenes": [
            {**scene, "image_asset_id": theirs.image} for scene in plan["scenes"]
        ]}},
    }  # fmt: skip
    assert set(foreign) == ASSET_IDS
    for route in ROUTES:
        taken = ids_in(route.takes) if route.takes else set()
        start: dict[str, Any] = film if route.path in {"/generate", "/plan"} else {}
        path = route.path.replace("{versionId}", version)
        for name in taken & ASSET_IDS:
            change: Callable[[Any], Any] = foreign[name]
            yield route.method, path, {"json": change(start)}
        if "projectId" in taken:
            yield route.method, path, {"json": {**RADIO, "projectId": theirs.project}}


def ids_in(body: str) -> set[str]:
    """
    The dotted names of the fields of a body that hold ids.
    """
    schema = document(2)["components"]["schemas"][body]

    def walk(part: Any, place: str) -> Iterator[str]:
        if isinstance(part, list):
            for one in part:
                yield from walk(one, place)
        if not isinstance(part, dict):
            return
        for name, field in part.get("properties", {}).items():
            inner = f"{place}.{name}" if place else name
            if re.search(r"(id|Id|Ids)$", name):
                yield inner
            yield from walk(field, inner)
        for key in ("anyOf", "items", "allOf"):
            yield from walk(part.get(key), place)

    return set(walk(schema, ""))


def test_every_id_of_every_body_is_tried_here() -> None:
    for route in ROUTES:
        if route.takes:
            assert ids_in(route.takes) <= ASSET_IDS | OTHER_IDS, route.path


def test_every_id_of_every_path_and_query_is_tried_here() -> None:
    known = {"versionId", "jobId", "assetId", "projectId"}
    for route in ROUTES:
        assert set(re.findall(r"\{(\w+)\}", route.path)) <= known, route.path
        ids = {name for name in route.query if re.search(r"(id|Id)$", name)}
        assert ids <= {"id"}, route.path
    assert set(document(2)["paths"]) == {API_PREFIX + route.path for route in ROUTES}


def test_another_organisations_things_are_out_of_reach(site: Site) -> None:
    theirs = Theirs(site)
    version = site.finished(site.us.film())["versionId"]
    cases = [*in_paths(theirs), *in_queries(theirs), *in_bodies(site.us, theirs, version)]
    before = site.snapshot()

    answers = {
        (method, path, repr(rest)): site.us.ask(method, path, follow_redirects=False, **rest)
        for method, path, rest in cases
    }

    assert len(answers) > 20
    for (method, path, rest), answer in answers.items():
        assert answer.status_code in {403, 404} or _is_expired(answer), (method, path, rest)
    assert site.snapshot() == before


def _is_expired(answer: httpx.Response) -> bool:
    # A plan that names an image the order doesn't have, whoever's it is.
    return answer.status_code == 400 and bool(answer.json()["error"] == "PLAN_EXPIRED")


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobs/{}/cancel", "/projects/{}", "/jobs/{}/retry",
                                  "/versions/{}/edit"])  # fmt: skip
def test_what_is_theirs_is_answered_like_what_is_not(site: Site, path: str) -> None:
    theirs = Theirs(site)
    method = "POST" if path.count("/") == 3 else "DELETE" if "projects" in path else "GET"
    value = {"/jobs/{}/retry": theirs.job, "/projects/{}": theirs.project}.get(path, theirs.version)
    rest: dict[str, Any] = {"json": {}} if method == "POST" else {}

    foreign = site.us.ask(method, path.format(value), **rest)
    none = site.us.ask(method, path.format("x" * len(value)), **rest)

    assert foreign.status_code == none.status_code == 404
    assert foreign.text.replace(value, "") == none.text.replace("x" * len(value), "")
    volatile = {"x-request-id", "x-ratelimit-remaining"}
    assert {n: v for n, v in foreign.headers.items() if n not in volatile} == {
        n: v for n, v in none.headers.items() if n not in volatile
    }


def test_a_list_holds_ones_own_only(site: Site) -> None:
    Theirs(site)

    assert site.us.get("/projects").json()["projects"] == []
    assert site.us.get("/usage").json()["generations"]["total"] == 0
    assert site.us.get("/credits").json()["activeGenerations"] == 0
