"""
Which providers a deployment gets is its settings' to say; what it lacks is one clear line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters import bootstrap, settings
from ars0n_adapters.bootstrap.late import open_now
from ars0n_adapters.memory import MemoryStore
from ars0n_core.errors import MisconfiguredError
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.testing import fakes
from ars0n_core.testing.conformance.furnishings import NOON, a_version, an_organization
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = [name for names in settings.KEYS.values() for name in names]
CHOICES = {
    "planner": "gemini",
    "images": "gemini",
    "clips": "veo",
    "speech": "elevenlabs",
    "music": "elevenlabs",
}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("choice", "variable"),
    [
        ({"planner": "gemini"}, "GEMINI_API_KEY"),
        ({"images": "gemini"}, "GEMINI_API_KEY"),
        ({"clips": "omni"}, "GEMINI_API_KEY"),
        ({"clips": "veo"}, "ARS0N_VERTEX_PROJECT"),
        ({"speech": "elevenlabs"}, "ELEVENLABS_API_KEY"),
        ({"music": "elevenlabs"}, "ELEVENLABS_API_KEY"),
        ({"storage": "s3"}, "ARS0N_S3_BUCKET"),
    ],
)
def test_a_choice_without_its_key_is_one_clear_line(
    tmp_path: Path, choice: dict[str, str], variable: str
) -> None:
    chosen = settings.read({}, data_dir=tmp_path / "data", **choice)

    with pytest.raises(MisconfiguredError, match=variable) as caught, bootstrap.product(chosen):
        pass
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data").exists()


def test_test_keys_never_reach_a_provider_that_costs_money(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, "secret")

    with bootstrap.product(settings.read({}, data_dir=tmp_path, **CHOICES)) as product:
        for port in (*CHOICES, "voices"):
            here = open_now(getattr(product.test_ports, port))
            assert type(here).__name__.startswith("Offline")
            chosen = open_now(getattr(product.ports, port))
            assert not type(chosen).__name__.startswith("Offline")
        assert product.policy.billed == {
            Operation.EDIT_IMAGE, Operation.GENERATE_CLIP, Operation.SPEAK,
            Operation.COMPOSE, Operation.MIX,  # which order the bed
        }  # fmt: skip
        assert not product.policy.repeats_unknown
        assert "secret" not in repr(product.ports)


def test_offline_nothing_is_billed(tmp_path: Path) -> None:
    with bootstrap.product(settings.read({}, data_dir=tmp_path)) as product:
        assert product.policy.billed == frozenset()
        assert product.ports == product.test_ports


def test_no_vendor_is_imported_until_it_is_used(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\n"
        f"os.environ.update(dict.fromkeys({VARIABLES!r}, 'k'))\n"
        "from ars0n_adapters import bootstrap, settings\n"
        f"chosen = settings.read({{}}, data_dir=Path({str(tmp_path)!r}), storage='s3', "
        f"s3_bucket='abc', **{CHOICES!r})\n"
        "with bootstrap.product(chosen): pass\n"
        "print(*sorted({'google', 'elevenlabs', 'boto3', 'httpx', 'httpx2', 'pydantic'}"
        " & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert not run.stdout.strip()


def test_a_bucket_is_entered_as_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "secret")
    variables = {
        "ARS0N_STORAGE": "s3",
        "ARS0N_S3_BUCKET": "ads",
        "ARS0N_S3_ENDPOINT": "http://127.0.0.1:9",
        "ARS0N_S3_PUBLIC_ENDPOINT": "https://media.example",
        "ARS0N_S3_ADDRESSING": "virtual",
        "ARS0N_S3_CHECKSUMS": "on",
    }

    with bootstrap.product(settings.read(variables, data_dir=tmp_path)) as product:
        blobs: Any = product.ports.blobs
        bucket = blobs._bucket

    assert (bucket.addressing, bucket.checksums) == ("virtual", True)
    assert bucket.public_endpoint == "https://media.example"
    assert bucket.session_token == os.environ["AWS_SESSION_TOKEN"]
    assert "secret" not in repr(bucket)


@pytest.mark.parametrize(("key", "location"), [("", "global"), ("k", None)])
def test_the_agent_platform_is_entered_where_each_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, location: str | None
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", key)
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "t")
    chosen = settings.read({}, data_dir=tmp_path, planner="gemini", clips="veo", vertex_project="p")

    with bootstrap.product(chosen) as product:
        ports: Any = product.ports
        plans = ports.planner.line.account
        (films,) = {line.account for line in ports.clips.lines.values()}

    assert (films.project, films.location) == ("p", "us-central1")
    assert (plans.project, plans.express) == ("p" if location else "", False)
    assert location is None or plans.location == location


def test_adapters_of_ones_own_take_the_place_of_ours(tmp_path: Path) -> None:
    store, images = MemoryStore(), fakes.FakeImages()
    chosen = settings.read({}, data_dir=tmp_path)

    with bootstrap.product(chosen, own={"store": store, "images": images}) as product:
        assert (product.ports.store, product.ports.images) == (store, images)
        # A test key sees the same customers, and costs nobody anything.
        assert product.test_ports.store is store
        assert product.test_ports.images is not images
        assert product.policy.billed == {Operation.EDIT_IMAGE}
    assert not (tmp_path / "ars0n.sqlite3").exists()


def test_leases_are_kept_in_the_store_of_ones_own(tmp_path: Path) -> None:
    """
    Else a long render would be taken for lost, and begun anew by whoever asks next.
    """
    store = MemoryStore()
    chosen = settings.read({}, data_dir=tmp_path)
    with bootstrap.product(chosen, own={"store": store}) as product:
        version = evolve(a_version(), created_at=product.ports.clock.now())
        pipeline, (command,) = graph.claim(
            version.pipeline, version=version.id, now=NOON, bounds=Bounds()
        )
        with store.transaction() as tx:
            tx.organizations.add(an_organization())
            tx.versions.add(evolve(version, pipeline=pipeline))
            tx.commit()

        product.runner._renew(command)  # type: ignore[misc]  # it was given one

    with store.transaction() as tx:
        lease = tx.versions.find(version.id).pipeline.job(command.job).lease_until
    assert lease is not None
    assert lease > NOON + Bounds().lease


def test_what_is_no_port_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(MisconfiguredError, match="database: no such port; there are blobs, clips"),
        bootstrap.product(settings.read({}, data_dir=tmp_path), own={"database": MemoryStore()}),
    ):
        pass
