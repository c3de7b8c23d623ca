"""Regular payments: what books and bank propose, the table that holds them, and what is wrong with a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

from data import repository
from data.importers.protocol import PlannedRow
from data.repository import PLANNED_CATEGORIES
from forecasting.dates import to_date, to_day
from forecasting.ledger import NO_DAY, Certainty, PlannedFlow
from forecasting.money import Currency
from forecasting.plan import CERTAINTIES
from pages.ui import frame
from pages.ui.session import Desk
from pages.ui.voice import Voice

Every = Literal["", "week", "month", "quarter", "year"]

_EVERY: Final[tuple[Every, ...]] = ("month", "quarter", "year", "week", "")


def regular(at: Desk) -> None:
    """What books and bank propose, then the table of what comes back regularly, saved as a whole."""
    say = at.say
    st.header(say("settings.regular"), anchor=False)
    st.caption(say("settings.regular_help"))
    stored = repository.planned_flows(at.store, at.principal)
    _proposals(at, stored)
    rows = stored or repository.ready_planned_flows(at.company.opening_date or date.today())
    with st.form("regular", border=False):
        edited = st.data_editor(
            _frame(rows, say),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config=_columns(say),
            column_order=["category", "amount", "every", "day", "certainty", "label", "until", "comes_in"],
            placeholder="",
            key="regular_rows",
            alt=say("settings.regular"),
        )
        if not st.form_submit_button(say("settings.save_regular"), type="primary"):
            return
    flows, wrong = read_flows([{str(k): v for k, v in row.items()} for row in edited.to_dict("records")], say)
    for words in wrong:
        st.error(words, icon=":material/error:")
    if not wrong:
        repository.replace_planned_flows(at.store, at.principal, flows)
        st.session_state["settings_saved"] = True
        st.rerun()


def _proposals(at: Desk, stored: Sequence[PlannedFlow]) -> None:
    """What books and bank show to come back regularly and the plan does not hold: ticked, it joins the table."""
    say, found = at.say, repository.planned_proposals(at.store, at.principal)
    if not found:
        return
    with st.form("proposals", border=True):
        st.markdown(say("settings.proposals.title"))
        chosen = [
            row
            for place, row in enumerate(found)
            if st.checkbox(_proposal_words(row, say), value=row.category != "", key=f"proposal_{place}")
        ]
        if not st.form_submit_button(say("settings.proposals.add"), icon=":material/playlist_add:"):
            return
    added = tuple(
        PlannedFlow(
            day=to_day(row.day), amount_minor=row.amount_minor, category=row.category, label=row.label, every=row.every
        )
        for row in chosen
    )
    repository.replace_planned_flows(at.store, at.principal, (*stored, *added))
    st.session_state["settings_saved"] = True
    st.rerun()


def _proposal_words(row: PlannedRow, say: Voice) -> str:
    return say(
        "settings.proposals.row",
        category=say(f"settings.category.{row.category}"),
        label=frame.plain(row.label),
        amount=say.f.cents(row.amount_minor),
        every=say(f"settings.every.{row.every or 'once'}"),
        day=say.f.long_day(row.day),
        seen=row.seen,
    )


def _frame(rows: Sequence[PlannedFlow], say: Voice) -> pd.DataFrame:
    unit = 10 ** Currency(say.f.currency).exponent
    return pd.DataFrame(
        {
            "category": [
                say(f"settings.category.{r.category}")
                if r.category in PLANNED_CATEGORIES
                else say("settings.category.other")
                for r in rows
            ],
            "label": [r.label for r in rows],
            "amount": [abs(r.amount_minor) / unit for r in rows],
            "comes_in": [r.amount_minor > 0 for r in rows],
            "every": [say(f"settings.every.{r.every or 'once'}") for r in rows],
            "day": [to_date(r.day) for r in rows],
            "until": [None if r.until == NO_DAY else to_date(r.until) for r in rows],
            "certainty": [say(f"settings.certainty.{r.certainty}") for r in rows],
        }
    )


def _columns(say: Voice) -> dict[str, Any]:
    # None is required here: a table leaves out rows that lack what is required, without a word.
    config = st.column_config
    return {
        "category": config.SelectboxColumn(
            say("settings.column.category"),
            options=[say(f"settings.category.{c}") for c in PLANNED_CATEGORIES],
        ),
        "label": config.TextColumn(say("settings.column.label"), width="medium"),
        "amount": config.NumberColumn(
            say("settings.column.amount", currency=say.f.symbol), min_value=0, format="localized"
        ),
        "comes_in": config.CheckboxColumn(say("settings.column.comes_in"), default=False),
        "every": config.SelectboxColumn(
            say("settings.column.every"), options=[say(f"settings.every.{e or 'once'}") for e in _EVERY]
        ),
        "day": config.DateColumn(say("settings.column.day"), format="DD/MM/YYYY"),
        "until": config.DateColumn(say("settings.column.until"), format="DD/MM/YYYY"),
        "certainty": config.SelectboxColumn(
            say("settings.column.certainty"),
            options=[say(f"settings.certainty.{word}") for word in CERTAINTIES],
            default=say("settings.certainty.sure"),
            required=True,
            help=say("settings.certainty_help"),
        ),
    }


def read_flows(rows: Sequence[dict[str, Any]], say: Voice) -> tuple[list[PlannedFlow], list[str]]:
    """The planned flows of the table's rows, with everything that is wrong in words.

    A row of amount 0 is a proposal that nobody took up; a row that is begun and lacks something is said.
    """
    categories = {say(f"settings.category.{c}"): c for c in PLANNED_CATEGORIES}
    rhythms: dict[str, Every] = {say(f"settings.every.{e or 'once'}"): e for e in _EVERY}
    words: dict[str, Certainty] = {say(f"settings.certainty.{word}"): word for word in CERTAINTIES}
    flows, wrong = [], []
    for place, row in enumerate(rows, start=1):
        lacking = [name for name in ("category", "amount", "every", "day") if pd.isna(row[name])]
        if len(lacking) == 4 or row["amount"] == 0:
            continue
        if lacking:
            fields = say.list([say(f"settings.column.{name}", currency=say.f.symbol) for name in lacking])
            wrong.append(say("settings.row_lacks", row=place, list=fields))
            continue
        amount = _whole_cents(row["amount"], say)
        if amount is None:
            wrong.append(say("settings.bad_row_amount", row=place))
        else:
            flows.append(
                PlannedFlow(
                    day=to_day(day_of(row["day"])),
                    amount_minor=amount if row["comes_in"] is True else -amount,
                    category=categories.get(str(row["category"]), "other"),
                    label="" if pd.isna(row["label"]) else str(row["label"]).strip(),
                    every=rhythms.get(str(row["every"]), ""),
                    until=NO_DAY if pd.isna(row["until"]) else to_day(day_of(row["until"])),
                    certainty=words.get(str(row.get("certainty")), "sure"),
                )
            )
    return flows, wrong


def _whole_cents(value: float, say: Voice) -> int | None:
    """Minor units of a number typed in a table; None where it has a fraction of a cent."""
    scaled = Decimal(repr(float(value))).scaleb(Currency(say.f.currency).exponent)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def day_of(value: Any) -> date:
    """The day that a table's cell holds."""
    return value.date() if isinstance(value, pd.Timestamp) else value
