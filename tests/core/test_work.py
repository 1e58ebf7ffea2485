"""
What is done already is known by its fingerprint, in this release and the next.
"""

from __future__ import annotations

import hashlib
import math

import pytest

from ars0n_core.work import Json, Operation, WorkItem, digest, fingerprints


def test_a_fingerprint_is_written_as_every_release_has_written_it() -> None:
    edit = WorkItem(
        key="edit-0", operation=Operation.EDIT_IMAGE, grade=(2,), inputs={"tone": "é"}, take=1
    )
    film = WorkItem(key="film", operation=Operation.COMPOSE, needs=("edit-0",))

    # By hand: were this to change, every edit after an upgrade would pay for all of its ad.
    first = hashlib.sha256(
        '{"grade":[2],"inputs":{"tone":"é"},"needs":[],"operation":"nanobanana_edit","take":1}'.encode()
    ).hexdigest()
    second = hashlib.sha256(
        f'{{"grade":[],"inputs":{{}},"needs":["{first}"],"operation":"compositing","take":0}}'.encode()
    ).hexdigest()
    assert fingerprints([edit, film]) == {"edit-0": first, "film": second}


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf]])
def test_what_is_no_json_has_no_fingerprint(value: Json) -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest(value)
