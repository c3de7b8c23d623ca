"""The view on screen, gathered when it is asked for: the answer that the screen shows, its causes, flows and invoices."""

from __future__ import annotations

from collections.abc import Mapping

from data import repository
from data.access import may
from data.repository import InvoiceFilter, InvoiceLine
from forecasting.simulation.flows import Variant
from pages.ui import answering, decide_desk, session
from pages.ui.cash_words import Outlook
from pages.ui.causes import Cause, causes, steps_of
from pages.ui.headings import daily_headings
from pages.ui.question import Question
from pages.ui.reports.view import INVOICE_LIMIT, View
from pages.ui.session import Desk


def view_of(at: Desk, question: Question) -> View:
    """The whole answer to a question, as the cash page shows it."""
    ledger = session.ledger(at)
    outlook = Outlook(question=question, projection=answering.answer(at, question), ledger=ledger)
    rows, count = _open_invoices(at)
    contracts = session.contracts(at)
    saved = {one.scenario_id: one.name for one in session.saved_scenarios(at)}
    return View(
        outlook=outlook,
        causes=causes_by_variant(at, outlook),
        daily={variant: daily_headings(curve, ledger) for variant, curve in outlook.projection.curves.items()},
        invoices=rows,
        invoice_count=count,
        company=at.company.name,
        scenario=saved.get(question.saved, ""),
        factoring=contracts.factoring.name if contracts.factoring else "",
        insurance=contracts.insurance.name if contracts.insurance else "",
        weighed=decide_desk.found(at),
    )


def causes_by_variant(at: Desk, outlook: Outlook) -> Mapping[Variant, tuple[tuple[Cause, int], ...]]:
    """What drives the lowest point of each variant."""
    return {variant: causes_of(at, outlook, variant) for variant in outlook.projection.curves}


def causes_of(at: Desk, outlook: Outlook, variant: Variant) -> tuple[tuple[Cause, int], ...]:
    """What drives the lowest point of one variant; the answers in between are those that the screen has at hand."""
    steps = steps_of(session.scenario(at, outlook.question))
    lesser = [step for step in steps.distinct if step != steps.whole]
    first = outlook.projection.path_count if outlook.coarse else None
    answers = answering.projections(outlook.ledger, lesser, session.Contracts(), first=first) | {
        steps.whole: outlook.projection
    }
    return causes(steps, answers, outlook.ledger, variant, outlook.projection.curves[variant].lowest.day)


def _open_invoices(at: Desk) -> tuple[tuple[InvoiceLine, ...], int]:
    """The open invoices of both sides, the largest first, and how many there are in all."""
    if not may(at.principal, "read_customers"):
        return (), 0
    wanted = InvoiceFilter(status="open", order="amount", limit=INVOICE_LIMIT)
    page = repository.invoices(at.store, at.principal, wanted)
    return tuple(page.rows), page.count
