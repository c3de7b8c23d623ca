"""Partners: who they are, what terms they have, whose customers they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from data.access import Principal, require
from data.repository_audit import append_audit
from data.repository_erased import is_known_again
from data.store import Cursor, Store, table
from forecasting.ledger import Partner, Side

#: `group_entity` is not the register's: it stands in a table of its own, which `save_group_entity` writes.
_COLUMNS: Final = tuple(f.name for f in fields(Partner) if f.name != "group_entity")


def partners(store: Store, principal: Principal) -> tuple[Partner, ...]:
    """Every partner by id; a salesperson's own customers only."""
    require(principal, "read_customers")
    with store.read() as cursor:
        return read_partners(cursor, principal)


def save_partner(store: Store, principal: Principal, partner: Partner) -> None:
    """Write a partner as a person has typed it, all but `group_entity`; no file overrules it from then on."""
    require(principal, "change_data")
    values = {name: getattr(partner, name) for name in _COLUMNS}

    def change(cursor: Cursor) -> None:
        cursor.execute(
            f"INSERT INTO partner ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _ in _COLUMNS)}) "
            f"ON CONFLICT (partner_id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _COLUMNS[1:])}, "
            "import_id = NULL",
            list(values.values()),
        )
        if partner.name or partner.vat_number:
            is_known_again(cursor, partner.partner_id)
        append_audit(cursor, principal, "partner.save", partner.partner_id)

    store.write(change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undated:
    """A partner some of whose unpaid invoices come without a due date: how many, how much, under which terms they stand."""

    side: Side
    partner: Partner
    invoices: int
    amount_minor: int


def undated_partners(store: Store, principal: Principal, limit: int = 60) -> tuple[Undated, ...]:
    """Partners whose files name no due date for what is unpaid, the largest sums first: whose terms are asked for."""
    require(principal, "read_treasury")
    with store.read() as cursor:
        known = {partner.partner_id: partner for partner in read_partners(cursor, principal)}
        rows = cursor.execute(
            "SELECT side, partner_id, count(*), CAST(sum(amount_minor) AS BIGINT) FROM invoice "
            "WHERE due IS NULL AND paid IS NULL AND amount_minor > 0 "
            "GROUP BY side, partner_id ORDER BY 4 DESC, side, partner_id LIMIT ?",
            [limit],
        ).fetchall()
    return tuple(
        Undated(side=side, partner=known.get(name, Partner(partner_id=name)), invoices=count, amount_minor=amount)
        for side, name, count, amount in rows
    )


def read_partners(cursor: Cursor, principal: Principal) -> tuple[Partner, ...]:
    """Partners inside an open read; a salesperson's own ones only."""
    rows = table(
        cursor,
        f"SELECT {', '.join(f'p.{name}' for name in _COLUMNS)}, coalesce(m.entity, '') AS group_entity "
        "FROM partner p LEFT JOIN group_member m ON m.partner_id = p.partner_id "
        "WHERE NOT $narrow OR (p.owner = $owner AND $owner <> '') ORDER BY p.partner_id",
        {"narrow": principal.own_customers_only, "owner": principal.owner},
    )
    return tuple(Partner(**row) for row in rows.to_pylist())
