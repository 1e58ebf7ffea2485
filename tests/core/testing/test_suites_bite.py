"""
The suites find what a stranger's adapter does wrong, and say which values they saw.
"""

from __future__ import annotations

import threading
import unicodedata
from contextlib import contextmanager
from datetime import timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from attrs import evolve

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.memory.messages import MemoryReplies
from ars0n_adapters.memory.store import MemoryTransaction
from ars0n_adapters.memory.tables import Tables
from ars0n_adapters.memory.works import MemoryLedger, MemoryProjects, MemoryVersions
from ars0n_core.testing import fakes
from ars0n_core.testing.conformance import units
from ars0n_core.testing.conformance.files import BlobStoreSuite
from ars0n_core.testing.conformance.furnishings import THEIRS, a_project, an_organization
from ars0n_core.testing.conformance.rates import RateWindowsSuite
from ars0n_core.testing.conformance.speaking import SpeechSuite, VoiceLibrarySuite
from ars0n_core.testing.conformance.stores import StoreSuite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from ars0n_core.ids import OrganizationId, ProjectId, VersionId
    from ars0n_core.ledger import Entry
    from ars0n_core.ports import Narration, Reply, SpeechOrder, Voice
    from ars0n_core.projects import Project, Version
    from ars0n_core.quotas import Decision


class CutOff(MemoryBlobs):
    def copy_to(self, key: str, target: Path) -> None:
        super().copy_to(key, target)
        target.write_bytes(target.read_bytes()[:65_536])


class AsText(MemoryBlobs):
    def copy_to(self, key: str, target: Path) -> None:
        super().copy_to(key, target)
        target.write_bytes(target.read_bytes().replace(b"\r\n", b"\n"))


class Flat(MemoryBlobs):
    def put(self, key: str, source: Path, *, media_type: str) -> None:
        super().put(key.replace("/", "_"), source, media_type=media_type)

    def exists(self, key: str) -> bool:
        return super().exists(key.replace("/", "_"))

    def delete(self, key: str) -> None:
        super().delete(key.replace("/", "_"))


class EmptiedFirst(MemoryBlobs):
    def put(self, key: str, source: Path, *, media_type: str) -> None:
        self.delete(key)
        super().put(key, source, media_type=media_type)


class InPlace:
    """
    Files, each written over the one before: whoever reads meanwhile is let in half way.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._has_readers = False
        self._is_half, self._was_seen = threading.Event(), threading.Event()

    def put(self, key: str, source: Path, *, media_type: str) -> None:
        content = source.read_bytes()
        with (self._folder / f"blob-{key}").open("wb") as file:
            file.write(content[:4096])
            file.flush()
            self._is_half.set()
            if self._has_readers:
                self._was_seen.wait(60)
            self._is_half.clear()
            file.write(content[4096:])

    def copy_to(self, key: str, target: Path) -> None:
        self._has_readers, was_half = True, self._is_half.is_set()
        target.write_bytes((self._folder / f"blob-{key}").read_bytes())
        if was_half:
            self._was_seen.set()


class Holding(MemoryBlobs):
    def __init__(self) -> None:
        super().__init__()
        self._held: list[object] = []

    def copy_to(self, key: str, target: Path) -> None:
        super().copy_to(key, target)
        self._held.append(target.open("rb"))


class ByTheMinute(MemoryRateWindows):
    def hit_all(
        self,
        limits: Mapping[str, int],
        *,
        window: timedelta,
        now: datetime,
        count: int = 1,
    ) -> tuple[Decision, ...]:
        return super().hit_all(limits, window=timedelta(minutes=1), now=now, count=count)


class InWholeSeconds(MemoryRateWindows):
    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime, count: int = 1
    ) -> tuple[Decision, ...]:
        whole = now.replace(microsecond=0)
        return super().hit_all(limits, window=window, now=whole, count=count)


class OneByOne(MemoryRateWindows):
    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        for _ in range(count):
            said = super().hit(key, limit=limit, window=window, now=now)
        return said


class Unlocked(MemoryStore):
    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        yield MemoryTransaction(self._tables.copy(), self._replace)


class LastWins(MemoryStore):
    """
    Nobody waits for anybody; what a unit changed is put over what others did meanwhile.
    """

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        read = self._tables.copy()

        def put(tables: Tables) -> None:
            for name in (one.name for one in attrs.fields(Tables)):
                before, after = getattr(read, name), getattr(tables, name)
                getattr(self._tables, name).update(
                    {key: row for key, row in after.items() if row is not before.get(key)}
                )

        yield MemoryTransaction(read.copy(), put)


class AtOnce(MemoryStore):
    """
    Everything is written at once, and undone when it is not committed.
    """

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        kept = [self._tables.copy()]
        written = self._tables
        yield MemoryTransaction(written, kept.append)
        self._tables = kept[-1]
        for name in (one.name for one in attrs.fields(Tables)):
            getattr(written, name).clear()


class OfTen(MemoryStore):
    """
    Ten places, which an exception doesn't give back.
    """

    def __init__(self) -> None:
        super().__init__()
        self._places = [object()] * 10

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        place = self._places.pop()
        with super().transaction() as tx:
            yield tx
        self._places.append(place)


class ShortTexts(MemoryVersions):
    def add(self, version: Version) -> None:
        super().add(evolve(version, spec=evolve(version.spec, prompt=version.spec.prompt[:255])))


class InSeconds(MemoryLedger):
    def append(self, entry: Entry) -> bool:
        return super().append(evolve(entry, booked_at=entry.booked_at.replace(microsecond=0)))


class In32Bits(MemoryLedger):
    def balance(self, organization_id: OrganizationId, account: str) -> int:
        return min(super().balance(organization_id, account), 2**31 - 1)


class Folding(MemoryLedger):
    def append(self, entry: Entry) -> bool:
        booked = {reference.lower() for _, reference in self._tables.entries}
        return entry.reference.lower() not in booked and super().append(entry)


class InDecimals(MemoryLedger):
    def balance(self, organization_id: OrganizationId, account: str) -> Any:
        return Decimal(super().balance(organization_id, account))


class Composing(MemoryProjects):
    def add(self, project: Project) -> None:
        super().add(evolve(project, name=unicodedata.normalize("NFC", project.name)))


class InBombay(MemoryProjects):
    def find(self, project_id: ProjectId) -> Project:
        project = super().find(project_id)
        there = timezone(timedelta(hours=5, minutes=30))
        return evolve(project, created_at=project.created_at.astimezone(there))


class ShortAnswers(MemoryReplies):
    def save(self, reply: Reply) -> None:
        super().save(evolve(reply, body=reply.body[:65_535]))


class ByName(MemoryVersions):
    """
    As a database does that keeps objects by their keys.
    """

    def find(self, version_id: VersionId) -> Version:
        version = super().find(version_id)
        jobs = dict(sorted(version.pipeline.jobs.items()))
        return evolve(version, pipeline=evolve(version.pipeline, jobs=jobs))


class Mumbling(fakes.FakeSpeech):
    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        spoken = super().speak(order, folder)
        return evolve(spoken, words=tuple(evolve(word, text="…") for word in spoken.words))


def store_of(**repositories: Any) -> MemoryStore:
    class Changed(MemoryStore):
        @contextmanager
        def transaction(self) -> Iterator[MemoryTransaction]:
            with super().transaction() as tx:
                for name, kind in repositories.items():
                    setattr(tx, name, kind(tx._tables))
                yield tx

    return Changed()


def furnished(store: MemoryStore) -> MemoryStore:
    with store.transaction() as tx:
        tx.organizations.add(an_organization())
        tx.organizations.add(an_organization(THEIRS))
        tx.projects.add(a_project())
        tx.commit()
    return store


@pytest.mark.parametrize(
    ("blobs", "rule"),
    [
        (CutOff, "test_a_large_file_comes_back_whole"),
        (AsText, "test_a_large_file_comes_back_whole"),
        (Flat, "test_keys_that_look_alike_are_different_blobs"),
    ],
)
def test_blobs(blobs: Callable[[], MemoryBlobs], rule: str, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(AssertionError, match=r"\d of|assert \["):
        getattr(BlobStoreSuite(), rule)(blobs(), tmp_path / "source", tmp_path)


def test_blobs_that_empty_a_place_first(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(Exception, match="There is no blob k"):
        BlobStoreSuite().test_a_put_that_fails_leaves_what_was_there(
            EmptiedFirst(), tmp_path / "source", tmp_path
        )


def test_blobs_that_are_seen_in_part(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(AssertionError, match="a reader got a part"):
        BlobStoreSuite().test_a_blob_that_is_replaced_is_never_seen_in_part(
            InPlace(tmp_path),  # type: ignore[arg-type]  # all that this rule asks for
            tmp_path / "source",
            tmp_path,
        )


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_blobs_that_hold_files_open(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(AssertionError, match="assert"):
        BlobStoreSuite().test_nothing_is_left_open(Holding(), tmp_path / "source", tmp_path)


@pytest.mark.parametrize("rates", [ByTheMinute, InWholeSeconds])
def test_windows(rates: Callable[[], MemoryRateWindows]) -> None:
    with pytest.raises(AssertionError, match=r"assert \((True|False), True|assert \(True, False"):
        RateWindowsSuite().test_a_window_is_as_long_as_it_is_said_to_be(rates())


def test_windows_that_count_half_of_what_they_refuse() -> None:
    with pytest.raises(AssertionError, match="assert"):
        RateWindowsSuite().test_a_request_may_count_as_several(OneByOne())


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    However slow the machine: in these stores nobody waits for anybody.
    """
    monkeypatch.setattr(units, "MOMENT_SECONDS", 60)


def test_a_lock_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "MOMENT_SECONDS", 5)  # the last of an odd number waits it out
    with pytest.raises(AssertionError, match="assert"):
        StoreSuite().test_the_lock_lets_one_at_a_time_decide(furnished(Unlocked()))


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("rule", ["saves", "books"])
def test_a_store_in_which_the_last_wins(rule: str) -> None:
    with pytest.raises(AssertionError, match=r"2 = len\(\[\d, \d\]\)"):
        getattr(StoreSuite(), f"test_of_two_at_once_only_one_{rule}")(furnished(LastWins()))


@pytest.mark.usefixtures("patient")
def test_a_store_that_shows_what_is_not_committed() -> None:
    with pytest.raises(AssertionError, match=r"\(500, "):
        StoreSuite().test_nobody_sees_what_is_not_committed(furnished(AtOnce()))


def test_a_store_that_runs_out_of_connections() -> None:
    with pytest.raises(IndexError):
        StoreSuite().test_units_leave_nothing_open(furnished(OfTen()))


def test_a_store_that_cuts_texts() -> None:
    with pytest.raises(AssertionError, match="prompt"):
        StoreSuite().test_what_is_long_and_exact_comes_back_as_it_was(store_of(versions=ShortTexts))


def test_a_book_in_whole_seconds() -> None:
    with pytest.raises(AssertionError, match="booked_at"):
        StoreSuite().test_entries_come_in_the_order_they_were_booked(
            furnished(store_of(ledger=InSeconds))
        )


def test_a_book_of_32_bits() -> None:
    with pytest.raises(AssertionError, match="2147483647 == 6000000000"):
        StoreSuite().test_balances_may_be_large(furnished(store_of(ledger=In32Bits)))


@pytest.mark.parametrize(
    ("repositories", "rule", "said"),
    [
        ({"ledger": Folding}, "names_are_told_apart_to_the_letter", "PURCHASE/1 was taken"),
        ({"ledger": InDecimals}, "credits_are_whole_numbers", "'a balance': 'Decimal'"),
        ({"projects": Composing}, "texts_are_kept_sign_for_sign", r"Caf\\\\xe9"),
        ({"projects": InBombay}, "instants_come_back_in_utc", "'a project': datetime.timedelta"),
        ({"replies": ShortAnswers}, "what_is_large_comes_back_whole", "65535 of 100003 characters"),
        ({"versions": ByName}, "jobs_stay_in_the_order_of_the_work_list", "job_a"),
    ],
)
def test_a_store_that_changes_what_it_keeps(
    repositories: dict[str, Any], rule: str, said: str
) -> None:
    store = store_of(**repositories)
    with pytest.raises(AssertionError, match=said):
        getattr(StoreSuite(), f"test_{rule}")(furnished(store))


def test_a_store_whose_answers_are_gone_after_a_restart() -> None:
    before = furnished(MemoryStore())
    after = store_of(replies=lambda _: MemoryReplies(Tables()))
    after._tables = before._tables
    commit = before._replace

    def keep(tables: Tables) -> None:
        commit(tables)
        after._tables = tables

    before._replace = keep  # type: ignore[method-assign]  # on purpose
    with pytest.raises(AssertionError, match="None"):
        StoreSuite().test_all_that_is_committed_is_there_in_another_process(before, after)


def test_a_store_that_shows_what_was_there_when_it_was_opened() -> None:
    ours, theirs = furnished(MemoryStore()), MemoryStore()
    theirs._tables = ours._tables
    theirs._replace = ours._replace  # type: ignore[method-assign]  # on purpose
    with pytest.raises(AssertionError, match="None"):
        StoreSuite().test_nothing_that_was_read_before_hides_what_is_there_now(ours, theirs)


def test_voices_of_which_one_word_is_enough() -> None:
    class Lax(fakes.FakeVoices):
        def voices(
            self, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
        ) -> tuple[Voice, ...]:
            words = {gender.lower(), accent.lower(), age.lower()}
            fit = tuple(one for one in self.library if words & {one.gender, one.accent, one.age})
            return fit or super().voices(text=text)

    with pytest.raises(AssertionError, match=r"asked for .*'accent': 'american'.*ada is"):
        VoiceLibrarySuite().test_words_narrow_in_any_case(Lax())


def test_windows_that_take_one_key_for_another() -> None:
    class Loud(MemoryRateWindows):
        def hit_all(
            self, limits: Mapping[str, int], *, window: timedelta, now: datetime, count: int = 1
        ) -> tuple[Decision, ...]:
            louder = {key.upper(): limit for key, limit in limits.items()}
            return super().hit_all(louder, window=window, now=now, count=count)

    with pytest.raises(AssertionError, match="'A' was counted as 'a'"):
        RateWindowsSuite().test_keys_do_not_share_a_window(Loud())


def test_a_narration_without_its_words(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Meet"):
        SpeechSuite().test_the_words_are_those_of_the_texts(Mumbling(), "ada", tmp_path)
