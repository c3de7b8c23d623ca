"""Accounting entries as open items, payment history, bank balances, regular flows, and what only the user can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from statistics import median
from typing import Final

from data.importers.combine import add_totals
from data.importers.entries import Entries
from data.importers.findings import Findings
from data.importers.protocol import BalanceRow, InvoiceRow, PartnerRow, Question, Reading, ReadOptions
from data.importers.rhythm import planned_rows
from data.importers.settlement import Settlement, settle_books
from data.importers.trade_lines import is_opening, trade_lines
from data.importers.vocabulary import normalise
from forecasting.dates import to_date
from forecasting.ledger import Side
from forecasting.money import to_text

#: Accounts that hold cash: banks, overdrafts, tills. Cheques to be cashed (511) and transfers on their way (58) are none yet.
_CASH: Final = ("512", "514", "515", "517", "519", "53")
_FACTOR_WORDS: Final = ("factor", "affactur", "eurofactor")
#: Partners whose terms are asked for one by one, the largest open items first.
_ASKED: Final = 60


def _balances(entries: Entries, currency: str) -> tuple[BalanceRow, ...]:
    """What each cash account held before the first entry and after the last; none where the books hold no opening.

    Without opening entries the lines of an account are movements and say nothing of what it holds.
    """
    openings = {pair: is_opening(*pair) for pair in set(zip(entries.journal, entries.journal_name, strict=True))}
    if not any(openings.values()):
        return ()
    opening: dict[str, int] = defaultdict(int)
    closing: dict[str, int] = defaultdict(int)
    rows: dict[str, int] = {}
    for line, account in enumerate(entries.account):
        if account.startswith(_CASH):
            amount = int(entries.signed[line])
            closing[account] += amount
            rows[account] = int(entries.row[line])
            if openings[entries.journal[line], entries.journal_name[line]]:
                opening[account] += amount
    first, last = to_date(int(entries.day.min())), to_date(int(entries.day.max()))
    found = []
    for account, amount in closing.items():
        for kind, day, minor in (("opening", first - timedelta(days=1), opening[account]), ("closing", last, amount)):
            row = BalanceRow(
                account_id=account,
                day=day,
                balance_minor=minor,
                kind="opening" if kind == "opening" else "closing",
                source_row=rows[account],
                currency=currency,
            )
            found.append(row)
    return tuple(found)


def usual_days(rows: Sequence[InvoiceRow]) -> int | None:
    """The middle number of days from document to payment where the file itself tells both, None below three of them."""
    known = [(r.paid - r.issue).days for r in rows if r.paid and r.issue and not r.assumed and r.amount_minor > 0]
    return round(median(known)) if len(known) >= 3 else None


def _still_open(settlement: Settlement) -> dict[tuple[Side, str], int]:
    """What each partner's rows leave open: amounts less payments; a credit note counts against what it names."""
    left: dict[tuple[Side, str], int] = defaultdict(int)
    for row in settlement.invoices:
        paid = 0 if row.paid is None else row.amount_minor if row.paid_minor is None else row.paid_minor
        left[row.side, row.partner_id] += row.amount_minor - paid
    known = {(r.side, r.partner_id, r.number) for r in settlement.invoices}
    for payment in settlement.payments:
        if (payment.side, payment.partner_id, payment.number) in known:
            left[payment.side, payment.partner_id] -= payment.amount_minor
    return left


def _term_questions(settlement: Settlement, partners: Sequence[PartnerRow]) -> list[Question]:
    """The terms of every partner with open items and no due date, the largest first."""
    names = {p.partner_id: p.name for p in partners}
    by_partner: dict[tuple[Side, str], list[InvoiceRow]] = defaultdict(list)
    for row in settlement.invoices:
        by_partner[row.side, row.partner_id].append(row)
    asked = [
        (amount, key)
        for key, amount in _still_open(settlement).items()
        if amount and any(r.due is None for r in by_partner[key])
    ]
    asked.sort(key=lambda a: (-abs(a[0]), a[1]))
    questions = []
    for amount, (side, partner) in asked[:_ASKED]:
        days = usual_days(by_partner[side, partner])
        code = f"import.question.terms_{side}" + ("" if days is None else "_usual")
        values = [("partner_id", partner), ("partner", names.get(partner) or partner), ("open", to_text(amount, 2))]
        questions.append(Question(code=code, values=(*values, *(() if days is None else (("days", str(days)),)))))
    return questions


def _questions(settlement: Settlement, partners: Sequence[PartnerRow]) -> tuple[Question, ...]:
    questions = []
    for side, (count, amount) in settlement.opening_open.items():
        code = f"import.question.opening_detail_{side}"
        questions.append(Question(code=code, values=(("count", str(count)), ("open", to_text(amount, 2)))))
    return (*questions, *_term_questions(settlement, partners))


def _factor_note(entries: Entries) -> list[Question]:
    """A factor shows in account 467: invoices handed to it are no longer in the customers' accounts."""
    factored: dict[str, int] = defaultdict(int)
    for line, account in enumerate(entries.account):
        if account.startswith("467"):
            name = entries.account_name[line] or entries.aux_name[line]
            if any(word in normalise(name) for word in _FACTOR_WORDS):
                factored[name] += int(entries.signed[line])
    return [
        Question(code="import.note.factor", values=(("account", name), ("balance", to_text(amount, 2))))
        for name, amount in factored.items()
        if amount
    ]


def _notes(entries: Entries, settlement: Settlement, balances: Sequence[BalanceRow]) -> tuple[Question, ...]:
    def note(name: str, **values: object) -> Question:
        return Question(code=f"import.note.{name}", values=tuple((k, str(v)) for k, v in values.items()))

    open_customers, open_suppliers = (settlement.unsettled.get(s, 0) for s in ("customer", "supplier"))
    notes = [
        note(
            "books",
            lines=len(entries),
            debit=to_text(entries.debit_minor, 2),
            customers=to_text(open_customers, 2),
            suppliers=to_text(open_suppliers, 2),
        )
    ]
    if not settlement.invoices and not settlement.payments:
        notes.append(note("no_trade_lines"))
    elif settlement.groups:
        notes.append(note("lettering", groups=settlement.groups, open_groups=settlement.open_groups))
    else:
        notes.append(note("no_lettering"))
    if any(r.due is None for r in settlement.invoices):
        notes.append(note("no_due_date"))
    if settlement.by_rule:
        notes.append(note("settled_by_age", count=settlement.by_rule))
    for side, (count, amount) in settlement.elsewhere.items():
        notes.append(note(f"settled_elsewhere_{side}", count=count, amount=to_text(-amount, 2)))
    for side, (count, amount) in settlement.loose.items():
        notes.append(note(f"loose_payments_{side}", count=count, amount=to_text(-amount, 2)))
    if entries.repeated_lines:
        notes.append(note("repeated_lines", count=entries.repeated_lines))
    if not entries.known_entries:
        notes.append(note("entries_unknown"))
    if not balances and any(a.startswith(_CASH) for a in entries.account):
        notes.append(note("no_opening_entries"))
    return (*notes, *_factor_note(entries))


def _partners(entries: Entries, settlement: Settlement) -> tuple[PartnerRow, ...]:
    named: dict[str, str] = {}
    for row in settlement.invoices:
        named.setdefault(row.partner_id, row.partner_name)
    for account, aux, name in zip(entries.account, entries.aux, entries.aux_name, strict=True):
        if account.startswith(("40", "41")) and aux:
            named.setdefault(aux, name)
    return tuple(PartnerRow(partner_id=code, name=name or code) for code, name in named.items())


def read_books(entries: Entries, options: ReadOptions, file: str, form: str, findings: Findings) -> Reading:
    """Everything that a set of entries tells a treasurer; what it cannot tell is asked, never invented."""
    problems = findings.problems()
    if not len(entries):
        return Reading(file=file, format=form, problems=problems, rejected=entries.rejected_lines)
    settlement = settle_books(trade_lines(entries), options.unlettered, options.currency)
    partners = _partners(entries, settlement)
    balances = _balances(entries, options.currency)
    return Reading(
        file=file,
        format=form,
        invoices=settlement.invoices,
        payments=settlement.payments,
        balances=balances,
        partners=partners,
        planned=planned_rows(entries),
        problems=problems,
        questions=_questions(settlement, partners),
        notes=_notes(entries, settlement, balances),
        accepted=len(entries),
        rejected=entries.rejected_lines,
        total_minor=add_totals((r.currency, r.amount_minor) for r in settlement.invoices),
        first_day=to_date(int(entries.day.min())),
        last_day=to_date(int(entries.day.max())),
    )
