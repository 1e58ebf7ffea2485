"""
The answers to polls, kept as they were written: a version is polled far more often than
it changes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.web.replies import tag_of, written
from ars0n_core import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ids import AssetId
    from ars0n_core.usecases.reports import Report

KEPT_MAX: Final = 512
"""
How many answers are kept: a few megabytes.
"""


@frozen
class Told:
    """
    An answer's bytes and its entity tag.
    """

    content: bytes
    tag: str


class Polls:
    """
    What was told last, by version; who may be told is not decided here.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, str], Told] = OrderedDict()
        self._lock = threading.Lock()

    def tell(self, report: Report, link: Callable[[AssetId], str], origin: str) -> Told:
        """
        Return the answer to a poll whose links start with *origin*.
        """
        key = (report.version_id, report.revision, origin)
        with self._lock:
            told = self._kept.get(key)
            if told is not None:
                self._kept.move_to_end(key)
                return told
        content = written(wire.unstructure_report(report, link))
        told = Told(content, tag_of(content))
        with self._lock:
            self._kept[key] = told
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return told
