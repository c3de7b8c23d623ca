"""What is remembered of sources: how their tables are read, and the rates of other currencies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

from data.access import Principal, require
from data.importers.protocol import ColumnGuess, TableMapping
from data.repository_audit import append_audit, utc_now
from data.store import Cursor, Store
from forecasting.errors import InputRejected, problem


def save_mapping(store: Store, principal: Principal, mapping: TableMapping) -> None:
    """Remember how a source's table is read, for the next file with the same header; that may be another account's."""
    require(principal, "change_data")
    mapping = replace(mapping, account="")
    store.write(
        lambda cursor: cursor.execute(
            "INSERT INTO column_mapping VALUES (?, ?, ?) ON CONFLICT (signature) DO UPDATE SET "
            "mapping = excluded.mapping, saved_at = excluded.saved_at",
            [mapping.signature, mapping_text(mapping), utc_now()],
        ),
        ledger=False,
    )


def mapping_for(store: Store, principal: Principal, signature: str) -> TableMapping | None:
    """The mapping remembered for a source; None for a new one."""
    return next((m for m in mappings(store, principal) if m.signature == signature), None)


def mappings(store: Store, principal: Principal) -> tuple[TableMapping, ...]:
    """Every mapping remembered, to be handed to the importers."""
    require(principal, "read_imports")
    with store.read() as cursor:
        rows = cursor.execute("SELECT mapping FROM column_mapping ORDER BY signature").fetchall()
    return tuple(mapping_of(text) for (text,) in rows)


def mapping_text(mapping: TableMapping) -> str:
    """A mapping as the store holds it; equal mappings give equal text."""
    values = asdict(mapping)
    if not mapping.account:
        # As it was written before accounts could be said: a file that was loaded then is known again.
        del values["account"]
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def mapping_of(text: str) -> TableMapping:
    """The mapping of such a text."""
    values = json.loads(text)
    columns = tuple(ColumnGuess(**{**column, "examples": tuple(column["examples"])}) for column in values["columns"])
    return TableMapping(**{**values, "columns": columns})


def exchange_rates(store: Store, principal: Principal) -> tuple[tuple[str, date, Decimal], ...]:
    """Rates as (currency, day, units of the company's currency for one unit of it), by currency and day."""
    require(principal, "read_customers")
    with store.read() as cursor:
        return tuple(cursor.execute("SELECT currency, day, rate FROM exchange_rate ORDER BY currency, day").fetchall())


def save_exchange_rates(store: Store, principal: Principal, rates: Sequence[tuple[str, date, Decimal]]) -> None:
    """Add rates, or give known days new ones."""
    require(principal, "change_data")
    wrong = tuple(problem("store.bad_rate", currency=currency, rate=rate) for currency, _, rate in rates if rate <= 0)
    if wrong:
        raise InputRejected(wrong)

    def change(cursor: Cursor) -> None:
        for currency, day, rate in rates:
            cursor.execute(
                "INSERT INTO exchange_rate VALUES (?, ?, ?) ON CONFLICT (currency, day) DO UPDATE SET rate = excluded.rate",
                [currency, day, rate],
            )
        append_audit(cursor, principal, "rates.save", currencies=",".join(sorted({currency for currency, _, _ in rates})))

    store.write(change)
