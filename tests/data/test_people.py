"""Who may sign in: roles take effect at once, strangers stay outside, and every change is in the trail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data import repository as repo
from data.access import FINANCE, Principal
from data.repository import Person, Store
from forecasting.errors import AccessDenied, InputRejected
from tests.stores import new_store

CHIEF = Principal(role="administrator", name="chef@orvalise.fr")
INES = Person(email="ines@orvalise.fr", role="sales", name="Inès Lacaze", owner="Inès Lacaze")
PAUL = Person(email="paul@orvalise.fr", role="viewer")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with new_store(place) as opened:
        yield opened


def test_people_come_change_and_go(store: Store) -> None:
    assert repo.signed_in(store, INES.email) is None
    repo.replace_people(store, CHIEF, [INES, PAUL])
    assert repo.people(store, CHIEF) == (INES, PAUL)
    assert repo.signed_in(store, INES.email) == Principal(role="sales", owner="Inès Lacaze", name=INES.email)
    repo.replace_people(store, CHIEF, [Person(email=INES.email, role="finance")])
    assert repo.signed_in(store, INES.email) == Principal(role="finance", name=INES.email)
    assert repo.signed_in(store, PAUL.email) is None
    actions = [(e.action, e.subject, e.actor) for e in repo.audit_trail(store, CHIEF)]
    assert actions == [
        ("person.save", INES.email, CHIEF.name),
        ("person.remove", PAUL.email, CHIEF.name),
        ("person.save", PAUL.email, CHIEF.name),
        ("person.save", INES.email, CHIEF.name),
    ]
    assert repo.first_broken_seal(store, CHIEF) is None


def test_what_did_not_change_is_no_entry(store: Store) -> None:
    repo.replace_people(store, CHIEF, [INES])
    repo.replace_people(store, CHIEF, [INES])
    assert len(repo.audit_trail(store, CHIEF)) == 1


def test_the_host_s_administrators_are_always_let_in(store: Store) -> None:
    repo.replace_people(store, CHIEF, [Person(email="chef@orvalise.fr", role="viewer")])
    assert repo.signed_in(store, "chef@orvalise.fr", {"chef@orvalise.fr"}) == CHIEF
    assert repo.signed_in(store, "autre@orvalise.fr", {"chef@orvalise.fr"}) is None


@pytest.mark.parametrize("role", ["finance", "sales", "viewer"])
def test_only_an_administrator_sees_and_changes_people(store: Store, role: str) -> None:
    who = Principal(role=role, owner="x")  # type: ignore[arg-type]
    with pytest.raises(AccessDenied):
        repo.people(store, who)
    with pytest.raises(AccessDenied):
        repo.replace_people(store, who, [Person(email="moi@orvalise.fr", role="administrator")])
    assert repo.signed_in(store, "moi@orvalise.fr") is None


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([Person(email="Ines@orvalise.fr", role="viewer")], "people.bad_address"),
        ([Person(email="' OR 1=1 --", role="viewer")], "people.bad_address"),
        ([PAUL, PAUL], "people.twice"),
        ([Person(email="lea@orvalise.fr", role="sales")], "people.no_owner"),
    ],
)
def test_bad_rows_change_nothing(store: Store, rows: list[Person], code: str) -> None:
    repo.replace_people(store, CHIEF, [PAUL])
    with pytest.raises(InputRejected) as rejected:
        repo.replace_people(store, CHIEF, [INES, *rows])
    assert [p.code for p in rejected.value.problems] == [code]
    assert repo.people(store, CHIEF) == (PAUL,)


def test_an_address_with_a_quote_is_only_an_address(store: Store) -> None:
    assert repo.signed_in(store, "x' OR '1'='1@orvalise.fr") is None
    with pytest.raises(AccessDenied):
        repo.audit_trail(store, Principal(role="viewer"))
    assert repo.audit_trail(store, FINANCE) == ()
