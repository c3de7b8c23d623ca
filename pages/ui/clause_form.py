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

Kind = Literal["percent", "amount", "days", "choice", "flag", "day", "choices"]
_HUNDRED: Final = Decimal(100)


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


def fields(clauses: Sequence[Clause], record: object, room: str, say: Voice, *, key: str, columns: int = 2) -> Typed:
    """Draw the clauses two by two and read what stands in them; inside an `st.form`, values change on submit alone."""
    typed = Typed(values={}, wrong=[])
    for start in range(0, len(clauses), columns):
        places = st.columns(columns, gap="medium")
        for place, clause in zip(places, clauses[start : start + columns], strict=False):
            with place:
                _field(clause, getattr(record, clause.field), room, say, key, typed)
    return typed


def _field(clause: Clause, value: Any, room: str, say: Voice, key: str, typed: Typed) -> None:
    label, widget = say(f"{room}.clause.{clause.field}"), f"{key}_{clause.field}"
    match clause.kind:
        case "choice":
            typed.values[clause.field] = st.selectbox(
                label,
                clause.options,
                index=clause.options.index(value),
                format_func=lambda o: say(f"{room}.choice.{clause.field}.{o}"),
                key=widget,
            )
        case "choices":
            chosen = st.multiselect(
                label,
                clause.options,
                default=list(value),
                format_func=lambda o: say(f"{room}.choice.{clause.field}.{o}"),
                key=widget,
            )
            typed.values[clause.field] = tuple(chosen)
        case "flag":
            typed.values[clause.field] = st.toggle(label, value=value, key=widget)
        case "day":
            chosen_day = st.date_input(
                label, value=None if value is None else to_date(value), format="DD/MM/YYYY", key=widget
            )
            _take_day(clause, chosen_day, label, say, typed)
        case _:
            text = st.text_input(label, value=written(clause, value, say), key=widget)
            _take_text(clause, text, label, say, typed)
    _usual(clause, room, say)


def _usual(clause: Clause, room: str, say: Voice) -> None:
    """The usual range with its source; a range that was read somewhere, never a market price."""
    if say.t.knows(f"{room}.usual.{clause.field}"):
        st.caption(say(f"{room}.usual.{clause.field}"))


def _take_day(clause: Clause, chosen: Any, label: str, say: Voice, typed: Typed) -> None:
    if isinstance(chosen, date):
        typed.values[clause.field] = to_day(chosen)
    elif clause.optional:
        typed.values[clause.field] = None
    else:
        typed.wrong.append(say("settings.missing_value", field=label))


def _take_text(clause: Clause, text: str, label: str, say: Voice, typed: Typed) -> None:
    if not text.strip():
        typed.values[clause.field] = None if clause.optional else Decimal(0) if clause.kind == "percent" else 0
        return
    try:
        typed.values[clause.field] = read(clause, text, say)
    except ValueError:
        code = "bad_percent" if clause.kind == "percent" else "bad_amount" if clause.kind == "amount" else "bad_days"
        typed.wrong.append(say(f"settings.{code}", field=label, text=text))


def read(clause: Clause, text: str, say: Voice) -> Decimal | int:
    """The value of a typed text: a fraction from a percentage, minor units from an amount, a whole number of days."""
    if clause.kind == "amount":
        return say.f.read_amount(text)
    value = say.f.read_decimal(text)
    if clause.kind == "percent":
        return (value / _HUNDRED).quantize(Decimal("0.000001"))
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
    return str(value)
