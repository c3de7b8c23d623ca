"""The plan by week or month as a file: a row for each period, exact to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.ledger_writing import csv_text
from forecasting.dates import to_date
from forecasting.money import Currency, to_text


def weeks_text(rows: Mapping[str, Sequence[int]], starts: Sequence[int], currency: str) -> str:
    """`period_start`, then one column for each row of the statement (opening, headings, net, closing)."""
    exponent = Currency(currency).exponent
    return csv_text(
        ("period_start", *rows),
        (
            (to_date(day).isoformat(), *(to_text(int(values[k]), exponent) for values in rows.values()))
            for k, day in enumerate(starts)
        ),
    )
