"""Accounting entries of a factor account as rows and text in the 18 columns of the FEC."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields

from forecasting.factoring.journal import FEC_COLUMNS, Chart, JournalLine, fec_rows
from forecasting.ledger import Ledger
from forecasting.money import Currency


def journal_rows(
    lines: Sequence[JournalLine], chart: Chart, ledger: Ledger, words: Callable[[str], str]
) -> Iterator[tuple[str, ...]]:
    """The entries with accounts and labels named by a catalogue (`journal.account.…`, `journal.label.…`)."""
    return fec_rows(
        lines,
        chart,
        account_names={getattr(chart, f.name): words(f"journal.account.{f.name}") for f in fields(chart)},
        labels={code: words(f"journal.label.{code}") for code in {line.label for line in lines}},
        partner_names={p.partner_id: p.name or p.partner_id for p in ledger.partners},
        exponent=Currency(ledger.currency).exponent,
    )


def fec_text(rows: Iterator[Sequence[str]]) -> str:
    """Rows as a FEC is exchanged: tabulations between fields, decimal commas, one line each."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\r\n")
    writer.writerow(FEC_COLUMNS)
    writer.writerows(rows)
    return out.getvalue()
