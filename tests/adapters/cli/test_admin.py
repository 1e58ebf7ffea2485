"""
Customers, keys, credits and the book from the command line.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ars0n_adapters.cli import main
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import RandomIds, SystemClock
from ars0n_core import access

if TYPE_CHECKING:
    from pathlib import Path


class Admin(Protocol):
    """
    Runs ``ars0n admin`` and returns its exit code, output and complaints.
    """

    def __call__(self, *words: str) -> tuple[int, str, str]: ...


@pytest.fixture
def admin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Admin:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["admin", *words, "--data-dir", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def told(admin: Admin, *words: str) -> Any:
    code, out, err = admin(*words, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_key_alone_is_printed_and_admits_its_organization(admin: Admin, tmp_path: Path) -> None:
    code, out, err = admin("keys", "create", "--org", "Acme", "--tier", "pro", "--credits", "500")

    assert code == 0
    assert re.fullmatch(r"sk_live_[0-9a-f]{64}\n", out)
    assert "Acme" in err
    store = SqlStore(f"sqlite:///{tmp_path / 'ars0n.sqlite3'}")
    with store.transaction() as tx:
        key = tx.keys.find(access.digest(out.strip()))
        assert key is not None
        organization = tx.organizations.find(key.organization_id)
        assert (organization.name, organization.tier) == ("Acme", "pro")
        assert tx.ledger.balance(organization.id, "prepaid") == 500
    store.close()
    assert out.strip() not in (tmp_path / "ars0n.sqlite3").read_bytes().decode("latin-1")


def test_a_second_key_joins_the_organization(admin: Admin) -> None:
    admin("keys", "create", "--org", "Acme")
    made = told(
        admin, "keys", "create", "--org", "Acme", "--test", "--budget", "10", "--name", "CI"
    )

    assert made["key"].startswith("sk_test_")
    assert [one["name"] for one in told(admin, "orgs", "list")] == ["Acme"]
    listed = told(admin, "keys", "list", "--org", "Acme")
    assert [(one["name"], one["monthlyCreditsMax"]) for one in listed] == [
        ("default", None),
        ("CI", 10),
    ]
    assert made["key"] not in json.dumps(listed)


def test_a_revoked_key_stays_in_the_list(admin: Admin) -> None:
    made = told(admin, "keys", "create", "--org", "Acme")

    assert told(admin, "keys", "revoke", made["id"])["revokedAt"]
    assert told(admin, "keys", "list")[0]["revokedAt"]


def test_the_same_purchase_is_booked_once(admin: Admin) -> None:
    admin("orgs", "create", "Acme")
    words = ("credits", "buy", "--org", "Acme", "--package", "api-scale", "--reference", "inv-1")

    assert told(admin, *words)["balance"] == told(admin, *words)["balance"] == 5500
    assert [one["priceCents"] for one in told(admin, "ledger", "list")] == [29900]


def test_tier_and_partnership_are_set(admin: Admin) -> None:
    admin("orgs", "create", "Acme")

    assert told(admin, "orgs", "set-tier", "Acme", "enterprise")["tier"] == "enterprise"
    assert told(admin, "orgs", "set-partner", "Acme", "on")["unlimited"] is True
    assert told(admin, "orgs", "set-partner", "Acme", "off")["unlimited"] is False


def test_a_sound_book_is_said_to_be_sound(admin: Admin) -> None:
    admin("keys", "create", "--org", "Acme", "--credits", "7")

    assert admin("ledger", "verify")[0] == 0
    assert told(admin, "ledger", "verify") == {"entries": 1, "faults": []}


def test_a_sum_that_is_wrong_is_found(admin: Admin, tmp_path: Path) -> None:
    admin("keys", "create", "--org", "Acme", "--credits", "7")
    with sqlite3.connect(tmp_path / "ars0n.sqlite3") as connection:
        connection.execute("UPDATE balances SET credits = 8 WHERE account = 'prepaid'")
    connection.close()

    code, _, err = admin("ledger", "verify")

    assert code == 1
    assert "prepaid is kept as 8, its entries sum to 7" in err


def test_the_price_card_is_shown(admin: Admin) -> None:
    first, second = (told(admin, "prices", "--edition", edition) for edition in ("1", "2"))

    assert [one["credits"] for one in first["packages"]] == [500, 2000, 5000]
    assert {"operation": "compositing", "grade": "", "credits": 2} in second["prices"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("keys", "list", "--org", "Nobody"), "There is no organization: Nobody"),
        (("keys", "revoke", "key_none"), "There is no key: key_none"),
        (("keys", "create", "--org", "Acme", "--credits", "0"), "--credits: must be a whole"),
        (("keys", "create", "--org", "New", "--credits", "9" * 20), "--credits: must be a whole"),
        (("keys", "create", "--org", "Acme", "--budget", "-1"), "--budget: must be a whole"),
        (("keys", "create", "--org", "Acme", "--name", "\udcff"), "name: String must be valid"),
        (("keys", "create", "--org", " "), "name: String must contain at least 1"),
        (("orgs", "create", ""), "name: String must contain at least 1"),
        (("credits", "grant", "--org", "Acme", "--credits", "9" * 20), "credits: Number must be"),
        (
            ("credits", "grant", "--org", "Acme", "--credits", "5", "--reference", "r" * 200),
            "reference: String must contain at most 200",
        ),
        (("credits", "buy", "--org", "Acme", "--package", "none"), "There is no package: none"),
        (("credits", "grant", "--org", "Acme", "--credits", "-5"), "credits: Number must be"),
        (("orgs", "create", "Acme"), "Acme: there is such an organisation already"),
        (("prices", "--edition", "9"), "edition: Edition must be 1 or 2"),
    ],
)
def test_a_wrong_option_is_named(admin: Admin, words: tuple[str, ...], fault: str) -> None:
    admin("orgs", "create", "Acme")

    code, out, err = admin(*words)

    assert (code, out) == (2, "")
    assert fault in err
    assert len(told(admin, "orgs", "list")) == 1
    assert told(admin, "keys", "list") == told(admin, "ledger", "list") == []


def test_a_name_of_two_is_not_guessed_at(admin: Admin, tmp_path: Path) -> None:
    admin("orgs", "create", "Acme")
    store = SqlStore(f"sqlite:///{tmp_path / 'ars0n.sqlite3'}")
    with store.transaction() as tx:
        (one,) = tx.organizations.every()
        twin = access.Organization(
            id=type(one.id)(RandomIds().new("org_")), name="Acme", created_at=SystemClock().now()
        )
        tx.organizations.add(twin)
        tx.commit()
    store.close()

    code, _, err = admin("keys", "create", "--org", "Acme")

    assert code == 2
    assert one.id in err
    assert twin.id in err
