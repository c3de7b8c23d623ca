"""Who may sign in where the app is hosted, with the role of each; changed by administrators, written into the trail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from data.access import Principal, Role, require
from data.hosting import is_address
from data.repository_audit import append_audit, utc_now
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in: `owner` is the mark on partners that a salesperson sees."""

    email: str
    role: Role
    name: str = ""
    owner: str = ""


def signed_in(store: Store, email: str, administrators: Collection[str] = ()) -> Principal | None:
    """The principal behind an address that a provider or a proxy vouches for; None for a stranger.

    The addresses that the host names as administrators are always let in.
    """
    if email in administrators:
        return Principal(role="administrator", name=email)
    with store.read() as cursor:
        rows = cursor.execute("SELECT role, owner FROM person WHERE email = ?", [email]).fetchall()
    return Principal(role=rows[0][0], owner=rows[0][1], name=email) if rows else None


def people(store: Store, principal: Principal) -> tuple[Person, ...]:
    """Everybody who may sign in, by address."""
    require(principal, "administer")
    with store.read() as cursor:
        rows = cursor.execute("SELECT email, role, name, owner FROM person ORDER BY email").fetchall()
    return tuple(Person(email=email, role=role, name=name, owner=owner) for email, role, name, owner in rows)


def replace_people(store: Store, principal: Principal, wanted: Collection[Person]) -> None:
    """Let exactly these people in; each change is an entry of the trail of its own.

    InputRejected, and nothing changed, where an address is none or stands twice, or a salesperson has no customers' mark.
    """
    require(principal, "administer")
    wrong = []
    seen: set[str] = set()
    for row, person in enumerate(wanted, start=1):
        if not is_address(person.email) or person.email != person.email.lower():
            wrong.append(problem("people.bad_address", row=row, text=person.email))
        elif person.email in seen:
            wrong.append(problem("people.twice", row=row, text=person.email))
        seen.add(person.email)
        if person.role == "sales" and not person.owner:
            wrong.append(problem("people.no_owner", row=row, text=person.email))
    if wrong:
        raise InputRejected(tuple(wrong))

    def change(cursor: Cursor) -> None:
        rows = cursor.execute("SELECT email, role, name, owner FROM person").fetchall()
        known = {email: Person(email=email, role=role, name=name, owner=owner) for email, role, name, owner in rows}
        for email in known.keys() - {person.email for person in wanted}:
            cursor.execute("DELETE FROM person WHERE email = ?", [email])
            append_audit(cursor, principal, "person.remove", email)
        for person in wanted:
            if known.get(person.email) != person:
                cursor.execute(
                    "INSERT INTO person VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO UPDATE SET name = excluded.name, "
                    "role = excluded.role, owner = excluded.owner, changed_at = excluded.changed_at, "
                    "changed_by = excluded.changed_by",
                    [person.email, person.name, person.role, person.owner, utc_now(), principal.name],
                )
                append_audit(cursor, principal, "person.save", person.email, role=person.role, owner=person.owner)

    store.write(change, ledger=False)
