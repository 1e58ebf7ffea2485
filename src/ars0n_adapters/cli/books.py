"""
The book, for a person: its entries as rows and JSON, and whether its sums are right.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from ars0n_core import ledger

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.access import Organization
    from ars0n_core.ledger import Entry
    from ars0n_core.ports import Ports

HEAD: Final = ("BOOKED", "ORGANIZATION", "KIND", "CREDITS", "MOVED", "REFERENCE", "NOTE")


def row(one: Organization, entry: Entry) -> tuple[str, ...]:
    """
    Return the entry as a row below `HEAD`.
    """
    ways = dict.fromkeys(f"{move.source} > {move.destination}" for move in entry.postings)
    return (
        instant(entry.booked_at) or "",
        one.name,
        str(entry.kind),
        str(entry.credits),
        ", ".join(ways),
        entry.reference,
        entry.note,
    )


def as_json(entry: Entry) -> dict[str, Any]:
    """
    Return the whole entry.
    """
    return {
        "id": entry.id,
        "organizationId": entry.organization_id,
        "kind": str(entry.kind),
        "credits": entry.credits,
        "priceCents": entry.price_cents,
        "reference": entry.reference,
        "bookedAt": instant(entry.booked_at),
        "versionId": entry.version_id,
        "apiKeyId": entry.api_key_id,
        "note": entry.note,
        "postings": [
            {
                "from": move.source,
                "to": move.destination,
                "credits": move.credits,
                "item": move.item,
            }
            for move in entry.postings
        ],
    }


def prepaid(ports: Ports, one: Organization) -> int:
    """
    Return what the customer has left.
    """
    with ports.store.transaction() as tx:
        return tx.ledger.balance(one.id, ledger.PREPAID)


def verify(ports: Ports, one: Organization) -> list[str]:
    """
    Return what is wrong with an organisation's book: its entries summed up anew against
    what is kept beside them.
    """
    with ports.store.transaction() as tx:
        # Nobody books while we count: an entry and its sums are one transaction.
        tx.organizations.lock(one.id)
        entries = tx.ledger.entries(one.id)
        kept = {account: tx.ledger.balance(one.id, account) for account in ledger.ACCOUNTS}
    faults = [
        f"{one.name}: entry {entry.id} moves nothing" for entry in entries if not entry.postings
    ]
    strange = {
        account
        for entry in entries
        for move in entry.postings
        for account in (move.source, move.destination)
    } - set(ledger.ACCOUNTS)
    if strange:
        return [*faults, f"{one.name}: unknown accounts {', '.join(sorted(strange))}"]
    summed = ledger.balances(entries)
    faults += [
        f"{one.name}: {account} is kept as {kept[account]}, its entries sum to {summed[account]}"
        for account in ledger.ACCOUNTS
        if kept[account] != summed[account]
    ]
    twice = [name for name, n in Counter(entry.reference for entry in entries).items() if n > 1]
    faults += [f"{one.name}: {name} is booked more than once" for name in twice]
    reversed_once = any(entry.kind is ledger.EntryKind.REVERSAL for entry in entries)
    if summed[ledger.PREPAID] < 0 and not reversed_once:
        faults.append(f"{one.name}: {ledger.PREPAID} is {summed[ledger.PREPAID]}, below zero")
    return faults


def instant(moment: datetime | None) -> str | None:
    """
    Return a moment as JSON has it.
    """
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def day(moment: datetime | None) -> str:
    """
    Return a moment's day, or nothing.
    """
    return "" if moment is None else f"{moment:%Y-%m-%d}"
