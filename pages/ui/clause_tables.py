"""Clauses that are tables: limits or approvals by partner, dated rates, periods, dated changes, the malus grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from forecasting.dates import to_date, to_day
from forecasting.factoring.contract import CoverSource, DatedLimit, DatedRate
from forecasting.insurance.policy import BonusMalus
from forecasting.ledger import NO_DAY, Ledger
from forecasting.money import Currency
from pages.ui.voice import Voice

#: Pixels of a table of partners.
_HEIGHT: Final = 300
_COVERS: Final[tuple[CoverSource, ...]] = ("own_policy", "factor", "none")


@dataclass(slots=True)
class Rows:
    """What a table was edited to, and what could not be read, in words."""

    values: tuple[Any, ...]
    wrong: tuple[str, ...] = ()


def known_buyers(ledger: Ledger, *named: Sequence[str]) -> list[tuple[str, str]]:
    """(partner_id, name) of the customers of the ledger, in the order of partners, then names that only a contract knows."""
    owing = np.unique(ledger.customers.partner)
    found = {ledger.partners[p].partner_id: ledger.partners[p].name for p in owing.tolist()}
    for names in named:
        for name in names:
            found.setdefault(name, name)
    return [(partner_id, name or partner_id) for partner_id, name in found.items()]


def limits(
    given: Sequence[tuple[str, int]] | None,
    cover: Sequence[tuple[str, CoverSource]],
    buyers: Sequence[tuple[str, str]],
    say: Voice,
    *,
    label: str,
    key: str,
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, CoverSource], ...]]:
    """A row per buyer with its limit (empty: not listed) and who covers it (empty: by the general rule)."""
    exponent = Currency(say.f.currency).exponent
    known, covered = dict(given or ()), dict(cover)
    table = pd.DataFrame(
        {
            "partner_id": [partner for partner, _ in buyers],
            "name": [name for _, name in buyers],
            "limit": [_float(known.get(partner), exponent) for partner, _ in buyers],
            "cover": [say(f"factoring.cover.{covered[p]}") if p in covered else None for p, _ in buyers],
        }
    )
    sources = {say(f"factoring.cover.{source}"): source for source in _COVERS}
    edited = st.data_editor(
        table,
        hide_index=True,
        height=_HEIGHT,
        column_order=["name", "limit", "cover"],
        column_config={
            "name": st.column_config.TextColumn(say("insurance.buyer"), disabled=True),
            "limit": st.column_config.NumberColumn(label, min_value=0, format="localized"),
            "cover": st.column_config.SelectboxColumn(say("factoring.cover.title"), options=list(sources)),
        },
        placeholder="",
        key=key,
        alt=label,
    )
    rows = edited.to_dict("records")
    amounts = tuple((str(r["partner_id"]), _minor(r["limit"], exponent)) for r in rows if not pd.isna(r["limit"]))
    return amounts, tuple((str(r["partner_id"]), sources[r["cover"]]) for r in rows if r["cover"] in sources)


def dated_rates(given: Sequence[DatedRate], say: Voice, *, key: str) -> Rows:
    """An index over time: from which day (none: ever since) which rate, in percent."""
    table = pd.DataFrame(
        {
            "day": [None if row.day == NO_DAY else to_date(row.day) for row in given],
            "rate": [say.f.decimal((row.rate * 100).normalize()) for row in given],
        }
    )
    rows = _edited(
        table, {"day": _day(say("factoring.table.from"), False), "rate": _text(say("factoring.table.rate"))}, key
    )
    found, wrong = [], []
    for row in rows:
        try:
            rate = (say.f.read_decimal(str(row["rate"])) / 100).quantize(Decimal("0.000001"))
            day = NO_DAY if row["day"] is None or pd.isna(row["day"]) else _number(row["day"])
            found.append(DatedRate(day=day, rate=rate))
        except (ValueError, InvalidOperation):
            wrong.append(say("settings.bad_percent", field=say("factoring.clause.index"), text=row["rate"]))
    return Rows(tuple(found), tuple(wrong))


def periods(given: Sequence[tuple[int, int]], say: Voice, *, key: str) -> Rows:
    """Periods with their first and last day."""
    table = pd.DataFrame({"first": [to_date(f) for f, _ in given], "last": [to_date(e) for _, e in given]})
    rows = _edited(table, {"first": _day(say("factoring.table.from")), "last": _day(say("factoring.table.to"))}, key)
    return Rows(tuple((_number(row["first"]), _number(row["last"])) for row in rows))


def changes(given: Sequence[DatedLimit], buyers: Sequence[tuple[str, str]], say: Voice, *, label: str, key: str) -> Rows:
    """Limits or approvals that change on a day."""
    exponent, names = Currency(say.f.currency).exponent, dict(buyers)
    ids = {name: partner for partner, name in buyers}
    table = pd.DataFrame(
        {
            "name": [names.get(c.partner_id, c.partner_id) for c in given],
            "day": [to_date(c.day) for c in given],
            "limit": [_float(c.amount_minor, exponent) for c in given],
        }
    )
    columns = {
        "name": st.column_config.SelectboxColumn(say("insurance.buyer"), options=list(ids), required=True),
        "day": _day(say("factoring.table.from")),
        "limit": st.column_config.NumberColumn(label, min_value=0, format="localized", required=True),
    }
    return Rows(
        tuple(
            DatedLimit(
                partner_id=ids.get(str(row["name"]), str(row["name"])),
                day=_number(row["day"]),
                amount_minor=_minor(row["limit"], exponent),
            )
            for row in _edited(table, columns, key)
        )
    )


def malus_grid(given: Sequence[BonusMalus], say: Voice, *, key: str) -> Rows:
    """Loss ratios up to which next year's premium changes, both in percent; the row without a bound is the rest."""
    table = pd.DataFrame(
        {
            "ratio": ["" if r.loss_ratio_up_to is None else _percent(r.loss_ratio_up_to, say) for r in given],
            "change": [_percent(r.change, say) for r in given],
        }
    )
    columns = {"ratio": _text(say("insurance.malus.ratio"), False), "change": _text(say("insurance.malus.change"))}
    found, wrong = [], []
    for row in _edited(table, columns, key):
        texts = ["" if row[name] is None or pd.isna(row[name]) else str(row[name]) for name in ("ratio", "change")]
        try:
            bound, change = (say.f.read_decimal(text) / 100 if text.strip() else None for text in texts)
            found.append(BonusMalus(loss_ratio_up_to=bound, change=change or Decimal(0)))
        except ValueError:
            wrong.append(say("settings.bad_percent", field=say("insurance.malus.title"), text=" ".join(texts)))
    return Rows(tuple(found), tuple(wrong))


def _percent(share: Decimal, say: Voice) -> str:
    return say.f.decimal((share * 100).normalize())


def _edited(table: pd.DataFrame, columns: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows that are left, those that were begun and not finished left out."""
    needed = [name for name, column in columns.items() if column.get("required")]
    edited = st.data_editor(
        table.astype(object),
        hide_index=True,
        num_rows="dynamic",
        column_config=columns,
        placeholder="",
        key=key,
        alt=_alt(columns),
    )
    rows = ({str(k): v for k, v in row.items()} for row in edited.to_dict("records"))
    return [row for row in rows if not any(row[name] is None or pd.isna(row[name]) for name in needed)]


def _alt(columns: dict[str, Any]) -> str:
    return ", ".join(str(column["label"]) for column in columns.values())


def _day(label: str, required: bool = True) -> Any:
    return st.column_config.DateColumn(label, format="DD/MM/YYYY", required=required)


def _text(label: str, required: bool = True) -> Any:
    return st.column_config.TextColumn(label, required=required)


def _number(day: Any) -> int:
    when = day if isinstance(day, date) else date.fromisoformat(str(day)[:10])
    return to_day(when)


def _float(amount_minor: int | None, exponent: int) -> float | None:
    """For the editor alone, which knows no exact decimals; 15 digits come back exactly."""
    return None if amount_minor is None else float(Decimal(amount_minor).scaleb(-exponent))


def _minor(amount: Any, exponent: int) -> int:
    return int(Decimal(repr(float(amount))).scaleb(exponent))
