"""
Who is asking: the organisation, and the key it came with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.access import ApiKey, Organization

if TYPE_CHECKING:
    from ars0n_core.ids import ApiKeyId


@frozen
class Caller:
    """
    An organisation known by its key; without a key it is the deployment's own operator.
    """

    organization: Organization
    key: ApiKey | None = None

    @property
    def key_id(self) -> ApiKeyId | None:
        """
        The key's id, if there is a key.
        """
        return self.key.id if self.key else None

    @property
    def is_test(self) -> bool:
        """
        Whether what is ordered charges nothing.
        """
        return self.key is not None and self.key.is_test
