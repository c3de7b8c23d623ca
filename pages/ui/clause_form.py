"""A contract as a form: each clause a field with the usual range and its source beside it, read back all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

import streamlit as st

from forecasting.dates import to_date, to_day
from pages.ui.voice import Voice

Kind = Literal["percent", "amount", "days", "number", "choice", "flag", "day", "choices"]
#: Clauses that are a term of the glossary, whose definition stands behind the field's question mark.
_TERMS: Final = {
    "service_fee_rate": "service_fee",
    "margin": "financing_fee",
    "advance_rate": "advance_rate",
    "reserve_rate": "retention",
    "reserve_mode": "guarantee_fund",
    "fund_target_minor": "guarantee_fund",
    "draw_policy": "draw",
    "bank_floor_minor": "cash_floor",
    "funding_ceiling_minor": "funding_ceiling",
    "concentration_cap": "concentration_cap",
    "definancing_days": "definancing",
    "remittance_schedule": "remittance",
    "opening_utilisation_minor": "utilisation",
    "insured_pct": "insured_pct",
    "premium_rate": "premium",
    "premium_min_minor": "premium_min",
    "max_liability_minor": "max_liability",
    "waiting_months": "waiting_months",
    "tca_rate": "ipt",
    "max_credit_days": "max_credit_days",
    "extension_days": "extension_days",
    "declaration_days": "overdue_declaration",
    "nql_minor": "nql",
    "deductible_claim_minor": "deductible_claim",
    "afl_minor": "afl",
    "collection_fee": "collection_request",
}
_HUNDRED: Final = Decimal(100)
_WRONG: Final = {"percent": "bad_percent", "amount": "bad_amount", "number": "bad_amount"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A field of a contract record: how it is typed, and whether its absence (None) means that the clause is absent."""

    field: str
    kind: Kind
    options: tuple[Any, ...] = ()
    optional: bool = False


@dataclass(slots=True)
class Typed:
    """What was typed: the values of the record's fields, and what could not be read, in words that name the field."""

    values: dict[str, Any]
    wrong: list[str]


def fields(clauses: Sequence[Clause], record: object, room: str, say: Voice, *, key: str) -> Typed:
    """Draw the clauses, each with its usual range beside it, and read what stands in them.

    Inside an `st.form` values change on submit alone. A clause without a range takes the whole width, two such of one
    kind stand side by side.
    """
    typed = Typed(values={}, wrong=[])
    for row in _rows(clauses, room, say):
        ranged = say.t.knows(f"{room}.usual.{row[0].field}")
        # Beside each other where there is room for both; the range stands at the foot of its field.
        places = st.columns([1, 1], gap="small" if ranged else "medium", vertical_alignment="bottom")
        for place, clause in zip(places, row, strict=False):
            with place if len(row) == 2 or ranged else st.container():
                _field(clause, getattr(record, clause.field), room, say, key, typed)
        if ranged:
            with places[1]:
                st.caption(say(f"{room}.usual.{row[0].field}"))
    return typed


def _rows(clauses: Sequence[Clause], room: str, say: Voice) -> list[list[Clause]]:
    """Clauses with a range alone, those without two by two; lists of choices alone."""
    found: list[list[Clause]] = []
    waiting: list[Clause] = []
    for clause in clauses:
        if say.t.knows(f"{room}.usual.{clause.field}") or clause.kind == "choices":
            if waiting:
                found.append(waiting)
                waiting = []
            found.append([clause])
            continue
        waiting.append(clause)
        if len(waiting) == 2:
            found.append(waiting)
            waiting = []
    return [*found, waiting] if waiting else found


def _field(clause: Clause, value: Any, room: str, say: Voice, key: str, typed: Typed) -> None:
    label, widget = say(f"{room}.clause.{clause.field}"), f"{key}_{clause.field}"
    term = _TERMS.get(clause.field)
    note = say(f"glossary.{term}.definition") if term else None
    match clause.kind:
        case "choice":
            # A file may hold a choice that the form does not propose first: it stays.
            options = clause.options if value in clause.options else (*clause.options, value)
            typed.values[clause.field] = st.selectbox(
                label,
                options,
                index=options.index(value),
                format_func=lambda o: say(f"{room}.choice.{clause.field}.{o}"),
                key=widget,
                help=note,
            )
        case "choices":
            chosen = st.multiselect(
                label,
                clause.options,
                default=list(value),
                format_func=lambda o: say(f"{room}.choice.{clause.field}.{o}"),
                placeholder=say("app.choose"),
                key=widget,
                help=note,
            )
            typed.values[clause.field] = tuple(chosen)
        case "flag":
            typed.values[clause.field] = st.toggle(label, value=value, key=widget, help=note)
        case "day":
            chosen_day = st.date_input(
                label, value=None if value is None else to_date(value), format="DD/MM/YYYY", key=widget, help=note
            )
            _take_day(clause, chosen_day, label, say, typed)
        case _:
            text = st.text_input(label, value=written(clause, value, say), key=widget, help=note)
            _take_text(clause, text, label, say, typed)


def _take_day(clause: Clause, chosen: Any, label: str, say: Voice, typed: Typed) -> None:
    if isinstance(chosen, date):
        typed.values[clause.field] = to_day(chosen)
    elif clause.optional:
        typed.values[clause.field] = None
    else:
        typed.wrong.append(say("settings.missing_value", field=label))


def _take_text(clause: Clause, text: str, label: str, say: Voice, typed: Typed) -> None:
    if not text.strip():
        empty = Decimal(0) if clause.kind in ("percent", "number") else 0
        typed.values[clause.field] = None if clause.optional else empty
        return
    try:
        typed.values[clause.field] = read(clause, text, say)
    except ValueError:
        typed.wrong.append(say(f"settings.{_WRONG.get(clause.kind, 'bad_days')}", field=label, text=text))


def read(clause: Clause, text: str, say: Voice) -> Decimal | int:
    """The value of a typed text: a fraction from a percentage, minor units from an amount, a number, whole days."""
    if clause.kind == "amount":
        return say.f.read_amount(text)
    value = say.f.read_decimal(text)
    if clause.kind == "percent":
        return (value / _HUNDRED).quantize(Decimal("0.000001"))
    if clause.kind == "number":
        return value
    if value != value.to_integral_value() or value < 0:
        raise ValueError(text)
    return int(value)


def written(clause: Clause, value: Any, say: Voice) -> str:
    """A clause's value as a person would type it; what is absent is empty."""
    if value is None:
        return ""
    if clause.kind == "percent":
        return say.f.decimal((value * _HUNDRED).normalize())
    if clause.kind == "amount":
        return say.f.cents(value, symbol=False)
    if clause.kind == "number":
        return say.f.decimal(value.normalize())
    return str(value)
