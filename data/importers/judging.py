"""What each line of a table of invoices is, and what is missing or odd in it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.importers.amounts import read_column
from data.importers.findings import Findings
from data.importers.invoice_lines import InvoiceLines
from data.importers.lines import repeats
from data.importers.table import Mask, filled, matching
from data.importers.typed import Whole
from data.importers.vocabulary import (
    CREDIT_NOTE_WORDS,
    DRAFT_WORDS,
    PAID_WORDS,
    PAYMENT_WORDS,
    VOID_WORDS,
    normalise,
    says_payment,
)
from forecasting.money import Currency, to_text

#: Longest text of a number or partner code that a store will take.
_KEY_LIMIT: Final = 200


def name_payments(work: InvoiceLines, payment: Mask) -> None:
    """Payments on account among open items often have no number: they are called by their type and day."""
    unnamed = np.flatnonzero(payment & work.live & ~filled(work.number))
    type_column, day_column = work.text("type"), work.text("issue")
    if not len(unnamed) or type_column is None:
        return
    numbers = work.number.to_pylist()
    for place in unnamed.tolist():
        day = day_column[place].as_py() if day_column is not None else ""
        numbers[place] = f"{type_column[place].as_py()} {day}".strip()
    work.number = pa.array(numbers, pa.string())


def judge_types(work: InvoiceLines) -> tuple[Mask, Mask]:
    """Lines that are credit notes, lines that are payments, by the column that says the type of document."""
    column = work.text("type")
    none = np.zeros(len(work.table), np.bool_)
    if column is None:
        label = work.text("label") if work.columns.has("label") else work.text("number")
        if label is None or work.worth.source != "debit_credit":
            return none, none
        return none, matching(label, says_payment) & (work.worth.amount < 0)
    credit = matching(column, lambda t: bool(CREDIT_NOTE_WORDS.search(normalise(t))))
    payment = matching(column, lambda t: bool(PAYMENT_WORDS.search(normalise(t)))) & ~credit
    return credit, payment


def judge_status(work: InvoiceLines) -> tuple[Mask, Mask]:
    """Lines whose status says settled; void lines are kept out and drafts are named."""
    none = np.zeros(len(work.table), np.bool_)
    settled, void = none, none.copy()
    for field in ("status", "type"):
        column = work.text(field)
        if column is None:
            continue
        dead = matching(column, lambda t: bool(VOID_WORDS.search(normalise(t)))) & work.live
        work.findings.at(
            np.flatnonzero(dead), "import.void_row", column=work.name_of(field), severity="warning", texts=column
        )
        void |= dead
        draft = matching(column, lambda t: bool(DRAFT_WORDS.search(normalise(t)))) & work.live & ~dead
        work.findings.at(
            np.flatnonzero(draft), "import.draft_row", column=work.name_of(field), severity="warning", texts=column
        )
        if field == "status":
            settled = matching(column, lambda t: bool(PAID_WORDS.fullmatch(normalise(t))))
    return settled, void


def require(work: InvoiceLines, given: Mask, code: str, field: str) -> None:
    """Lines where something is missing that no row can do without."""
    missing = work.live & ~given & ~work.findings.bad
    work.findings.at(np.flatnonzero(missing), code, column=work.name_of(field))


def check_keys(work: InvoiceLines, partner: pa.Array) -> None:
    require(
        work,
        filled(partner),
        "import.missing_partner",
        "partner_id" if "partner_id" in work.columns.by_field else "partner_name",
    )
    if not work.made_numbers:
        require(work, filled(work.number), "import.missing_number", "number")
    for column, field in ((partner, "partner_id"), (work.number, "number")):
        lengths = pc.utf8_length(column).to_numpy(zero_copy_only=False)
        long = (lengths > _KEY_LIMIT) & work.live
        work.findings.at(np.flatnonzero(long), "import.text_too_long", column=work.name_of(field), limit=_KEY_LIMIT)


def check_days(work: InvoiceLines) -> None:
    """An invoice needs a day: its own where the file has such a column, else a due or payment date."""
    issue, due, paid = (work.days.get(f) for f in ("issue", "due", "paid"))
    if issue is not None:
        require(work, issue.given, "import.missing_date", "issue")
    else:
        anything = np.zeros(len(work.table), np.bool_)
        for column in (due, paid):
            anything = anything | column.given if column is not None else anything
        require(work, np.asarray(anything, np.bool_), "import.missing_date", "due" if due is not None else "paid")
    ok = work.live & ~work.findings.bad
    if issue is not None:
        for later, code in ((due, "import.due_before_issue"), (paid, "import.paid_before_issue")):
            if later is not None:
                early = ok & issue.given & later.given & (later.days < issue.days)
                field = "due" if later is due else "paid"
                texts = work.text(field)
                work.findings.at(np.flatnonzero(early), code, column=work.name_of(field), severity="warning", texts=texts)


def signed_amounts(work: InvoiceLines, credit: Mask, payment: Mask) -> tuple[Whole, Whole, Whole]:
    """Amount, amount before VAT and open amount with the sign that the type of document gives them."""
    worth = work.worth
    turn = (
        (credit | payment) & (worth.amount > 0) if worth.source != "debit_credit" else np.zeros(len(work.table), np.bool_)
    )
    sign = np.where(turn, -1, 1).astype(np.int64)
    still = np.where(np.sign(worth.open) == np.sign(worth.amount), worth.open * sign, worth.open)
    return worth.amount * sign, worth.net * sign, still


def find_duplicates(work: InvoiceLines, good: Mask) -> Mask:
    """Exact repeats of an earlier line; lines of items may repeat without being so."""
    if work.options.keep_duplicates or work.columns.has("item", "quantity"):
        return np.zeros(len(work.table), np.bool_)
    again = repeats(work.table.columns, good)
    work.findings.at(np.flatnonzero(again), "import.duplicate_row", severity="warning")
    return again


def check_total(work: InvoiceLines, amount: Whole, duplicate: Mask, accepted: Mask, made: int) -> None:
    """The file's own grand total, where its last sum stands, against that of its invoices (`made`) or of its lines."""
    places = np.flatnonzero(work.lines.sums)
    fields = {"amount": "amount", "open": "open", "net": "net", "lines": "line_total"}
    field = fields.get(work.worth.source)
    if (
        not len(places)
        or field is None
        or not accepted.any()
        or len(set(work.worth.currency.take(pa.array(np.flatnonzero(accepted))).to_pylist())) > 1
    ):
        return
    name = work.name_of(field)
    column, last = work.table.column(name), int(places[-1])
    quiet = Findings("", work.table)
    said = read_column(
        work.table,
        name,
        work.mapping.decimal,
        work.worth.currency[last].as_py(),
        quiet,
        np.zeros(len(work.table), np.bool_),
    )
    if not said.given[last]:
        return
    total, stated = int(amount[accepted].sum()), int(said.minor[last])
    exponent = Currency(work.worth.currency[last].as_py()).exponent
    everything = int(amount[(accepted | duplicate | work.findings.bad) & work.live].sum())
    if stated not in {total, everything, made} and abs(stated) > 0:
        read = to_text(made, exponent)
        work.findings.at([last], "import.total_differs", column=name, severity="warning", texts=column, total=read)
