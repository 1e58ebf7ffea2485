"""
What the stand-ins' book takes for the same request.
"""

from __future__ import annotations

from ars0n_adapters.standins.calls import Call


def test_a_clip_ordered_twice_under_two_labels_is_the_same_order() -> None:
    first, second, other = (
        Call(method="POST", path="/p", body={"instances": [prompt], "labels": {"job": label}})
        for prompt, label in (("a", "job-1"), ("a", "job-2"), ("b", "job-1"))
    )

    assert first.digest == second.digest != other.digest
