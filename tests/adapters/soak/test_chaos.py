"""
Two processes and thirty-two threads poll, retry, cancel, regenerate and edit the same
organisation for a while, with providers that fail: afterwards the ledger sums, no job ran
twice, and nobody met an error of ours.

Not part of an ordinary run: ``ARS0N_SOAK_SECONDS=60 pytest tests/adapters/soak`` runs it.
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

import pytest

from ars0n_adapters.cli import books
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import SystemClock
from ars0n_core import ledger
from ars0n_core.access import Organization
from ars0n_core.ids import EntryId, OrganizationId
from ars0n_core.ledger import Booking
from ars0n_core.quotas import Tier

ROOT = Path(__file__).parents[3]
SECONDS = float(os.environ["ARS0N_SOAK_SECONDS"])
OURS = OrganizationId("org_ours")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    found: str = request.getfixturevalue("postgres")
    return found


def test_thirty_two_threads_in_two_processes(url: str, tmp_path: Path) -> None:
    furnish(url)
    running = [
        subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "rioting.py"), url, str(tmp_path),
             str(number), str(SECONDS)],
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
    sys.stdout.write(f"{url} {sum(asked.values())} calls {asked} {len(performed)} attempts\n")
    assert not faults
    assert {work for work, count in performed.items() if count > 1} == set()
    assert asked["completed"] > 0
    store = SqlStore(url)
    with store.transaction() as tx:
        organization = tx.organizations.find(OURS)
        total = sum(tx.ledger.balance(OURS, account) for account in ledger.ACCOUNTS)
        assert tx.ledger.balance(OURS, ledger.PREPAID) >= 0
    assert total == 0
    office: Any = SimpleNamespace(store=store)  # of all ports, this one is asked
    assert books.verify(office, organization) == []
    store.close()


def furnish(url: str) -> None:
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
    store.close()
