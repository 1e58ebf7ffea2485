"""
What is said, line by line, dealt over the scenes of a film.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.plans.budget import count_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_LATE_COST: Final = 60  # as much as eight words too many


@frozen
class Line:
    """
    A sentence or two, and the features it tells; a filler tells nothing of the product.
    """

    text: str
    features: tuple[str, ...] = ()
    is_filler: bool = False

    @property
    def words(self) -> int:
        """
        How many words' time it takes to say.
        """
        return count_words(self.text)


def dealt(spoken: Sequence[Line], scene_words: Sequence[int]) -> list[list[Line]]:
    """
    Return *spoken* cut into scenes so that each says about its share, none too much.
    """
    count = len(scene_words)
    total = sum(line.words for line in spoken)
    shares = [words * total / sum(scene_words) for words in scene_words]
    sums = [0]
    for line in spoken:
        sums.append(sums[-1] + line.words)
    # costs[n]: of the cheapest way to say the first n lines in the scenes so far
    costs: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    costs += [(float("inf"), ())] * len(spoken)
    # the last scene has no super: features are said before it
    shown = [sum(bool(line.features) for line in spoken[i:]) for i in range(len(spoken) + 1)]
    for i, (share, most) in enumerate(zip(shares, scene_words, strict=True)):
        late = _LATE_COST if i == count - 1 else 0
        costs = [
            min(
                (
                    costs[start][0]
                    + _cost(sums[end] - sums[start], share, most)
                    + late * shown[start],
                    (*costs[start][1], end),
                )
                for start in range(end + 1)
            )
            for end in range(len(spoken) + 1)
        ]
    ends = costs[-1][1]
    starts = (0, *ends[:-1])
    return [list(spoken[start:end]) for start, end in zip(starts, ends, strict=True)][:count]


def _cost(words: int, share: float, most: int) -> float:
    empty = 0 if words else 500
    return (words - share) ** 2 + 40 * max(0, words - most) ** 2 + empty
