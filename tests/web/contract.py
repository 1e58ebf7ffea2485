"""
The OpenAPI document held against the application that serves it, by schemathesis.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import schemathesis
from attrs import define, evolve, field
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from ars0n_adapters.web import create_app
from ars0n_core.ports import Policy, Voice
from ars0n_core.quotas import Decision, Tier
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing

from .conftest import START, FakeSender, fake_ports

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from ars0n_core.ports import Narration, SpeechOrder


BEYOND_THE_SCHEMA = [
    "POST /api/v1/generate",
    "POST /api/v1/plan",
    "POST /api/v1/preview-voice",
    "POST /api/v1/assets",
    "POST /api/v1/versions/{versionId}/edit",
    "POST /api/v1/versions/{versionId}/export",
    "GET /api/v1/usage",
    "POST /api/v1/jobs/{jobId}/retry",
    "POST /api/v1/jobs/{jobId}/regenerate",
]
"""
What no schema can say: that a voice or URL exists, that a plan fits its order, that a
file is a picture, that an idempotency key is new, that a period ends after it starts.
Only here may a request that fits the schema be answered with 400, 402 or 422.
"""

NOT_TOLD_BY_THE_SCHEMA = ["2xx", "3xx", "400", "401", "402", "403", "404", "409", "422", "429"]


@define
class Outcome:
    """
    What a run found.
    """

    failures: list[str] = field(factory=list)
    answers: Counter[tuple[str, int]] = field(factory=Counter)

    @property
    def cases(self) -> int:
        return self.answers.total()


class AnyVoices(fakes.FakeVoices):
    """
    A library in which every id is somebody's, or orders would seldom get beyond that.
    """

    def voice(self, voice_id: str) -> Voice:
        return Voice(voice_id=voice_id, name="Somebody")


class AnySpeech(fakes.FakeSpeech):
    """
    Everybody's voice.
    """

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        return super().speak(evolve(order, voice_id="ada"), folder)


class WideWindows:
    """
    Rate windows without an end: the limiter has tests of its own.
    """

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        del count
        return self.hit_all({key: limit}, window=window, now=now)[0]

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime
    ) -> tuple[Decision, ...]:
        del window
        return tuple(
            Decision(allowed=True, limit=limit, remaining=limit, reset_at=now)
            for limit in limits.values()
        )


def serve(folder: Path) -> tuple[Any, str]:
    """
    Return an application with a rich customer in it, and the customer's key.
    """
    ports = fake_ports(folder, fakes.ManualClock(START))
    ports = evolve(ports, rates=WideWindows(), voices=AnyVoices(), speech=AnySpeech())
    organization = billing.create_organization(ports, "ours", tier=Tier.ENTERPRISE)
    billing.set_unlimited(ports, organization.id, unlimited=True)
    key = billing.create_key(ports, organization.id, "one").plain
    return create_app(ports, Policy(), sender=FakeSender(), base_url="http://localhost"), key


def hold(
    folder: Path,
    *phases: str,
    cases: int,
    steps: int = 6,
    seed: int | None = None,
    only: Sequence[str] = (),
) -> Outcome:
    """
    Run every check in the given phases, against all routes or those whose method and path
    hold one of the texts *only*.
    """
    app, key = serve(folder)
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {"max-examples": cases, "deterministic": seed is not None},
            **({} if seed is None else {"seed": seed}),
            "operations": [
                {
                    "include-name": name,
                    "checks": {
                        "positive_data_acceptance": {"expected-statuses": NOT_TOLD_BY_THE_SCHEMA}
                    },
                }
                for name in BEYOND_THE_SCHEMA
            ]
            + [{"exclude-name-regex": "|".join(map(re.escape, only)), "enabled": False}],
            "phases": {
                name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing")
            }
            | {"stateful": {"enabled": "stateful" in phases, "max-steps": steps}},
        }
    )
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        note(event, outcome)
    return outcome


def note(event: Any, outcome: Outcome) -> None:
    """
    Write an event of the run into its outcome.
    """
    if isinstance(event, FatalError | NonFatalError):
        failed = event.exception if isinstance(event, FatalError) else event.value
        outcome.failures.append(repr(failed))
    if not isinstance(event, ScenarioFinished):
        return
    for interaction in event.recorder.interactions.values():
        if interaction.response is not None:
            outcome.answers[event.label or "", interaction.response.status_code] += 1
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is not None:
                code = check.failure_info.code_sample
                told = check.failure_info.failure
                outcome.failures.append(
                    f"{check.name} [{case_id}]: {told.title}: {told.message}\n{code}"
                )
