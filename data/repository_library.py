"""Named scenarios and contracts: kept as the TOML text that the command line reads, under names that are told apart."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar

from data.access import Principal, require
from data.repository_audit import append_audit, utc_now
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem

ContractKind = Literal["factoring", "insurance"]
#: Longest name that a scenario or contract may have, in characters.
NAME_LIMIT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedScenario:
    """A scenario by its id (stands in addresses) and name; `content` is its TOML text, `parent_id` what it was made from."""

    scenario_id: str
    name: str
    content: str
    parent_id: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedContract:
    """A contract or an offer; `chosen` is the one of its kind that the curves show."""

    contract_id: str
    kind: ContractKind
    name: str
    content: str
    chosen: bool
    changed_at: datetime
    changed_by: str


_Saved = TypeVar("_Saved", SavedScenario, SavedContract)
_SCENARIO: Final = "scenario_id, name, content, parent_id, changed_at, changed_by"
_CONTRACT: Final = "contract_id, kind, name, content, chosen, changed_at, changed_by"


def scenarios(store: Store, principal: Principal) -> tuple[SavedScenario, ...]:
    """Every saved scenario, by name."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(f"SELECT {_SCENARIO} FROM scenario ORDER BY lower(name), scenario_id").fetchall()
    return tuple(_scenario(row) for row in rows)


def scenario(store: Store, principal: Principal, scenario_id: str) -> SavedScenario | None:
    """One saved scenario; None where it was deleted or never was (an old address)."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(f"SELECT {_SCENARIO} FROM scenario WHERE scenario_id = ?", [scenario_id]).fetchall()
    return _scenario(rows[0]) if rows else None


#: What a scenario made from another becomes, given the other's text before and after, and its own.
Heir = Callable[[str, str, str], str]


def save_scenario(
    store: Store,
    principal: Principal,
    *,
    name: str,
    content: str,
    scenario_id: str = "",
    parent_id: str = "",
    heir: Heir | None = None,
) -> str:
    """Save a new scenario, or a known one anew where its id is given; returns the id.

    heir: how scenarios that were made from it follow, and those made from them; all or nothing of it is saved.
    """
    require(principal, "change_library")
    key = scenario_id or new_id()

    def change(cursor: Cursor) -> None:
        before = cursor.execute("SELECT content FROM scenario WHERE scenario_id = ?", [key]).fetchone()
        tidy = _free_name(cursor, "SELECT scenario_id FROM scenario WHERE lower(name) = lower(?)", [name], key)
        cursor.execute(
            "INSERT INTO scenario VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scenario_id) DO UPDATE SET "
            "name = excluded.name, content = excluded.content, changed_at = excluded.changed_at, "
            "changed_by = excluded.changed_by",
            [key, tidy, content, parent_id, utc_now(), principal.name],
        )
        append_audit(cursor, principal, "scenario.save", key, name=tidy)
        if heir is not None and before is not None:
            _pass_on(cursor, principal, heir, key, str(before[0]), content, {key})

    store.write(change, ledger=False)
    return key


def _pass_on(
    cursor: Cursor, principal: Principal, heir: Heir, parent_id: str, before: str, after: str, met: set[str]
) -> None:
    """A changed text to the scenarios made from it, and from there on to theirs."""
    children = cursor.execute(
        "SELECT scenario_id, name, content FROM scenario WHERE parent_id = ? ORDER BY scenario_id", [parent_id]
    ).fetchall()
    for key, name, content in children:
        follows = heir(before, after, str(content))
        if key in met or follows == content:
            continue
        cursor.execute(
            "UPDATE scenario SET content = ?, changed_at = ?, changed_by = ? WHERE scenario_id = ?",
            [follows, utc_now(), principal.name, key],
        )
        append_audit(cursor, principal, "scenario.save", str(key), name=str(name))
        _pass_on(cursor, principal, heir, str(key), str(content), follows, {*met, str(key)})


def rename_scenario(store: Store, principal: Principal, scenario_id: str, name: str) -> None:
    """Give a scenario another name."""
    found = _known(scenario(store, principal, scenario_id))
    save_scenario(store, principal, name=name, content=found.content, scenario_id=scenario_id)


def duplicate_scenario(store: Store, principal: Principal, scenario_id: str, name: str) -> str:
    """Copy a scenario under another name; the copy knows its parent. Returns the copy's id."""
    found = _known(scenario(store, principal, scenario_id))
    return save_scenario(store, principal, name=name, content=found.content, parent_id=scenario_id)


def delete_scenario(store: Store, principal: Principal, scenario_id: str) -> None:
    """Delete a scenario; deleting what is gone already changes nothing."""
    require(principal, "change_library")

    def change(cursor: Cursor) -> None:
        if cursor.execute("DELETE FROM scenario WHERE scenario_id = ? RETURNING name", [scenario_id]).fetchall():
            append_audit(cursor, principal, "scenario.delete", scenario_id)

    store.write(change, ledger=False)


def contracts(store: Store, principal: Principal, kind: ContractKind | None = None) -> tuple[SavedContract, ...]:
    """Every saved contract and offer, of one kind or of both, by kind and name."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(
            f"SELECT {_CONTRACT} FROM contract WHERE kind = coalesce(?, kind) ORDER BY kind, lower(name), contract_id",
            [kind],
        ).fetchall()
    return tuple(_contract(row) for row in rows)


def contract(store: Store, principal: Principal, contract_id: str) -> SavedContract | None:
    """One saved contract; None where it was deleted or never was."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        rows = cursor.execute(f"SELECT {_CONTRACT} FROM contract WHERE contract_id = ?", [contract_id]).fetchall()
    return _contract(rows[0]) if rows else None


def save_contract(
    store: Store, principal: Principal, *, kind: ContractKind, name: str, content: str, contract_id: str = ""
) -> str:
    """Save a new contract, or a known one anew where its id is given; returns the id."""
    require(principal, "change_library")
    key = contract_id or new_id()

    def change(cursor: Cursor) -> None:
        taken = "SELECT contract_id FROM contract WHERE lower(name) = lower(?) AND kind = ?"
        tidy = _free_name(cursor, taken, [name, kind], key)
        cursor.execute(
            "INSERT INTO contract VALUES (?, ?, ?, ?, false, ?, ?) ON CONFLICT (contract_id) DO UPDATE SET "
            "name = excluded.name, content = excluded.content, changed_at = excluded.changed_at, "
            "changed_by = excluded.changed_by",
            [key, kind, tidy, content, utc_now(), principal.name],
        )
        append_audit(cursor, principal, "contract.save", key, kind=kind, name=tidy)

    store.write(change, ledger=False)
    return key


def rename_contract(store: Store, principal: Principal, contract_id: str, name: str) -> None:
    """Give a contract another name."""
    found = _known(contract(store, principal, contract_id))
    save_contract(store, principal, kind=found.kind, name=name, content=found.content, contract_id=contract_id)


def duplicate_contract(store: Store, principal: Principal, contract_id: str, name: str) -> str:
    """Copy a contract under another name, to change a clause beside the original; returns the copy's id."""
    found = _known(contract(store, principal, contract_id))
    return save_contract(store, principal, kind=found.kind, name=name, content=found.content)


def delete_contract(store: Store, principal: Principal, contract_id: str) -> None:
    """Delete a contract; deleting what is gone already changes nothing."""
    require(principal, "change_library")

    def change(cursor: Cursor) -> None:
        if cursor.execute("DELETE FROM contract WHERE contract_id = ? RETURNING name", [contract_id]).fetchall():
            append_audit(cursor, principal, "contract.delete", contract_id)

    store.write(change, ledger=False)


def choose_contract(store: Store, principal: Principal, kind: ContractKind, contract_id: str | None) -> None:
    """Show this contract of its kind in the curves, or none of that kind."""
    require(principal, "change_library")

    def change(cursor: Cursor) -> None:
        cursor.execute(
            "UPDATE contract SET chosen = (contract_id IS NOT DISTINCT FROM ?) WHERE kind = ?", [contract_id, kind]
        )
        append_audit(cursor, principal, "contract.choose", contract_id or "", kind=kind)

    store.write(change, ledger=False)


def chosen_contract(store: Store, principal: Principal, kind: ContractKind) -> SavedContract | None:
    """The contract of a kind that the curves show."""
    return next((found for found in contracts(store, principal, kind) if found.chosen), None)


def _free_name(cursor: Cursor, taken_sql: str, parameters: list[str], key: str) -> str:
    """The name tidied; InputRejected where it is empty, too long, or another one's."""
    tidy = " ".join(parameters[0].split())
    if not tidy:
        raise InputRejected((problem("library.name_missing"),))
    if len(tidy) > NAME_LIMIT:
        raise InputRejected((problem("library.name_too_long", limit=NAME_LIMIT),))
    holders = cursor.execute(taken_sql, [tidy, *parameters[1:]]).fetchall()
    if any(holder != key for (holder,) in holders):
        raise InputRejected((problem("library.name_taken", name=tidy),))
    return tidy


def _known(found: _Saved | None) -> _Saved:
    if found is None:
        raise InputRejected((problem("library.gone"),))
    return found


def new_id() -> str:
    """A short random id that stands in addresses."""
    return secrets.token_hex(6)


def _scenario(row: tuple[str, str, str, str, datetime, str]) -> SavedScenario:
    return SavedScenario(**dict(zip(_SCENARIO.split(", "), row, strict=True)))  # type: ignore[arg-type]


def _contract(row: tuple[str, ContractKind, str, str, bool, datetime, str]) -> SavedContract:
    return SavedContract(**dict(zip(_CONTRACT.split(", "), row, strict=True)))  # type: ignore[arg-type]
