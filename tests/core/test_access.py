"""
Keys: their form, what is stored of them, what may be shown.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core.access import LIVE_PREFIX, TEST_PREFIX, ApiKey, digest, hint, is_well_formed
from ars0n_core.ids import ApiKeyId, OrganizationId

SECRET = "0123456789abcdef" * 4


@pytest.mark.parametrize("prefix", [LIVE_PREFIX, TEST_PREFIX])
def test_a_prefix_and_64_hex_characters_are_a_key(prefix: str) -> None:
    assert is_well_formed(prefix + SECRET)


@pytest.mark.parametrize(
    "key",
    [
        "",
        LIVE_PREFIX,
        SECRET,
        LIVE_PREFIX + SECRET[:-1],
        LIVE_PREFIX + SECRET + "0",
        LIVE_PREFIX + SECRET.upper(),
        LIVE_PREFIX + SECRET + "\n",
        " " + LIVE_PREFIX + SECRET,
        "sk_prod_" + SECRET,
        LIVE_PREFIX + "٠" * 64,
    ],
)
def test_anything_else_is_not(key: str) -> None:
    assert not is_well_formed(key)


@given(st.text())
def test_every_text_has_a_digest_that_does_not_tell_it(key: str) -> None:
    stored = digest(key)

    assert len(stored) == 64
    assert stored == digest(key)
    assert len(key) < 3 or key not in stored


def test_a_hint_shows_four_characters() -> None:
    assert hint(LIVE_PREFIX + SECRET) == "sk_live_0123"


@pytest.mark.parametrize(("prefix", "is_test"), [(LIVE_PREFIX, False), (TEST_PREFIX, True)])
def test_a_test_key_knows_that_it_is_one(prefix: str, is_test: bool) -> None:  # noqa: FBT001 - a table's column
    key = ApiKey(
        id=ApiKeyId("key"),
        organization_id=OrganizationId("org"),
        name="x",
        digest=digest(prefix + SECRET),
        hint=hint(prefix + SECRET),
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )

    assert key.is_test is is_test
