"""The columns of a dropped file: what each becomes, how dates and numbers are written, what the rows belong to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from data import repository
from data.importers.phrases import FIELDS
from data.importers.preview import TablePreview
from data.importers.statements import UNNAMED_ACCOUNT
from pages.ui import frame, intake
from pages.ui.frame import Table
from pages.ui.intake import Dropped
from pages.ui.session import Desk
from pages.ui.voice import Voice

#: Fields that a bank's table calls otherwise.
_OF_BANK: Final = {"open": "balance", "amount": "movement"}
#: An IBAN has 34.
_ACCOUNT_SIGNS: Final = 40


def columns(at: Desk, shown: Dropped) -> None:
    """What each column becomes, with examples; a change reads the file again."""
    say = at.say
    st.header(say("load.columns"), anchor=False)
    if not shown.tables:
        st.caption(say("load.no_table"))
        return
    table = shown.tables[0]
    _styles(at, shown, table)
    words = {**dict.fromkeys(FIELDS), **(_OF_BANK if _is_bank(shown) else {})}
    labels = {"": say("load.ignore"), **{field: say(f"import.field.{word or field}") for field, word in words.items()}}
    codes = {label: code for code, label in labels.items()}
    found = table.mapping.columns
    edited = st.data_editor(
        pd.DataFrame(
            {
                "name": [column.name for column in found],
                "example": ["  |  ".join(column.examples[:3]) for column in found],
                "becomes": [labels.get(column.becomes, labels[""]) for column in found],
            }
        ),
        column_config={
            "name": st.column_config.TextColumn(say("load.in_file"), disabled=True),
            "example": st.column_config.TextColumn(say("load.example"), disabled=True),
            "becomes": st.column_config.SelectboxColumn(say("load.becomes"), options=list(labels.values()), required=True),
        },
        hide_index=True,
        width="stretch",
        key=f"mapping_{shown.digest[:12]}_{table.mapping.signature[:8]}_{st.session_state.get('round', 0)}",
        alt=say("load.columns"),
    )
    becomes = [codes[label] for label in edited["becomes"]]
    if becomes != [column.becomes if column.becomes in labels else "" for column in found]:
        intake.say_mapping(shown.digest, intake.remapped(table.mapping, becomes))
        st.rerun()
    fold = st.expander(say("load.preview"), key="preview", on_change="rerun")
    if fold.open:
        with fold:
            _first_rows(table, say)


def _styles(at: Desk, shown: Dropped, table: TablePreview) -> None:
    """Whose invoices or which account, how dates and numbers are written: proposed, to be changed."""
    say, mapping = at.say, table.mapping
    what, dates, numbers = [st.container() for _ in range(3)] if at.phone else st.columns(3, gap="medium")
    key = f"{shown.digest[:12]}_{st.session_state.get('round', 0)}"
    chosen = replace(
        mapping,
        **_belonging(at, what, shown, key),
        date_order=dates.selectbox(
            say("load.dates"),
            ["dmy", "mdy", "ymd"],
            index=["dmy", "mdy", "ymd"].index(mapping.date_order),
            format_func=lambda o: say(f"load.orders.{o}"),
            key=f"dates_{key}",
        ),
        decimal=numbers.selectbox(
            say("load.numbers"),
            [",", "."],
            index=[",", "."].index(mapping.decimal),
            format_func=lambda m: say("load.decimals.comma" if m == "," else "load.decimals.point"),
            key=f"decimal_{key}",
        ),
    )
    if chosen != mapping:
        intake.say_mapping(shown.digest, chosen)
        st.rerun()


def _is_bank(shown: Dropped) -> bool:
    """Whether the table was read as lines of a bank account."""
    return any(reading.bank or reading.balances for reading in shown.readings)


def _belonging(at: Desk, place: Any, shown: Dropped, key: str) -> dict[str, Any]:
    """What the rows belong to: customers or suppliers where they are invoices, an account where a bank tells them."""
    say, mapping = at.say, shown.tables[0].mapping
    if not _is_bank(shown):
        side = place.segmented_control(
            say("load.side"),
            ["customer", "supplier"],
            default=mapping.side,
            format_func=lambda s: say(f"load.sides.{s}"),
            required=True,
            key=f"side_{key}",
        )
        return {"side": side}
    told = {row.account_id for reading in shown.readings for row in reading.bank} - {UNNAMED_ACCOUNT}
    known = {account.account_id for account in repository.accounts(at.store, at.principal, date.today())} - {
        UNNAMED_ACCOUNT
    }
    if told and not mapping.account:
        # The file says it.
        place.text_input(say("load.account"), ", ".join(sorted(told)), disabled=True, key=f"told_{key}")
        return {}
    options = sorted(known | told | {mapping.account} - {""})
    account = place.selectbox(
        say("load.account"),
        options,
        index=options.index(mapping.account) if mapping.account else None,
        placeholder=say("load.account_hint"),
        accept_new_options=True,
        key=f"account_{key}",
    )
    return {"account": "".join((account or "").split())[:_ACCOUNT_SIGNS]}


def _first_rows(table: TablePreview, say: Voice) -> None:
    cells: dict[str, list[str]] = {say("load.row"): [str(number) for number in table.row_numbers]}
    for place, column in enumerate(table.mapping.columns):
        cells[f"{column.name}"] = [row[place] for row in table.rows]
    frame.table(Table(columns=cells), alt=say("load.preview"))
