"""
Charging requests that may be repeated: the same ``Idempotency-Key``, the same answer.

An answer is stored in the transaction that stores the charge it answers for (`HeldStore`
keeps that transaction open until the answer is known), so there is no moment at which
one is there without the other. A preview takes long between its charge and its answer:
its charge is noted with it (`MarkingStore`), and should nobody live to answer, it is given
back before the repetition charges anew.

Kept for 24 hours, by organisation, mode and endpoint. What charged nothing, an error
above all, is not kept: who is told 402 may buy credits and send the same key again.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ars0n_adapters.web.http import Answer
from ars0n_core.errors import (
    IdempotencyInProgressError,
    IdempotencyMismatchError,
    InvalidRequestError,
)
from ars0n_core.ledger import EntryKind
from ars0n_core.ports import Reply
from ars0n_core.usecases import conflicts
from ars0n_core.usecases.preview import take_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ars0n_core.ledger import Entry
    from ars0n_core.ports import Ports, Store, Transaction
    from ars0n_core.ports.store import Ledger
    from ars0n_core.usecases.callers import Caller

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = {"Idempotent-Replayed": "true"}

KEPT_FOR: Final = timedelta(hours=24)

CLAIMED_FOR: Final = timedelta(minutes=5)
"""
How long one who answers may take before a repetition may answer instead. Who comes later
than that charges nothing any more.
"""

KEY_CHARACTERS_MAX: Final = 255
KEY_PATTERN: Final = "^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$"
"""
Printable ASCII; spaces at its ends are none of a header's value.
"""

_KEY: Final = re.compile(KEY_PATTERN.removesuffix("$") + r"\Z")


def claim(ports: Ports, caller: Caller, *, scope: str, key: str, asked: bytes) -> Reply:
    """
    Return the reply that is already there, or a new one, ours to give.

    Raises:
        InvalidRequestError: The key is not 1 to 255 printable ASCII characters.
        IdempotencyMismatchError: It was used for something else.
        IdempotencyInProgressError: The first request is still being answered.
    """
    if len(key) > KEY_CHARACTERS_MAX or not _KEY.match(key):
        message = f"Must be 1 to {KEY_CHARACTERS_MAX} printable ASCII characters"
        raise InvalidRequestError({HEADER: [message]})
    now = ports.clock.now()
    mine = Reply(
        organization_id=caller.organization.id,
        scope=f"{scope}/test" if caller.is_test else scope,
        key=key,
        fingerprint=hashlib.sha256(asked).hexdigest(),
        token=ports.ids.secret(),
        asked_at=now,
        claimed_until=now + CLAIMED_FOR,
    )
    return conflicts.settle(lambda: _claim(ports, mine))


def _claim(ports: Ports, mine: Reply) -> Reply:
    now = mine.asked_at
    with ports.store.transaction() as tx:
        # Whoever asks at the same moment waits here, and then finds what is written.
        tx.organizations.lock(mine.organization_id)
        known = tx.replies.find(mine.organization_id, mine.scope, mine.key)
        if known is not None and known.asked_at + KEPT_FOR > now:
            if known.fingerprint != mine.fingerprint:
                message = f"This {HEADER} was used before with another request"
                raise IdempotencyMismatchError(form_errors=[message])
            if known.is_answered:
                return known
            if known.claimed_until > now:
                raise IdempotencyInProgressError
            if known.booked:
                since = known.asked_at - CLAIMED_FOR  # another machine's clock may be behind
                take_back(ports, tx, mine.organization_id, known.booked, since=since, now=now)
        tx.replies.save(mine)
        tx.commit()
    return mine


def release(ports: Ports, mine: Reply) -> None:
    """
    Forget a claim that was not answered and charged nothing.
    """

    def forget() -> None:
        with ports.store.transaction() as tx:
            known = tx.replies.find(mine.organization_id, mine.scope, mine.key)
            if known is not None and known.token == mine.token and not known.is_answered:
                tx.replies.delete(mine.organization_id, mine.scope, mine.key)
                tx.commit()

    conflicts.settle(forget)


def store(tx: Transaction, mine: Reply, answer: Answer) -> None:
    """
    Store *answer*, to be repeated.

    Raises:
        IdempotencyInProgressError: Somebody else answers by now.
    """
    require(tx, mine)
    body = json.dumps(answer.body, ensure_ascii=False)
    tx.replies.save(evolve(mine, status=answer.status, body=body))


def require(tx: Transaction, mine: Reply) -> None:
    """
    Refuse to go on for a claim that was taken over.

    Raises:
        IdempotencyInProgressError: It was.
    """
    known = tx.replies.find(mine.organization_id, mine.scope, mine.key)
    if known is None or known.token != mine.token:
        raise IdempotencyInProgressError


def repeated(reply: Reply) -> Answer:
    """
    Return the answer of *reply* again.
    """
    return Answer(status=reply.status, body=json.loads(reply.body), headers=REPLAYED)


def forget_old(ports: Ports) -> int:
    """
    Forget the answers that need not be repeated any more and return how many there were.
    """
    with ports.store.transaction() as tx:
        forgotten = tx.replies.forget(ports.clock.now() - KEPT_FOR)
        tx.commit()
    return forgotten


class HeldStore:
    """
    A `Store` whose one unit of work that stores anything stays open, for what must be
    stored with it: `transaction` of it, then `finish` or `drop`.
    """

    def __init__(self, behind: Store) -> None:
        self._behind = behind
        self._open: tuple[AbstractContextManager[Transaction], Transaction] | None = None

    @property
    def held(self) -> Transaction | None:
        """
        The unit of work that is held, if there is one.
        """
        return self._open[1] if self._open else None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        Open a unit of work; if it is committed, it is held instead.
        """
        if self._open is not None:
            message = "A charging use case stores everything in one unit of work, its last"
            raise RuntimeError(message)
        context = self._behind.transaction()
        tx = _Held(context.__enter__())
        try:
            yield tx
        except BaseException:
            if not context.__exit__(*sys.exc_info()):
                raise
        else:
            if tx.is_committed:
                self._open = (context, tx.behind)
            else:
                context.__exit__(None, None, None)

    def finish(self, write: Callable[[Transaction], None]) -> None:
        """
        Have *write* add to what is held, and store it all; if it raises, nothing is.
        """
        if self._open is None:
            return
        (context, tx), self._open = self._open, None
        try:
            write(tx)
            tx.commit()
        except BaseException:
            if not context.__exit__(*sys.exc_info()):
                raise
        else:
            context.__exit__(None, None, None)

    def drop(self) -> None:
        """
        Forget what is held.
        """
        if self._open is not None:
            (context, _), self._open = self._open, None
            context.__exit__(None, None, None)


class _Held:
    """
    A `Transaction` that only remembers that it was committed.
    """

    def __init__(self, behind: Transaction) -> None:
        self.behind = behind
        self.is_committed = False
        self.organizations = behind.organizations
        self.keys = behind.keys
        self.assets = behind.assets
        self.projects = behind.projects
        self.versions = behind.versions
        self.ledger = behind.ledger
        self.replies = behind.replies
        self.deliveries = behind.deliveries

    def commit(self) -> None:
        """
        Have the unit of work held.
        """
        self.is_committed = True


class MarkingStore:
    """
    A `Store` that notes with a charge for which claim it was taken.
    """

    def __init__(self, behind: Store, claimed: Reply) -> None:
        self._behind = behind
        self._claimed = claimed

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        Open a unit of work of the store behind.
        """
        with self._behind.transaction() as tx:
            yield _Marking(tx, self._claimed)


class _Marking(_Held):
    def __init__(self, behind: Transaction, claimed: Reply) -> None:
        super().__init__(behind)
        self._claimed = claimed
        self._charges: list[Entry] = []
        self.ledger = _ChargesNoted(behind.ledger, self._charges)

    def commit(self) -> None:
        """
        Note the charge, if there is one, and store everything.
        """
        for entry in self._charges:
            require(self.behind, self._claimed)
            self.behind.replies.save(evolve(self._claimed, booked=entry.reference))
        self._charges.clear()
        self.behind.commit()


class _ChargesNoted:
    def __init__(self, behind: Ledger, charges: list[Entry]) -> None:
        self._charges = charges
        self._append = behind.append
        self.balance = behind.balance
        self.entries = behind.entries

    def append(self, entry: Entry) -> bool:
        """
        Book *entry* unless its reference is booked already.
        """
        is_booked = self._append(entry)
        if is_booked and entry.kind is EntryKind.CHARGE:
            self._charges.append(entry)
        return is_booked
