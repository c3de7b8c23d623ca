"""The budget on the page Plan: a table of months by side and scope, the trend beside it, files in and out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from data import repository
from data.access import may
from data.budget_files import budget_from_text, budget_text
from forecasting.activity import BudgetLine, gross_share
from forecasting.activity.budget import Scope
from forecasting.activity.history import first_of, month_of
from forecasting.choice.offers import largest_debtors
from forecasting.errors import InputRejected
from forecasting.ledger import Ledger, Side
from forecasting.ledger_edit import side_of
from forecasting.money import Currency, round_ratio
from pages.ui import frame
from pages.ui.cash_words import name_of
from pages.ui.frame import Table
from pages.ui.session import Desk
from pages.ui.voice import Voice

_MONTHS: Final = 12
_LISTED: Final = 40
_SIDES: Final[tuple[Side, ...]] = ("customer", "supplier")

Key = tuple[Side, Scope, str]


def budget(at: Desk, of: Ledger) -> None:
    """What the coming months bring as things go, and a table to say otherwise."""
    say = at.say
    fold = st.expander(say("budget.title"), key="budget", on_change="rerun")
    if not fold.open:
        return
    with fold:
        st.caption(say("budget.note"))
        months = _months(of)
        stored = repository.budget(at.store, at.principal)
        frame.listing(say, _trend(of, months, say, phone=at.phone), key="budget_trend", alt=say("budget.trend"))
        if may(at.principal, "change_data"):
            _table(at, of, months, stored)
            _files(at, months, stored)


def _months(of: Ledger) -> list[int]:
    now = int(month_of(of.as_of))
    return [now + k for k in range(_MONTHS)]


def _trend(of: Ledger, months: Sequence[int], say: Voice, *, phone: bool) -> Table:
    """What the curve counts for each month now, before VAT, in thousands."""
    shown = months[:4] if phone else months
    columns: dict[str, Sequence[object]] = {
        say("budget.column.scope"): [say(f"budget.counted_{side}", unit=say.f.unit) for side in _SIDES]
    }
    totals = {side: _counted(of, side, months) for side in _SIDES}
    for place, month in enumerate(shown):
        columns[say.f.month_year(int(first_of(month)))] = [say.f.thousands(totals[side][place]) for side in _SIDES]
    return Table(columns=columns, writers=dict.fromkeys(list(columns)[1:], lambda v: say.f.whole(int(v))))


def _counted(of: Ledger, side: Side, months: Sequence[int]) -> list[int]:
    invoices, share = side_of(of, side), gross_share(of, side)
    inside = (month_of(invoices.issue) >= months[0]) & (month_of(invoices.issue) <= months[-1])
    gross = np.zeros(len(months), dtype=np.int64)
    np.add.at(gross, month_of(invoices.issue[inside]) - months[0], invoices.amount_minor[inside])
    return [round_ratio(int(amount) * share.denominator, share.numerator) for amount in gross]


def _choices(of: Ledger, stored: Sequence[BudgetLine], say: Voice) -> dict[str, Key]:
    """What a row may speak of, by its name on screen."""
    found: dict[str, Key] = {
        say("budget.all_customer"): ("customer", "all", ""),
        say("budget.all_supplier"): ("supplier", "all", ""),
        say("budget.new"): ("customer", "new", ""),
    }
    for segment in sorted({p.segment for p in of.partners if p.segment}):
        found[say("budget.segment", name=segment)] = ("customer", "segment", segment)
    for partner in largest_debtors(of, _LISTED):
        found[say("budget.customer", name=name_of(of, partner))] = ("customer", "partner", partner)
    for line in stored:
        key: Key = (line.side, line.scope, line.name)
        if key not in found.values():
            found[say("budget.other", side=say(f"invoices.sides.{line.side}"), name=line.name)] = key
    return found


def _table(at: Desk, of: Ledger, months: Sequence[int], stored: Sequence[BudgetLine]) -> None:
    say, choices = at.say, _choices(of, stored, at.say)
    unit = 10 ** Currency(of.currency).exponent
    names = {month: say.f.month_year(int(first_of(month))) for month in months}
    rows: dict[Key, dict[int, int]] = {("customer", "all", ""): {}, ("supplier", "all", ""): {}}
    for line in stored:
        rows.setdefault((line.side, line.scope, line.name), {})[line.month] = line.net_minor
    label = {key: name for name, key in choices.items()}
    data: dict[str, Any] = {say("budget.column.scope"): [label[key] for key in rows]}
    for month, name in names.items():
        data[name] = pd.Series(
            [found[month] / unit if month in found else None for found in rows.values()], dtype="float64"
        )
    with st.form("budget_form", border=False):
        edited = st.data_editor(
            pd.DataFrame(data),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config={
                say("budget.column.scope"): st.column_config.SelectboxColumn(
                    say("budget.column.scope"), options=list(choices), required=True, width="medium"
                ),
                **{name: st.column_config.NumberColumn(name, min_value=0, format="localized") for name in names.values()},
            },
            placeholder="",
            key="budget_rows",
            alt=say("budget.title"),
        )
        if not st.form_submit_button(say("budget.save"), type="primary"):
            return
    lines, wrong = read_lines(edited, choices, {name: month for month, name in names.items()}, say, unit)
    for words in wrong:
        st.error(words, icon=":material/error:")
    if not wrong:
        # What lies beyond the months on screen stays.
        kept = [line for line in stored if line.month not in names]
        repository.replace_budget(at.store, at.principal, [*kept, *lines])
        st.rerun()


def read_lines(
    edited: pd.DataFrame, choices: dict[str, Key], months: dict[str, int], say: Voice, unit: int
) -> tuple[list[BudgetLine], list[str]]:
    """The lines of the table, empty cells left out, with what is wrong in words."""
    lines, wrong, seen = [], [], set()
    for place, row in enumerate(edited.to_dict("records"), start=1):
        key = choices.get(str(row[say("budget.column.scope")]))
        if key is None:
            wrong.append(say("budget.no_scope", row=place))
            continue
        if key in seen:
            wrong.append(say("budget.twice", row=place, name=row[say("budget.column.scope")]))
        seen.add(key)
        for name, month in months.items():
            if row[name] is None or pd.isna(row[name]):
                continue
            minor = Decimal(repr(float(row[name]))) * unit
            if minor != minor.to_integral_value():
                wrong.append(say("settings.bad_row_amount", row=place))
                continue
            lines.append(BudgetLine(side=key[0], month=month, net_minor=int(minor), scope=key[1], name=key[2]))
    return lines, wrong


def _files(at: Desk, months: Sequence[int], stored: Sequence[BudgetLine]) -> None:
    """The budget as a file for a spreadsheet, and back."""
    say, exponent = at.say, Currency(at.company.currency).exponent
    left, right = (st.container(), st.container()) if at.phone else st.columns(2, gap="large")
    left.download_button(
        say("budget.download"),
        data=budget_text(stored or (BudgetLine(side="customer", month=months[0], net_minor=0),), months, exponent).encode(),
        file_name="budget.csv",
        mime="text/csv",
        on_click="ignore",
        key="budget_download",
    )
    upload = right.file_uploader(
        say("budget.upload"), type=["csv", "txt"], key=f"budget_file_{st.session_state.get('budgets', 0)}"
    )
    if upload is None:
        return
    try:
        lines = budget_from_text(upload.name, upload.getvalue().decode("utf-8", errors="replace"), exponent)
    except InputRejected as rejected:
        for found in rejected.problems:
            place = say("load.row_of", row=found.row) if found.row else ""
            st.error(
                f"{frame.plain(found.file)} {place} {found.column}: {frame.plain(say.problem(found))}",
                icon=":material/error:",
            )
        return
    repository.replace_budget(at.store, at.principal, lines)
    st.session_state["budgets"] = st.session_state.get("budgets", 0) + 1
    st.rerun()
