"""
A charging request may be repeated: it is charged once and answered alike.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.web import asgi, idempotency
from ars0n_adapters.web.endpoints import Context
from ars0n_adapters.web.http import Request
from ars0n_adapters.web.routes import ROUTES
from ars0n_core.errors import (
    IdempotencyInProgressError,
    PortError,
    ProviderUnavailableError,
    UnauthenticatedError,
)
from ars0n_core.ledger import EntryKind
from ars0n_core.ports import Reply
from ars0n_core.usecases import billing
from ars0n_core.usecases.admit import admit

from .conftest import RADIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from ars0n_core.ports import Transaction

    from .conftest import Customer, Site

KEY = {"Idempotency-Key": "order-1"}
SPOKEN = {"text": "Pure sound.", "voiceId": "ada"}


class CrashError(BaseException):
    """
    The process is gone.
    """


def once(site: Site, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return site.us.post(path, body, headers={**KEY, **headers})


def clip_of(told: Any) -> str:
    jobs = told["jobs"]["details"]
    return str(next(job["id"] for job in jobs if job["job_type"] == "video_generation"))


def regeneration(site: Site) -> tuple[str, Any]:
    return f"/jobs/{clip_of(site.finished(site.us.film()))}/regenerate", {}


def edit(site: Site) -> tuple[str, Any]:
    told = site.finished(site.us.film())
    return f"/versions/{told['versionId']}/edit", {"customClips": [
        {"position": 0, "asset_id": site.us.asset(b"\x00\x00\x00\x18ftypisom seconds=5"),
         "duration_seconds": 3},
    ]}  # fmt: skip


def retry(site: Site) -> tuple[str, Any]:
    away = ProviderUnavailableError("away", port="speech")
    site.break_down("speech", "speak", *[away] * 6)
    told = site.finished()
    failed = next(job["id"] for job in told["jobs"]["details"] if job["status"] == "failed")
    return f"/jobs/{failed}/retry", None


CHARGING = {
    "/generate": lambda _: ("/generate", RADIO),
    "/preview-voice": lambda _: ("/preview-voice", SPOKEN),
    "/jobs/{jobId}/retry": retry,
    "/jobs/{jobId}/regenerate": regeneration,
    "/versions/{versionId}/edit": edit,
}


def test_every_charging_route_is_tried_here() -> None:
    assert {route.path for route in ROUTES if route.charges} == set(CHARGING)


@pytest.mark.parametrize("route", CHARGING)
def test_a_repetition_is_answered_alike_and_charged_once(site: Site, route: str) -> None:
    path, body = CHARGING[route](site)

    first = once(site, path, body)
    charged = site.entries()
    again = once(site, path, body)

    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert site.entries() == charged


@pytest.mark.parametrize("route", CHARGING)
def test_the_same_key_for_something_else_is_refused(site: Site, route: str) -> None:
    path, body = CHARGING[route](site)
    assert once(site, path, body).status_code == 200

    other = once(site, path, {**(body or {}), "maxCredits": 1})

    assert other.status_code == 422
    assert other.json()["code"] == "IDEMPOTENCY_MISMATCH"
    assert other.json()["error"] == "This Idempotency-Key was used before with another request"


def test_keys_are_an_organisations_and_an_endpoints_own(site: Site) -> None:
    theirs = site.customer("theirs")

    ours = once(site, "/generate", RADIO)
    of_theirs = theirs.post("/generate", RADIO, headers=KEY)
    spoken = once(site, "/preview-voice", SPOKEN)

    assert ours.json()["versionId"] != of_theirs.json()["versionId"]
    assert spoken.status_code == 200
    for answer in (of_theirs, spoken):
        assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize("key", [b"", b" ", b" a", b"x" * 256, "ü".encode(), b"a\tb"])
def test_a_key_that_is_none_is_refused(site: Site, key: bytes) -> None:
    headers: Any = {b"Idempotency-Key": key}
    answer = site.us.post("/generate", RADIO, headers=headers)

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fieldErrors"]) == ["Idempotency-Key"]
    assert site.entries() == []


@pytest.mark.parametrize("key", ["a", "order 17 of 2026-03-01", "x" * 255])
def test_a_key_is_taken_and_the_document_says_so(site: Site, key: str) -> None:
    operation = site.us.get("/openapi.json").json()["paths"]["/api/v1/generate"]["post"]
    (told,) = (one["schema"] for one in operation["parameters"] if one["in"] == "header")
    answer = site.us.post("/generate", RADIO, headers={"Idempotency-Key": key})

    assert answer.status_code == 200
    assert re.search(told["pattern"], key)
    assert told["maxLength"] == 255


def test_what_charged_nothing_is_not_kept(site: Site) -> None:
    poor = site.customer("poor", 3)
    refused = poor.post("/generate", RADIO, headers=KEY)
    site.us = poor
    billing.grant(site.ports, poor.organization_id, 10)
    taken = poor.post("/generate", RADIO, headers=KEY)

    assert (refused.status_code, taken.status_code) == (402, 200)


def test_a_failed_preview_may_be_tried_again(site: Site) -> None:
    site.break_down("speech", "speak", ProviderUnavailableError("away", port="speech"))

    assert once(site, "/preview-voice", SPOKEN).status_code == 503
    assert site.balance() == 10_000
    assert once(site, "/preview-voice", SPOKEN).status_code == 200
    assert site.balance() == 9_997


def test_answers_are_forgotten_after_a_day(site: Site) -> None:
    first = once(site, "/generate", RADIO).json()
    site.clock.pass_by(timedelta(hours=24))
    second = once(site, "/generate", RADIO).json()

    assert first["versionId"] != second["versionId"]
    site.clock.pass_by(timedelta(hours=25))
    assert idempotency.forget_old(site.ports) == 1


def test_of_eight_at_once_one_is_charged(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        ask = partial(once, site, "/generate", RADIO)
        answers = [future.result() for future in [pool.submit(ask) for _ in range(8)]]

    assert {answer.status_code for answer in answers} <= {200, 409}
    told = {answer.text for answer in answers if answer.status_code == 200}
    assert len(told) == 1
    assert len(site.entries()) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "IDEMPOTENCY_IN_PROGRESS"
            assert answer.headers["retry-after"]


def context(site: Site, body: bytes) -> Context:
    caller = admit(site.application.ports, site.policy, site.us.key).caller
    return Context(
        ports=site.application.ports,
        policy=site.policy,
        caller=caller,
        request=Request(headers={"idempotency-key": "order-1"}, body=body),
    )


ORDER = b'{"adFormat":"radio","prompt":"Headphones","duration":15,"voiceId":"ada"}'
ROUTE = {route.path: route for route in ROUTES}


class Crashing:
    """
    A store whose process is gone before, or right after, the commit of this number.
    """

    def __init__(self, behind: Any, number: int, *, after: bool) -> None:
        self.behind = behind
        self.left = number
        self.after = after

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self.behind.transaction() as tx:
            commit = tx.commit

            def crash() -> None:
                self.left -= 1
                if self.left == 0 and not self.after:
                    raise CrashError
                commit()
                if self.left == 0:
                    raise CrashError

            tx.commit = crash
            yield tx


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("path", ["/generate", "/preview-voice"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_crash_anywhere_is_charged_once(
    site: Site, tmp_path: Path, *, kind: str, path: str, after: bool, number: int
) -> None:
    """
    Commit 1 is the claim; 2 the charge, with the answer but for previews; 3 theirs.
    """
    if kind == "sqlite":
        store = SqlStore(f"sqlite:///{tmp_path / 'db.sqlite3'}")
        organization_id = site.us.organization_id
        with site.ports.store.transaction() as tx, store.transaction() as there:
            there.organizations.add(tx.organizations.find(organization_id))
            there.keys.add(tx.keys.of(organization_id)[0])
            for entry in tx.ledger.entries(organization_id):
                there.ledger.append(entry)
            there.commit()
        site.ports = evolve(site.ports, store=store)
    asked = context(site, ORDER if path == "/generate" else b'{"text":"Hi.","voiceId":"ada"}')
    asked = evolve(asked, ports=site.ports)
    crashing = Crashing(site.ports.store, number, after=after)
    dying = evolve(asked, ports=evolve(site.ports, store=crashing))
    told = None
    # A process that is gone can't tidy up either.
    crashes = pytest.MonkeyPatch()
    crashes.setattr(idempotency, "release", lambda *_: None)
    crashes.setattr("ars0n_core.usecases.preview._refund", lambda *_: None)
    try:
        told = asgi.answer(dying, ROUTE[path])
    except CrashError:
        pass
    finally:
        crashes.undo()

    first = None
    if told is None:
        with pytest.raises(IdempotencyInProgressError) if not _is_answered(site, path) else _fine():
            first = asgi.answer(asked, ROUTE[path])
    site.clock.pass_by(idempotency.CLAIMED_FOR)
    again = asgi.answer(asked, ROUTE[path])

    for earlier in (told, first):
        assert earlier is None or earlier.body == again.body
    charged = sum(entry.credits for entry in site.entries())
    returned = sum(entry.credits for entry in site.entries(EntryKind.REFUND))
    assert charged - returned == (4 if path == "/generate" else 3)
    if path == "/generate":
        assert len(site.entries()) == 1
    if kind == "sqlite":
        store.close()


@contextmanager
def _fine() -> Iterator[None]:
    yield


def _is_answered(site: Site, path: str) -> bool:
    with site.ports.store.transaction() as tx:
        reply = tx.replies.find(site.us.organization_id, ROUTE[path].name, "order-1")
    return reply is None or reply.is_answered


def test_who_was_taken_over_charges_nothing(site: Site) -> None:
    asked = context(site, ORDER)
    late = idempotency.claim(
        asked.ports, asked.caller, scope="post_generate", key="order-1", asked=ORDER
    )
    site.clock.pass_by(idempotency.CLAIMED_FOR)
    idempotency.claim(asked.ports, asked.caller, scope="post_generate", key="order-1", asked=ORDER)

    with pytest.raises(IdempotencyInProgressError):
        asgi._charged(asked, ROUTE["/generate"], late)

    assert site.entries() == []


def test_the_answer_is_stored_with_the_charge_or_neither_is(site: Site) -> None:
    asked = context(site, ORDER)
    held = idempotency.HeldStore(asked.ports.store)
    ROUTE["/generate"].endpoint(evolve(asked, ports=evolve(asked.ports, store=held), held=held))
    assert held.held is not None

    def fail(_: Transaction) -> None:
        raise PortError("full", port="store")

    with pytest.raises(PortError):
        held.finish(fail)

    assert site.entries() == []
    with pytest.raises(UnauthenticatedError):
        admit(site.ports, site.policy, "sk_live_" + "0" * 64)  # nothing is left locked


def test_a_use_case_that_stores_twice_is_noticed(site: Site) -> None:
    held = idempotency.HeldStore(site.ports.store)
    with held.transaction() as tx:
        tx.replies.save(a_reply(site.us, site))
        tx.commit()
    with pytest.raises(RuntimeError), held.transaction():
        pass
    held.drop()
    with site.ports.store.transaction() as tx:
        assert tx.replies.find(site.us.organization_id, "s", "k") is None


def a_reply(customer: Customer, site: Site) -> Reply:
    return Reply(
        organization_id=customer.organization_id,
        scope="s",
        key="k",
        fingerprint="",
        token="",
        asked_at=site.clock.now(),
        claimed_until=site.clock.now(),
    )
