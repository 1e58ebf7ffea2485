"""
The OpenAPI document is true: schemathesis tries to show that it isn't.

A few seconds of it here; `python -m tests.web.deep` (the nox session `contract`) goes on
for much longer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from ars0n_adapters.web.examples import EXAMPLES
from ars0n_adapters.web.openapi import document
from ars0n_adapters.web.routes import ROUTES

from .contract import hold

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Site


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("phases", "cases"), [(("examples", "fuzzing"), 1), (("stateful",), 8)], ids=["each", "chains"]
)
def test_the_document_is_true(tmp_path: Path, phases: tuple[str, ...], cases: int) -> None:
    outcome = hold(tmp_path, *phases, cases=cases, steps=4, seed=1)

    assert outcome.failures == []
    assert outcome.cases > 20


def test_the_document_is_served_without_a_key(site: Site) -> None:
    answer = site.client.get("/api/v1/openapi.json")

    assert answer.status_code == 200
    told = answer.json()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "https://ads.example"}]


def test_every_route_says_what_it_takes_and_gives() -> None:
    told = document(2)
    names = set()
    for route in ROUTES:
        operation = told["paths"][f"/api/v1{route.path}"][route.method.lower()]
        names.add(operation["operationId"])
        assert operation["summary"]
        assert {"400", "401", "429", "500", str(route.status)} <= set(operation["responses"])
        assert ("requestBody" in operation) is bool(route.takes)
        for answer in operation["responses"].values():
            assert "X-Request-Id" in answer["headers"]
    assert len(names) == len(ROUTES)


def test_every_reference_leads_somewhere() -> None:
    told = document(2)
    for reference in find(told, "$ref"):
        place = told
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
    schemas = set(told["components"]["schemas"])
    assert {name.rpartition("/")[2] for name in find(told, "$ref")} - {"X"} >= schemas


def find(value: Any, key: str) -> list[str]:
    if isinstance(value, dict):
        found = [value[key]] if isinstance(value.get(key), str) else []
        return found + [one for each in value.values() for one in find(each, key)]
    if isinstance(value, list):
        return [one for each in value for one in find(each, key)]
    return []


def test_every_example_is_of_its_shape() -> None:
    schemas = document(2)["components"]["schemas"]
    for name, examples in EXAMPLES.items():
        for value in examples.values():
            jsonschema_rs.validate(schemas[name], value)
    json.dumps(document(2))


def test_both_editions_have_a_document() -> None:
    first = document(1)["components"]["schemas"]["EstimateRequest"]
    assert first["anyOf"][0]["properties"]["customClipsCount"]["maximum"] == 0
