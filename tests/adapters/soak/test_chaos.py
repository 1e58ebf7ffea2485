"""
Two processes serve one database, and thirty-two threads order, poll, retry, cancel,
regenerate and edit for the same organisation for a while, over HTTP, with providers that
fail: afterwards the ledger sums, no job ran twice, and nobody was answered with a fault of
ours.

Not part of an ordinary run: ``nox -s soak`` runs it for a minute on each database.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ars0n_adapters.cli import books
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import RandomIds, SystemClock
from ars0n_core import ledger
from ars0n_core.access import Organization
from ars0n_core.ids import EntryId, OrganizationId
from ars0n_core.ledger import Booking
from ars0n_core.quotas import Tier
from ars0n_core.usecases import billing

ROOT = Path(__file__).parents[3]
SECONDS = float(os.environ["ARS0N_SOAK_SECONDS"])
OURS = OrganizationId("org_ours")


def test_thirty_two_threads_in_two_processes(url: str, tmp_path: Path) -> None:
    key = furnish(url)
    running = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "rioting.py"), url, str(tmp_path),
             str(number), key, str(SECONDS)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            stdout=subprocess.PIPE, text=True,
        )
        for number in range(2)
    ]  # fmt: skip
    said = [one.communicate(timeout=SECONDS + 120)[0] for one in running]
    assert [one.returncode for one in running] == [0, 0], said
    reports = [json.loads(one) for one in said]

    faults = [fault for report in reports for fault in report["faults"]]
    asked = sum((Counter(report["asked"]) for report in reports), Counter[str]())
    performed = Counter(tuple(work) for report in reports for work in report["performed"])
    seconds = sorted(second for report in reports for second in report["seconds"])
    p50, p99 = (1000 * seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    sys.stdout.write(
        f"{url.partition(':')[0]}: {len(seconds)} requests in {SECONDS:g} s, p50 {p50:.0f} ms, "
        f"p99 {p99:.0f} ms, {len(performed)} attempts, {dict(sorted(asked.items()))}\n"
    )
    assert not faults
    assert {work for work, count in performed.items() if count > 1} == set()
    assert sum(report["completed"] for report in reports) > 0
    store = SqlStore(url)
    with store.transaction() as tx:
        organization = tx.organizations.find(OURS)
        total = sum(tx.ledger.balance(OURS, account) for account in ledger.ACCOUNTS)
        assert tx.ledger.balance(OURS, ledger.PREPAID) >= 0
    assert total == 0
    office: Any = SimpleNamespace(store=store)  # of all ports, this one is asked
    assert books.verify(office, organization) == []
    store.close()


def furnish(url: str) -> str:
    """
    Make the customer, and return its key.
    """
    store = SqlStore(url)
    now = SystemClock().now()
    booking = Booking(
        id=EntryId("entry_0"), organization_id=OURS, reference="grant/0", booked_at=now
    )
    with store.transaction() as tx:
        tx.organizations.add(
            Organization(id=OURS, name="Ours", tier=Tier.ENTERPRISE, created_at=now)
        )
        tx.ledger.append(ledger.grant(booking, credits_given=20_000))
        tx.commit()
    office: Any = SimpleNamespace(store=store, clock=SystemClock(), ids=RandomIds())
    key = billing.create_key(office, OURS, "soak").plain
    store.close()
    return key
