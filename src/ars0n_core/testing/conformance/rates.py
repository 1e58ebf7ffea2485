"""
What every `RateWindows` must do: an exact rolling window.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ars0n_core.ports import RateWindows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class RateWindowsSuite:
    """
    What every `RateWindows` must do. Subclass it and give the fixture empty windows.
    """

    @pytest.fixture
    def rates(self) -> RateWindows:
        """
        Return empty windows.
        """
        raise AssertionError("give the fixture `rates`")

    def test_as_many_pass_as_the_limit(self, rates: RateWindows) -> None:
        """
        And the next one does not.
        """
        said = [
            rates.hit("a", limit=3, window=MINUTE, now=NOON + timedelta(seconds=number))
            for number in range(4)
        ]

        assert [one.allowed for one in said] == [True, True, True, False]
        assert [one.remaining for one in said] == [2, 1, 0, 0]
        assert {3} == {one.limit for one in said}

    def test_the_window_rolls(self, rates: RateWindows) -> None:
        """
        Room comes back when the oldest leaves, not at the full minute.
        """
        rates.hit("a", limit=2, window=MINUTE, now=NOON)
        rates.hit("a", limit=2, window=MINUTE, now=NOON + timedelta(seconds=59))
        early = rates.hit("a", limit=2, window=MINUTE, now=NOON + timedelta(seconds=59.5))
        freed = rates.hit("a", limit=2, window=MINUTE, now=NOON + timedelta(seconds=60))
        full = rates.hit("a", limit=2, window=MINUTE, now=NOON + timedelta(seconds=61))

        assert (early.allowed, freed.allowed, full.allowed) == (False, True, False)

    def test_a_clock_that_is_set_back_locks_nobody_out(self, rates: RateWindows) -> None:
        """
        What was counted hours ahead counts no more; what was a moment ahead does.
        """
        hour = timedelta(hours=1)
        for ahead in (hour, timedelta(seconds=30)):
            for key in ("a", "b"):
                rates.hit(key + str(ahead), limit=1, window=MINUTE, now=NOON + ahead)
        set_back = rates.hit(f"a{hour}", limit=1, window=MINUTE, now=NOON)
        again = rates.hit(f"a{hour}", limit=1, window=MINUTE, now=NOON)
        (together,) = rates.hit_all({f"b{hour}": 1}, window=MINUTE, now=NOON)
        a_little = rates.hit(f"a{timedelta(seconds=30)}", limit=1, window=MINUTE, now=NOON)

        assert (set_back.allowed, again.allowed, together.allowed) == (True, False, True)
        assert again.reset_at == NOON + MINUTE
        assert not a_little.allowed

    def test_a_window_is_as_long_as_it_is_said_to_be(self, rates: RateWindows) -> None:
        """
        A day's allowance does not come back after a minute, nor a part of a second early.
        """
        day = timedelta(days=1)
        rates.hit("day", limit=1, window=day, now=NOON)
        rates.hit("minute", limit=1, window=MINUTE, now=NOON + timedelta(seconds=0.9))
        hours = rates.hit("day", limit=1, window=day, now=NOON + timedelta(hours=23))
        early = rates.hit("minute", limit=1, window=MINUTE, now=NOON + timedelta(seconds=60.5))

        assert (hours.allowed, early.allowed) == (False, False)
        assert rates.hit("day", limit=1, window=day, now=NOON + day).allowed

    def test_a_limit_may_change(self, rates: RateWindows) -> None:
        """
        Whoever buys a larger one has it with the next request.
        """
        rates.hit("a", limit=1, window=MINUTE, now=NOON)
        raised = rates.hit("a", limit=3, window=MINUTE, now=NOON)
        lowered = rates.hit("a", limit=1, window=MINUTE, now=NOON)

        assert (raised.allowed, raised.remaining, lowered.allowed) == (True, 1, False)

    def test_the_reset_is_when_there_is_room_again(self, rates: RateWindows) -> None:
        """
        A client that waits until then passes.
        """
        rates.hit("a", limit=1, window=MINUTE, now=NOON)
        refused = rates.hit("a", limit=1, window=MINUTE, now=NOON + timedelta(seconds=5))

        assert refused.reset_at == NOON + MINUTE
        assert refused.reset_at.utcoffset() == timedelta(0)
        assert rates.hit("a", limit=1, window=MINUTE, now=refused.reset_at).allowed

    def test_a_refused_request_is_not_counted(self, rates: RateWindows) -> None:
        """
        Whoever hammers still recovers.
        """
        for number in range(50):
            rates.hit("a", limit=1, window=MINUTE, now=NOON + timedelta(seconds=number))

        assert rates.hit("a", limit=1, window=MINUTE, now=NOON + MINUTE).allowed

    def test_keys_do_not_share_a_window(self, rates: RateWindows) -> None:
        """
        One key's burst is no other's loss.
        """
        rates.hit("a", limit=1, window=MINUTE, now=NOON)

        for other in ("b", "A", "a ", "aa"):
            said = rates.hit(other, limit=1, window=MINUTE, now=NOON)
            assert said.allowed, f"{other!r} was counted as 'a'"

    def test_at_once_no_more_pass_than_the_limit(self, rates: RateWindows) -> None:
        """
        Deciding and counting are one step.
        """
        barrier = threading.Barrier(8)
        passed: list[bool] = []

        def hit() -> None:
            barrier.wait(timeout=30)
            said = [rates.hit("a", limit=20, window=MINUTE, now=NOON) for _ in range(10)]
            passed.extend(one.allowed for one in said)

        threads = [threading.Thread(target=hit) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)

        assert sum(passed) == 20

    def test_a_request_may_count_as_several(self, rates: RateWindows) -> None:
        """
        As all of them, or if there is no room for all as none; then it is said when there is.
        """
        said = [
            rates.hit(
                "a", limit=5, window=MINUTE, now=NOON + timedelta(seconds=number), count=count
            )
            for number, count in enumerate((2, 2, 3, 1))
        ]
        in_time = rates.hit("a", limit=5, window=MINUTE, now=said[2].reset_at, count=2)
        too_much = rates.hit("b", limit=5, window=MINUTE, now=NOON, count=6)

        assert [(one.allowed, one.remaining) for one in said] == [
            (True, 3), (True, 1), (False, 1), (True, 0),
        ]  # fmt: skip
        assert said[2].reset_at == NOON + MINUTE
        assert in_time.allowed
        assert not too_much.allowed

    def test_what_is_too_much_for_now_is_told_when_it_is_not(self, rates: RateWindows) -> None:
        """
        Not when the oldest has left, if that leaves too little room.
        """
        for second in range(4):
            rates.hit("a", limit=4, window=MINUTE, now=NOON + timedelta(seconds=second))
        refused = rates.hit("a", limit=4, window=MINUTE, now=NOON + timedelta(seconds=9), count=3)

        assert refused.reset_at == NOON + timedelta(seconds=2) + MINUTE
        assert rates.hit("a", limit=4, window=MINUTE, now=refused.reset_at, count=3).allowed

    def test_one_request_may_count_in_several_windows(self, rates: RateWindows) -> None:
        """
        Each says what it has left.
        """
        one, all_of_them = rates.hit_all({"a": 2, "all": 5}, window=MINUTE, now=NOON)

        assert (one.remaining, all_of_them.remaining) == (1, 4)
        assert (one.limit, all_of_them.limit) == (2, 5)
        assert rates.hit("all", limit=5, window=MINUTE, now=NOON).remaining == 3

    @pytest.mark.parametrize("order", [("full", "free"), ("free", "full")])
    def test_a_full_window_costs_nothing_in_the_others(
        self, rates: RateWindows, order: tuple[str, str]
    ) -> None:
        """
        It is said which is full; the other has counted nothing.
        """
        rates.hit("full", limit=1, window=MINUTE, now=NOON)
        said = rates.hit_all(dict.fromkeys(order, 1), window=MINUTE, now=NOON)

        assert {name: one.allowed for name, one in zip(order, said, strict=True)} == {
            "full": False,
            "free": True,
        }
        assert rates.hit("free", limit=1, window=MINUTE, now=NOON).allowed

    def test_at_once_several_windows_are_one_step(self, rates: RateWindows) -> None:
        """
        What passes is what the common window takes, and nothing else was counted.
        """
        barrier = threading.Barrier(4)
        passed: list[bool] = []

        def hit(name: str) -> None:
            barrier.wait(timeout=30)
            for _ in range(10):
                said = rates.hit_all({name: 10, "all": 15}, window=MINUTE, now=NOON)
                passed.append(all(one.allowed for one in said))

        names = ("a", "b", "c", "d")
        threads = [threading.Thread(target=hit, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        left = [
            rates.hit_all({name: 50}, window=MINUTE, now=NOON)[0].remaining + 1 for name in names
        ]

        assert sum(passed) == 15
        assert sum(50 - one for one in left) == 15
