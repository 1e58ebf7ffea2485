"""
Who may call: organisations and their keys.

**Owns** `Organization`, `ApiKey`, the form of a key and its digest. **Does not own**
rates and concurrency (`quotas`) or money (`ledger`). **Invariants**: the plain key is
never stored; a revoked key never becomes valid again.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Final

from attrs import frozen

from ars0n_core.ids import ApiKeyId, OrganizationId
from ars0n_core.quotas import Tier
from ars0n_core.specs.brands import BrandKit

LIVE_PREFIX: Final = "sk_live_"
"""
The documents' prefix of a key that charges.
"""

TEST_PREFIX: Final = "sk_test_"
"""
The prefix of a key that runs the offline providers and charges nothing.
"""

_KEY: Final = re.compile(r"sk_(?:live|test)_[0-9a-f]{64}\Z")


@frozen(kw_only=True)
class Organization:
    """
    A customer. ``unlimited`` (partners): booked, but not limited by a balance. ``brand`` is
    what it puts into every order.
    """

    id: OrganizationId
    name: str
    tier: Tier = Tier.FREE
    unlimited: bool = False
    brand: BrandKit | None = None
    created_at: datetime


@frozen(kw_only=True)
class ApiKey:
    """
    A key as stored: its digest, and the few characters that let people tell keys apart.

    ``monthly_credits_max`` caps what the key may spend in a calendar month (UTC).
    """

    id: ApiKeyId
    organization_id: OrganizationId
    name: str
    digest: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    monthly_credits_max: int | None = None

    @property
    def is_test(self) -> bool:
        """
        Whether the key charges nothing.
        """
        return self.hint.startswith(TEST_PREFIX)


def digest(key: str) -> str:
    """
    Return what is stored of a plain key: SHA-256, 64 hex characters.

    A fast hash is right here: the key holds 256 random bits (ASVS 6.5.2).
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_well_formed(key: str) -> bool:
    """
    Whether *key* has the documents' form: the prefix and 64 hex characters.

    >>> is_well_formed("sk_live_")
    False
    """
    return _KEY.match(key) is not None


def hint(key: str) -> str:
    """
    Return the part of *key* that may be shown in lists: the prefix and 4 characters.
    """
    return key[: len(LIVE_PREFIX) + 4]
