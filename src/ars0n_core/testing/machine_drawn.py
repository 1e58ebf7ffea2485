"""
What a history of the product machine is drawn from: which customer and which order, how
things go on for a while, how much time passes, what is changed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen
from hypothesis import strategies as st

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan

VERSIONS_MAX: Final = 6
# More of them make a history longer, not stranger.

KINDS_RADIO: Final = (3, 7)
KIND_TEST: Final = 10
CROWDED: Final = 2
# One order in six.

SET_BACK: Final = timedelta(seconds=40)
STEPS: Final = (
    timedelta(seconds=6),
    timedelta(minutes=21),
    timedelta(hours=25),
    timedelta(hours=48),
    SET_BACK,
)


@frozen
class Fate:
    """
    How things go on: for so many rounds, with this verdict for one command after some that
    go well; the greedy take what is there after each round.
    """

    rounds: int
    skip: int
    verdict: int
    greedy: bool


PICKS: Final = st.integers(min_value=0, max_value=11)
# Which of several: reduced modulo how many there are.

FATES: Final = st.builds(
    Fate,
    rounds=st.integers(0, 8),
    skip=st.integers(0, 9),
    verdict=PICKS,
    greedy=st.booleans(),
)


def changed(plan: Plan, number: int) -> Plan:
    """
    Return *plan* as a customer would change it.
    """
    first, *rest = plan.scenes or (None,)
    match number % 5:
        case 0 if first is not None:
            return evolve(plan, scenes=(*rest, first))
        case 1 if first is not None:
            return evolve(plan, scenes=(evolve(first, description=f"Anew {number}"), *rest))
        case 2:
            said = plan.segments[0]
            return evolve(plan, segments=(evolve(said, text=f"New {number}."), *plan.segments[1:]))
        case 3:
            return evolve(plan, music_mood=f"mood {number}")
        case _:
            return plan
