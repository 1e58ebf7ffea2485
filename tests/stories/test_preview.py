"""
Hearing a voice: paid once, given back once when nothing is heard.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import (
    InsufficientCreditsError,
    InvalidRequestError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitExceededError,
)
from ars0n_core.ledger import EntryKind
from ars0n_core.usecases import preview as previews
from ars0n_core.usecases.sweep import sweep

if TYPE_CHECKING:
    from ars0n_core.usecases.callers import Caller
    from ars0n_core.usecases.preview import Preview

    from .conftest import Stage


def heard(
    stage: Stage, text: str = "Hear me out.", voice_id: str = "ada", caller: Caller | None = None
) -> Preview:
    return previews.preview(
        stage.ports, stage.policy, caller or stage.caller, text=text, voice_id=voice_id
    )


def test_a_preview_costs_three_and_can_be_heard_for_an_hour(stage: Stage) -> None:
    answer = heard(stage)

    assert answer.duration_seconds == pytest.approx(0.9)
    assert answer.credits == 3
    assert stage.balance() == 997
    expires = int((stage.clock.now() + timedelta(hours=1)).timestamp())
    assert answer.audio_url.endswith(f"expires={expires}")


@pytest.mark.parametrize(
    ("text", "voice_id", "field"),
    [
        ("", "ada", "text"),
        ("...", "ada", "text"),
        ("x" * 5001, "ada", "text"),
        ("Hi", "no", "voice_id"),
    ],
)
def test_a_faulty_preview_is_not_charged(
    stage: Stage, text: str, voice_id: str, field: str
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        heard(stage, text, voice_id)

    assert set(caught.value.field_errors) == {field}
    assert stage.balance() == 1000


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (ProviderUnavailableError("away"), ProviderUnavailableError),
        (ProviderRejectedError("no"), InvalidRequestError),
        (ZeroDivisionError(), ZeroDivisionError),
    ],
)
def test_a_preview_that_is_not_heard_is_given_back(
    stage: Stage, fault: Exception, raised: type[Exception]
) -> None:
    stage.flaky("speech").plan_fault("speak", fault)

    with pytest.raises(raised):
        heard(stage)

    assert stage.balance() == 1000
    assert not stage.blobs.keys


def test_a_preview_that_can_not_be_stored_is_given_back(stage: Stage) -> None:
    stage.flaky("blobs").plan_fault("put", PortError("full"))

    with pytest.raises(PortError):
        heard(stage)

    assert stage.balance() == 1000


def test_a_preview_needs_its_credits(stage: Stage) -> None:
    with pytest.raises(InsufficientCreditsError):
        heard(stage, caller=stage.customer("poor", 2))


def test_previews_are_rationed_by_the_day(stage: Stage) -> None:
    for _ in range(4):
        heard(stage, "word " * 1000)

    with pytest.raises(QuotaExceededError):
        heard(stage, "one more")

    stage.clock.pass_by(timedelta(hours=24, seconds=1))
    heard(stage, "one more")


def test_a_preview_too_long_for_what_is_left_uses_nothing_of_it(stage: Stage) -> None:
    for _ in range(3):
        heard(stage, "word " * 1000)
    heard(stage, "word " * 980)

    with pytest.raises(QuotaExceededError) as caught:
        heard(stage, "word " * 1000)

    assert (caught.value.used, caught.value.limit) == (199, 200)
    assert stage.balance() == 1000 - 4 * 3
    heard(stage, "a short one")


def test_a_process_that_dies_while_speaking_costs_the_customer_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.flaky("speech").plan_fault("speak", KeyboardInterrupt())
    with monkeypatch.context() as dying:
        dying.setattr(previews, "_refund", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            heard(stage)
    assert stage.balance() == 997

    for _ in range(3):
        stage.clock.pass_by(timedelta(minutes=20))
        sweep(stage.ports, stage.policy)

    assert stage.balance() == 1000


def test_a_heard_preview_stays_paid_and_its_audio_goes(stage: Stage) -> None:
    heard(stage)

    stage.clock.pass_by(timedelta(minutes=30))
    sweep(stage.ports, stage.policy)
    assert stage.blobs.keys
    stage.clock.pass_by(timedelta(hours=3))
    sweep(stage.ports, stage.policy)

    assert not stage.blobs.keys
    assert stage.balance() == 997


def test_a_test_key_hears_for_free(stage: Stage) -> None:
    tester = stage.customer("tester", key="sk_test_")

    assert heard(stage, caller=tester).credits == 0
    assert not stage.entries(tester)


def test_a_test_keys_preview_that_fails_books_nothing(stage: Stage) -> None:
    tester = stage.customer("tester", key="sk_test_")
    stage.flaky("speech").plan_fault("speak", ProviderUnavailableError("away"))

    with pytest.raises(ProviderUnavailableError):
        heard(stage, caller=tester)

    assert not stage.entries(tester)


def test_what_a_voice_can_not_speak_is_refused_before_it_is_charged(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        heard(stage, "something unspeakable")

    assert set(caught.value.field_errors) == {"text"}
    assert stage.balance() == 1000


def test_what_can_not_be_counted_is_not_spoken(stage: Stage) -> None:
    stage.flaky("rates").plan_fault("hit", PortError("away"))

    with pytest.raises(RateLimitExceededError) as caught:
        heard(stage)

    assert caught.value.reset_at == stage.clock.now() + timedelta(seconds=60)
    assert stage.balance() == 1000


def test_a_preview_about_to_be_spoken_anew_is_given_back_once(stage: Stage) -> None:
    since = stage.clock.now()
    heard(stage)
    (charge,) = [entry for entry in stage.entries() if entry.kind is EntryKind.CHARGE]

    for reference in ("charge/preview_else", charge.reference, charge.reference):
        with stage.ports.store.transaction() as tx:
            previews.take_back(
                stage.ports,
                tx,
                stage.caller.organization.id,
                reference,
                since=since,
                now=stage.clock.now(),
            )
            tx.commit()

    assert stage.balance() == 1000
