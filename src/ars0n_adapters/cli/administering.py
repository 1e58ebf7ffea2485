"""
``ars0n admin``: customers, keys, credits and the book, straight on the database.

Every command runs a use case of `ars0n_core.usecases.billing` on the store alone: none of
what makes ads is opened. What it prints is a table, or with ``--json`` one JSON value.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

from attrs import fields, frozen

from ars0n_adapters.cli import books
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import RandomIds, SystemClock
from ars0n_core import pricing
from ars0n_core.errors import InvalidRequestError, NotFoundError, PortError
from ars0n_core.ids import ApiKeyId
from ars0n_core.ports import Policy, Ports
from ars0n_core.quotas import Tier
from ars0n_core.usecases import billing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ars0n_adapters.settings import Settings
    from ars0n_core.access import ApiKey, Organization

DONE: Final = 0
FAILED: Final = 1


@frozen
class Office:
    """
    What administration needs, and what was asked.
    """

    ports: Ports
    policy: Policy
    options: Namespace


def administer(options: Namespace, settings: Settings) -> int:
    """
    Run the command of *options* and return its exit code.

    Raises:
        FaultyOptionsError: An option is wrong.
        PortError: The database can't be used.
    """
    command = _COMMANDS[options.subject, options.action]
    with _office(options, settings) as office:
        try:
            return command(office)
        except NotFoundError as error:
            raise FaultyOptionsError([(f"There is no {error.kind}", error.id)]) from error
        except InvalidRequestError as error:
            faults = [(name, " ".join(told)) for name, told in error.field_errors.items()]
            raise FaultyOptionsError(faults or [("ars0n admin", str(error))]) from error


class _Absent:
    """
    A port administration has no use for.
    """

    def __getattr__(self, name: str) -> NoReturn:
        raise PortError(f"Administration has no port for {name}", port="admin")


@contextmanager
def _office(options: Namespace, settings: Settings) -> Iterator[Office]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = SqlStore(settings.database)
    try:
        bundle: dict[str, Any] = {field.name: _Absent() for field in fields(Ports)}
        bundle |= {"clock": SystemClock(), "ids": RandomIds(), "store": store}
        yield Office(Ports(**bundle), Policy(), options)
    finally:
        store.close()


def _create_key(office: Office) -> int:
    asked = office.options
    # Before anything is made: nobody wants half of what was asked for.
    numbers = (("--credits", asked.credits, 1), ("--budget", asked.budget, 0))
    faults = [
        (option, f"must be a whole number from {least} to {billing.CREDITS_MAX}")
        for option, number, least in numbers
        if number is not None and not least <= number <= billing.CREDITS_MAX
    ]
    if faults:
        raise FaultyOptionsError(faults)
    found = _matching(office, asked.org)
    if not found:
        organization = billing.create_organization(
            office.ports, asked.org, tier=Tier(asked.tier or Tier.FREE)
        )
    else:
        organization = _only(found, asked.org)
        if asked.tier and organization.tier != asked.tier:
            organization = billing.set_tier(office.ports, organization.id, Tier(asked.tier))
    made = billing.create_key(
        office.ports,
        organization.id,
        asked.name,
        is_test=asked.test,
        monthly_credits_max=asked.budget,
    )
    if asked.credits:
        billing.grant(office.ports, organization.id, asked.credits, note="with a key")
    if asked.json:
        _show({**_key(made.key), "key": made.plain, "organization": _organization(organization)})
        return DONE
    # The key alone on standard output, to be taken by a script; once, and never again.
    print(made.plain)  # noqa: T201 - what was asked for
    print(  # noqa: T201 - for the person
        f"{made.key.id} of {organization.name} ({organization.id}, {organization.tier}). "
        "This key is shown once; only its digest is kept.",
        file=sys.stderr,
    )
    return DONE


def _list_keys(office: Office) -> int:
    customers = _asked_for(office)
    listed = [(one, key) for one in customers for key in billing.keys(office.ports, one.id)]
    if office.options.json:
        _show([{**_key(key), "organization": one.name} for one, key in listed])
        return DONE
    _table(
        ("ID", "KEY", "NAME", "ORGANIZATION", "MADE", "LAST USED", "BUDGET", "REVOKED"),
        [
            (
                key.id,
                f"{key.hint}…",
                key.name,
                one.name,
                books.day(key.created_at),
                books.day(key.last_used_at),
                "" if key.monthly_credits_max is None else str(key.monthly_credits_max),
                books.day(key.revoked_at),
            )
            for one, key in listed
        ],
    )
    return DONE


def _revoke_key(office: Office) -> int:
    for one in _every(office):
        for key in billing.keys(office.ports, one.id):
            if key.id == office.options.key:
                revoked = billing.revoke_key(office.ports, one.id, ApiKeyId(key.id))
                _say(office, _key(revoked), f"{key.id} of {one.name} is revoked")
                return DONE
    raise NotFoundError("key", office.options.key)


def _list_organizations(office: Office) -> int:
    customers = [(one, books.prepaid(office.ports, one)) for one in _every(office)]
    if office.options.json:
        _show([{**_organization(one), "balance": balance} for one, balance in customers])
        return DONE
    _table(
        ("ID", "NAME", "TIER", "PARTNER", "BALANCE", "MADE"),
        [
            (one.id, one.name, one.tier, "yes" if one.unlimited else "", str(balance),
             books.day(one.created_at))
            for one, balance in customers
        ],
    )  # fmt: skip
    return DONE


def _create_organization(office: Office) -> int:
    asked = office.options
    if _matching(office, asked.name):
        raise FaultyOptionsError([(asked.name, "there is such an organisation already")])
    made = billing.create_organization(
        office.ports, asked.name, tier=Tier(asked.tier or Tier.FREE), unlimited=asked.partner
    )
    _say(office, _organization(made), made.id)
    return DONE


def _set_tier(office: Office) -> int:
    one = _organization_of(office)
    changed = billing.set_tier(office.ports, one.id, Tier(office.options.tier))
    _say(office, _organization(changed), f"{one.name} is on {changed.tier}")
    return DONE


def _set_partner(office: Office) -> int:
    one = _organization_of(office)
    unlimited = office.options.partner == "on"
    changed = billing.set_unlimited(office.ports, one.id, unlimited=unlimited)
    word = "takes without paying first" if unlimited else "pays first"
    _say(office, _organization(changed), f"{one.name} {word}")
    return DONE


def _buy(office: Office) -> int:
    one = _organization_of(office)
    entry = billing.purchase_package(
        office.ports,
        office.policy,
        one.id,
        office.options.package,
        reference=office.options.reference,
    )
    return _booked(office, one, books.as_json(entry), entry.credits)


def _grant(office: Office) -> int:
    one = _organization_of(office)
    entry = billing.grant(
        office.ports,
        one.id,
        office.options.credits,
        note=office.options.note,
        reference=office.options.reference,
    )
    return _booked(office, one, books.as_json(entry), entry.credits)


def _booked(office: Office, one: Organization, told: dict[str, Any], credits_moved: int) -> int:
    balance = books.prepaid(office.ports, one)
    _say(
        office,
        {**told, "balance": balance},
        f"{credits_moved} credits booked for {one.name}; the balance is {balance}",
    )
    return DONE


def _list_ledger(office: Office) -> int:
    customers = _asked_for(office)
    found = [(one, entry) for one in customers for entry in billing.entries(office.ports, one.id)]
    if office.options.json:
        _show([{"organization": one.name, **books.as_json(entry)} for one, entry in found])
        return DONE
    _table(books.HEAD, [books.row(one, entry) for one, entry in found])
    return DONE


def _verify_ledger(office: Office) -> int:
    faults = [fault for one in _every(office) for fault in books.verify(office.ports, one)]
    count = sum(len(billing.entries(office.ports, one.id)) for one in _every(office))
    if office.options.json:
        _show({"entries": count, "faults": faults})
    else:
        for fault in faults:
            print(fault, file=sys.stderr)  # noqa: T201 - what was asked for
        if not faults:
            print(f"{count} entries: every sum is right")  # noqa: T201 - the same
    return FAILED if faults else DONE


def _prices(office: Office) -> int:
    card = pricing.card(office.options.edition)
    rows = [
        (str(operation), " ".join(map(str, grade)), price)
        for operation, grades in card.rates.items()
        for grade, price in grades.items()
    ]
    on_sale = pricing.packages(office.options.edition)
    if office.options.json:
        _show(
            {
                "edition": card.edition,
                "revision": card.revision,
                "prices": [
                    {"operation": name, "grade": grade, "credits": price}
                    for name, grade, price in rows
                ],
                "packages": [
                    {"id": one.id, "credits": one.credits, "priceCents": one.price_cents}
                    for one in on_sale
                ],
            }
        )
        return DONE
    _table(("STEP", "GRADE", "CREDITS"), [(name, grade, str(price)) for name, grade, price in rows])
    print()  # noqa: T201 - between two tables
    _table(
        ("PACKAGE", "CREDITS", "PRICE"),
        [(one.id, str(one.credits), one.price_display) for one in on_sale],
    )
    return DONE


_COMMANDS: Final[Mapping[tuple[str, str], Callable[[Office], int]]] = {
    ("keys", "create"): _create_key,
    ("keys", "list"): _list_keys,
    ("keys", "revoke"): _revoke_key,
    ("orgs", "list"): _list_organizations,
    ("orgs", "create"): _create_organization,
    ("orgs", "set-tier"): _set_tier,
    ("orgs", "set-partner"): _set_partner,
    ("credits", "buy"): _buy,
    ("credits", "grant"): _grant,
    ("ledger", "list"): _list_ledger,
    ("ledger", "verify"): _verify_ledger,
    ("prices", "show"): _prices,
}


def _every(office: Office) -> tuple[Organization, ...]:
    with office.ports.store.transaction() as tx:
        return tx.organizations.every()


def _asked_for(office: Office) -> tuple[Organization, ...]:
    return (_organization_of(office),) if office.options.org else _every(office)


def _matching(office: Office, named: str) -> list[Organization]:
    return [one for one in _every(office) if named in {one.id, one.name}]


def _organization_of(office: Office) -> Organization:
    return _only(_matching(office, office.options.org), office.options.org)


def _only(found: Sequence[Organization], named: str) -> Organization:
    if not found:
        raise NotFoundError("organization", named)
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise FaultyOptionsError([(f"--org {named}", f"is the name of several; say which: {ids}")])
    return found[0]


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "organizationId": key.organization_id,
        "isTest": key.is_test,
        "createdAt": books.instant(key.created_at),
        "lastUsedAt": books.instant(key.last_used_at),
        "revokedAt": books.instant(key.revoked_at),
        "monthlyCreditsMax": key.monthly_credits_max,
    }


def _organization(one: Organization) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "tier": str(one.tier),
        "unlimited": one.unlimited,
        "createdAt": books.instant(one.created_at),
    }


def _say(office: Office, told: dict[str, Any], sentence: str) -> None:
    if office.options.json:
        _show(told)
    else:
        print(sentence)  # noqa: T201 - what was asked for


def _show(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: T201 - what was asked for


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    lines = [tuple(head), *map(tuple, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())  # noqa: T201 - what was asked for
