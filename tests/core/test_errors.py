"""
What errors say: the documents' sentences, and what to do.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ars0n_core import errors
from ars0n_core.ids import AssetId

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            errors.InsufficientCreditsError(required=140, available=45),
            "This generation requires 140 API credits but you only have 45.",
        ),
        (
            errors.BudgetExceededError(cap=100, spent=90, required=47),
            "This key may spend 100 credits a month and has spent 90; 47 more would exceed it.",
        ),
        (
            errors.AssetNotOwnedError(AssetId("asset_1")),
            "Asset asset_1 is not owned by your organization",
        ),
        (
            errors.JobBusyError(),
            "The final cut is being made right now; try again when it is finished",
        ),
        (
            errors.PriceExceededError(price=47, max_credits=40),
            "This costs 47 credits, more than the allowed 40; nothing was charged",
        ),
        (
            errors.RateLimitExceededError(limit=60, remaining=0, reset_at=NOON),
            "Rate limit exceeded. Try again later.",
        ),
        (
            errors.ConcurrencyLimitError(active=3, maximum=3),
            "Concurrency limit reached. Wait for active generations to complete.",
        ),
        (
            errors.QuotaExceededError("plans", limit=30, used=30, reset_at=NOON),
            "Quota plans is used up: 30 of 30 until 2026-03-01T12:00:00Z",
        ),
        (
            errors.IllegalEventError(job="job_1", status="completed", event="Failed"),
            "Job job_1 is completed: Failed can't happen to it now",
        ),
        (
            errors.QuotaExceededError("previews", limit=200, used=190, reset_at=NOON),
            "Quota previews has too little left for this: 190 of 200 until 2026-03-01T12:00:00Z",
        ),
        (
            errors.QuotaExceededError("storage", limit=5, used=6),
            "Quota storage is used up: 6 of 5",
        ),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else "",
)
def test_an_error_says_what_is_wrong(error: errors.Ars0nError, told: str) -> None:
    assert str(error) == told
