"""
What the API answers, as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

Json = Any


@frozen(kw_only=True)
class Uploaded:
    """
    A stored file; ``id`` is what orders name.
    """

    id: str
    type: str
    url: str


@frozen(kw_only=True)
class Generated:
    """
    An ad that was ordered.
    """

    project_id: str
    version_id: str
    credits: int
    jobs: int


@frozen(kw_only=True)
class Progress:
    """
    Where an ad stands: ``status`` is generating, completed or failed.
    """

    version_id: str
    status: str
    percent: int
    url: str | None
    report: Mapping[str, Json]

    @property
    def is_over(self) -> bool:
        """
        Whether nothing more will happen.
        """
        return self.status in {"completed", "failed"}
